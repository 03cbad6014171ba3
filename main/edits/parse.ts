import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { EditAction, EditDelta, EditLog, EditState } from '../../contract/edit';
import { unpackRuns } from '../../document/runs';
import { faultOf, printSize } from '../../document/scan';
import type { Size } from '../../document/size';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { parseSidecar, type Sidecar } from '../restoration/sidecar';
import { scanFault } from '../scan/fault';
import { excessOf } from './budget';

/* What edit documents hold. Those of the user may come from anywhere, so all their contents are checked. */

/** SECURITY: masks that unpack to more are not unpacked. In bytes. */
const MOST_BITMAP_BYTES = 128 * 1024 ** 2;
const MOST_UNPACKED = 512 * 1024 ** 2;

const unsqueeze = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate);

/** An edit document and the masks that it refers to, unpacked once. */
export interface EditDocument extends Omit<Sidecar, 'bitmaps'> {
  /** Packed by `packRuns`. */
  bitmaps: Map<string, Uint8Array>;
}

/**
 * Parses an edit document. Throws EDIT_INVALID or EDIT_NEWER.
 *
 * @param onlyUsed leaves out bitmaps that no operation refers to, and does not unpack them
 */
export async function parseDocument(text: string, onlyUsed = false): Promise<EditDocument> {
  const { bitmaps: packed, ...rest } = parseSidecar(text);
  const bitmaps = new Map<string, Uint8Array>();
  const used = new Set(bitmapsOf(rest.log));
  let unpacked = 0;
  try {
    for (const [id, deflated] of Object.entries(packed)) {
      if (onlyUsed && !used.has(id)) continue;
      const bytes = await unsqueeze(Buffer.from(deflated, 'base64'), { maxOutputLength: MOST_BITMAP_BYTES });
      unpacked += bytes.length;
      if (unpacked > MOST_UNPACKED) throw new RangeError('the masks are too large');
      if (createHash('sha256').update(bytes).digest('hex') !== id) throw new RangeError(`bitmap ${id} is another`);
      bitmaps.set(id, bytes);
    }
  } catch (cause) {
    throw new EmulsionError('EDIT_INVALID', { cause });
  }
  return { ...rest, bitmaps };
}

/**
 * Parses the text of an edit file. Throws EDIT_FILE_INVALID if it is none, is cut off, refers to missing bitmaps, or asks for
 * too much; or EDIT_FILE_NEWER.
 */
export async function parseEditFile(text: string): Promise<EditDocument> {
  try {
    const document = await parseDocument(text, true);
    const excess = excessOf(document.log, document.photo);
    if (excess !== null)
      throw new EmulsionError('EDIT_INVALID', { reason: say('failures.editTooMuch'), detail: excess });
    assertScans(document);
    for (const [id, { width, height }] of sizesOfBitmaps(document.log, document.photo)) {
      const packed = document.bitmaps.get(id);
      if (!packed) throw new EmulsionError('EDIT_INVALID', { detail: `no bitmap ${id}` });
      const bitmap = unpackRuns(packed);
      if (bitmap.width !== width || bitmap.height !== height) {
        throw new EmulsionError('EDIT_INVALID', { detail: `bitmap ${id} is not of the photo’s size` });
      }
    }
    return document;
  } catch (error) {
    if (error instanceof RangeError) throw new EmulsionError('EDIT_FILE_INVALID', { cause: error });
    if (!(error instanceof EmulsionError)) throw error;
    // The app's own documents and the user's files have different error sentences.
    if (error.code === 'EDIT_INVALID') {
      throw new EmulsionError('EDIT_FILE_INVALID', { reason: error.reason, detail: error.detail });
    }
    if (error.code === 'EDIT_NEWER') throw new EmulsionError('EDIT_FILE_NEWER', { detail: error.message });
    throw error;
  }
}

/** Throws EDIT_INVALID for a print that cannot be cut out of the page. */
function assertScans({ log: { base, actions }, photo }: EditDocument): void {
  for (const { scan } of [base, ...actions]) {
    const fault = scan ? faultOf(scan, photo) : null;
    if (fault) throw new EmulsionError('EDIT_INVALID', { reason: scanFault(fault, photo) });
  }
}

type Drawn = Partial<Pick<EditState, 'mask' | 'styleMask' | 'keepMask'>> &
  Pick<EditAction, 'paint' | 'paintStyle' | 'paintKeep'>;

/** The bitmaps that a state or an action refers to. */
export function bitmapsIn({ mask = [], styleMask = [], keepMask = [], paint, paintStyle, paintKeep }: Drawn): string[] {
  const painted = [paint, paintStyle, paintKeep].flatMap((op) => op ?? []);
  return [...mask, ...styleMask, ...keepMask, ...painted].flatMap((op) => (op.kind === 'bitmap' ? [op.id] : []));
}

/** The bitmaps that a mask and actions refer to. */
export const bitmapsOf = ({ base, actions }: Pick<EditDelta, 'base' | 'actions'>): string[] =>
  [...(base ? [base] : []), ...actions].flatMap(bitmapsIn);

/** The same, each with the size that it has to have: that of the print that is cut out of the page at the time. */
export function sizesOfBitmaps({ base, actions }: Pick<EditLog, 'base' | 'actions'>, page: Size): [string, Size][] {
  let size: Size = page;
  return [base, ...actions].flatMap((each) => {
    if (each.scan !== undefined) size = each.scan ? printSize(each.scan) : page;
    const { width, height } = size;
    return bitmapsIn(each).map((id): [string, Size] => [id, { width, height }]);
  });
}
