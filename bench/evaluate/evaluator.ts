import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listPictures, readPicture } from './pictures';
import type { Product } from './product';
import type { Picture } from './protocol';
import type { OpenCv, Perceptual } from './python';
import type { Row } from './report';

/** What the measurements of all generators share. */
export interface Context {
  /** The folder of the generators that are measured. */
  models: string;
  /** A folder laid out like `<data>/eval`: kodak, cid22, old, real. */
  pictures: string;
  /** Scanned damage, `<kind>/*.webp`; null: none. */
  overlays: string | null;
  /** At most so many pictures of each folder. */
  limit: number;
  /** 0: as many as there are cores. */
  threads: number;
  /** A temporary folder. */
  folder: string;
  /** Null if it is not installed. */
  opencv: OpenCv | null;
  perceptual: Perceptual | null;
  /** Where contact sheets go; null: nowhere. */
  sheets: string | null;
  /** Says what is being measured. */
  tell(what: string): void;
  /** Puts a sentence about what could not be measured into the report. */
  note(sentence: string): void;
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

/** A folder beside the pictures or among them; null if there is none. */
export function folderBeside({ pictures }: Pick<Context, 'pictures'>, name: string): string | null {
  return [join(pictures, '..', name), join(pictures, name)].find(existsSync) ?? null;
}

/** LPIPS of each pair; null if it cannot be measured. */
export async function distances(
  { perceptual }: Context,
  ones: readonly Picture[],
  others: readonly Picture[],
): Promise<(number | null)[]> {
  const found: (number | null)[] = [];
  for (const [i, one] of ones.entries()) found.push(perceptual && (await perceptual.lpips(one, others[i]!)));
  return found;
}
