import { lstat, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { BatchOutcome } from '../../contract/batch';
import type { Found } from '../storage/found';
import { hashFile } from '../storage/hash';
import { openFolder } from '../storage/open-folder';
import { isRemote, pathIn, remoteStorage, storageOf } from '../storage/remote';
import { isSameFile } from './finder';
import type { Head } from './journal-lines';
import type { Entry, JournalState } from './journal-state';

/** The result of a photo in an earlier run; null if the photo has to be processed (again). */
export async function outcomeBefore(
  found: Found,
  entry: Entry,
  journalState: JournalState,
  output: string,
): Promise<BatchOutcome | null> {
  const { outcome } = entry;
  const isSame = isSameFile(entry, found);
  const isCurrent = entry.work === journalState.work;
  if (!isSame || !isCurrent) entry.crashes = 0;
  if (outcome !== 'restored' && outcome !== 'unchanged') {
    // A file in the photo's way may be gone by now. That is checked when it is the photo's turn.
    return isSame && isCurrent && outcome !== 'kept' ? outcome : null;
  }
  if (entry.sure && !isCurrent) return null;
  const { head } = await journalState.journal.read(entry.at);
  if (head.t !== 'made') return null;
  if (!entry.sure && !(await isPublished(head, journalState, output))) return null;
  if (!isCurrent || (!isSame && (await hashOf(found.path)) !== head.h)) return null;
  return (await isThere(pathIn(output, head.o), output)) ? outcome : null;
}

/** Whether a computed photo got its name before the program ended. Its file tells. */
async function isPublished(
  { n, o, oh }: Extract<Head, { t: 'made' }>,
  journalState: JournalState,
  output: string,
): Promise<boolean> {
  const path = pathIn(output, o);
  const sum = isRemote(path) ? await hashOf(path) : await inResults(path, output, hashOrRemoveEmpty);
  if (sum !== oh) return false;
  await journalState.record({ t: 'done', n });
  return true;
}

async function isThere(path: string, output: string): Promise<boolean> {
  if (isRemote(path)) return (await (await remoteStorage()).stat(path)) !== null;
  const info = await inResults(path, output, (file) => lstat(file));
  return info !== null;
}

/** Does something with a file below the output folder without following links. Null if that fails: it counts as missing. */
async function inResults<T>(path: string, output: string, use: (path: string) => Promise<T>): Promise<T | null> {
  // Whatever is wrong with the folder, the file in it counts as missing and the photo is done again.
  const folder = await openFolder(dirname(path), { root: output }).catch(() => null);
  if (folder === null) return null;
  return (
    use(folder.at(basename(path)))
      // The same holds for a file that cannot be read.
      .catch(() => null)
      .finally(() => folder.close())
  );
}

async function hashOrRemoveEmpty(path: string): Promise<string | null> {
  const info = await lstat(path);
  if (info.size > 0 || !info.isFile()) return hashFile(path, { follow: false });
  // On file systems without hard links, an empty file claims a name before the photo takes it.
  await rm(path, { force: true });
  return null;
}

/** Null if there is no such file. */
const hashOf = async (path: string) => (await storageOf(path)).hash(path);
