import { dirname } from 'node:path';
import type { BatchSettings } from '../../contract/batch';
import type { Response } from '../../contract/calls';
import { EmulsionError } from '../errors';
import { assertFolders } from '../storage/folders';
import type { Found } from '../storage/found';
import { pathBelow, pathIn, placeOf } from '../storage/remote';
import { look, scan } from '../storage/scan';
import { readOutcomes } from './journal-state';
import { photosOf } from './pages';
import { expectedPath } from './photo';

/** How many files of each kind are named. */
const EXAMPLES = 50;

/** A file that a batch would find. `error`: why it would not be restored; `stray`: it is not a photo. */
export type Planned =
  | { name: string; error: EmulsionError; stray: boolean }
  | { name: string; found: Found; written: string; error: null };

/**
 * Previews a batch without running it. Throws the errors of `startBatch` for its folders.
 *
 * @param input folder of the originals
 * @param output folder of the restored photos; need not exist
 */
export async function* plan(
  input: string,
  output: string,
  settings: BatchSettings,
  { signal, within }: { signal?: AbortSignal; within?: string } = {},
): AsyncGenerator<Planned> {
  const [from, to] = [placeOf(input), placeOf(output)];
  await assertFolders(from, to);
  for await (const found of scan(from, { ...settings, except: [to], within, signal })) {
    if (signal?.aborted) throw new EmulsionError('CANCELLED');
    const { name } = found;
    const looked = 'error' in found ? { error: found.error, stray: found.stray === true } : await look(found.path);
    if (looked !== null) yield { name, ...looked };
    else if ('path' in found) {
      for await (const photo of photosOf(found, settings)) {
        const written = expectedPath(photo, dirname(pathIn(to, name)), settings);
        yield { name: photo.name, found: photo, written: pathBelow(to, written), error: null };
      }
    }
  }
}

/** Summary of the same. */
export async function planBatch(
  input: string,
  output: string,
  settings: BatchSettings,
  options: { signal?: AbortSignal; within?: string } = {},
): Promise<Response<'batch.plan'>> {
  const answer: Response<'batch.plan'> = { photos: 0, others: 0, bytes: 0, done: 0, examples: [], unreadable: [] };
  const isDone = await readOutcomes(placeOf(output), settings);
  for await (const planned of plan(input, output, settings, options)) {
    const { name } = planned;
    if (planned.error === null) {
      answer.photos += 1;
      answer.bytes += planned.found.bytes;
      if (isDone(planned.found)) answer.done += 1;
      if (answer.examples.length < EXAMPLES) answer.examples.push({ name, written: planned.written });
    } else if (planned.stray) answer.others += 1;
    else if (answer.unreadable.length < EXAMPLES) {
      answer.unreadable.push({ name, failure: planned.error.toFailure() });
    }
  }
  return answer;
}
