import { hostname } from 'node:os';
import { inEnglish, sentenceOf } from '../../../text/message';
import type { PhotoProcessor } from '../../batch/types';
import { provideRemoteStorage } from '../../storage/remote';
import type { Reporter } from './reporter';

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
  return queueProcessor(url, reporter.words.t('cli.batchOn', { host: hostname() }), (note) => {
    const { words } = reporter;
    reporter.problem(words.sentence(note), { type: 'note', note: sentenceOf(note, inEnglish()) });
  });
}

export const loadQueueWorker = () => import('../../batch/network/queue-worker');
