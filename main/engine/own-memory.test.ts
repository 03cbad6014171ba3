import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { OVER_BUDGET, WATCH } from './own-memory';

/** Runs a program whose main thread never rests, with the watch over its memory, and returns how it ended. */
async function run(budget: number, program: string): Promise<{ signal: unknown; output: string }> {
  const code = `
    const { Worker } = require('node:worker_threads');
    const budget = new BigInt64Array(new SharedArrayBuffer(8));
    budget[0] = ${budget}n;
    const workerData = { budget, text: ${JSON.stringify(OVER_BUDGET)}, interval: 20 };
    new Worker(${JSON.stringify(WATCH)}, { eval: true, workerData }).once('online', () => { ${program} });`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const [, signal] = await once(child, 'close');
  return { signal, output };
}

it('ends a process that swells while its main thread is busy', async () => {
  const swelling = 'const all = []; for (;;) { if (all.length < 40) all.push(Buffer.alloc(1e7, 1)); }';
  expect(await run(250e6, swelling)).toEqual({ signal: 'SIGKILL', output: OVER_BUDGET });
});

it('lets a process alone that stays within its budget', async () => {
  const short = 'const end = Date.now() + 200; while (Date.now() < end); process.exit(0);';
  expect(await run(2e9, short)).toEqual({ signal: null, output: '' });
});
