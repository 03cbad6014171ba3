import { createStore } from 'zustand/vanilla';
import { Settings } from '../../contract/app';
import { createBatchStore } from './batch';
import type { ComparisonState } from './comparison';
import { createCropStore } from './crop';
import { createHintStore } from './hints';
import { createLibraryStore } from './library';
import { createListingStore } from './listing';
import type { AppState, JobsState, ManyState, NoticesState, OpenPhoto, PhotosState } from './model';
import { createPairsStore } from './pairs';
import { createResultsStore } from './results';
import { createReviewStore } from './review';
import { createToolStore } from './tools';
import { createViewStore } from './view';

/** The stores of one window, by subject. Actions change them; components only read. */
export function createStores() {
  return {
    photos: createStore<PhotosState>(() => ({ photos: [], activeKey: null, selected: [], anchor: null })),
    listing: createListingStore(),
    many: createStore<ManyState>(() => ({ copied: null, folder: null, draft: null, pattern: null })),
    jobs: createStore<JobsState>(() => ({ jobs: [] })),
    notices: createStore<NoticesState>(() => ({ notices: [] })),
    app: createStore<AppState>(() => ({
      info: null,
      settings: Settings.parse({}),
      engine: null,
      recipes: [],
      ownRecipes: [],
      styles: null,
      recent: [],
      lostEdits: [],
      generators: null,
      connection: 'open',
    })),
    batch: createBatchStore(),
    pairs: createPairsStore(),
    library: createLibraryStore(),
    comparison: createStore<ComparisonState>(() => ({ others: {} })),
    view: createViewStore(),
    tools: createToolStore(),
    hints: createHintStore(),
    review: createReviewStore(),
    crop: createCropStore(),
    results: createResultsStore(),
  };
}

export type Stores = ReturnType<typeof createStores>;

export function activePhoto(state: PhotosState): OpenPhoto | null {
  return state.photos.find((photo) => photo.key === state.activeKey) ?? null;
}
