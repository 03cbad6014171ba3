import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { EmulsionError, toFailure } from '../errors';
import { measureSamples } from '../restoration/pixels';
import type { FromMeasuring, ToMeasuring } from './measuring-thread';

/** The thread that measures photos beside the nets: samples come in, measurements or a failure go out. */

/** Of the thread: while nets compute, their threads wait for one another, so this one takes what they leave. */
const NICE = 10;
// Elsewhere it is the priority of the whole process.
if (process.platform === 'linux') setPriority(0, NICE);

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
}

parentPort?.on('message', (message: ToMeasuring) => {
  if ('samples' in message) void measure(message.id, message.samples);
  else cancelled.add(message.cancel);
});
send('ready');
