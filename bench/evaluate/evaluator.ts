import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listPictures, readPicture } from './pictures';
import type { Product } from './product';
import type { Picture } from './protocol';
import type { OpenCv, Perceptual } from './python';
import type { Row } from './report';

/** The options and tools that all measurements share. */
export interface Context {
  /** The folder of the measured generators. */
  models: string;
  /** A folder laid out like `<data>/eval`: kodak, cid22, old, real. */
  pictures: string;
  /** Scanned damage, `<kind>/*.webp`; null: none. */
  overlays: string | null;
  /** The most pictures to use from each folder. */
  limit: number;
  /** Threads; 0: one per core. */
  threads: number;
  /** A temporary folder. */
  folder: string;
  /** Null if OpenCV is not installed. */
  opencv: OpenCv | null;
  perceptual: Perceptual | null;
  /** The folder for contact sheets; null: none are written. */
  sheets: string | null;
  /** Reports progress: what is being measured. */
  tell(what: string): void;
  /** Adds a sentence to the report about something that could not be measured. */
  note(sentence: string): void;
}

/**
 * The measurement of one generator, or of a step that needs none. Each file in `generators/` and `steps/` exports one; a
 * new one needs nothing else.
 */
export interface Evaluator {
  /** The id on the generator's card, or the kind of the step. */
  id: string;
  /** A step that needs no generator. */
  isStep?: boolean;
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
