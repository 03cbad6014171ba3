import { extname } from 'node:path';
import { type BatchSettings, readPages } from '../../contract/batch';
import { countPhotos, wantedPages } from '../photos/pages';
import type { Found } from '../storage/found';
import { isRemote } from '../storage/remote';
import type { PagePrints } from './journal-lines';

/**
 * The photos in a file of a batch. The first one has the file's name; each of the others is a photo of its own, whose name
 * ends in `#page=2` and so on.
 */
export async function* photosOf(found: Found, { pages }: Pick<BatchSettings, 'pages'>): AsyncGenerator<Found> {
  // A file in network storage is on this computer only while it is restored, so its first photo is taken.
  const count = isRemote(found.path) ? 1 : await countPhotos(found.path);
  for (const page of wantedPages(readPages(pages) ?? 'all', count)) {
    yield page === 1 ? found : { ...found, name: `${found.name}#page=${page}`, page };
  }
}

/** The name of a photo's file: without its page and print. */
export function fileNameOf({ name, page, print }: Pick<Found, 'name' | 'page' | 'print'>): string {
  const onPage = pageNameOf({ name, print });
  return page === undefined ? onPage : onPage.slice(0, -`#page=${page}`.length);
}

/** The name of the page on which a print lies. */
export function pageNameOf({ name, print }: Pick<Found, 'name' | 'print'>): string {
  const isLater = print !== undefined && 'number' in print && print.number > 1;
  return isLater ? name.slice(0, -`#print=${print.number}`.length) : name;
}

/**
 * The photos on a page. The first print has the name of the page, so that it is the same photo before and after somebody has looked
 * for prints; each of the others is named `...#print=2` and so on.
 */
export function printsOf(page: Found, { corners, whole }: PagePrints): Found[] {
  if (whole !== null) return [{ ...page, print: { whole } }];
  return corners.map((each, i) => ({
    ...page,
    name: i === 0 ? page.name : `${page.name}#print=${i + 1}`,
    print: { number: i + 1, corners: each },
  }));
}

/** The extension of a photo's file, without the dot. */
export const extensionIn = (found: Pick<Found, 'name' | 'page' | 'print'>): string =>
  extname(fileNameOf(found)).slice(1).toLowerCase();
