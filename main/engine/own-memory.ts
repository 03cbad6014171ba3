import { Worker } from 'node:worker_threads';

/*
 * The engine's own watch over its memory, for systems that do not tell the app how much another process takes. A thread
 * looks, because a decoder may keep the main thread busy for minutes.
 */

/** What the engine writes to its error output before it ends itself. */
export const OVER_BUDGET = 'The engine has more memory than it may have.';

const MILLISECONDS = 200;

/** The thread's program. Its data: the shared budget in bytes, the text, and the milliseconds between two looks. */
export const WATCH = `
const { workerData: { budget, text, interval } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
setInterval(() => {
  if (process.memoryUsage.rss() <= Atomics.load(budget, 0)) return;
  writeSync(2, text);
  process.kill(process.pid, 'SIGKILL');
}, interval);
`;

/** Starts the watch. Returns a function that sets the budget, in bytes. */
export function watchOwnMemory(): (bytes: number) => void {
  const budget = new BigInt64Array(new SharedArrayBuffer(8));
  budget[0] = BigInt(Number.MAX_SAFE_INTEGER);
  new Worker(WATCH, { eval: true, workerData: { budget, text: OVER_BUDGET, interval: MILLISECONDS } }).unref();
  return (bytes) => void Atomics.store(budget, 0, BigInt(Math.round(bytes)));
}
