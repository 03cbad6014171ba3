import { z } from 'zod';
import { BitmapId, EDIT_FORMAT, EditAction, EditDelta, EditLog, PhotoView } from '../../contract/edit';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';

/** Which photo an edit document belongs to. */
export const Subject = z.object({
  name: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** Of its file, so that a renamed one is found without reading all. */
  bytes: z.number().int().nonnegative().optional(),
});
export type Subject = z.infer<typeof Subject>;

/** The content of an `.emulsion` file: of one in the app's data folder, and of one that a person keeps. */
export const Sidecar = z.object({
  emulsion: z.literal(EDIT_FORMAT),
  photo: Subject,
  /** Grows with every writing: a journal counts only for the file that it was begun after. */
  generation: z.number().int().nonnegative(),
  savedAt: z.string(),
  log: EditLog,
  /** What was under the hand at the time. */
  unfinished: EditAction.optional(),
  /** Masks that were imported, deflated and in base64. */
  bitmaps: z.record(BitmapId, z.string()),
  /** How the photo was looked at when a person saved the file. */
  view: PhotoView,
});
export type Sidecar = z.infer<typeof Sidecar>;

type Migration = (file: Record<string, unknown>) => Record<string, unknown>;

/**
 * Brings a file of an older format one format up: `MIGRATIONS[1]` turns format 1 into format 2, and so on. A format that
 * has shipped is never dropped from this table.
 */
const MIGRATIONS: Readonly<Record<number, Migration>> = {
  // Format 2 knows which way up a photo is. Nothing in format 1 does, and the default serves its journals as well.
  1: (file) => file,
  // Format 3 knows actions that continue the one before, what was taken from a file, and the view.
  2: (file) => file,
  // Format 4 knows where a style is laid over the photo; before, that was everywhere.
  3: (file) => file,
};

/** Brings parsed JSON up to `newest`. Throws EDIT_INVALID where it is none of ours, EDIT_NEWER where a newer version made it. */
export function migrate(
  value: unknown,
  newest: number = EDIT_FORMAT,
  migrations: Readonly<Record<number, Migration>> = MIGRATIONS,
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EmulsionError('EDIT_INVALID', { detail: 'not a JSON object' });
  }
  let file = value as Record<string, unknown>;
  const format = file.emulsion;
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 1) {
    throw new EmulsionError('EDIT_INVALID', { detail: '“emulsion” is not a whole number from 1 on' });
  }
  if (format > newest) {
    throw new EmulsionError('EDIT_NEWER', {
      reason: say('failures.editNewer', { format: String(format), newest: String(newest) }),
    });
  }
  for (let from = format; from < newest; from++) {
    const step = migrations[from];
    if (!step) throw new EmulsionError('INTERNAL', { detail: `no migration from edit format ${from}` });
    file = { ...step(file), emulsion: from + 1 };
  }
  return file;
}

/** Reads an edit document from text. Throws EDIT_INVALID, naming the place of the fault, or EDIT_NEWER. */
export function parseSidecar(text: string): Sidecar {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EmulsionError('EDIT_INVALID', { cause });
  }
  const parsed = Sidecar.safeParse(migrate(value));
  if (!parsed.success) throw new EmulsionError('EDIT_INVALID', { detail: z.prettifyError(parsed.error) });
  return parsed.data;
}

const JournalHead = z.object({ generation: z.number().int().nonnegative(), photo: Subject });

/**
 * Reads a journal: a head, then one change a line. What a crash has cut off at the end is left out; so is everything
 * behind a line that cannot be read. Null where not even the head can be.
 */
export function parseJournal(text: string): { generation: number; photo: Subject; deltas: EditDelta[] } | null {
  const lines = text.split('\n');
  const head = JournalHead.safeParse(fromJson(lines[0]));
  if (!head.success) return null;
  const deltas: EditDelta[] = [];
  // The last piece has no line end: it is empty, or was not finished.
  for (const line of lines.slice(1, -1)) {
    const delta = EditDelta.safeParse(fromJson(line));
    if (!delta.success) break;
    deltas.push(delta.data);
  }
  return { ...head.data, deltas };
}

function fromJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
