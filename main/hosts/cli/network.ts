import { hostname } from 'node:os';
import type { PhotoProcessor } from '../../batch/types';
import { provideRemoteStorage } from '../../storage/remote';
import type { Reporter } from './reporter';
import { tellNote } from './tell';

/**
 * The command line's access to other machines. Each part is loaded only if a command needs it. No other program of
 * Emulsion has code that uses the network.
 */

/** Allows paths like `s3://bucket/folder`. */
export function allowRemoteStorage(): void {
  provideRemoteStorage(async () => (await import('../../batch/network/s3')).openS3());
}

/** Computes photos on workers on other machines. */
export async function sharedProcessor(url: string, reporter: Reporter): Promise<PhotoProcessor> {
  const { queueProcessor } = await import('../../batch/network/queue-processor');
  return queueProcessor(url, reporter.translator.t('cli.batchOn', { host: hostname() }), (note) =>
    tellNote(note, reporter, 'problem'),
  );
}

export const loadQueueWorker = () => import('../../batch/network/queue-worker');
