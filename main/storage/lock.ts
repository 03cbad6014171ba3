import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmulsionError, toEmulsionError } from '../errors';
import { isRunning } from './processes';

/** How often a holder says that it is there, and after how long without a word it is taken to be gone, in milliseconds. */
const BEAT = 20_000;
const SILENCE = 120_000;
const ATTEMPTS = 100;
/** The same for the moment in which an abandoned lock is taken away, and between two looks at it, in milliseconds. */
const GUARD_SILENCE = 10_000;
const RETRY = 20;

/**
 * Takes the lock of a folder for this program; returns what gives it back. A lock whose holder is gone is taken over: at
 * once where that can be told (this computer, no such process, or started anew since), else after two minutes without a
 * sign of it. Throws BATCH_RUNNING where somebody else holds it.
 *
 * @param onLost called where somebody else has taken it meanwhile
 */
export async function takeLock(folder: string, onLost: () => void = () => {}): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  for (let attempt = 0; !(await claim(path, mine)); attempt++) {
    const holder = await readFile(path, 'utf8').catch(() => null);
    if (attempt >= ATTEMPTS || (holder !== null && (await isHeld(path, holder)))) {
      throw new EmulsionError('BATCH_RUNNING', { detail: `the folder is held by ${holder}` });
    }
    if (holder !== null) await takeAway(path, holder);
  }
  const isMine = async () => (await readFile(path, 'utf8').catch(() => null)) === mine;
  const beat = setInterval(async () => {
    if (await isMine()) {
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
    } else {
      clearInterval(beat);
      onLost();
    }
  }, BEAT);
  beat.unref();
  return async () => {
    clearInterval(beat);
    if (await isMine()) await rm(path, { force: true }).catch(() => undefined);
  };
}

/** Makes the lock, with its content, in one go: nobody ever sees an empty one. False if there is one. */
async function claim(path: string, content: string): Promise<boolean> {
  const temporary = `${path}-${process.pid}-${randomUUID()}`;
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    await link(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === undefined || ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'ENOENT', 'ENOTDIR'].includes(code)) {
      throw toEmulsionError(error);
    }
    // A disk without links.
    return writeFile(path, content, { flag: 'wx' }).then(
      () => true,
      () => false,
    );
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/**
 * Takes an abandoned lock away, and none but that: one at a time does, and looks once more before. A lock that somebody has
 * just made is never touched, not even to be put back.
 */
async function takeAway(path: string, abandoned: string): Promise<void> {
  const guard = `${path}-taking`;
  if (!(await claim(guard, String(process.pid)))) {
    const made = await stat(guard).catch(() => null);
    // Nobody takes seconds for it: whoever began has been ended.
    if (made && Date.now() - made.mtimeMs > GUARD_SILENCE) await rm(guard, { force: true }).catch(() => undefined);
    await sleep(RETRY);
    return;
  }
  try {
    if ((await readFile(path, 'utf8').catch(() => null)) === abandoned) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true }).catch(() => undefined);
  }
}

async function isHeld(path: string, text: string): Promise<boolean> {
  const info = await stat(path).catch(() => null);
  if (info === null) return false;
  const isSilent = Date.now() - info.mtimeMs > SILENCE;
  let holder: { pid?: unknown; host?: unknown };
  try {
    holder = JSON.parse(text);
  } catch {
    return !isSilent;
  }
  if (holder.host !== hostname()) return !isSilent;
  // No process is older than the start of the computer, whatever its number.
  if (info.mtimeMs < Date.now() - 1000 * uptime()) return false;
  return isRunning(Number(holder.pid));
}
