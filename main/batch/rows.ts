import type { Message } from '../../contract/basics';
import type { BatchRow } from '../../contract/batch';
import { inEnglish, sentenceOf, sentencesOf } from '../../text/message';
import { pathBelow } from '../storage/remote';
import type { Item } from './items';
import type { Journal } from './journal';
import { EndBody, type Head, MadeBody } from './journal-lines';
import type { Made } from './photo';
import type { Thumbnails } from './thumbnails';

/** What the journal says about a photo, as a line of it and as a row of the table. */

type Line = Awaited<ReturnType<Journal<Head>['read']>>;

/** The line of a photo that is about to get its name. `output`: the folder of the batch. */
export function lineOf(
  name: string,
  { original, written, outcome, reports, notes, scan, seconds }: Made,
  output: string,
  pictures: Awaited<ReturnType<Thumbnails['add']>>,
): { head: Extract<Head, { t: 'made' }>; body: MadeBody } {
  const head = {
    t: 'made' as const,
    n: name,
    b: original.bytes,
    m: original.modified,
    h: original.sha256,
    o: pathBelow(output, written.path),
    oh: written.sha256,
    x: outcome,
  };
  const { bytes, width, height } = written;
  const body: MadeBody = {
    bytes,
    width,
    height,
    reports: reports.map((report) => ({ ...report, sentence: sentencesOf(report.messages, inEnglish()) })),
    notes: notes.map((note) => sentenceOf(note, inEnglish())),
    noted: notes,
    seconds,
    ...(pictures ?? { thumbnails: null }),
    ...(scan && { shownAs: { scan, crop: null, orientation: 1 } }),
  };
  return { head, body };
}

/** The row of an item; without details while it has no line. */
export async function rowOf(
  { index, found, state, at, seen, decision, partly }: Item,
  journal: Pick<Journal<Head>, 'read'>,
): Promise<BatchRow> {
  const row: BatchRow = {
    index,
    name: found.name,
    bytes: found.bytes,
    state,
    failure: null,
    reports: [],
    notes: [],
    written: null,
    seconds: null,
    pictured: false,
    masked: false,
    version: at ?? 0,
    seen,
    decision,
    undoable: false,
    partly,
  };
  if (at === null) return row;
  const line = await journal.read(at);
  if (line.head.t === 'end') return { ...row, failure: failureIn(line.body) };
  if (line.head.t !== 'made') return row;
  const { reports, noted = [], seconds, thumbnails, mask, former } = MadeBody.safeParse(line.body).data ?? NOTHING_MADE;
  // Earlier versions wrote only sentences.
  const told = reports.map((report) => ({ ...report, messages: report.messages ?? [] }));
  return {
    ...row,
    reports: told,
    notes: noted,
    seconds,
    written: line.head.o,
    pictured: thumbnails !== null,
    masked: mask !== undefined,
    undoable: former !== undefined,
  };
}

/** What is known of a result besides its head; null if the line is another one, or cannot be read. */
export function madeIn({ head, body }: Line): MadeBody | null {
  return head.t === 'made' ? (MadeBody.safeParse(body).data ?? null) : null;
}

/** Whether these notes say that a part of the photo is missing in its file. */
export const isPartlyRead = (notes: readonly Message[] | undefined): boolean =>
  notes?.some(({ key }) => key === 'notes.partlyRead') ?? false;

/** The failure of a photo's last line; null if the line cannot be read. */
export const failureIn = (body: unknown) => EndBody.safeParse(body).data?.failure ?? null;

/** What is shown of a line whose body cannot be read. */
const NOTHING_MADE = {
  reports: [],
  noted: [],
  seconds: null,
  thumbnails: null,
  mask: undefined,
  former: undefined,
};
