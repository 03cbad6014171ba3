import { say } from '../../../text/message';
import { EmulsionError, toEmulsionError } from '../../errors';
import { readText } from '../../storage/open-file';
import type { Reporter } from './reporter';
import { tellNote } from './tell';

export const QUEUE_VARIABLE = 'EMULSION_QUEUE_URL';
const LONGEST = 4096;

export interface QueueFlags {
  /** True: the option was given without an address. */
  queue?: string | true;
  queueFile?: string;
}

/**
 * The address of the queue, from a file, from the environment or from the command itself. SECURITY: an address may hold a
 * password, and everybody on a computer can read the arguments of every program. Throws BAD_REQUEST.
 */
export async function queueUrlOf(
  { queue, queueFile }: QueueFlags,
  reporter: Reporter,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  if (typeof queue === 'string') {
    if (URL.canParse(queue) && new URL(queue).password !== '') tellNote(say('cli.passwordShown'), reporter, 'problem');
    return queue;
  }
  if (queueFile !== undefined) {
    const text = await readText(queueFile, LONGEST).catch((error: unknown) => Promise.reject(toEmulsionError(error)));
    return text.trim();
  }
  const url = env[QUEUE_VARIABLE];
  if (!url) throw new EmulsionError('BAD_REQUEST', { reason: say('cli.errors.queueNeeded') });
  return url;
}
