import { lstat, rm } from 'node:fs/promises';
import type { BatchOutcome } from '../../contract/batch';
import type { Found } from '../storage/found';
import { isRemote, pathIn, remoteStorage, storageOf } from '../storage/remote';
import { isSameFile } from './finder';
import type { Entry, Head, JournalState } from './journal-state';

/** What has become of a photo before; null where it is to be done (again). */
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
    // Whether a file still stands in a photo's way is seen when it is its turn.
    return isSame && isCurrent && outcome !== 'kept' ? outcome : null;
  }
  if (entry.sure && !isCurrent) return null;
  const { head } = await journalState.journal.read(entry.at);
  if (head.t !== 'made') return null;
  if (!entry.sure && !(await isPublished(head, journalState, output))) return null;
  if (!isCurrent || (!isSame && (await hashOf(found.path)) !== head.h)) return null;
  return (await isThere(pathIn(output, head.o))) ? outcome : null;
}

/** Whether a photo that had been computed when the program was ended got its name: its file tells. */
async function isPublished(
  { n, o, oh }: Extract<Head, { t: 'made' }>,
  journalState: JournalState,
  output: string,
): Promise<boolean> {
  const path = pathIn(output, o);
  if ((await hashOf(path)) !== oh) {
    // Where there are no links, a name is claimed with an empty file before it is given.
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

/** Null where there is no such file. */
const hashOf = async (path: string) => (await storageOf(path)).hash(path);
