import { parentPort } from 'node:worker_threads';
import { toFailure } from '../errors';
import type { FromThread } from './apart';
import { parseEditFile } from './parse';

/** The thread that reads one edit file: its bytes come in, and the document or a failure goes out. */

const send = (message: FromThread) => parentPort?.postMessage(message);

parentPort?.once('message', async (bytes: Uint8Array) => {
  send(
    await parseEditFile(Buffer.from(bytes).toString('utf8')).then(
      (value) => ({ ok: true, value }),
      (error: unknown) => ({ ok: false, error: toFailure(error) }),
    ),
  );
});
send('ready');
