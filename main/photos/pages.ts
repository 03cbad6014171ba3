import type { Pages } from '../../contract/batch';
import { withFile } from './containers/file-bytes';
import { photosIn, readTiff } from './containers/tiff';

/** Names of files that can hold several photos. */
const MAY_HOLD_SEVERAL = /\.tiff?$/i;

/** How many photos a file holds. Reads its directories only; a file that cannot be read counts as one. */
export async function countPhotos(path: string): Promise<number> {
  if (!MAY_HOLD_SEVERAL.test(path)) return 1;
  try {
    return await withFile(path, async (file) => Math.max(1, photosIn(readTiff(file)).length));
  } catch {
    // Whoever opens the file says why it cannot be read.
    return 1;
  }
}

/** The wanted ones of so many photos, from 1. A single photo is always wanted: the choice is one among several. */
export function wantedPages(pages: Pages, count: number): number[] {
  if (pages === 'first' || count === 1) return [1];
  const all = Array.from({ length: count }, (_, i) => i + 1);
  return pages === 'all' ? all : all.filter((page) => page >= pages.from && page <= pages.to);
}

/** The name of a result without extension: all but the first photo of a file get their number. */
export const stemOfPage = (stem: string, page: number | undefined): string =>
  page === undefined || page === 1 ? stem : `${stem}-p${page}`;

/** The same for a print on a page, from 1. */
export const stemOfPrint = (stem: string, number: number | null): string =>
  number === null ? stem : `${stem}-${number}`;
