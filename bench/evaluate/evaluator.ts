import { join } from 'node:path';
import { listPictures, readPicture } from './pictures';
import type { Product } from './product';
import type { Picture } from './protocol';
import type { Lpips, OpenCv } from './python';
import type { Row } from './report';

/** What the measurements of all generators share. */
export interface Context {
  /** A folder laid out like `<data>/eval`: kodak, cid22, old. */
  pictures: string;
  /** Scanned damage, `<kind>/*.webp`; null: none. */
  overlays: string | null;
  /** At most so many pictures of each folder. */
  limit: number;
  /** 0: as many as there are cores. */
  threads: number;
  /** A temporary folder. */
  folder: string;
  /** Null where it is not installed. */
  opencv: OpenCv | null;
  lpips: Lpips | null;
  /** Where contact sheets go; null: nowhere. */
  sheets: string | null;
  /** Says what is being measured. */
  tell(what: string): void;
}

/** A file in `generators/` gives one: that is all that a further generator needs. */
export interface Evaluator {
  /** Of the generator's card. */
  id: string;
  measure(product: Product, context: Context): Promise<{ rows: Row[]; secondsPerMegapixel: number | null }>;
}

export async function picturesOf({ pictures, limit }: Context, name: string): Promise<Picture[]> {
  return Promise.all(listPictures(join(pictures, name), limit).map(readPicture));
}

/** LPIPS of each pair; null where it cannot be measured. */
export async function distances(
  { lpips }: Context,
  ones: readonly Picture[],
  others: readonly Picture[],
): Promise<(number | null)[]> {
  const found: (number | null)[] = [];
  for (const [i, one] of ones.entries()) found.push(lpips ? await lpips.distance(one, others[i]!) : null);
  return found;
}
