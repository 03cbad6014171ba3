import { randomUUID } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { BatchEntry, BatchSettings, type BatchState } from '../../contract/batch';
import { EmulsionError } from '../errors';
import { logged, loggedUnlessMissing } from '../log/log';
import { assertFolders } from '../storage/folders';
import { isBelow } from '../storage/remote';
import { writeSafely } from '../storage/replace';
import { startBatch } from './run';
import type { Batch, PhotoProcessor } from './types';

/** How many batches are remembered, the latest first. */
const MOST = 20;
const Known = z.array(BatchEntry.extend({ settings: BatchSettings, root: z.string().optional() })).max(MOST);
type Known = z.infer<typeof Known>;

/** The batches of one window. Only one runs at a time; earlier ones are remembered so that they can be continued. */
export interface Batches {
  /** `root`: the folder below which no link is followed when results are written; by default `output`. */
  start(input: string, output: string, settings: BatchSettings, root?: string): Promise<BatchState>;
  /** Continues a batch of an earlier run. Throws BATCH_UNKNOWN, or NOT_ALLOWED if its folders are outside `within`. */
  resume(id: string, retry?: boolean): Promise<BatchState>;
  /** Shows a batch of an earlier run without going on with it. Throws as `resume`. */
  show(id: string): Promise<BatchState>;
  /** Returns the running batch, or the last one. Throws BATCH_UNKNOWN if it has another id, or if there is none. */
  find(id: string): Batch;
  state(): BatchState | null;
  known(): Promise<BatchEntry[]>;
  forget(id: string): Promise<void>;
  /** True while photos are computed. */
  busy(): boolean;
  close(): Promise<void>;
}

/** Whether failed photos are tried again, or the results are only shown. */
type How = { retry?: boolean; isShown?: boolean };

/** For a batch whose results are only shown. */
const NO_PROCESSOR: PhotoProcessor = {
  shape: { engines: 0, threads: 0 },
  provider: null,
  limit: () => 0,
  process: () => Promise.reject(new EmulsionError('INTERNAL', { detail: 'a photo of a batch that is only shown' })),
  close: async () => {},
};

export function createBatches({
  path,
  within,
  processor,
  onState,
}: {
  /** The folder that batches never leave; absent: they may be anywhere. */
  within?: string;
  /** The file of remembered batches. */
  path: string;
  processor(settings: BatchSettings): PhotoProcessor;
  onState(state: BatchState): void;
}): Batches {
  let current: Batch | null = null;
  let starting: Promise<BatchState> | null = null;
  let isClosed = false;
  let writing: Promise<void> = Promise.resolve();

  const load = async (): Promise<Known> => {
    try {
      return Known.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      loggedUnlessMissing('The list of batches could not be read')(error);
      // Losing the list is harmless: the journals are with the photos, and starting the same batch again continues it.
      return [];
    }
  };
  const unlisted = logged('The list of batches could not be written');
  const change = (edit: (known: Known) => Known): Promise<void> => {
    writing = writing
      // Who asked for the write before was told of its failure.
      .catch(() => undefined)
      .then(async () => writeSafely(path, JSON.stringify(edit(await load()).slice(0, MOST), null, 2)));
    return writing;
  };
  const isBusy = () => {
    const phase = current?.state().phase;
    return starting !== null || (phase !== undefined && !['done', 'cancelled', 'halted'].includes(phase));
  };

  const begin = (
    { input, output, root }: Pick<Known[number], 'input' | 'output' | 'root'>,
    settings: BatchSettings,
    how: How,
  ): Promise<BatchState> => {
    if (starting || isBusy()) return Promise.reject(new EmulsionError('BATCH_RUNNING'));
    if (isClosed) return Promise.reject(new EmulsionError('CANCELLED'));
    starting = start({ input, output, root }, settings, how).finally(() => {
      starting = null;
    });
    return starting;
  };
  const start = async (
    { input, output, root }: Pick<Known[number], 'input' | 'output' | 'root'>,
    settings: BatchSettings,
    { retry, isShown }: How,
  ): Promise<BatchState> => {
    await assertInside([input, output], within);
    // Checks this first, so that the last batch can still be viewed if the next one cannot start.
    await assertFolders(input, output);
    await current?.close();
    const batch = await startBatch({
      input,
      output,
      root: within ?? root,
      within,
      settings,
      retry,
      isShown,
      processor: isShown ? NO_PROCESSOR : processor(settings),
      newId: randomUUID,
      onState,
    });
    current = batch;
    if (isShown) return batch.ended;
    const entry = { id: batch.id, input, output, root, begunAt: new Date().toISOString(), finished: false, settings };
    await change((known) => [entry, ...known.filter(({ id }) => id !== batch.id)]).catch(unlisted);
    void batch.ended.then(({ phase }) => {
      const finished = phase === 'done';
      const mark = (known: Known) => known.map((each) => (each.id === batch.id ? { ...each, finished } : each));
      return change(mark).catch(unlisted);
    });
    return batch.state();
  };

  const beginAgain = async (id: string, how: How): Promise<BatchState> => {
    const entry = (await load()).find((each) => each.id === id);
    if (entry === undefined) throw new EmulsionError('BATCH_UNKNOWN');
    return begin(entry, entry.settings, how);
  };

  return {
    start: (input, output, settings, root) =>
      begin({ input: resolve(input), output: resolve(output), root }, settings, {}),
    resume: async (id, retry = false) => beginAgain(id, { retry }),
    // One that is there already is shown as it is.
    show: async (id) => (current?.id === id ? current.state() : beginAgain(id, { isShown: true })),
    find(id) {
      if (current?.id !== id) throw new EmulsionError('BATCH_UNKNOWN');
      return current;
    },
    state: () => current?.state() ?? null,
    async known() {
      // The list then is the one before the write that failed.
      await writing.catch(() => undefined);
      return (await load()).map(({ settings: _, root: __, ...entry }) => entry);
    },
    forget: (id) => change((known) => known.filter((each) => each.id !== id)),
    busy: isBusy,
    async close() {
      isClosed = true;
      // Who asked for it is told of the failure.
      await starting?.catch(() => undefined);
      await current?.close();
      await writing.catch(() => undefined);
    },
  };
}

/**
 * Throws NOT_ALLOWED if a folder lies outside of `within`. The folders of a remembered batch may be those of a program that
 * was started for another folder.
 */
async function assertInside(folders: readonly string[], within: string | undefined): Promise<void> {
  if (within === undefined) return;
  const top = await realpath(within);
  for (const folder of folders) {
    // What does not exist yet has no links of its own.
    const real = await realpath(folder).catch(() => folder);
    if (!isBelow(top, real)) throw new EmulsionError('NOT_ALLOWED', { detail: `${folder} is outside of ${within}` });
  }
}

/** The folder for the restored photos: `folder` itself, or the folder `below` inside it. */
export const placeIn = (folder: string, below: string | null) => (below === null ? folder : join(folder, below));
