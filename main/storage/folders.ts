import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { isBelow, isRemote, remoteStorage } from './remote';

/** Checks that the input can be read and the output written, before any work starts. Creates nothing. */
export async function assertFolders(input: string, output: string): Promise<void> {
  if (input === output) throw new EmulsionError('OUTPUT_IS_INPUT');
  // Storage that cannot be listed cannot be written to either.
  if (isRemote(output)) await (await remoteStorage()).isEmpty(output);
  if (isRemote(input)) {
    if (await (await remoteStorage()).isEmpty(input)) {
      throw new EmulsionError('FILE_MISSING', { reason: say('failures.nothingBelow', { folder: input }) });
    }
    if (!isRemote(output)) await assertWritable(output);
    else if (isBelow(output, input)) {
      // A result could get the name of another photo's original.
      throw new EmulsionError('OUTPUT_IS_INPUT', { reason: say('failures.resultsHoldOriginals', { folder: input }) });
    }
    return;
  }
  const real = await realpath(input).catch((cause: unknown) => {
    throw new EmulsionError('FILE_MISSING', { reason: say('failures.noFolder', { folder: input }), cause });
  });
  if (!(await stat(real)).isDirectory()) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('failures.fileForBatch', { path: input }) });
  }
  if (isRemote(output)) return;
  // The output folder may not exist yet.
  const place = await realpath(output).catch(() => output);
  if (place === real) throw new EmulsionError('OUTPUT_IS_INPUT');
  if (isBelow(place, real)) {
    throw new EmulsionError('OUTPUT_IS_INPUT', {
      reason: say('failures.resultsHoldOriginals', { folder: input }),
    });
  }
  await assertWritable(output);
}

/**
 * Checks that an output folder can be written, before hours are spent on photos. Creates nothing: the first photo creates
 * the folders. Throws FOLDER_MISSING or FOLDER_UNWRITABLE.
 */
export async function assertWritable(folder: string): Promise<void> {
  for (let place = folder; ; place = dirname(place)) {
    const info = await stat(place).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && dirname(place) !== place) return null;
      throw new EmulsionError('FOLDER_MISSING', { cause: error });
    });
    if (info === null) continue;
    if (!info.isDirectory()) {
      throw new EmulsionError('FOLDER_MISSING', {
        reason: say('failures.notAFolder', { path: place }),
      });
    }
    await access(place, constants.W_OK | constants.X_OK).catch((cause: unknown) => {
      throw new EmulsionError('FOLDER_UNWRITABLE', {
        reason: say('failures.folderUnwritable', { folder: place }),
        cause,
      });
    });
    return;
  }
}
