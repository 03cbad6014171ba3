import { readdir } from 'node:fs/promises';
import { parse, resolve, sep } from 'node:path';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';

/** What a name shows in the place of bytes that are no UTF-8: on Linux, names from older systems are in other encodings. */
const UNKNOWN = '\uFFFD';

/**
 * The path for the system, for one whose names may have been read from the system as text. A name with bytes that are no
 * UTF-8 is found again by what it looks like as text. Nothing is checked: a path that does not exist stays as it is.
 * Throws FILE_UNREADABLE if two names in one folder look alike.
 */
export async function systemPath(path: string): Promise<string | Buffer> {
  if (!path.includes(UNKNOWN)) return path;
  const whole = resolve(path);
  const { root } = parse(whole);
  let found = Buffer.from(root);
  for (const [i, name] of whole.slice(root.length).split(sep).entries()) {
    const parent = found;
    const below = (part: Buffer) => Buffer.concat([parent, Buffer.from(i === 0 ? '' : sep), part]);
    found = below(name.includes(UNKNOWN) ? await bytesOf(name, parent) : Buffer.from(name));
  }
  return found;
}

async function bytesOf(name: string, folder: Buffer): Promise<Buffer> {
  // Whoever opens the path is told what is wrong with its folder.
  const names = await readdir(folder, { encoding: 'buffer' }).catch(() => []);
  const alike = names.filter((each) => each.toString('utf8') === name);
  if (alike.length > 1) throw new EmulsionError('FILE_UNREADABLE', { reason: say('failures.namesAlike') });
  return alike[0] ?? Buffer.from(name);
}
