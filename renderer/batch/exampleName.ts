import type { ExportFormat } from '../../contract/photo';

const EXTENSIONS: Record<ExportFormat, string> = { jpeg: 'jpg', png: 'png', tiff: 'tif', webp: 'webp', avif: 'avif' };

interface Example {
  /** Path of a photo relative to the folder, with `/`. */
  original: string;
  folder: string;
  recipe: string;
  format: ExportFormat | null;
  date: Date;
}

/** The name that a pattern gives to a photo, as far as the page can know it. */
export function exampleName(pattern: string, { original, folder, recipe, format, date }: Example): string {
  const [file = '', within] = original.split('/').reverse();
  const dot = file.lastIndexOf('.');
  const two = (value: number) => String(value).padStart(2, '0');
  const values: Record<string, string> = {
    name: dot > 0 ? file.slice(0, dot) : file,
    folder: within ?? folder,
    date: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    recipe,
  };
  const extension = format === null ? file.slice(dot + 1).toLowerCase() : EXTENSIONS[format];
  return `${file} → ${pattern.replace(/\{(\w+)\}/g, (whole, token) => values[token] ?? whole)}.${extension}`;
}
