import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchSettings } from '../../contract/batch';
import type { Found, Unreadable } from '../storage/found';
import { scan } from '../storage/scan';
import type { Item } from './items';
import { photosOf } from './pages';

/**
 * A file of a watched folder is taken when it has not changed for this many scans: scanners and network copies pause while
 * they write.
 */
const QUIET_SCANS = 4;

/** Scanning a watched folder takes at most this share of the time. */
const WATCH_SHARE = 0.1;

export interface FinderSetup {
  input: string;
  output: string;
  within: string | undefined;
  settings: BatchSettings;
  /** Seconds between two scans of a watched folder. */
  interval: number;
  signal: AbortSignal;
  /** The item of a file that was found before. */
  known(name: string): Item | undefined;
  /** Called for a file that is new, or that has changed since it was found (`known`). */
  onFound(found: Found, known: Item | undefined): Promise<void>;
  onUnreadable(unreadable: Unreadable): Promise<void>;
  /** Called after each complete scan. A watched folder is scanned repeatedly. */
  onScanned(): void;
}

/** Finds the files of a folder. Scans a watched folder for as long as the batch lasts. */
export async function findFiles(setup: FinderSetup): Promise<void> {
  const { input, output, within, settings, interval, signal, known } = setup;
  /** Files of a watched folder that may still be growing, as they were at the last scan. */
  let growing = new Map<string, { found: Found; scans: number }>();
  for (;;) {
    const started = performance.now();
    const stillGrowing: typeof growing = new Map();
    for await (const found of scan(input, { ...settings, except: [output], within, signal })) {
      if (signal.aborted) return;
      const item = known(found.name);
      if ('error' in found) {
        if (!item) await setup.onUnreadable(found);
        continue;
      }
      const isKnown = item && isSameFile(item.found, found);
      if (isKnown || item?.state === 'running' || item?.state === 'waiting') continue;
      // An old file has stopped growing. The clock of a network drive may differ, so unchanged scans count as well.
      const isStill = Date.now() - found.modified > 1000 * QUIET_SCANS * interval;
      const before = growing.get(found.name);
      const scans = before && isSameFile(before.found, found) ? before.scans + 1 : 0;
      if (settings.watch && !isStill && scans < QUIET_SCANS) stillGrowing.set(found.name, { found, scans });
      else {
        for await (const photo of photosOf(found, settings)) {
          const before = known(photo.name);
          if (!before || !isSameFile(before.found, photo)) await setup.onFound(photo, before);
        }
      }
    }
    if (signal.aborted) return;
    growing = stillGrowing;
    setup.onScanned();
    if (!settings.watch) return;
    const seconds = Math.max(interval, (performance.now() - started) / 1000 / WATCH_SHARE);
    // The end of the batch ends the sleep.
    await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

export const isSameFile = (a: Pick<Found, 'bytes' | 'modified'>, b: Pick<Found, 'bytes' | 'modified'>): boolean =>
  a.bytes === b.bytes && a.modified === b.modified;
