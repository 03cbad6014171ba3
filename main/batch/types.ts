import type { Provider } from '../../contract/app';
import type { BatchFilter, BatchRow, BatchSettings, BatchState } from '../../contract/batch';
import type { PagePrints } from './journal-lines';
import type { Kept, Made, PhotoControl, PhotoTask } from './photo';
import type { Review } from './review';

/** Computes the photos of a batch: with engines on this computer, or with workers elsewhere. */
export interface PhotoProcessor {
  /** Photos at the same time, and threads for each. */
  readonly shape: { engines: number; threads: number };
  readonly provider: Provider | null;
  /** How many photos may be processed now, if `working` are in progress. */
  limit(working: number): number;
  /** Computes one photo and writes it, see `restorePhoto`. */
  process(task: PhotoTask, control: PhotoControl): Promise<Made | Kept>;
  /** Looks for the prints on a page, see `findOnPage`; absent: it cannot. */
  prints?(
    task: Pick<PhotoTask, 'found' | 'settings'>,
    control: Pick<PhotoControl, 'signal' | 'onProgress'>,
  ): Promise<PagePrints>;
  /**
   * Called once, before the first photo. The processor calls `onMore` when more photos than before may be processed.
   */
  begin?(batch: Pick<BatchState, 'id' | 'input' | 'output' | 'settings'>, onMore: () => void): Promise<void>;
  /** Called after the photos in progress were told to stop. */
  close(): Promise<void>;
}

export interface BatchSetup {
  input: string;
  output: string;
  /** The folder below which no link is followed when results are written; by default the output folder. */
  root?: string;
  /** Links that lead out of this folder are not followed when originals are read. */
  within?: string;
  settings: BatchSettings;
  processor: PhotoProcessor;
  /** Folder on this computer for the journal, if the output folder is not on it. */
  journalIn?: string;
  /** Id of a new batch. */
  newId(): string;
  /** Tries failed and quarantined photos again. */
  retry?: boolean;
  /** Shows the results that its journal has. Nothing is computed, and the batch has ended. */
  isShown?: boolean;
  onState?(state: BatchState): void;
  /** Called once for each finished file, also for those of earlier runs (`isNew` false). */
  onRow?(row: BatchRow, isNew: boolean): void;
  /** Seconds between two scans of a watched folder. */
  interval?: number;
}

export interface Batch {
  readonly id: string;
  /** The folder below which no link is followed when something is written. */
  readonly root: string;
  state(): BatchState;
  /** Lets the current photos finish and starts no others. */
  pause(): void;
  resume(): void;
  /** Aborts the current photos. Results stay. */
  cancel(): void;
  /** Puts failed and quarantined photos back among the waiting ones; false if the batch has ended. */
  retryFailed(): Promise<boolean>;
  rows(filter: BatchFilter, from: number, count: number): Promise<{ total: number; rows: BatchRow[] }>;
  /** Every file found so far, in order. */
  allRows(): AsyncGenerator<BatchRow>;
  /** JPEG thumbnails of a photo; null if there are none, or if a power cut has destroyed them. */
  thumbnails(index: number): Promise<{ before: Buffer; after: Buffer } | null>;
  /** Looking at the results and deciding about them, also after the batch has ended. */
  readonly review: Review;
  /**
   * Settles, and never rejects, when the batch has ended as `done`, `cancelled` or `halted`. Its rows and thumbnails
   * can still be read.
   */
  readonly ended: Promise<BatchState>;
  /** Aborts the batch if it is running, and waits for its end. */
  close(): Promise<void>;
}
