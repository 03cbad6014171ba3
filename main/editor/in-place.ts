import { chmod, copyFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { EXPORT_FORMATS, type ExportFormat, type PhotoFormat } from '../../contract/photo';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { hashFile } from '../storage/hash';
import { discardStaged, openTarget, publishAs, stageIn, writePhoto } from '../storage/write';

/**
 * The one exception to the promise that an original is never changed: another program has handed a file over as its external
 * editor, and asked for the result in its place.
 */

/** The quality of lossy files that replace others: the next program may encode them again. */
export const IN_PLACE_QUALITY = 95;

/** The folder of the former states in the data folder. */
export const formerIn = (userData: string): string => join(userData, 'replaced');

/** The format of a file that may be replaced. Throws FORMAT_UNSUPPORTED for one that cannot be written, or that holds several photos. */
export function replaceableFormat(format: PhotoFormat, photos: number): ExportFormat {
  const known = EXPORT_FORMATS.find((each) => each === format);
  if (known === undefined) throw new EmulsionError('FORMAT_UNSUPPORTED', { reason: say('editor.cannotReplace') });
  if (photos > 1) throw new EmulsionError('FORMAT_UNSUPPORTED', { reason: say('editor.severalPhotos') });
  return known;
}

/**
 * Puts a finished result in the place of a photo, as a whole or not at all. Its former state is first kept in the data folder, under its
 * hash. Returns the path of that.
 *
 * @param sha256 hash of the photo as the result was made from it
 * @param former see {@link formerIn}
 *
 * Throws PHOTO_CHANGED if the file is no longer that photo, and the errors of `writePhoto`.
 */
export async function replaceFile(
  path: string,
  result: string,
  { sha256, former }: { sha256: string; former: string },
): Promise<{ path: string; former: string }> {
  // A link leads to the file that is meant.
  const real = await realpath(path).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
  const assertSame = async () => {
    if ((await hashFile(real)) !== sha256) throw new EmulsionError('PHOTO_CHANGED');
  };
  await assertSame();
  const kept = await keepFormer(real, sha256, former);
  const name = basename(real);
  const { mode } = await stat(real);
  const place = await openTarget({ folder: dirname(real) });
  try {
    const staged = await stageIn(place, name, (part) => copyFile(result, part));
    try {
      await place.verify();
      await chmodLike(place.at(basename(staged.path)), mode);
      await assertSame();
      await publishAs(place, staged.path, name, { replace: true });
    } finally {
      await discardStaged(place, staged.path);
    }
  } finally {
    await place.close();
  }
  return { path: real, former: kept };
}

async function keepFormer(path: string, sha256: string, former: string): Promise<string> {
  const name = basename(path);
  const stem = basename(name, extname(name));
  const target = { folder: join(former, sha256), stem, extension: extname(name).slice(1) || 'photo' };
  const wanted = join(target.folder, `${target.stem}.${target.extension}`);
  // The same state may have been replaced before.
  if ((await hashFile(wanted).catch(() => null)) === sha256) return wanted;
  const kept = await writePhoto(target, (part) => copyFile(path, part));
  if ((await hashFile(kept.path)) !== sha256) throw new EmulsionError('PHOTO_CHANGED');
  return kept.path;
}

/** Who could read and write the file still can. */
async function chmodLike(path: string, mode: number): Promise<void> {
  // Some file systems have no permissions of this kind.
  await chmod(path, mode & 0o777).catch(() => undefined);
}
