import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Message } from '../../contract/basics';
import type { Scan } from '../../contract/scan';
import { stateOf } from '../../document/edit';
import { say } from '../../text/message';
import { editFileName, findBeside } from '../edits/file';
import { log } from '../log/log';
import { EDIT_EXTENSION } from '../photos/extensions';
import type { Found } from '../storage/found';
import { hashFile } from '../storage/hash';

/** The print that a photo is on its page, as an edit file beside it says. */
export interface PrintBeside {
  /** Null: the whole page. */
  scan: Scan | null;
  /** What is to be said of it. */
  notes: Message[];
}

const whole = (): PrintBeside => ({ scan: null, notes: [] });

/**
 * Reads which print of its page a photo is. Only the print counts: a batch has its own recipe. An edit file that cannot be read is
 * told, and the photo is its whole page.
 */
export async function printBeside({ path, page }: Pick<Found, 'path' | 'page'>): Promise<PrintBeside> {
  const names = [editFileName(path), `${basename(path)}.${EDIT_EXTENSION}`];
  const beside = await Promise.all(names.map((name) => isThere(join(dirname(path), name))));
  if (!beside.includes(true)) return whole();
  const subject = { name: basename(path), sha256: await hashFile(path), width: 1, height: 1, page };
  const found = await findBeside(path, subject);
  if (found === null) return whole();
  const name = basename(found.path);
  if ('error' in found) {
    log.failure('An edit file beside a photo cannot be read', found.error, { file: found.path });
    return { scan: null, notes: [say('notes.editUnread', { name })] };
  }
  const { scan } = stateOf(found.document.log);
  return scan === null ? whole() : { scan, notes: [say('notes.printOf', { name })] };
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    // A file that is not there, or that nobody may look at, says nothing.
    () => false,
  );
