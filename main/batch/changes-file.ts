import { basename, dirname, extname, join } from 'node:path';
import type { WrittenFile } from '../engine/protocol';
import { EmulsionError } from '../errors';
import { changesStem } from '../photos/side-files';
import { hashFile } from '../storage/hash';
import type { OpenFolder } from '../storage/open-folder';
import { addSums, readSums, type Summed } from '../storage/sums';
import { discardStaged, pathsFor, publishAs, stageIn } from '../storage/write';
import { copyFormer, dropFormer, keepFormer } from './former';
import type { Made, PhotoTask } from './photo';

/** The mask of what was changed, beside a result of a batch, and the checksums of both: where `saveChanges` is set. */

/** The folder of a result, and the folder below which no link is followed. */
type Place = Pick<PhotoTask, 'folder' | 'root'>;

/** Where the mask of a replaced result is kept: folder of the journal, and name of the photo. */
export interface Keeping {
  journal: string;
  photo: string;
}

/** The kept mask of a photo lies beside its kept result. */
const keptName = ({ photo }: Keeping) => `${photo}\0changes`;

/**
 * Gives the mask of a result its name, and adds original, result and mask to the checksums. Where the result has replaced
 * another one, its mask replaces that one's, which is kept.
 */
export async function publishChanges(
  place: OpenFolder,
  mask: WrittenFile,
  { original, written }: Made,
  { folder, root, found, replaces }: PhotoTask,
  keeping?: Keeping,
): Promise<void> {
  const own = replaces === undefined ? null : await ownMask(place, replaces);
  if (keeping) {
    if (own === null) await dropFormer(keeping.journal, keptName(keeping));
    else await keepFormer(keeping.journal, keptName(keeping), place, own);
  }
  const name = await publishMask(place, mask.path, written.path, own);
  await addSums({ folder, root }, [
    { path: found.path, sha256: original.sha256 },
    { path: written.path, sha256: written.sha256 },
    ...named(folder, name),
  ]);
}

/** After the former result of a photo was put back: puts its mask back too, and keeps the present one in its place. */
export async function restoreChanges(
  place: OpenFolder,
  { folder, root }: Place,
  result: Summed,
  keeping: Keeping,
): Promise<void> {
  const own = await ownMask(place, result.path);
  const staged = await stageIn(place, changesStem(stemOf(result.path)), (path) =>
    copyFormer(keeping.journal, keptName(keeping), path),
  );
  try {
    let name: string | null = null;
    // Nothing was kept if the photo had no mask, or a person has moved it.
    if (staged.bytes > 0) {
      if (own === null) await dropFormer(keeping.journal, keptName(keeping));
      else await keepFormer(keeping.journal, keptName(keeping), place, own);
      name = await publishMask(place, staged.path, result.path, own);
    }
    await addSums({ folder, root }, [result, ...named(folder, name)]);
  } finally {
    await discardStaged(place, staged.path);
  }
}

const stemOf = (path: string) => basename(path, extname(path));

/** Names that the mask of a result may have, the best first. */
const namesFor = (result: string) =>
  pathsFor({ folder: dirname(result), stem: changesStem(stemOf(result)), extension: 'png' });

const named = (folder: string, name: string | null): Summed[] => (name === null ? [] : [{ path: join(folder, name) }]);

/**
 * The name of the mask that was written for a result; null if there is none. It is the one in the checksums, as long as it
 * is unchanged: a file of a person may have such a name too.
 */
async function ownMask(place: OpenFolder, result: string): Promise<string | null> {
  const sums = await readSums(place);
  for (const path of namesFor(result)) {
    const name = basename(path);
    const known = sums.get(name);
    if (known === undefined) continue;
    const sha256 = await hashFile(place.at(name), { follow: false, shown: path }).catch((error: unknown) => {
      if (error instanceof EmulsionError && error.code === 'FILE_MISSING') return null;
      throw error;
    });
    if (sha256 === known) return name;
  }
  return null;
}

/** Gives a staged mask the name of the one that it replaces, or a free one. Returns it; null if all names are taken. */
async function publishMask(
  place: OpenFolder,
  staged: string,
  result: string,
  replaced: string | null,
): Promise<string | null> {
  if (replaced !== null) {
    await publishAs(place, staged, replaced, { replace: true });
    return replaced;
  }
  for (const path of namesFor(result)) {
    try {
      await publishAs(place, staged, basename(path));
      return basename(path);
    } catch (error) {
      if (!(error instanceof EmulsionError && error.code === 'NAME_TAKEN')) throw error;
    }
  }
  return null;
}
