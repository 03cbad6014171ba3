import type { ExportFormat } from '../../contract/photo';

/** Names of the results of several photos, made from a pattern. */

/** Placeholders of the pattern, in braces: the name of the photo, its place among those that are exported, the date taken. */
export const RESULT_TOKENS = ['name', 'number', 'date'] as const;
/** The name that a result gets where none is chosen. */
const RESULT_PATTERN = '{name}-restored';
/** The same for a photo and its result in one picture. */
const SIDE_PATTERN = '{name}-before-after';
export const stemPattern = ({ sideBySide }: { sideBySide: boolean }): string =>
  sideBySide ? SIDE_PATTERN : RESULT_PATTERN;
const LONGEST = 120;
const EXTENSIONS: Record<ExportFormat, string> = { jpeg: 'jpg', png: 'png', tiff: 'tif', webp: 'webp', avif: 'avif' };

export type PatternFault = 'empty' | 'characters' | 'tokenUnknown' | 'tooLong';

/** What is wrong with a pattern; null where it is valid. Systems differ in what names may hold, so the strictest counts. */
export function patternFault(pattern: string): PatternFault | null {
  if (pattern.trim() === '') return 'empty';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no name may hold them.
  if (/[\\/:*?"<>|\u0000-\u001f]/.test(pattern) || /^[. ]|[. ]$/.test(pattern)) return 'characters';
  const isKnown = (token: string) => RESULT_TOKENS.some((known) => known === token);
  if ([...pattern.matchAll(/\{([^{}]*)\}/g)].some(([, token]) => !isKnown(token!))) return 'tokenUnknown';
  return pattern.length > LONGEST ? 'tooLong' : null;
}

export interface Named {
  /** Of the photo, as it is shown: with its extension, and its number in brackets where its file holds several. */
  name: string;
  /** `2019-07-14`; null if the file does not say when it was taken. */
  taken: string | null;
  format: ExportFormat;
}

/** A photo's name without extension: `scan.tif (2)` is `scan-p2`. */
function stemOf(name: string): string {
  const [, file, page] = /^(.*?)(?: \((\d{1,4})\))?$/s.exec(name) ?? [name, name];
  const dot = file!.lastIndexOf('.');
  return `${dot > 0 ? file!.slice(0, dot) : file}${page === undefined ? '' : `-p${page}`}`;
}

/**
 * The names without extension that a pattern gives to photos, in their order.
 *
 * @param undated stands for the date of a photo that has none
 */
export function resultStems(pattern: string, photos: readonly Named[], undated: string): string[] {
  const digits = Math.max(2, String(photos.length).length);
  return photos.map(({ name, taken }, i) => {
    const values: Record<string, string> = {
      name: stemOf(name),
      number: String(i + 1).padStart(digits, '0'),
      date: taken ?? undated,
    };
    return pattern.trim().replace(/\{(\w+)\}/g, (whole, token) => values[token] ?? whole);
  });
}

/** The same with their extensions. */
export const resultNames = (pattern: string, photos: readonly Named[], undated: string): string[] =>
  resultStems(pattern, photos, undated).map((stem, i) => `${stem}.${EXTENSIONS[photos[i]!.format]}`);

/** How many of these names are given to more than one photo. Names that differ only in case are one on some systems. */
export function repeatedNames(names: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name.toLowerCase(), 1 + (counts.get(name.toLowerCase()) ?? 0));
  return [...counts.values()].reduce((sum, count) => sum + (count > 1 ? count : 0), 0);
}
