import { lstat, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { BatchOutcome } from '../../contract/batch';
import type { Failure } from '../../contract/errors';
import type { Found } from '../storage/found';
import { hashFile } from '../storage/hash';
import { openFolder } from '../storage/open-folder';
import { isRemote, pathIn, remoteStorage, storageOf } from '../storage/remote';
import { isSameFile } from './finder';
import type { Marks } from './items';
import type { Head } from './journal-lines';
import type { Entry, JournalState } from './journal-state';
import { failureIn, isPartlyRead, madeIn } from './rows';

/** The result of a photo in an earlier run. */
export interface Before extends Marks {
  outcome: BatchOutcome;
  /** Where its line begins. */
  at: number;
  failure: Failure | null;
}

/** The result of a photo in an earlier run; null if the photo has to be processed (again). */
export async function resultBefore(
  found: Found,
  entry: Entry,
  journalState: JournalState,
  output: string,
): Promise<Before | null> {
  const { outcome, at, decision = null, seen = false } = entry;
  const isSame = isSameFile(entry, found);
  // What a person has decided is not undone by other settings.
  const isCurrent = entry.work === journalState.work || decision !== null;
  if (!isSame || !isCurrent) entry.crashes = 0;
  if (outcome !== 'restored' && outcome !== 'unchanged') {
    // A file in the photo's way may be gone by now. That is checked when it is the photo's turn.
    if (!isSame || !isCurrent || outcome === 'kept' || outcome === null) return null;
    const isProblem = outcome === 'failed' || outcome === 'quarantined';
    const failure = isProblem ? failureIn((await journalState.journal.read(at)).body) : null;
    return { outcome, at, failure, decision, seen, partly: false };
  }
  if (entry.sure && !isCurrent) return null;
  const line = await journalState.journal.read(at);
  const { head } = line;
  if (head.t !== 'made') return null;
  if (!entry.sure && !(await isPublished(head, journalState, output))) {
    if (entry.former === undefined) return null;
    journalState.entries.set(found.name, entry.former);
    return resultBefore(found, entry.former, journalState, output);
  }
  if (!isCurrent || (!isSame && (await hashOf(found.path)) !== head.h)) return null;
  if (!(await isThere(pathIn(output, head.o), output))) return null;
  return { outcome, at, failure: null, decision, seen, partly: isPartlyRead(madeIn(line)?.noted) };
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
