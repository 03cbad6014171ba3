import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { EditDelta, EditLog } from '../../contract/edit';
import { stateOf } from '../../document/edit';
import { unpackRuns } from '../../document/runs';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { EDIT_EXTENSION, PHOTO_EXTENSIONS } from '../photos/extensions';
import { parseSidecar, type Sidecar, type Subject, subjectKey } from '../restoration/sidecar';
import { hashFile } from '../storage/hash';
import { openRegular, readHandle } from '../storage/open-file';
import { excessOf } from './budget';

/*
 * Edit files: a user's saved edits of a photo, usually beside the photo. They may come from anywhere, so all their
 * contents are checked.
 */

/** An edit document and the masks that it refers to, unpacked once. */
export interface EditDocument extends Omit<Sidecar, 'bitmaps'> {
  /** Packed by `packRuns`. */
  bitmaps: Map<string, Uint8Array>;
}

/** SECURITY: longer files are not read, and masks that unpack to more are not unpacked. In bytes. */
const LARGEST_FILE = 64 * 1024 ** 2;
const MOST_BITMAP_BYTES = 128 * 1024 ** 2;
const MOST_UNPACKED = 512 * 1024 ** 2;
/** How many edit files in a photo's folder are checked. */
const MOST_BESIDE = 20;

const unsqueeze = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate);

/**
 * Parses an edit document. Throws EDIT_INVALID or EDIT_NEWER.
 *
 * @param onlyUsed leaves out bitmaps that no operation refers to, and does not unpack them
 */
export async function parseDocument(text: string, onlyUsed = false): Promise<EditDocument> {
  const { bitmaps: packed, ...rest } = parseSidecar(text);
  const bitmaps = new Map<string, Uint8Array>();
  const used = new Set(bitmapsOf(rest.log));
  let unpacked = 0;
  try {
    for (const [id, deflated] of Object.entries(packed)) {
      if (onlyUsed && !used.has(id)) continue;
      const bytes = await unsqueeze(Buffer.from(deflated, 'base64'), { maxOutputLength: MOST_BITMAP_BYTES });
      unpacked += bytes.length;
      if (unpacked > MOST_UNPACKED) throw new RangeError('the masks are too large');
      if (createHash('sha256').update(bytes).digest('hex') !== id) throw new RangeError(`bitmap ${id} is another`);
      bitmaps.set(id, bytes);
    }
  } catch (cause) {
    throw new EmulsionError('EDIT_INVALID', { cause });
  }
  return { ...rest, bitmaps };
}

/**
 * Reads an edit file. Throws EDIT_FILE_INVALID if it is not an edit file, is cut off, or refers to missing bitmaps;
 * EDIT_FILE_NEWER; FILE_EMPTY; or file errors.
 */
export async function readEditFile(path: string): Promise<EditDocument> {
  const text = await readAll(path);
  try {
    const document = await parseDocument(text, true);
    const excess = excessOf(document.log, document.photo);
    if (excess !== null)
      throw new EmulsionError('EDIT_INVALID', { reason: say('failures.editTooMuch'), detail: excess });
    for (const id of bitmapsOf(document.log)) {
      const packed = document.bitmaps.get(id);
      if (!packed) throw new EmulsionError('EDIT_INVALID', { detail: `no bitmap ${id}` });
      const { width, height } = unpackRuns(packed);
      if (width !== document.photo.width || height !== document.photo.height) {
        throw new EmulsionError('EDIT_INVALID', { detail: `bitmap ${id} is not of the photo’s size` });
      }
    }
    return document;
  } catch (error) {
    if (error instanceof RangeError) throw new EmulsionError('EDIT_FILE_INVALID', { cause: error });
    if (!(error instanceof EmulsionError)) throw error;
    // The app's own documents and the user's files have different error sentences.
    if (error.code === 'EDIT_INVALID') {
      throw new EmulsionError('EDIT_FILE_INVALID', { reason: error.reason, detail: error.detail });
    }
    if (error.code === 'EDIT_NEWER') throw new EmulsionError('EDIT_FILE_NEWER', { detail: error.message });
    throw error;
  }
}

async function readAll(path: string): Promise<string> {
  const file = await openRegular(path).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
  try {
    const { size } = await file.stat();
    if (size === 0) throw new EmulsionError('FILE_EMPTY');
    if (size > LARGEST_FILE) throw new EmulsionError('EDIT_FILE_INVALID', { detail: `${size} bytes` });
    return (await readHandle(file, path, LARGEST_FILE)).toString('utf8');
  } catch (error) {
    throw toEmulsionError(error);
  } finally {
    await file.close();
  }
}

/** The bitmaps that a mask and actions refer to. */
export function bitmapsOf({ base, actions }: Pick<EditDelta, 'base' | 'actions'>): string[] {
  const ops = [
    ...(base?.mask ?? []),
    ...(base?.styleMask ?? []),
    ...actions.flatMap(({ mask = [], styleMask = [], paint, paintStyle }) => [
      ...mask,
      ...styleMask,
      ...(paint ? [paint] : []),
      ...(paintStyle ? [paintStyle] : []),
    ]),
  ];
  return ops.flatMap((op) => (op.kind === 'bitmap' ? [op.id] : []));
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
