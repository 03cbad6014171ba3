import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { EditDelta } from '../../contract/edit';
import { unpackRuns } from '../../document/runs';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { parseSidecar, type Sidecar } from '../restoration/sidecar';
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
    for (const id of bitmapsOf(document.log)) {
      const packed = document.bitmaps.get(id);
      if (!packed) throw new EmulsionError('EDIT_INVALID', { detail: `no bitmap ${id}` });
      const { width, height } = unpackRuns(packed);
      if (width !== document.photo.width || height !== document.photo.height) {
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

/** The bitmaps that a mask and actions refer to. */
export function bitmapsOf({ base, actions }: Pick<EditDelta, 'base' | 'actions'>): string[] {
  const ops = [
    ...(base?.mask ?? []),
    ...(base?.styleMask ?? []),
    ...(base?.keepMask ?? []),
    ...actions.flatMap(({ mask = [], styleMask = [], keepMask = [], paint, paintStyle, paintKeep }) => [
      ...mask,
      ...styleMask,
      ...keepMask,
      ...(paint ? [paint] : []),
      ...(paintStyle ? [paintStyle] : []),
      ...(paintKeep ? [paintKeep] : []),
    ]),
  ];
  return ops.flatMap((op) => (op.kind === 'bitmap' ? [op.id] : []));
}
