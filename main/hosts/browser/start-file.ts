import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logged } from '../../log/log';

/**
 * A file that leads a browser to an address. SECURITY: the address holds the token, and everybody on the computer can read
 * the arguments of every program. So the browser is given the name of this file, which only this account can read.
 */
export async function writeStartFile(folder: string, url: string): Promise<{ path: string; remove(): Promise<void> }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `start-${randomBytes(8).toString('hex')}.html`);
  const page = `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${url}"><title>Emulsion</title>\n`;
  await writeFile(path, page, { flag: 'wx', mode: 0o600 });
  return { path, remove: () => rm(path, { force: true }).catch(logged('The file that opens the page stays')) };
}
