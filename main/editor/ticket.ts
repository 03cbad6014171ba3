import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '../storage/processes';

/*
 * A second start hands its photo to the program that runs already, and has to wait for it: the calling program reads the file as soon as
 * its editor has ended. Both know a file in the data folder that they share, the ticket: the first program writes its process id
 * into it, and `done` at the end.
 */

/** Milliseconds between two looks, and until the running program must have taken the ticket. */
const INTERVAL = 200;
const PATIENCE = 15_000;
const NAME = /^emulsion-edit-[0-9a-f-]{36}$/;

/** @param folder the data folder; programs that were started by others may have other folders for temporary files */
export const newTicket = (folder: string): string => join(folder, `emulsion-edit-${randomUUID()}`);

/** SECURITY: anybody may hand over a path; only a ticket is written to. */
export const isTicket = (path: string, folder: string): boolean =>
  dirname(path) === resolve(folder) && NAME.test(basename(path));

/** The running program has taken the photo on. */
export const takeTicket = (ticket: string): Promise<void> =>
  writeFile(ticket, String(process.pid), { flag: 'wx', mode: 0o600 });

/** The running program is done with it. The waiting one removes the ticket. */
export async function redeemTicket(ticket: string): Promise<void> {
  // Who waited may have been ended; then there is nothing to tell.
  if (await stat(ticket).catch(() => null)) await writeFile(ticket, 'done', { mode: 0o600 });
}

/** Waits until a ticket is redeemed. Returns false if the running program never took it. One that ended is done too. */
export async function awaitTicket(ticket: string, patience = PATIENCE): Promise<boolean> {
  const begun = performance.now();
  try {
    for (;;) {
      const text = await readFile(ticket, 'utf8').catch(() => null);
      if (text === 'done') return true;
      if (text === null && performance.now() - begun > patience) return false;
      const pid = Number(text);
      // An empty file is just being written.
      if (text && pid > 0 && !isRunning(pid)) return true;
      await sleep(INTERVAL);
    }
  } finally {
    await rm(ticket, { force: true });
  }
}
