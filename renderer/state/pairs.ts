import { createStore } from 'zustand/vanilla';
import type { FileEntry, GeneratorInfo } from '../../contract/app';
import type { CallName, Request, Response } from '../../contract/calls';
import type { Failure, Result } from '../../contract/errors';
import {
  DAMAGE_KINDS,
  type DamageKind,
  MAX_PAIRS,
  SynthesisSettings,
  type SynthesisState,
} from '../../contract/synthesis';
import { folderFault, lastPart } from './batch';
import type { Notice } from './model';
import type { Stores } from './stores';
import type { ViewActions } from './view';

/** Pairs that are shown before any are made for good. */
export const SHOWN = 6;
/** How long the hand has to rest before they are made anew, in milliseconds. */
export const PREVIEW_DELAY = 300;

type Folder = Pick<FileEntry, 'token' | 'name'>;

/** What a person sets. A kind of damage counts where there is what it needs. */
export interface PairsDraft extends Omit<SynthesisSettings, 'damage'> {
  pairs: number;
  damage: Record<DamageKind, boolean>;
}

type Shown = Response<'synthesis.preview'>;

export interface PairsPreview {
  phase: 'none' | 'making' | 'ready' | 'failed';
  /** By their index. Those beyond `fresh` were made with other settings. */
  pairs: Shown[];
  fresh: number;
  failure: Failure | null;
}

export interface PairsPageState {
  input: Folder | null;
  /** Null: beside the folder of the photos. */
  output: Folder | null;
  overlays: Folder | null;
  /** The name of the folder for the pairs; null: the one that the page proposes. */
  below: string | null;
  draft: PairsDraft;
  preview: PairsPreview;
  /** The pairs that are being made, or were last. */
  state: SynthesisState | null;
  starting: boolean;
}

const NO_PREVIEW: PairsPreview = { phase: 'none', pairs: [], fresh: 0, failure: null };

export function createPairsStore() {
  const { damage: _, ...defaults } = SynthesisSettings.parse({});
  return createStore<PairsPageState>(() => ({
    input: null,
    output: null,
    overlays: null,
    below: null,
    draft: { ...defaults, pairs: 500, damage: { drawn: true, overlay: true, synthesised: true } },
    preview: NO_PREVIEW,
    state: null,
    starting: false,
  }));
}

/** Which kinds of damage can be had. */
export function availableKinds(
  { overlays }: Pick<PairsPageState, 'overlays'>,
  generators: readonly GeneratorInfo[] | null,
): DamageKind[] {
  const isThere: Record<DamageKind, boolean> = {
    drawn: true,
    overlay: overlays !== null,
    synthesised: generators?.some(({ task, state }) => task === 'synthesise' && state === 'ready') ?? false,
  };
  return DAMAGE_KINDS.filter((kind) => isThere[kind]);
}

interface Dependencies {
  call<N extends CallName>(name: N, request: Request<N>): Promise<Result<Response<N>>>;
  tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): string;
  newId(): string;
  view: ViewActions;
  loadGenerators(): Promise<void>;
}

/** Making training pairs: choosing folders, looking at some, and following the making. */
export function createPairsActions(
  stores: Pick<Stores, 'app' | 'view'> & { pairs: ReturnType<typeof createPairsStore> },
  { call, tell, newId, view, loadGenerators }: Dependencies,
) {
  const { pairs: store, app } = stores;
  const get = store.getState;
  const patch = (change: Partial<PairsPageState>) => store.setState(change);

  let proposedName = '';
  let making: { timer: ReturnType<typeof setTimeout> | null; jobId: string | null } | null = null;

  const belowName = () => get().below ?? proposedName;

  /** What goes to the main side; null where nothing would be drawn, or no folder is chosen. */
  function order(): Pick<Request<'synthesis.preview'>, 'input' | 'overlays' | 'settings'> | null {
    const { input, overlays, draft } = get();
    const { pairs: _, damage: wanted, ...rest } = draft;
    const damage = availableKinds(get(), app.getState().generators).filter((kind) => wanted[kind]);
    if (input === null || damage.length === 0) return null;
    const isUsed = damage.includes('overlay');
    return { input: input.token, overlays: isUsed ? (overlays?.token ?? null) : null, settings: { ...rest, damage } };
  }

  function endPreview(): void {
    if (making === null) return;
    if (making.timer !== null) clearTimeout(making.timer);
    if (making.jobId !== null) void call('jobs.cancel', { jobId: making.jobId });
    making = null;
  }

  /** Makes the pairs to look at anew, one after the other, after `delay` milliseconds. */
  function look(delay = PREVIEW_DELAY): void {
    endPreview();
    const asked = order();
    if (asked === null) {
      patch({ preview: NO_PREVIEW });
      return;
    }
    patch({ preview: { ...get().preview, phase: 'making', fresh: 0, failure: null } });
    const turn: NonNullable<typeof making> = { timer: null, jobId: null };
    turn.timer = setTimeout(async () => {
      turn.timer = null;
      for (let index = 0; index < SHOWN; index++) {
        turn.jobId = newId();
        const result = await call('synthesis.preview', { ...asked, index, jobId: turn.jobId });
        if (making !== turn) return;
        if (!result.ok) {
          making = null;
          patch({ preview: { ...NO_PREVIEW, phase: 'failed', failure: result.error } });
          return;
        }
        const pairs = [...get().preview.pairs];
        pairs[index] = result.value;
        patch({ preview: { ...get().preview, pairs, fresh: index + 1 } });
      }
      making = null;
      patch({ preview: { ...get().preview, phase: 'ready' } });
    }, delay);
    making = turn;
  }

  function choose(which: 'clean' | 'pairs' | 'overlays', folder: Folder | null): void {
    if (which === 'pairs') {
      patch({ output: folder });
      return;
    }
    const { draft } = get();
    if (which === 'clean') patch({ input: folder, preview: NO_PREVIEW });
    else patch({ overlays: folder, draft: { ...draft, damage: { ...draft.damage, overlay: true } } });
    look(0);
  }

  /** The system's dialog, or the page's own where the host has none. */
  async function pickFolder(which: 'clean' | 'pairs' | 'overlays'): Promise<void> {
    if (app.getState().info?.nativeDialogs !== true) {
      view.show(({ clean: 'cleanFolder', pairs: 'pairsFolder', overlays: 'overlayFolder' } as const)[which]);
      return;
    }
    const result = await call('files.pick', { kind: 'folder' });
    if (!result.ok) tell({ tone: 'error', text: 'filesFailed', failure: result.error });
    else if (result.value.files[0] !== undefined) choose(which, result.value.files[0]);
  }

  async function start(): Promise<void> {
    const asked = order();
    const below = belowName();
    if (asked === null || folderFault(below) !== null || get().starting) return;
    const { state: before } = get();
    patch({ starting: true });
    const { output, draft } = get();
    const { pairs } = draft;
    const request = { ...asked, output: output?.token ?? null, below: below.trim(), pairs };
    const result = await call('synthesis.start', request);
    patch({ starting: false });
    if (!result.ok) tell({ tone: 'error', text: 'pairsFailed', failure: result.error });
    // What it has told of itself meanwhile is newer than the answer.
    else if (get().state === before) patch({ state: result.value });
  }

  return {
    async load(): Promise<void> {
      const result = await call('synthesis.state', {});
      if (result.ok && result.value.state !== null) patch({ state: result.value.state });
    },
    /** The page is opened: whether a generator draws damage may not be known yet. */
    async enter(): Promise<void> {
      await loadGenerators();
      const { phase, pairs } = get().preview;
      if (phase !== 'making' && pairs.length === 0) look(0);
    },
    changed(state: SynthesisState): void {
      const before = get().state;
      patch({ state });
      if (state.phase === 'running' || before?.phase !== 'running') return;
      if (stores.view.getState().page === 'pairs' || state.phase === 'cancelled') return;
      tell({
        tone: state.phase === 'failed' ? 'error' : 'done',
        text: state.phase === 'failed' ? 'pairsFailed' : 'pairsDone',
        params: { name: lastPart(state.output) },
        failure: state.failure,
        action: { label: 'show', run: () => view.goTo('pairs') },
        stays: true,
      });
    },
    proposeName(name: string): void {
      proposedName = name;
    },
    choose,
    pickFolder: (which: 'clean' | 'pairs' | 'overlays') => void pickFolder(which),
    setBelow: (below: string) => patch({ below }),
    set(change: Partial<PairsDraft>): void {
      patch({ draft: { ...get().draft, ...change } });
      // How many are made, and in which format, changes nothing of how they look.
      if (Object.keys(change).some((key) => key !== 'pairs' && key !== 'format')) look();
    },
    /** Pairs of another seed. */
    others(): void {
      const { draft } = get();
      patch({ draft: { ...draft, seed: (draft.seed + 1) % 2 ** 32 } });
      look(0);
    },
    lookAgain: () => look(0),
    start: () => void start(),
    cancel: () => void call('synthesis.cancel', {}),
  };
}

export type PairsActions = ReturnType<typeof createPairsActions>;

/** A number of pairs that can be made. */
export const pairsWithin = (value: number): number => Math.max(1, Math.min(MAX_PAIRS, Math.round(value)));
