import { randomUUID } from 'node:crypto';
import { link, lstat, lutimes, rm, writeFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { EmulsionError, toEmulsionError } from '../errors';
import { fromJson } from '../json';
import { logged } from '../log/log';
import { readText } from './open-file';
import type { OpenFolder } from './open-folder';
import { isRunning } from './processes';

/** How often a holder renews its lock, and after how long without renewal it counts as gone, in milliseconds. */
const BEAT = 20_000;
const SILENCE = 120_000;
const ATTEMPTS = 100;
/** No lock is longer, in bytes. */
const LONGEST = 4096;

/** SECURITY: a lock may have been written by anybody. */
const Holder = z.object({
  pid: z
    .number()
    .int()
    .positive()
    .max(2 ** 31),
  host: z.string(),
});
/** When the guard of a removal counts as abandoned, and the pause between two attempts, in milliseconds. */
const GUARD_SILENCE = 10_000;
const RETRY = 20;

/**
 * Locks a folder for this program, and returns a function that releases the lock. If the holder is gone, takes over its
 * lock: at once if that is certain (on this computer, and its process has ended or the computer was restarted), else after
 * two minutes without renewal. Throws BATCH_RUNNING if another program holds the lock, NOT_ALLOWED for a link in its place.
 *
 * @param folder stays open until the lock is released
 * @param onLost called if another program has taken the lock meanwhile
 */
export async function takeLock(folder: OpenFolder, onLost: () => void = () => {}): Promise<() => Promise<void>> {
  const path = folder.at('lock');
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  for (let attempt = 0; !(await claim(path, mine)); attempt++) {
    const holder = await holderOf(path, join(folder.path, 'lock'));
    if (attempt >= ATTEMPTS || (holder !== null && (await isHeld(path, holder)))) {
      throw new EmulsionError('BATCH_RUNNING', { detail: `the folder is held by ${holder}` });
    }
    if (holder !== null) await takeAway(path, holder);
  }
  // A lock that cannot be read may be another program's by now.
  const isMine = async () => (await holderOf(path).catch(() => null)) === mine;
  const beat = setInterval(async () => {
    if (await isMine()) {
      const now = new Date();
      await lutimes(path, now, now).catch(logged('A lock could not be kept'));
    } else {
      clearInterval(beat);
      onLost();
    }
  }, BEAT);
  beat.unref();
  return async () => {
    clearInterval(beat);
    // A lock that stays is taken over, since its program has ended.
    if (await isMine()) await rm(path, { force: true }).catch(logged('A lock could not be removed'));
  };
}

/** The content of a lock; null if there is none. `shown`: its path for messages. */
async function holderOf(path: string, shown: string = path): Promise<string | null> {
  return readText(path, LONGEST, { follow: false, shown }).catch((error: NodeJS.ErrnoException) => {
    // The lock was released meanwhile.
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** Creates the lock together with its content, so that nobody sees an empty one. False if there is a lock already. */
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
    // The file system has no hard links.
    return writeFile(path, content, { flag: 'wx' }).then(
      () => true,
      () => false,
    );
  } finally {
    await rm(temporary, { force: true }).catch(logged('A temporary file could not be removed'));
  }
}

/**
 * Removes an abandoned lock. Only one program does this at a time, and it checks the lock again first, so that a lock that
 * was just created is never removed.
 */
async function takeAway(path: string, abandoned: string): Promise<void> {
  const guard = `${path}-taking`;
  if (!(await claim(guard, String(process.pid)))) {
    // Null: the guard was released meanwhile.
    const made = await lstat(guard).catch(() => null);
    // A removal takes far less time, so the program that began it has ended. If this fails, the next attempt tries again.
    if (made && Date.now() - made.mtimeMs > GUARD_SILENCE) await rm(guard, { force: true }).catch(() => undefined);
    await sleep(RETRY);
    return;
  }
  try {
    // A lock that cannot be read is no longer the abandoned one.
    if ((await holderOf(path).catch(() => null)) === abandoned) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true }).catch(logged('The guard of a lock could not be removed'));
  }
}

async function isHeld(path: string, text: string): Promise<boolean> {
  // Null: the lock was released meanwhile.
  const info = await lstat(path).catch(() => null);
  if (info === null) return false;
  const isSilent = Date.now() - info.mtimeMs > SILENCE;
  const holder = Holder.safeParse(fromJson(text)).data;
  // Its program may be writing it at this moment. Or somebody else has written it: then it counts until it is silent.
  if (holder === undefined) return !isSilent;
  if (holder.host !== hostname()) return !isSilent;
  // A process id from before the computer's last start belongs to another process now.
  if (info.mtimeMs < Date.now() - 1000 * uptime()) return false;
  return isRunning(holder.pid);
}
