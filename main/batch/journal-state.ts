import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Message } from '../../contract/basics';
import type { BatchOutcome, BatchSettings, Decision } from '../../contract/batch';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { logged } from '../log/log';
import type { Found } from '../storage/found';
import { takeLock } from '../storage/lock';
import { isRemote, pathIn, placeOf } from '../storage/remote';
import { openTarget, syncFolder } from '../storage/write';
import { type Journal, openJournal, readJournal } from './journal';
import { type Head, headOf, JOURNAL_FORMAT } from './journal-lines';
import { Thumbnails } from './thumbnails';

/** The folder inside the output folder that holds the files of the batch itself. */
export const BATCH_FOLDER = '.emulsion-batch';
/** The folder inside the output folder that holds the report. */
export const REPORT_FOLDER = 'emulsion-report';
/** The journal's information about a photo. */
export interface Entry {
  /** Null: it has only crashed the engine so far, or will be tried again. */
  outcome: BatchOutcome | null;
  /** False: the program may have ended before the file got its name. */
  sure: boolean;
  /** Where the line with its body begins, in bytes. */
  at: number;
  bytes: number;
  modified: number;
  /** Index of the batch's `work` under which it was done. */
  work: number;
  crashes: number;
  /** A person has looked at it. */
  seen?: boolean;
  /** What a person has decided about it. It holds under other settings, too. */
  decision?: Decision;
  /** What held before a result that a person has asked for. It holds again if that result did not get its name. */
  former?: Entry;
}

/**
 * Counts a crash of the engine. Crashes of an earlier file with the same name, or under other settings, do not count.
 */
function addCrash(
  entries: Map<string, Entry>,
  name: string,
  { bytes, modified }: Pick<Found, 'bytes' | 'modified'>,
  work: number,
): void {
  const known = entries.get(name);
  const isSame = known?.bytes === bytes && known.modified === modified && known.work === work;
  const entry = isSame ? known : { outcome: null, sure: true, at: 0, bytes, modified, work, crashes: 0 };
  entry.crashes += 1;
  entries.set(name, entry);
}

/** The entry of a result that a person has asked for. */
function asked(entry: Entry, { d }: Extract<Head, { t: 'made' }>, before: Entry | undefined): Entry {
  // One that did not get its name holds no more than it did before.
  const former = before?.sure === false ? before.former : before;
  return { ...entry, seen: true, ...(d && { decision: d }), ...(former && { former }) };
}

/** Whether `retry` discards this result. */
const isProblem = ({ outcome }: Entry) => outcome === 'failed' || outcome === 'quarantined';

/** Which photo each written file comes from. Names that are equal on some file system count as equal. */
export class Written {
  readonly #owners = new Map<string, string>();
  readonly #folders = new Map<string, string>();

  add(path: string, photo: string): void {
    this.#owners.set(this.keyOf(path), photo);
  }

  /** The photo that a file was made from; undefined if this batch has not written the file. */
  ownerOf(path: string): string | undefined {
    return this.#owners.get(this.keyOf(path));
  }

  /** Whether this batch has written a file from another photo than this one. */
  isAnothers(path: string, photo: string): boolean {
    const owner = this.ownerOf(path);
    return owner !== undefined && owner !== photo;
  }

  /** Returns the same key for all paths that may lead to the same file. */
  keyOf(path: string): string {
    if (isRemote(path)) return path;
    const folder = dirname(path);
    let real = this.#folders.get(folder);
    if (real === undefined) {
      try {
        real = realpathSync.native(folder);
        this.#folders.set(folder, real);
      } catch {
        // The folder does not exist yet.
        real = folder;
      }
    }
    return join(real, basename(path)).normalize('NFC').toLowerCase();
  }
}

/** The state of a batch, as read from its journal: the result of each photo so far. */
export interface JournalState {
  readonly id: string;
  readonly folder: string;
  /** For reading only. All writing goes through `record`. */
  readonly journal: Pick<Journal<Head>, 'read'>;
  /** Writes a line and updates the state in the same way as reading the journal does. Returns where the line begins. */
  record(head: Head, body?: unknown): Promise<number>;
  readonly thumbnails: Thumbnails;
  readonly entries: Map<string, Entry>;
  /** Where the prints of each page are said, by the name of the page. */
  readonly pages: Map<string, { at: number; bytes: number; modified: number }>;
  /** Index of the current work. */
  readonly work: number;
  /** How the last run has ended; null: it was ended from outside. */
  readonly ended: 'done' | 'paused' | 'cancelled' | 'halted' | null;
  /** Facts about the journal that the user should know. */
  readonly notes: Message[];
  /** The files that this batch has written. Kept only if a rule needs it. */
  readonly written: Written;
  /** Called if another program has taken the batch over. This one must stop. */
  onLost: () => void;
  /** Ends the writing and releases the lock. Lines can still be read. */
  close(): Promise<void>;
}

/** Identifies what is done to each photo. Other settings are left out, so that changing them does not redo photos. */
export function workOf({
  recipe,
  added,
  changes = [],
  format,
  quality,
  metadata,
  name,
  ...more
}: BatchSettings): string {
  const { size, dpi, depth, profile, saveChanges, caption, split, negative } = more;
  // What is written as it was before these could be chosen has the identity that it had.
  const isPlain = size === null && dpi === null && depth === null && profile === 'original' && !saveChanges;
  const chosen =
    isPlain && metadata !== 'withoutLocation' ? [] : [{ metadata, size, dpi, depth, profile, saveChanges }];
  // Which pages are wanted, and whether broken files are salvaged, changes no result that exists.
  const said = Object.keys(caption).length === 0 ? [] : [caption];
  const what = JSON.stringify([
    ...[recipe, added, changes, format, quality, metadata !== 'none', name, ...chosen, ...said],
    ...(split ? ['split'] : []),
    ...(negative === null ? [] : [{ negative }]),
  ]);
  return createHash('sha256').update(what).digest('hex').slice(0, 16);
}

/**
 * Opens or creates the journal in an output folder. Throws JOURNAL_INVALID if it belongs to another input folder,
 * JOURNAL_NEWER, BATCH_RUNNING, NOT_ALLOWED for links in its place, and file errors of the folder.
 *
 * @param journalIn folder of the journal if the output folder cannot hold it
 * @param root folder below which no link is followed
 */
export async function openJournalState(
  input: string,
  output: string,
  settings: BatchSettings,
  fresh: () => string,
  { journalIn = output, root = journalIn }: { journalIn?: string; root?: string } = {},
): Promise<JournalState> {
  await assertNoLinks(journalIn);
  const folder = await openTarget({ folder: join(journalIn, BATCH_FOLDER), root });
  /** What is undone when the journal is closed or cannot be opened, the last first. */
  const undo: (() => Promise<void>)[] = [() => folder.close()];
  const close = async () => {
    const failed: unknown[] = [];
    for (const each of undo.splice(0).reverse()) await each().catch((error: unknown) => failed.push(error));
    if (failed.length > 0) throw failed[0];
  };
  try {
    let onLost = () => {};
    undo.push(await takeLock(folder, () => onLost()).catch(ofFolder));
    const read = new Reading(output, settings);
    const journal = await openJournal(folder, headOf, (head, at) => read.take(head, at)).catch(ofFolder);
    undo.push(() => journal.close());
    await syncFolder(folder.here);
    if (read.input !== null && (await isAnother(read.input, placeOf(input)))) {
      throw new EmulsionError('JOURNAL_INVALID', {
        reason: say('failures.otherBatch', { folder: output, input: read.input }),
      });
    }
    const thumbnails = await Thumbnails.open(folder).catch(ofFolder);
    undo.push(() => thumbnails.close());
    const id = read.id ?? fresh();
    const work = read.begin(workOf(settings));
    if (journal.damaged > 0) read.notes.push(say('batch.notes.damaged', { count: journal.damaged }));
    return {
      id,
      folder: folder.path,
      journal,
      async record(head, body) {
        const [at] = await journal.append(body === undefined ? { head } : { head, body });
        read.take(head, at!);
        return at!;
      },
      thumbnails,
      entries: read.entries,
      pages: read.pages,
      work,
      ended: read.ended,
      notes: read.notes,
      written: read.written,
      set onLost(told: () => void) {
        onLost = told;
      },
      close,
    };
  } catch (error) {
    await close().catch(logged('The journal of a batch could not be closed'));
    throw error;
  }
}

/**
 * Names all links in the places where a batch writes its own files, so that they can be removed together. SECURITY: this is
 * for the sentence alone; every file is opened without following links.
 */
async function assertNoLinks(folder: string): Promise<void> {
  const own = ['lock', 'journal', 'reserve', 'thumbnails'].map((name) => join(BATCH_FOLDER, name));
  const links: string[] = [];
  for (const name of [BATCH_FOLDER, REPORT_FOLDER, ...own]) {
    // What does not exist is no link.
    const info = await lstat(join(folder, name)).catch(() => null);
    if (info?.isSymbolicLink()) links.push(name);
    if (name === BATCH_FOLDER && links.length > 0) break;
  }
  if (links.length > 0) {
    throw new EmulsionError('NOT_ALLOWED', { reason: say('failures.links', { paths: links.join(', ') }) });
  }
}

/** While a journal is opened, errors of the system concern the folder and not a photo. */
function ofFolder(error: unknown): never {
  if (error instanceof EmulsionError) throw error;
  const told = toEmulsionError(error);
  if (told.code === 'FILE_UNREADABLE') throw new EmulsionError('FOLDER_UNWRITABLE', { cause: error });
  throw told.code === 'FILE_MISSING' ? new EmulsionError('FOLDER_MISSING', { cause: error }) : told;
}

/** Whether two names of folders mean two folders. A folder that is gone may have been renamed. */
async function isAnother(before: string, now: string): Promise<boolean> {
  if (before === now) return false;
  if (isRemote(before) || isRemote(now)) return true;
  const [a, b] = await Promise.all([realpath(before).catch(() => null), realpath(now).catch(() => null)]);
  return a !== null && a !== b;
}

/** Reads which photos a batch has done, without opening its journal for writing: changes nothing and takes no lock. */
export async function readOutcomes(
  output: string,
  settings: BatchSettings,
): Promise<(found: Pick<Found, 'name' | 'bytes' | 'modified'>) => boolean> {
  const read = new Reading(output, settings);
  await readJournal(join(output, BATCH_FOLDER), headOf, (head, at) => read.take(head, at));
  const work = read.begin(workOf(settings));
  return ({ name, bytes, modified }) => {
    const entry = read.entries.get(name);
    if (!entry?.sure || (entry.work !== work && entry.decision === undefined)) return false;
    const isDone = entry.outcome === 'restored' || entry.outcome === 'unchanged';
    return isDone && entry.bytes === bytes && entry.modified === modified;
  };
}

/** Builds the state while a journal is read. */
class Reading {
  readonly entries = new Map<string, Entry>();
  readonly pages: JournalState['pages'] = new Map();
  readonly notes: Message[] = [];
  readonly written = new Written();
  id: string | null = null;
  input: string | null = null;
  ended: JournalState['ended'] = null;
  readonly #output: string;
  readonly #remembersWritten: boolean;
  readonly #works: string[] = [];
  /** Lines before the first run belong to no known work. */
  #work = -1;

  constructor(output: string, { conflict }: BatchSettings) {
    this.#output = output;
    this.#remembersWritten = conflict !== 'rename';
  }

  take(head: Head, at: number): void {
    switch (head.t) {
      case 'run':
        if (head.format > JOURNAL_FORMAT) throw new EmulsionError('JOURNAL_NEWER');
        this.id = head.id;
        this.input = head.input;
        this.#work = this.#numberOf(head.work);
        this.ended = null;
        break;
      case 'split':
        this.pages.set(head.n, { at, bytes: head.b, modified: head.m });
        break;
      case 'made':
      case 'end': {
        const { n, b: bytes, m: modified, x: outcome } = head;
        const before = this.entries.get(n);
        const crashes = before?.crashes ?? 0;
        const entry = { outcome, sure: head.t === 'end', at, bytes, modified, work: this.#work, crashes };
        this.entries.set(n, head.t === 'made' && head.r ? asked(entry, head, before) : entry);
        if (head.t === 'made' && this.#remembersWritten) this.#outputs.set(n, head.o);
        break;
      }
      case 'done': {
        const entry = this.entries.get(head.n);
        if (entry) {
          entry.sure = true;
          delete entry.former;
        }
        const output = this.#outputs.get(head.n);
        if (output !== undefined) this.written.add(pathIn(this.#output, output), head.n);
        this.#outputs.delete(head.n);
        break;
      }
      case 'crash':
        addCrash(this.entries, head.n, { bytes: head.b ?? 0, modified: head.m ?? 0 }, this.#work);
        break;
      case 'retry':
        for (const entry of this.entries.values()) {
          if (isProblem(entry)) Object.assign(entry, { outcome: null, crashes: 0 });
        }
        break;
      case 'excuse':
        for (const name of head.n) {
          const entry = this.entries.get(name);
          if (!entry) continue;
          entry.crashes = 0;
          if (entry.outcome === 'quarantined') entry.outcome = null;
        }
        break;
      case 'seen':
        for (const name of head.n) {
          const entry = this.entries.get(name);
          if (entry) entry.seen = head.y === 1;
        }
        break;
      case 'stop':
        this.ended = head.how;
        break;
    }
  }

  /** Output paths of photos that are computed but not yet done: at most as many as were in progress together. */
  readonly #outputs = new Map<string, string>();

  /** Starts a work, which applies to all following lines. Returns its index. */
  begin(work: string): number {
    this.#work = this.#numberOf(work);
    if (this.#works.length > 1) {
      const done = [...this.entries.values()].filter(
        ({ outcome, work: of, decision }) => outcome !== null && of !== this.#work && decision === undefined,
      ).length;
      if (done > 0) this.notes.push(say('batch.notes.changed', { count: done }));
    }
    return this.#work;
  }

  #numberOf(work: string): number {
    const known = this.#works.indexOf(work);
    return known === -1 ? this.#works.push(work) - 1 : known;
  }
}
