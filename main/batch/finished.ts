import { lstat, rm } from 'node:fs/promises';
import type { BatchOutcome } from '../../contract/batch';
import type { Found } from '../storage/found';
import { isRemote, pathIn, remoteStorage, storageOf } from '../storage/remote';
import { isSameFile } from './finder';
import type { Entry, Head, JournalState } from './journal-state';

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
  return (await isThere(pathIn(output, head.o))) ? outcome : null;
}

/** Whether a computed photo got its name before the program ended. Its file tells. */
async function isPublished(
  { n, o, oh }: Extract<Head, { t: 'made' }>,
  journalState: JournalState,
  output: string,
): Promise<boolean> {
  const path = pathIn(output, o);
  if ((await hashOf(path)) !== oh) {
    // On file systems without hard links, an empty file claims a name before the photo takes it.
    // Null: there is no file, and the photo is made again.
    const info = isRemote(path) ? null : await lstat(path).catch(() => null);
    if (info?.isFile() && info.size === 0) await rm(path, { force: true });
    return false;
  }
  await journalState.record({ t: 'done', n });
  return true;
}

async function isThere(path: string): Promise<boolean> {
  if (isRemote(path)) return (await (await remoteStorage()).stat(path)) !== null;
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Null if there is no such file. */
const hashOf = async (path: string) => (await storageOf(path)).hash(path);
