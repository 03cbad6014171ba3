import { z } from 'zod';
import { BitmapId, EDIT_FORMAT, EditAction, EditDelta, EditLog, PhotoView } from '../../contract/edit';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';

/** The photo that an edit document belongs to. */
export const Subject = z.object({
  name: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Size of the page, in pixels. */
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** Size of its file, so that a renamed file is found without reading all files. */
  bytes: z.number().int().nonnegative().optional(),
  /** Which of the file's photos, from 1; absent: the first. */
  page: z.number().int().positive().optional(),
  /** Which of the prints on its page, from 1; absent: the page, or the only print that was cut out of it. */
  print: z.number().int().positive().optional(),
});
export type Subject = z.infer<typeof Subject>;

/** The same for the same photo, and different for different photos of one file. */
export const subjectKey = ({ sha256, page = 1, print }: Pick<Subject, 'sha256' | 'page' | 'print'>): string =>
  `${sha256}${page === 1 ? '' : `-p${page}`}${print === undefined ? '' : `-n${print}`}`;

/** The content of an `.emulsion` file, either in the app's data folder or saved by the user. */
export const Sidecar = z.object({
  emulsion: z.literal(EDIT_FORMAT),
  photo: Subject,
  /** Increases with every write. A journal only counts for the file after which it was begun. */
  generation: z.number().int().nonnegative(),
  savedAt: z.string(),
  log: EditLog,
  /** The action in progress at the time. */
  unfinished: EditAction.optional(),
  /** Imported masks, deflated and in base64. */
  bitmaps: z.record(BitmapId, z.string()),
  /** The view of the photo when the user saved the file. */
  view: PhotoView,
});
export type Sidecar = z.infer<typeof Sidecar>;

type Migration = (file: Record<string, unknown>) => Record<string, unknown>;

/**
 * Upgrades a file by one format: `MIGRATIONS[1]` turns format 1 into format 2, and so on. A shipped format is never
 * removed from this table.
 */
const MIGRATIONS: Readonly<Record<number, Migration>> = {
  // Format 2 adds the orientation. Format 1 has none; the default also serves its journals.
  1: (file) => file,
  // Format 3 adds actions that continue the previous one, results of edit files, and the view.
  2: (file) => file,
  // Format 4 adds the mask of the style. Before, a style applied everywhere.
  3: (file) => file,
  // Format 5 adds the crop. Before, photos were always whole.
  4: (file) => file,
  // Format 6 adds ratings, and settings taken over from another photo. Before, the rating was that of the file.
  5: (file) => file,
  // Format 7 adds the mask of what is left alone. Before, there was none.
  6: (file) => file,
  // Format 8 adds local repairs from a source, red eyes, the eraser of local repairs, and colours of places. Before, all
  // repairs were filled, and there were no colours.
  7: (file) => file,
  // Format 9 adds the print that is cut out of the page, and captions. Before, photos were whole pages, and their captions
  // were those of their files.
  8: (file) => file,
  // Format 10 adds negatives. Before, scans were positives.
  9: (file) => file,
};

/**
 * Upgrades parsed JSON to format `newest`. Throws EDIT_INVALID if it is not an edit document, EDIT_NEWER if a newer
 * version wrote it.
 */
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

/** Parses an edit document. Throws EDIT_INVALID, naming the place of the fault, or EDIT_NEWER. */
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
 * Reads a journal: a head, then one change per line. Leaves out a line that a crash has cut off at the end, and
 * everything after a malformed line. Null if the head cannot be read.
 */
export function parseJournal(text: string): { generation: number; photo: Subject; deltas: EditDelta[] } | null {
  const lines = text.split('\n');
  const head = JournalHead.safeParse(fromJson(lines[0]));
  if (!head.success) return null;
  const deltas: EditDelta[] = [];
  // The last piece has no line end: it is empty or unfinished.
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
    // The caller says that it is no edit.
    return undefined;
  }
}
