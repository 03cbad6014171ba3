import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Result } from '../../contract/errors';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { log } from '../log/log';
import { type EditDocument, parseEditFile } from './parse';

/** SECURITY: seconds after which the reading of an edit file is given up, and the memory that its thread may have. */
const SECONDS = 20;
const MEGABYTES = 1024;

export type FromThread = 'ready' | Result<EditDocument>;

/**
 * Parses an edit file in a thread, so that a hostile one holds up nothing else. Throws what {@link parseEditFile} throws, and
 * EDIT_FILE_SLOW if it takes too long.
 */
export async function parseApart(
  bytes: Uint8Array,
  { seconds = SECONDS, thread = builtThread() }: { seconds?: number; thread?: string | null } = {},
): Promise<EditDocument> {
  const here = () => parseEditFile(Buffer.from(bytes).toString('utf8'));
  // Unit tests run the sources, of which Node can start no thread.
  if (thread === null) return here();
  const worker = new Worker(thread, { resourceLimits: { maxOldGenerationSizeMb: MEGABYTES } });
  let timer: NodeJS.Timeout | undefined;
  try {
    const result = await new Promise<Result<EditDocument> | null>((resolve, reject) => {
      let isReady = false;
      worker.on('message', (message: FromThread) => {
        if (message !== 'ready') resolve(message);
        else {
          isReady = true;
          worker.postMessage(bytes);
        }
      });
      worker.once('error', (cause) => {
        // It has used up its memory.
        if (isReady) reject(new EmulsionError('EDIT_FILE_INVALID', { reason: say('failures.editTooMuch'), cause }));
        else {
          log.failure('The thread for edit files does not start', toEmulsionError(cause));
          resolve(null);
        }
      });
      timer = setTimeout(() => reject(new EmulsionError('EDIT_FILE_SLOW', { detail: `${seconds} s` })), seconds * 1000);
    });
    if (result === null) return await here();
    if (result.ok) return result.value;
    const { code, reason, detail } = result.error;
    throw new EmulsionError(code, { reason, detail });
  } finally {
    clearTimeout(timer);
    void worker.terminate();
  }
}

/** `out/main/edits.js`, found from `out/main` or from its `chunks`; null if this is not a built program. */
function builtThread(): string | null {
  const here = dirname(fileURLToPath(import.meta.url));
  return [join(here, 'edits.js'), join(here, '..', 'edits.js')].find((path) => existsSync(path)) ?? null;
}
