import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { EditLog } from '../../contract/edit';
import { stateOf } from '../../document/edit';
import { EmulsionError, toEmulsionError } from '../errors';
import { EDIT_EXTENSION, PHOTO_EXTENSIONS } from '../photos/extensions';
import { type Subject, subjectKey } from '../restoration/sidecar';
import { hashFile } from '../storage/hash';
import { openRegular, readHandle } from '../storage/open-file';
import { parseApart } from './apart';
import type { EditDocument } from './parse';

/* Edit files: a user's saved edits of a photo, usually beside the photo. */

/** SECURITY: longer files are not read. In bytes. */
const LARGEST_FILE = 64 * 1024 ** 2;
/** How many edit files in a photo's folder are checked. */
const MOST_BESIDE = 20;

/**
 * Reads an edit file, in a thread of its own. Throws EDIT_FILE_INVALID if it is not an edit file, is cut off, or refers to
 * missing bitmaps; EDIT_FILE_NEWER; EDIT_FILE_SLOW; FILE_EMPTY; or file errors.
 */
export async function readEditFile(path: string): Promise<EditDocument> {
  return parseApart(await readAll(path));
}

async function readAll(path: string): Promise<Uint8Array> {
  const file = await openRegular(path).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
  try {
    const { size } = await file.stat();
    if (size === 0) throw new EmulsionError('FILE_EMPTY');
    if (size > LARGEST_FILE) throw new EmulsionError('EDIT_FILE_INVALID', { detail: `${size} bytes` });
    return await readHandle(file, path, LARGEST_FILE);
  } catch (error) {
    throw toEmulsionError(error);
  } finally {
    await file.close();
  }
}

/** Name of the edit file of a photo, without its folder. */
export const editFileName = (photo: string): string => `${basename(photo, extname(photo))}.${EDIT_EXTENSION}`;

/** Whether two logs give the same result. */
export const comeToTheSame = (one: EditLog, other: EditLog): boolean => isDeepStrictEqual(stateOf(one), stateOf(other));

/** The latest edit file of this photo beside it, under the photo's name; or why such a file cannot be read. */
export async function findBeside(
  path: string,
  subject: Subject,
): Promise<{ path: string; document: EditDocument } | { path: string; error: EmulsionError } | null> {
  const folder = dirname(path);
  const stem = basename(path, extname(path));
  // The photo may have come from a folder that is gone or cannot be listed. Then no edit file can be found.
  const names = await readdir(folder).catch(() => []);
  // `lake.emulsion`, `lake-2.emulsion` ..., and `lake.jpg.emulsion`, the usual name for sidecar files in other
  // programs.
  const mine = names
    .filter((name) => extname(name) === `.${EDIT_EXTENSION}` && name.startsWith(stem))
    .filter((name) =>
      /^(-\d+)?$/.test(basename(name, `.${EDIT_EXTENSION}`).replace(basename(path), '').replace(stem, '')),
    )
    .slice(0, MOST_BESIDE);
  let latest: { path: string; document: EditDocument } | null = null;
  let failed: { path: string; error: EmulsionError } | null = null;
  for (const name of mine) {
    const candidate = join(folder, name);
    try {
      const document = await readEditFile(candidate);
      if (subjectKey(document.photo) !== subjectKey(subject)) continue;
      if (latest === null || Date.parse(document.savedAt) > Date.parse(latest.document.savedAt)) {
        latest = { path: candidate, document };
      }
    } catch (error) {
      failed ??= { path: candidate, error: toEmulsionError(error) };
    }
  }
  return latest ?? failed;
}

/**
 * Finds the photo of an edit file: beside it under its old name or, if it was renamed, as a file of the same size;
 * otherwise at the `others`, its earlier paths. Only a file with exactly the same content counts.
 */
export async function findPhoto(
  editFile: string,
  { name, sha256, bytes }: Subject,
  others: readonly string[],
): Promise<string | null> {
  const folder = dirname(editFile);
  // A file that cannot be read is not the photo that is looked for.
  const isIt = async (path: string) => (await hashFile(path).catch(() => null)) === sha256;
  // SECURITY: the name comes from the file, so it must stay in this folder.
  const named = join(folder, basename(name));
  if (await isIt(named)) return named;
  for (const each of await readdir(folder).catch(() => [])) {
    const path = join(folder, each);
    if (path === named || !PHOTO_EXTENSIONS.includes(extname(each).slice(1).toLowerCase())) continue;
    // A file that cannot be read is not the photo that is looked for.
    const info = await stat(path).catch(() => null);
    if (info?.isFile() && info.size === bytes && (await isIt(path))) return path;
  }
  for (const path of others) if (await isIt(path)) return path;
  return null;
}
