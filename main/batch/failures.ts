import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorCode } from '../../contract/errors';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { isRemote } from '../storage/remote';
import { identityOf } from '../storage/scan';
import { BATCH_FOLDER } from './journal-state';

/** What is true of every photo alike, or was said by a queue, a worker or the storage of all of them. */
const OF_ALL: readonly ErrorCode[] = [
  ...(['DISK_FULL', 'PROVIDER_FAILED', 'GENERATOR_MISSING', 'GENERATOR_DAMAGED'] as const),
  ...(['QUEUE_UNREACHABLE', 'QUEUE_VERSION', 'NOT_ALLOWED', 'STORAGE_UNREACHABLE'] as const),
];
const ENGINE_DOWN: readonly ErrorCode[] = ['ENGINE_CRASHED', 'ENGINE_HUNG', 'ENGINE_FAILED'];

export const isEngineDown = (code: ErrorCode): boolean => ENGINE_DOWN.includes(code);
/** Whether another try may succeed. */
export const mayPass = (code: ErrorCode): boolean => code === 'PHOTO_CHANGED' || code === 'OUT_OF_MEMORY';

/**
 * What is wrong not with one photo but with the disks, where that is so: going on would only make every other photo fail
 * as well. Null where it is the photo's own.
 *
 * @param identity what `identityOf` said of the input folder when the batch began
 */
export async function failureOfAll(
  error: EmulsionError,
  { input, output, identity }: { input: string; output: string; identity: string | null },
): Promise<EmulsionError | null> {
  const { code } = error;
  if (OF_ALL.includes(code)) return error;
  if (['FILE_MISSING', 'FILE_UNREADABLE', 'INTERNAL'].includes(code)) {
    // Where a drive was pulled out, its empty folder may have stayed.
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
