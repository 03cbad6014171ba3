import type { Provider } from '../../contract/app';
import type { BATCH_FILTERS, BatchRow, BatchSettings, BatchState } from '../../contract/batch';
import type { Kept, Made, PhotoControl, PhotoTask } from './photo';

/** What computes the photos of a batch: engines of this computer, or workers elsewhere. */
export interface PhotoProcessor {
  /** Photos at once, and threads for each. */
  readonly shape: { engines: number; threads: number };
  readonly provider: Provider | null;
  /** How many photos may be at work now, where so many are. */
  limit(working: number): number;
  /** Computes one photo and writes it, see `restorePhoto`. */
  process(task: PhotoTask, control: PhotoControl): Promise<Made | Kept>;
  /** Told once, before the first photo. `onMore` is to be called when more photos than before may be at work. */
  begin?(batch: Pick<BatchState, 'id' | 'input' | 'output' | 'settings'>, onMore: () => void): Promise<void>;
  /** Photos at work have been told to stop before. */
  close(): Promise<void>;
}

export interface BatchSetup {
  input: string;
  output: string;
  settings: BatchSettings;
  processor: PhotoProcessor;
  /** Folder of this computer for the journal, where the output is none. */
  journalIn?: string;
  /** Names a batch that is begun. */
  newId(): string;
  /** Failed and quarantined photos are tried again. */
  retry?: boolean;
  onState?(state: BatchState): void;
  /** Told once for each file that has come to its end, also for those of earlier runs (`isNew` false). */
  onRow?(row: BatchRow, isNew: boolean): void;
  /** Seconds between two looks at a folder that is watched. */
  interval?: number;
}

export interface Batch {
  readonly id: string;
  state(): BatchState;
  /** Lets the photos at work end and takes no others. */
  pause(): void;
  resume(): void;
  /** Breaks the photos at work off. What is done stays. */
  cancel(): void;
  /** Takes failed and quarantined photos back to those that wait; false where the batch is over. */
  retryFailed(): Promise<boolean>;
  rows(
    filter: (typeof BATCH_FILTERS)[number],
    from: number,
    count: number,
  ): Promise<{ total: number; rows: BatchRow[] }>;
  /** Every file that has been found so far, in order. */
  allRows(): AsyncGenerator<BatchRow>;
  /** JPEG pictures of a photo; null where there are none, or where a power cut has taken them. */
  thumbnails(index: number): Promise<{ before: Buffer; after: Buffer } | null>;
  /** Settles, never rejects, when nothing is done any more: `done`, `cancelled` or `halted`. All can still be read. */
  readonly ended: Promise<BatchState>;
  /** Breaks it off where it runs, and waits for its end. */
  close(): Promise<void>;
}
