import { DEEP_FORMATS, type ExportChoice, LOSSY_FORMATS } from '../../contract/output';
import type { ExportFormat } from '../../contract/photo';

export const FORMAT_NAMES: Record<ExportFormat, string> = {
  jpeg: 'JPEG',
  png: 'PNG',
  tiff: 'TIFF',
  webp: 'WebP',
  avif: 'AVIF',
};

export const isLossy = (format: ExportFormat): boolean => LOSSY_FORMATS.some((lossy) => lossy === format);
export const isDeep = (format: ExportFormat): boolean => DEEP_FORMATS.some((deep) => deep === format);

/** Without what these formats do not have: 16 bits are asked for only where one of them can hold them. */
export const fitting = <T extends Pick<ExportChoice, 'depth'>>(choice: T, formats: readonly ExportFormat[]): T =>
  choice.depth === 16 && !formats.some(isDeep) ? { ...choice, depth: null } : choice;
