import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { EmulsionError, toEmulsionError } from '../errors';

/** How often a holder says that it is there, and after how long without a word it is taken to be gone, in milliseconds. */
const BEAT = 20_000;
const SILENCE = 120_000;

/**
 * Takes the lock of a folder for this program; answers what gives it back. A lock whose holder is gone is taken over: at
 * once where that can be told (this computer, no such process), else after two minutes without a sign of it. Throws
 * BATCH_RUNNING where somebody else holds it.
 */
export async function takeLock(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), at: new Date().toISOString() });
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(path, mine, { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw toEmulsionError(error);
    }
    if (attempt > 3 || (await isHeld(path))) {
      const holder = await readFile(path, 'utf8').catch(() => '');
      throw new EmulsionError('BATCH_RUNNING', { detail: `the folder is held by ${holder}` });
    }
    // Of several that find it abandoned, renaming succeeds for one.
    const taken = `${path}-${process.pid}`;
    await rename(path, taken).then(
      () => rm(taken, { force: true }),
      () => undefined,
    );
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, BEAT);
  beat.unref();
  return async () => {
    clearInterval(beat);
    await rm(path, { force: true }).catch(() => undefined);
  };
}

async function isHeld(path: string): Promise<boolean> {
  const [text, info] = await Promise.all([readFile(path, 'utf8').catch(() => ''), stat(path).catch(() => null)]);
  if (info === null || Date.now() - info.mtimeMs > SILENCE) return false;
  let holder: { pid?: unknown; host?: unknown };
  try {
    holder = JSON.parse(text);
  } catch {
    // Being written at this moment.
    return true;
  }
  if (holder.host !== hostname()) return true;
  try {
    process.kill(Number(holder.pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
