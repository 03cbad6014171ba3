import { InvalidArgumentError } from 'commander';
import type { Message } from '../../contract/basics';
import { MAX_EDGE_PIXELS, PRINT_BOUNDS, type TargetSize } from '../../contract/recipe';
import { inEnglish, say, sentencesOf } from '../../text/message';

/** A value of an option or argument that cannot be read, and why. */
export class BadArgument extends InvalidArgumentError {
  readonly reason: readonly Message[];

  constructor(...reason: readonly Message[]) {
    super(sentencesOf(reason, inEnglish()));
    this.reason = reason;
  }
}

/** Parses an option as a whole number between two bounds, both included. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new BadArgument(say('cli.usage.whole', { min: least, max: most }));
    }
    return value;
  };
}

/**
 * Parses a target size: `2x` or `4x`, `3000px` for the longer edge, or `30cm` for that of a print at 300 dpi, or
 * `30cm@240dpi` for another density.
 */
export function readSize(text: string): { scale: 2 | 4 } | { target: TargetSize } {
  const parts = /^(?:([24])x|(\d+)px|(\d+(?:\.\d+)?)cm(?:@(\d+)(?:dpi)?)?)$/i.exec(text.replace(/\s/g, ''));
  if (!parts) throw new BadArgument(say('cli.usage.size'));
  const [, times, pixels, centimetres, dpi = '300'] = parts;
  if (times) return { scale: times === '4' ? 4 : 2 };
  if (pixels)
    return { target: { unit: 'pixels', longer: within(Number(pixels), { min: 16, max: MAX_EDGE_PIXELS }, 'px') } };
  return {
    target: {
      unit: 'print',
      longer: within(Number(centimetres), PRINT_BOUNDS.centimetres, 'cm'),
      dpi: within(Number(dpi), PRINT_BOUNDS.dpi, 'dpi'),
    },
  };
}

function within(value: number, { min, max }: { min: number; max: number }, unit: 'px' | 'cm' | 'dpi'): number {
  if (value < min || value > max) throw new BadArgument(say('cli.usage.within', { min, max, unit }));
  return value;
}
