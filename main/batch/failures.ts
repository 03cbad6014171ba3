import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorCode } from '../../contract/errors';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { isRemote } from '../storage/remote';
import { identityOf } from '../storage/scan';
import { BATCH_FOLDER } from './journal-state';

/** Codes that concern all photos, or come from a queue, a worker or the storage. */
const OF_ALL: readonly ErrorCode[] = [
  ...(['DISK_FULL', 'PROVIDER_FAILED', 'GENERATOR_MISSING', 'GENERATOR_DAMAGED'] as const),
  ...(['QUEUE_UNREACHABLE', 'QUEUE_VERSION', 'NOT_ALLOWED', 'STORAGE_UNREACHABLE'] as const),
];
const ENGINE_DOWN: readonly ErrorCode[] = ['ENGINE_CRASHED', 'ENGINE_HUNG', 'ENGINE_FAILED'];

export const isEngineDown = (code: ErrorCode): boolean => ENGINE_DOWN.includes(code);
/** Whether another try may succeed. */
export const mayPass = (code: ErrorCode): boolean => code === 'PHOTO_CHANGED' || code === 'OUT_OF_MEMORY';

/**
 * Returns the failure of the whole batch if the disks are at fault and not the photo, since every other photo would
 * fail as well. Null if only this photo is at fault.
 *
 * @param identity what `identityOf` returned for the input folder at the start of the batch
 */
export async function failureOfAll(
  error: EmulsionError,
  { input, output, identity }: { input: string; output: string; identity: string | null },
): Promise<EmulsionError | null> {
  const { code } = error;
  if (OF_ALL.includes(code)) return error;
  if (['FILE_MISSING', 'FILE_UNREADABLE', 'INTERNAL'].includes(code)) {
    // After a drive is unplugged, its empty mount folder may remain.
    if (!isRemote(input) && (await identityOf(input)) !== identity) {
      return new EmulsionError('FILE_MISSING', {
        reason: say('failures.inputMissing', { folder: input }),
      });
    }
  }
  if (['FOLDER_MISSING', 'FOLDER_UNWRITABLE', 'INTERNAL'].includes(code) && !(await isWritable(output))) {
    return new EmulsionError(code === 'FOLDER_UNWRITABLE' ? code : 'FOLDER_MISSING', {
      reason: say('failures.outputUnwritable', { folder: output }),
    });
  }
  return null;
}

async function isWritable(output: string): Promise<boolean> {
  if (isRemote(output)) return true;
  return Promise.all([
    access(join(output, BATCH_FOLDER), constants.W_OK),
    access(output, constants.W_OK | constants.X_OK),
  ]).then(
    () => true,
    () => false,
  );
}
