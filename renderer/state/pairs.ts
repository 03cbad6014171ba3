import { createStore } from 'zustand/vanilla';
import type { GeneratorInfo } from '../../contract/app';
import type { Request, Response } from '../../contract/calls';
import type { Failure } from '../../contract/errors';
import {
  DAMAGE_KINDS,
  type DamageKind,
  MAX_PAIRS,
  SynthesisSettings,
  type SynthesisState,
} from '../../contract/synthesis';
import { createFolderPage, type Folder, type FolderPageDependencies } from './folderPage';
import type { Stores } from './stores';

/** The number of pairs in the preview. */
export const PREVIEW_COUNT = 6;
/** How long no setting may change before the preview is made again, in milliseconds. */
export const PREVIEW_DELAY = 300;

/** The settings of the user. A kind of damage is only used where it is available. */
export interface PairsDraft extends Omit<SynthesisSettings, 'damage'> {
  pairs: number;
  damage: Record<DamageKind, boolean>;
}

type Shown = Response<'synthesis.preview'>;

export interface PairsPreview {
  phase: 'none' | 'making' | 'ready' | 'failed';
  /** By index. Those from `fresh` on were made with other settings. */
  pairs: Shown[];
  fresh: number;
  failure: Failure | null;
}

export interface PairsPageState {
  input: Folder | null;
  /** Null: beside the folder of the photos. */
  output: Folder | null;
  overlays: Folder | null;
  /** The name of the folder for the pairs. Null: the default name of the page's language. */
  below: string | null;
  draft: PairsDraft;
  preview: PairsPreview;
  /** The current run, or the last one. */
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

/** The kinds of damage that are available. */
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

interface Dependencies extends FolderPageDependencies {
  loadGenerators(): Promise<void>;
}

type PairsFolder = 'clean' | 'pairs' | 'overlays';

/** Making training pairs: choosing folders, previewing some pairs, and following the run. */
export function createPairsActions(
  stores: Pick<Stores, 'app' | 'view'> & { pairs: ReturnType<typeof createPairsStore> },
  dependencies: Dependencies,
) {
  const { pairs: store, app } = stores;
  const { call, view, loadGenerators } = dependencies;
  const get = store.getState;
  const patch = (change: Partial<PairsPageState>) => store.setState(change);
  const folderPage = createFolderPage<PairsFolder>(stores, dependencies, {
    page: 'pairs',
    typedName: () => get().below,
    choose,
  });

  /** The request for the main side; null where no folder or no kind of damage is chosen. */
  function order(): Pick<Request<'synthesis.preview'>, 'input' | 'overlays' | 'settings'> | null {
    const { input, overlays, draft } = get();
    const { pairs: _, damage: wanted, ...rest } = draft;
    const damage = availableKinds(get(), app.getState().generators).filter((kind) => wanted[kind]);
    if (input === null || damage.length === 0) return null;
    const isUsed = damage.includes('overlay');
    return { input: input.token, overlays: isUsed ? (overlays?.token ?? null) : null, settings: { ...rest, damage } };
  }

  /** Makes the pairs of the preview again, one after the other, after `delay` milliseconds. */
  function updatePreview(delay = PREVIEW_DELAY): void {
    const asked = order();
    if (asked === null) {
      folderPage.preview.cancel();
      patch({ preview: NO_PREVIEW });
      return;
    }
    patch({ preview: { ...get().preview, phase: 'making', fresh: 0, failure: null } });
    folderPage.preview.start(delay, async ({ isCurrent, nextJobId }) => {
      for (let index = 0; index < PREVIEW_COUNT; index++) {
        const result = await call('synthesis.preview', { ...asked, index, jobId: nextJobId() });
        if (!isCurrent()) return;
        if (!result.ok) {
          patch({ preview: { ...NO_PREVIEW, phase: 'failed', failure: result.error } });
          return;
        }
        const pairs = [...get().preview.pairs];
        pairs[index] = result.value;
        patch({ preview: { ...get().preview, pairs, fresh: index + 1 } });
      }
      patch({ preview: { ...get().preview, phase: 'ready' } });
    });
  }

  function choose(which: PairsFolder, folder: Folder | null): void {
    if (which === 'pairs') {
      patch({ output: folder });
      return;
    }
    const { draft } = get();
    if (which === 'clean') patch({ input: folder, preview: NO_PREVIEW });
    else patch({ overlays: folder, draft: { ...draft, damage: { ...draft.damage, overlay: true } } });
    updatePreview(0);
  }

  /** A folder of clean photos that was dropped on the page. */
  function take(folder: Folder): void {
    choose('clean', folder);
    view.goTo('pairs');
  }

  async function start(): Promise<void> {
    const asked = order();
    const below = folderPage.newFolderName();
    if (asked === null || below === null || get().starting) return;
    const { state: before } = get();
    patch({ starting: true });
    const { output, draft } = get();
    const { pairs } = draft;
    const request = { ...asked, output: output?.token ?? null, below, pairs };
    const result = await call('synthesis.start', request);
    patch({ starting: false });
    if (!result.ok) folderPage.failed(result.error, 'pairsFailed');
    // A state that arrived meanwhile is newer than the answer.
    else if (get().state === before) patch({ state: result.value });
  }

  return {
    async load(): Promise<void> {
      const result = await call('synthesis.state', {});
      if (result.ok && result.value.state !== null) patch({ state: result.value.state });
    },
    /** Called when the page is opened. Loads the generators, one of which may draw damage. */
    async enter(): Promise<void> {
      await loadGenerators();
      const { phase, pairs } = get().preview;
      if (phase !== 'making' && pairs.length === 0) updatePreview(0);
    },
    changed(state: SynthesisState): void {
      const before = get().state;
      patch({ state });
      if (state.phase === 'running' || before?.phase !== 'running') return;
      if (state.phase === 'cancelled') return;
      const isFault = state.phase === 'failed';
      folderPage.tellEnd({
        text: isFault ? 'pairsFailed' : 'pairsDone',
        isFault,
        folder: state.output,
        failure: state.failure,
      });
    },
    proposeName: (name: string) => void folderPage.proposeName(name),
    choose,
    take,
    pickFolder: folderPage.pickFolder,
    setBelow: (below: string) => patch({ below }),
    set(change: Partial<PairsDraft>): void {
      patch({ draft: { ...get().draft, ...change } });
      // The other settings do not change how the pairs look.
      if (Object.keys(change).some((key) => key !== 'pairs' && key !== 'format')) updatePreview();
    },
    /** Pairs of another seed. */
    newSamples(): void {
      const { draft } = get();
      patch({ draft: { ...draft, seed: (draft.seed + 1) % 2 ** 32 } });
      updatePreview(0);
    },
    refreshPreview: () => updatePreview(0),
    start: () => void start(),
    cancel: () => void call('synthesis.cancel', {}),
  };
}

export type PairsActions = ReturnType<typeof createPairsActions>;

/** Rounds and limits a number of pairs. */
export const pairsWithin = (value: number): number => Math.max(1, Math.min(MAX_PAIRS, Math.round(value)));
