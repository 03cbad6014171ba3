import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logged } from '../log/log';
import { isRunning } from './processes';

const SCRATCH = /^emulsion-scratch-(\d+)-/;

/**
 * Makes a folder for copies of photos that only this program needs, and removes those that killed programs have left.
 * SECURITY: only this account can read what is in it, whatever the rights of its files are.
 */
export async function makeScratch(parent: string = tmpdir()): Promise<string> {
  await sweep(parent);
  // mkdtemp makes a folder with the rights 0700.
  return mkdtemp(join(parent, `emulsion-scratch-${process.pid}-`));
}

async function sweep(parent: string): Promise<void> {
  // A folder that cannot be listed can hold nothing of ours.
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(SCRATCH.exec(name)?.[1]);
    if (!pid || isRunning(pid)) continue;
    const path = join(parent, name);
    // Somebody else's program, or it is gone already.
    const info = await lstat(path).catch(() => null);
    const isOurs = info?.isDirectory() === true && (process.getuid === undefined || info.uid === process.getuid());
    if (!isOurs) continue;
    await rm(path, { recursive: true, force: true }).catch(
      logged('A temporary folder of an earlier run could not be removed'),
    );
  }
}
