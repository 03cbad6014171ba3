import { setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { EmulsionError, toFailure } from '../errors';
import { measureSamples } from '../restoration/pixels';
import type { FromMeasuring, ToMeasuring } from './measuring-thread';

/** The thread that measures photos beside the nets: samples come in, measurements or a failure go out. */

/** Of the thread: while nets compute, their threads wait for one another, so this one takes what they leave. */
const NICE = 10;
// Elsewhere it is the priority of the whole process.
if (process.platform === 'linux') setPriority(0, NICE);

// The arrays of one photo are of no use to the next, and V8 would keep them until then.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const cancelled = new Set<number>();
const send = (message: FromMeasuring) => parentPort?.postMessage(message);

async function measure(id: number, samples: Extract<ToMeasuring, { samples: unknown }>['samples']): Promise<void> {
  const breathe = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (cancelled.has(id)) throw new EmulsionError('CANCELLED');
  };
  send(
    await measureSamples(samples, breathe).then(
      (value) => ({ id, result: { ok: true, value } }),
      (error: unknown) => ({ id, result: { ok: false, error: toFailure(error) } }),
    ),
  );
  cancelled.delete(id);
  // After the samples have left this function.
  setImmediate(collect);
}

parentPort?.on('message', (message: ToMeasuring) => {
  if ('samples' in message) void measure(message.id, message.samples);
  else cancelled.add(message.cancel);
});
send('ready');
