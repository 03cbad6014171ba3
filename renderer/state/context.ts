import { createContext, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import type { Actions } from './actions';
import type { BatchPageState } from './batch';
import type { ComparisonState } from './comparison';
import type { CropState } from './crop';
import type { HintState } from './hints';
import type { LibraryState } from './library';
import { arranged, type Listing } from './listing';
import type { AppState, JobsState, ManyState, NoticesState, OpenPhoto, PhotosState } from './model';
import type { PairsPageState } from './pairs';
import type { ResultsState } from './results';
import type { ReviewState } from './review';
import { activePhoto, type Stores } from './stores';
import type { ToolState } from './tools';
import type { ViewState } from './view';

/** What the components of one window share. */
export interface Session {
  stores: Stores;
  actions: Actions;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('A component was rendered outside its SessionContext.');
  return session;
}

export const useActions = (): Actions => useSession().actions;
export const useApp = <T>(select: (state: AppState) => T): T => useStore(useSession().stores.app, select);
export const useBatch = <T>(select: (state: BatchPageState) => T): T => useStore(useSession().stores.batch, select);
export const usePairs = <T>(select: (state: PairsPageState) => T): T => useStore(useSession().stores.pairs, select);
export const useLibrary = <T>(select: (state: LibraryState) => T): T => useStore(useSession().stores.library, select);
export const useJobs = <T>(select: (state: JobsState) => T): T => useStore(useSession().stores.jobs, select);
export const useNotices = <T>(select: (state: NoticesState) => T): T => useStore(useSession().stores.notices, select);
export const usePhotos = <T>(select: (state: PhotosState) => T): T => useStore(useSession().stores.photos, select);
export const useListing = <T>(select: (state: Listing) => T): T => useStore(useSession().stores.listing, select);
/** The open photos as they are sorted and filtered. */
export function useArranged(): OpenPhoto[] {
  const photos = usePhotos((state) => state.photos);
  const listing = useListing((state) => state);
  return useMemo(() => arranged(photos, listing), [photos, listing]);
}
export const useMany = <T>(select: (state: ManyState) => T): T => useStore(useSession().stores.many, select);
export const useComparison = <T>(select: (state: ComparisonState) => T): T =>
  useStore(useSession().stores.comparison, select);
export const useView = <T>(select: (state: ViewState) => T): T => useStore(useSession().stores.view, select);
export const useTools = <T>(select: (state: ToolState) => T): T => useStore(useSession().stores.tools, select);
export const useHints = <T>(select: (state: HintState) => T): T => useStore(useSession().stores.hints, select);
export const useReview = <T>(select: (state: ReviewState) => T): T => useStore(useSession().stores.review, select);
export const useCrop = <T>(select: (state: CropState) => T): T => useStore(useSession().stores.crop, select);
export const useResults = <T>(select: (state: ResultsState) => T): T => useStore(useSession().stores.results, select);
export const useActivePhoto = (): OpenPhoto | null => usePhotos(activePhoto);
