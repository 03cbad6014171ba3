import { randomUUID } from 'node:crypto';
import type { Response } from '../../contract/calls';
import type { PairQuery } from '../../contract/pictures';
import type { SynthesisSettings, SynthesisState } from '../../contract/synthesis';
import { Pool } from '../batch/pool';
import type { EngineOptions, LaunchEngine, Requests } from '../engine/protocol';
import type { Engine, RequestControl } from '../engine/supervisor';
import { EmulsionError, toEmulsionError } from '../errors';
import type { Found } from '../storage/found';
import { OF_THE_PHOTO, synthesise } from './run';
import { findSources, kindsOf, overlaysFor, sourcesFor } from './sources';

/** How long the listing of a folder is reused, in milliseconds. */
const SOURCES_KEPT = 20_000;
/** Number of preview pairs that are kept. */
const KEPT = 24;
/** Number of problems that are reported with their reasons. */
const PROBLEMS = 50;

export interface PairsOrder {
  input: string;
  overlays: string | null;
  settings: SynthesisSettings;
}

/** Training pairs of one window: previews, and one folder that is being made. */
export interface Maker {
  /** Throws as `synthesise` does. */
  preview(order: PairsOrder, index: number, control: RequestControl): Promise<Response<'synthesis.preview'>>;
  /** Throws UNKNOWN_PHOTO if the pair is no longer kept. */
  picture(query: PairQuery): { type: string; bytes: Uint8Array };
  /** Throws BATCH_RUNNING. */
  start(order: PairsOrder & { output: string; pairs: number }): SynthesisState;
  state(): SynthesisState | null;
  cancel(): void;
  busy(): boolean;
  close(): Promise<void>;
}

/**
 * @param engine makes the previews
 * @param options the options of the engines that make folders
 */
export function createMaker({
  within,
  engine,
  launch,
  options,
  onState,
}: {
  /** No link is followed out of this folder; absent: links may lead anywhere. */
  within?: string;
  engine: Engine;
  launch: LaunchEngine;
  options(): EngineOptions;
  onState(state: SynthesisState): void;
}): Maker {
  const folders = new Map<string, { at: number; found: Promise<{ photos: Found[]; bad: Set<string> }> }>();
  const kept = new Map<string, NonNullable<Requests['pair']['response']['pictures']>>();
  let state: SynthesisState | null = null;
  let running: { controller: AbortController; ended: Promise<void> } | null = null;

  const change = (next: Partial<SynthesisState>): void => {
    state = { ...state!, ...next };
    onState(state);
  };

  /** The listing of a folder, renewed from time to time. `bad` holds the photos that cannot be used. */
  const sourcesIn = (folder: string) => {
    const known = folders.get(folder);
    if (known && performance.now() - known.at < SOURCES_KEPT) return known.found;
    const found = findSources(folder, { within }).then(({ photos }) => ({ photos, bad: new Set<string>() }));
    // The latest two are in use.
    if (folders.size > 1) folders.delete([...folders.keys()][0]!);
    folders.delete(folder);
    folders.set(folder, { at: performance.now(), found });
    // Who asked is told of the failure; the next one looks again.
    found.catch(() => folders.delete(folder));
    return found;
  };

  async function make(order: Parameters<Maker['start']>[0], signal: AbortSignal): Promise<void> {
    const pool = new Pool(launch, options(), 0);
    const processor = { engines: pool.shape.engines, use: pool.use.bind(pool) };
    try {
      const result = await synthesise({
        ...order,
        within,
        processor,
        signal,
        onBegin: ({ kinds, kept: done }) => change({ kinds, done }),
        onPair: (_, progress) => change(progress),
        onProblem: ({ name, error, stray }) => {
          if (stray || !state) return;
          const problems = [...state.problems, { name, failure: error.toFailure() }].slice(0, PROBLEMS);
          change({ unusable: state.unusable + 1, problems });
        },
      });
      change({ phase: result.interrupted ? 'cancelled' : 'done', secondsLeft: null });
    } catch (thrown) {
      const error = toEmulsionError(thrown);
      if (error.code === 'CANCELLED') change({ phase: 'cancelled', secondsLeft: null });
      else change({ phase: 'failed', failure: error.toFailure(), secondsLeft: null });
    } finally {
      await pool.close();
    }
  }

  return {
    async preview({ input, overlays, settings }, index, control) {
      const [found, damage, generators] = await Promise.all([
        sourcesIn(input),
        overlays === null ? null : sourcesIn(overlays),
        engine.request('generators', null),
      ]);
      const { kinds } = kindsOf(settings, { overlays: damage !== null, generators });
      const { seed, size } = settings;
      const asked = overlaysFor(kinds.includes('overlay') ? (damage?.photos ?? []) : [], seed, index);
      let last: EmulsionError | null = null;
      for (const { name, path } of sourcesFor(found.photos, seed, index)) {
        // A photo that is too small for this size may be large enough for another.
        const key = `${name}\0${size}`;
        if (found.bad.has(key)) continue;
        const body = {
          path,
          index,
          settings,
          kinds,
          overlays: asked.map(({ name, path }) => ({ name, path })),
          target: null,
        };
        try {
          const { facts, pictures } = await engine.request('pair', body, control);
          const id = randomUUID();
          kept.set(id, pictures!);
          if (kept.size > KEPT) kept.delete([...kept.keys()][0]!);
          const overlayCount = damage?.photos.length ?? 0;
          return { id, source: name, coverage: facts.coverage, photos: found.photos.length, overlays: overlayCount };
        } catch (thrown) {
          last = toEmulsionError(thrown);
          if (!OF_THE_PHOTO.includes(last.code)) throw last;
          found.bad.add(key);
        }
      }
      throw last ?? new EmulsionError('PHOTOS_UNUSABLE');
    },
    picture({ pairId, pairSide }) {
      const pictures = kept.get(pairId);
      if (!pictures) throw new EmulsionError('UNKNOWN_PHOTO');
      return pictures[pairSide];
    },
    start(order) {
      if (running) throw new EmulsionError('BATCH_RUNNING');
      const controller = new AbortController();
      const { input, output, pairs } = order;
      const none = { failure: null, kinds: [], done: 0, secondsLeft: null, unusable: 0, problems: [] };
      state = { input, output, pairs, phase: 'running', ...none };
      const ended = make(order, controller.signal).finally(() => {
        running = null;
      });
      running = { controller, ended };
      return state;
    },
    state: () => state,
    cancel: () => running?.controller.abort(),
    busy: () => running !== null,
    async close() {
      running?.controller.abort();
      await running?.ended;
    },
  };
}
