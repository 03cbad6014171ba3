import { type OutputOptions, PRINT_DPI } from '../contract/output';
import type { Size } from './size';

/** The size of a written result. */
export interface WrittenSize extends Size {
  /** Pixels per inch; null: those of the photo. */
  dpi: number | null;
  /** It has fewer pixels than were asked for. */
  isSmaller: boolean;
}

const PER_INCH = { cm: 2.54, inch: 1 } as const;

/**
 * The size at which a result is written. It fits into what is asked for in either direction (a print of 10 x 15 cm lies down for a
 * photo that does), and never gets more pixels than it has; then a print gets a lower resolution, so that it still has its size.
 */
export function writtenSize({ size, dpi }: Pick<OutputOptions, 'size' | 'dpi'>, { width, height }: Size): WrittenSize {
  if (size === null) return { width, height, dpi, isSmaller: false };
  const isPrint = size.unit === 'cm' || size.unit === 'inch';
  const density = isPrint ? (dpi ?? PRINT_DPI) : dpi;
  const perUnit = size.unit === 'cm' || size.unit === 'inch' ? density! / PER_INCH[size.unit] : 1;
  const [one, other] = size.unit === 'longer' ? [size.longer, size.longer] : [size.width, size.height];
  const [longer, shorter] = [Math.max(one, other) * perUnit, Math.min(one, other) * perUnit];
  const [w, h] = width >= height ? [longer, shorter] : [shorter, longer];
  const scale = Math.min(w / width, h / height);
  if (scale >= 1) {
    const told = isPrint ? Math.round((density! / scale) * 100) / 100 : density;
    return { width, height, dpi: told, isSmaller: scale > 1.005 };
  }
  const edge = (length: number) => Math.max(1, Math.round(length * scale));
  return { width: edge(width), height: edge(height), dpi: density, isSmaller: false };
}
