import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { StyleExample } from '../../contract/recipe';
import { hashFile } from '../storage/hash';
import { writeSafely } from '../storage/replace';

/**
 * Pictures whose style is copied, in a folder: reduced copies, each under the SHA-256 of the file that it was made of.
 * Recipes name them by it, so that they hold no paths, and still find the picture after its file was moved. The same file
 * has the same name on every computer.
 */

/** The longest side in pixels at which such a picture is kept and seen. */
export const EXAMPLE_EDGE = 512;
const LONGEST_NAME = 300;

export const examplesIn = (userData: string): string => join(userData, 'examples');

/** Where the copy of a picture is kept. */
export const examplePath = (folder: string, sha256: string): string => join(folder, `${sha256}.png`);

/** Keeps a copy of a picture. `reduce` makes it; its errors are thrown. */
export async function keepExample(
  folder: string,
  path: string,
  reduce: (path: string) => Promise<Uint8Array>,
): Promise<StyleExample> {
  const png = await reduce(path);
  const sha256 = await hashFile(path);
  await writeSafely(examplePath(folder, sha256), png);
  return { sha256, name: basename(path).slice(0, LONGEST_NAME) };
}

/** The copy of a picture as a PNG; null if there is none. */
export async function readExample(folder: string, sha256: string): Promise<Uint8Array | null> {
  // The page says that the picture is missing.
  return readFile(examplePath(folder, sha256)).catch(() => null);
}
