import { InvalidArgumentError } from 'commander';
import { MAX_EDGE_PIXELS, PRINT_BOUNDS, type TargetSize } from '../../contract/recipe';

/** Reads an option as a whole number between two bounds, both included. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/**
 * Reads a size to enlarge to: `2x` or `4x`, `3000px` for the longer edge, or `30cm` for that of a print, with
 * `30cm@240dpi` for another density than 300 dpi.
 */
export function readSize(text: string): { scale: 2 | 4 } | { target: TargetSize } {
  const parts = /^(?:([24])x|(\d+)px|(\d+(?:\.\d+)?)cm(?:@(\d+)(?:dpi)?)?)$/i.exec(text.replace(/\s/g, ''));
  if (!parts)
    throw new InvalidArgumentError('It must be 2x, 4x, a longer edge such as 3000px, or a print such as 30cm.');
  const [, times, pixels, centimetres, dpi = '300'] = parts;
  if (times) return { scale: times === '4' ? 4 : 2 };
  if (pixels)
    return { target: { unit: 'pixels', longer: within(Number(pixels), { min: 16, max: MAX_EDGE_PIXELS }, 'pixels') } };
  return {
    target: {
      unit: 'print',
      longer: within(Number(centimetres), PRINT_BOUNDS.centimetres, 'centimetres'),
      dpi: within(Number(dpi), PRINT_BOUNDS.dpi, 'dpi'),
    },
  };
}

function within(value: number, { min, max }: { min: number; max: number }, unit: string): number {
  if (value < min || value > max) throw new InvalidArgumentError(`It must be from ${min} to ${max} ${unit}.`);
  return value;
}
