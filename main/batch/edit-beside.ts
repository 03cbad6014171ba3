import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Message } from '../../contract/basics';
import type { ColourHint } from '../../contract/edit';
import type { Scan } from '../../contract/scan';
import { stateOf } from '../../document/edit';
import { say } from '../../text/message';
import { editFileName, findBeside } from '../edits/file';
import { log } from '../log/log';
import { EDIT_EXTENSION } from '../photos/extensions';
import type { Found } from '../storage/found';
import { hashFile } from '../storage/hash';

/** What an edit file beside a photo says of the photo itself. */
export interface EditBeside {
  /** The print that it is on its page. Null: the whole page. */
  scan: Scan | null;
  /** The colours that a person has given for places. */
  hints: readonly ColourHint[];
  /** What is to be said of it. */
  notes: Message[];
}

const nothing = (...notes: Message[]): EditBeside => ({ scan: null, hints: [], notes });

/**
 * Reads which print of its page a photo is, and the colours of its places. Nothing else counts: a batch has its own recipe. An edit
 * file that cannot be read is told, and says nothing.
 */
export async function editBeside({ path, page }: Pick<Found, 'path' | 'page'>): Promise<EditBeside> {
  const names = [editFileName(path), `${basename(path)}.${EDIT_EXTENSION}`];
  const beside = await Promise.all(names.map((name) => isThere(join(dirname(path), name))));
  if (!beside.includes(true)) return nothing();
  const subject = { name: basename(path), sha256: await hashFile(path), width: 1, height: 1, page };
  const found = await findBeside(path, subject);
  if (found === null) return nothing();
  const name = basename(found.path);
  if ('error' in found) {
    log.failure('An edit file beside a photo cannot be read', found.error, { file: found.path });
    return nothing(say('notes.editUnread', { name }));
  }
  const { scan, hints } = stateOf(found.document.log);
  const notes = [
    ...(scan === null ? [] : [say('notes.printOf', { name })]),
    ...(hints.length === 0 ? [] : [say('notes.hintsOf', { count: hints.length, name })]),
  ];
  return { scan, hints, notes };
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    // A file that is not there, or that nobody may look at, says nothing.
    () => false,
  );
