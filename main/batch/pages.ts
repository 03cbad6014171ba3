import { extname } from 'node:path';
import { type BatchSettings, readPages } from '../../contract/batch';
import { countPhotos, wantedPages } from '../photos/pages';
import type { Found } from '../storage/found';
import { isRemote } from '../storage/remote';

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

/** The name of a photo's file: without its page. */
export function fileNameOf({ name, page }: Pick<Found, 'name' | 'page'>): string {
  return page === undefined ? name : name.slice(0, -`#page=${page}`.length);
}

/** The extension of a photo's file, without the dot. */
export const extensionIn = (found: Pick<Found, 'name' | 'page'>): string =>
  extname(fileNameOf(found)).slice(1).toLowerCase();
