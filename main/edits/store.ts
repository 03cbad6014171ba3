import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import {
  EDIT_FORMAT,
  type EditAction,
  type EditDelta,
  type EditLog,
  type EditState,
  type PhotoView,
} from '../../contract/edit';
import type { Scan } from '../../contract/scan';
import { carriedTo, carryBitmap, carrying } from '../../document/carry';
import { applyDelta, stateOf } from '../../document/edit';
import { packRuns, unpackRuns } from '../../document/runs';
import type { EngineEdit } from '../engine/protocol';
import { EmulsionError, toEmulsionError } from '../errors';
import { logged } from '../log/log';
import { parseJournal, type Sidecar, type Subject, subjectKey } from '../restoration/sidecar';
import { assertCuttable } from '../scan/fault';
import { writeSafely } from '../storage/replace';
import { comeToTheSame } from './file';
import { bitmapsIn, bitmapsOf, type EditDocument, parseDocument, sizesOfBitmaps } from './parse';

/**
 * Stores edit documents in the app's data folder, as `edits/<hash of the photo's content>.emulsion`. They are not
 * beside the photo, because its folder may be read-only or an archive, because an uploaded photo has no folder, and
 * because the hash finds a photo that was moved or renamed. The original is never touched.
 *
 * Changes first go to `<hash>.journal`, one line each, and are on the disk before they are confirmed. After a pause the
 * whole document is written under a temporary name, synced and renamed, and a new journal begins. A crash at any moment
 * leaves the last document and the changes since.
 */
export interface Edits {
  /**
   * Loads the earlier edits of a photo. Call it once for each photo that is opened. If another photo already holds the
   * document, that one keeps it if it is among `others`; otherwise (the page was reloaded) this one takes it over.
   */
  open(photoId: string, subject: Subject, path: string | null, others?: readonly string[]): Promise<Loaded>;
  /**
   * Changes the document of an open photo. The change is on the disk when the promise settles. Throws BAD_REQUEST if
   * the change does not fit the log.
   */
  write(photoId: string, delta: EditDelta): Promise<void>;
  /** Saves a packed mask with the document and returns its id. */
  keepBitmap(photoId: string, packed: Uint8Array): Promise<string>;
  /** Returns a packed mask. Throws UNKNOWN_PHOTO if no mask has that id. */
  bitmap(photoId: string, id: string): Uint8Array;
  /** The current edit for the engine; undefined if nothing was ever changed. */
  edit(photoId: string): EngineEdit | undefined;
  /** The current state; null if nothing was ever changed. */
  state(photoId: string): EditState | null;
  /**
   * The action that cuts another print out of the page of a photo, with everything that is painted on it where it then lies.
   * Carried bitmaps are saved with the document. Throws CROP_IMPOSSIBLE, or BAD_REQUEST if there is no log.
   */
  carry(photoId: string, scan: Scan | null): Promise<EditAction>;
  /** Gives the document of an open photo to one that takes its place. */
  move(photoId: string, to: string): void;
  /**
   * Takes over an edit file. If there are edits already, the file becomes one more action, so that nothing is lost and
   * the user can undo it. Throws EDIT_FOREIGN if it belongs to another photo, and then nothing has changed.
   */
  take(photoId: string, file: EditDocument): Promise<Taken>;
  /** All edits, as the content of an edit file. Throws BAD_REQUEST if there are none. */
  asFile(photoId: string, view: PhotoView): Promise<string>;
  /** Whether an edit file is newer than the saved edits and gives another result. */
  isNews(photoId: string, file: EditDocument): boolean;
  /** Makes the saved edits count as newer than all existing edit files. */
  keep(photoId: string): Promise<void>;
  /** Saves and closes the document. */
  close(photoId: string): Promise<void>;
  closeAll(): Promise<void>;
  recent(): Promise<Recent[]>;
}

export interface Loaded {
  log: EditLog | null;
  recovered: boolean;
  heldBy: string | null;
}

export interface Taken {
  log: EditLog;
  /** It was added as one more action to earlier edits. */
  undoable: boolean;
}

export interface Recent {
  sha256: string;
  name: string;
  path: string;
  editedAt: string;
}

/** Milliseconds without a change after which the document is written. */
const REST = 3000;
/** A longer journal is merged into the document at the next change. In bytes. */
const LONGEST_JOURNAL = 4_000_000;
const MOST_RECENT = 24;

const squeeze = promisify(deflate);

/** @param folder created at the first write */
export function createEdits(folder: string): Edits {
  const documents = new Map<string, EditFile>();
  /** Documents that are being saved because their photo was closed, by the key of the photo. */
  const closing = new Map<string, Promise<void>>();
  const recents = new RecentList(join(folder, 'recent.json'));

  const document = (photoId: string): EditFile => {
    const found = documents.get(photoId);
    if (!found) throw new EmulsionError('UNKNOWN_PHOTO');
    return found;
  };

  function putAway(file: EditFile): Promise<void> {
    const key = subjectKey(file.subject);
    const done = file.close().finally(() => {
      if (closing.get(key) === done) closing.delete(key);
    });
    closing.set(key, done);
    return done;
  }

  return {
    async open(photoId, subject, path, others = []) {
      // While it is being saved, the old document would be read beside a journal that has already begun anew. Who closes
      // it is told of a failure.
      await closing.get(subjectKey(subject))?.catch(() => undefined);
      for (const [id, held] of documents) {
        if (subjectKey(held.subject) !== subjectKey(subject)) continue;
        if (others.includes(id)) return { log: null, recovered: false, heldBy: id };
        documents.delete(id);
        documents.set(photoId, held);
        const recovered = held.takeUnfinished();
        return { log: held.current, recovered, heldBy: null };
      }
      const file = new EditFile(folder, subject, async (editedAt) => {
        if (path !== null) await recents.add({ sha256: subject.sha256, name: subject.name, path, editedAt });
      });
      documents.set(photoId, file);
      try {
        return { ...(await file.load()), heldBy: null };
      } catch (error) {
        documents.delete(photoId);
        throw error;
      }
    },
    write: (photoId, delta) => document(photoId).write(delta),
    keepBitmap: (photoId, packed) => document(photoId).keepBitmap(packed),
    bitmap: (photoId, id) => {
      const packed = document(photoId).bitmaps.get(id);
      if (!packed) throw new EmulsionError('UNKNOWN_PHOTO', { detail: `no bitmap ${id}` });
      return packed;
    },
    edit: (photoId) => documents.get(photoId)?.edit(),
    state: (photoId) => documents.get(photoId)?.state ?? null,
    carry: (photoId, scan) => document(photoId).carry(scan),
    move(photoId, to) {
      const file = documents.get(photoId);
      if (!file) return;
      documents.delete(photoId);
      documents.set(to, file);
    },
    take: (photoId, file) => document(photoId).take(file),
    asFile: (photoId, view) => document(photoId).asFile(view),
    isNews: (photoId, file) => document(photoId).isNews(file),
    keep: (photoId) => document(photoId).keep(),
    async close(photoId) {
      const file = documents.get(photoId);
      documents.delete(photoId);
      if (file) await putAway(file);
    },
    async closeAll() {
      const files = [...documents.values()];
      documents.clear();
      await Promise.allSettled(files.map(putAway));
    },
    recent: () => recents.read(),
  };
}

/** One document and its journal. */
class EditFile {
  readonly bitmaps = new Map<string, Uint8Array>();
  /** Bitmaps imported since the document was opened. */
  private readonly imported = new Set<string>();
  private log: EditLog | null = null;
  /** The action in progress. After a crash, it becomes an action of the history. */
  private unfinished: EditAction | undefined;
  private generation = 0;
  /** When the document was last written; null if there is none. */
  private savedAt: string | null = null;
  private journal: FileHandle | null = null;
  private journalBytes = 0;
  /** True if the journal holds changes that the document does not. */
  private isAhead = false;
  private timer: NodeJS.Timeout | undefined;
  /** Runs disk operations one after the other. */
  private work: Promise<unknown> = Promise.resolve();
  private readonly path: string;
  private readonly journalPath: string;

  constructor(
    private readonly folder: string,
    readonly subject: Subject,
    private readonly onSaved: (at: string) => Promise<void>,
  ) {
    this.path = join(folder, `${subjectKey(subject)}.emulsion`);
    this.journalPath = join(folder, `${subjectKey(subject)}.journal`);
  }

  get current(): EditLog | null {
    return this.log;
  }

  async load(): Promise<{ log: EditLog | null; recovered: boolean }> {
    const text = await readIfThere(this.path);
    if (text !== null) {
      const { log, generation, savedAt, unfinished, bitmaps } = await this.parse(text);
      Object.assign(this, { log, generation, savedAt, unfinished });
      for (const [id, packed] of bitmaps) this.bitmaps.set(id, packed);
    }
    const journal = parseJournal((await readIfThere(this.journalPath)) ?? '');
    let recovered = false;
    if (journal && journal.generation === this.generation) {
      for (const delta of journal.deltas) {
        try {
          this.log = applyDelta(this.log, delta);
          this.unfinished = delta.unfinished;
          recovered = true;
        } catch (error) {
          // What came after a change that cannot be applied would be applied to the wrong state.
          logged('The journal of an edit could not be applied to its end')(error);
          break;
        }
      }
    }
    if (this.takeUnfinished()) recovered = true;
    if (recovered) {
      this.isAhead = true;
      await this.save();
    }
    return { log: this.log, recovered };
  }

  /** Makes an action of the unfinished one after a crash of the page or the program. Returns whether there was one. */
  takeUnfinished(): boolean {
    const { log, unfinished } = this;
    if (!log || !unfinished) return false;
    const { repair } = unfinished;
    // A new id, so that it is not confused with the next unfinished repair.
    const action = repair ? { ...unfinished, repair: { ...repair, id: randomUUID() } } : unfinished;
    this.log = applyDelta(log, { from: log.at, actions: [action], at: log.at + 1 });
    this.unfinished = undefined;
    this.isAhead = true;
    return true;
  }

  /** Puts an unreadable document aside, so that the next write does not replace it. */
  private async parse(text: string): Promise<EditDocument> {
    try {
      return await parseDocument(text);
    } catch (error) {
      if (error instanceof EmulsionError && error.code === 'EDIT_INVALID') {
        await rename(this.path, `${this.path}.damaged-${Date.now()}`);
      }
      throw error;
    }
  }

  write(delta: EditDelta): Promise<void> {
    let next: EditLog;
    try {
      next = applyDelta(this.log, delta);
      this.check(delta, next);
    } catch (error) {
      throw error instanceof EmulsionError ? error : new EmulsionError('BAD_REQUEST', { cause: error });
    }
    // Updates the memory first, so that the next picture shows this state, whatever the disk does.
    this.log = next;
    this.unfinished = delta.unfinished;
    this.isAhead = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save().catch(logged('An edit could not be saved')), REST);
    return this.enqueue(async () => {
      const journal = await this.openJournal();
      const line = Buffer.from(`${JSON.stringify(delta)}\n`);
      await journal.appendFile(line);
      await journal.datasync();
      this.journalBytes += line.length;
      if (this.journalBytes > LONGEST_JOURNAL) await this.writeWhole();
    });
  }

  async keepBitmap(packed: Uint8Array): Promise<string> {
    if (!this.log) throw new EmulsionError('BAD_REQUEST', { detail: 'a bitmap needs a log that has begun' });
    const id = createHash('sha256').update(packed).digest('hex');
    this.bitmaps.set(id, packed);
    this.imported.add(id);
    // Too large for the journal, though small beside a photo: it goes to the document at once.
    await this.enqueue(() => this.writeWhole());
    return id;
  }

  edit(): EngineEdit | undefined {
    if (!this.log) return undefined;
    const { mask, styleMask, keepMask, hints, repairs } = stateOf(this.log);
    const bitmaps = new Map<string, Uint8Array>();
    for (const op of [...mask, ...styleMask, ...keepMask]) {
      if (op.kind === 'bitmap') bitmaps.set(op.id, this.bitmaps.get(op.id)!);
    }
    return { mask, styleMask, keepMask, hints, repairs, bitmaps };
  }

  get state(): EditState | null {
    return this.log && stateOf(this.log);
  }

  async carry(scan: Scan | null): Promise<EditAction> {
    const { state, subject } = this;
    if (state === null) throw new EmulsionError('BAD_REQUEST', { detail: 'nothing was done yet' });
    if (scan) assertCuttable(scan, subject);
    const by = carrying(state.scan, scan, subject);
    const carried = new Map<string, string>();
    for (const id of bitmapsIn(state)) {
      if (carried.has(id)) continue;
      const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
      const packed = packRuns(await carryBitmap(by, unpackRuns(this.bitmaps.get(id)!), breathe));
      carried.set(id, await this.keepBitmap(packed));
    }
    return carriedTo(state, scan, by, (id) => carried.get(id)!);
  }

  async take(file: EditDocument): Promise<Taken> {
    if (subjectKey(file.photo) !== subjectKey(this.subject)) throw new EmulsionError('EDIT_FOREIGN');
    const mine = this.log;
    const hasOwn = mine !== null && mine.actions.length > 0;
    if (hasOwn && comeToTheSame(mine, file.log)) return { log: mine, undoable: false };
    for (const [id, packed] of file.bitmaps) {
      this.bitmaps.set(id, packed);
      this.imported.add(id);
    }
    let next = file.log;
    if (hasOwn) {
      const action: EditAction = { name: 'taken', ...stateOf(file.log) };
      next = applyDelta(mine, { from: mine.at, actions: [action], at: mine.at + 1 });
    }
    this.log = next;
    this.unfinished = undefined;
    this.isAhead = true;
    await this.save();
    return { log: next, undoable: hasOwn };
  }

  async asFile(view: PhotoView): Promise<string> {
    const { log } = this;
    if (!log) throw new EmulsionError('BAD_REQUEST', { detail: 'nothing was done yet' });
    return JSON.stringify({ ...(await this.sidecar(log, false)), generation: 0, view });
  }

  isNews(file: EditDocument): boolean {
    if (!this.log) return true;
    const isNewer = this.savedAt === null || Date.parse(file.savedAt) > Date.parse(this.savedAt);
    return isNewer && !comeToTheSame(this.log, file.log);
  }

  keep(): Promise<void> {
    return this.enqueue(() => this.writeWhole());
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.save();
    await this.journal?.close();
    this.journal = null;
    // The document holds all changes.
    if (!this.isAhead) await rm(this.journalPath, { force: true });
  }

  private save(): Promise<void> {
    return this.enqueue(async () => {
      if (this.isAhead) await this.writeWhole();
    });
  }

  private enqueue<T>(task: () => Promise<T>): Promise<T> {
    const run = this.work.then(task, task);
    // Who asked for it is told of the failure.
    this.work = run.catch(() => undefined);
    return run.catch((error: unknown) => Promise.reject(toEditError(error)));
  }

  private async openJournal(): Promise<FileHandle> {
    if (this.journal) return this.journal;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const journal = await open(this.journalPath, 'w', 0o600);
    const head = `${JSON.stringify({ generation: this.generation, photo: this.subject })}\n`;
    await journal.appendFile(head);
    this.journalBytes = head.length;
    this.journal = journal;
    return journal;
  }

  private async writeWhole(): Promise<void> {
    const { log, unfinished } = this;
    if (!log) return;
    const sidecar = await this.sidecar(log, true);
    await writeSafely(this.path, JSON.stringify({ ...sidecar, unfinished }));
    this.generation += 1;
    this.savedAt = sidecar.savedAt;
    // A change that arrived meanwhile is not in the document. It waits in the queue and goes to the new journal.
    this.isAhead = this.log !== log || this.unfinished !== unfinished;
    await this.journal?.close();
    this.journal = null;
    if (this.isAhead) await this.openJournal();
    else await rm(this.journalPath, { force: true });
    await this.onSaved(sidecar.savedAt).catch(logged('The list of recent photos could not be written'));
  }

  /**
   * Content of the document. A freshly imported bitmap is not in the log yet; it is left out only if `withImported` is
   * false.
   */
  private async sidecar(log: EditLog, withImported: boolean): Promise<Sidecar> {
    const used = new Set(bitmapsOf(log));
    const bitmaps: Sidecar['bitmaps'] = {};
    for (const [id, packed] of this.bitmaps) {
      const isKept = used.has(id) || (withImported && this.imported.has(id));
      if (isKept) bitmaps[id] = (await squeeze(packed)).toString('base64');
    }
    return {
      emulsion: EDIT_FORMAT,
      photo: this.subject,
      generation: this.generation + 1,
      savedAt: new Date().toISOString(),
      log,
      bitmaps,
      view: null,
    };
  }

  /** Throws BAD_REQUEST, MASK_SIZE or CROP_IMPOSSIBLE if what a change adds cannot be used. */
  private check(delta: EditDelta, next: EditLog): void {
    for (const { scan } of [...(delta.base ? [delta.base] : []), ...delta.actions]) {
      if (scan) assertCuttable(scan, this.subject);
    }
    const added = new Set(bitmapsOf(delta));
    if (added.size === 0) return;
    for (const [id, { width, height }] of sizesOfBitmaps(next, this.subject)) {
      if (!added.has(id)) continue;
      const packed = this.bitmaps.get(id);
      if (!packed) throw new EmulsionError('BAD_REQUEST', { detail: `no bitmap ${id}` });
      const bitmap = unpackRuns(packed);
      if (bitmap.width !== width || bitmap.height !== height) throw new EmulsionError('MASK_SIZE');
    }
  }
}

/** The photos that were edited last. */
class RecentList {
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly path: string) {}

  async read(): Promise<Recent[]> {
    try {
      const list: unknown = JSON.parse((await readIfThere(this.path)) ?? '[]');
      return Array.isArray(list) ? list.filter(isRecent) : [];
    } catch {
      // The list is only a convenience: a damaged one is replaced, and the documents remain.
      return [];
    }
  }

  add(entry: Recent): Promise<void> {
    const task = async () => {
      const others = (await this.read()).filter(({ path }) => path !== entry.path);
      await writeSafely(this.path, JSON.stringify([entry, ...others].slice(0, MOST_RECENT)));
    };
    const run = this.work.then(task, task);
    // Who asked for it is told of the failure.
    this.work = run.catch(() => undefined);
    return run;
  }
}

function isRecent(value: unknown): value is Recent {
  const entry = value as Partial<Recent> | null;
  return ['sha256', 'name', 'path', 'editedAt'].every((key) => typeof entry?.[key as keyof Recent] === 'string');
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // The folder is missing, or a file is in its place: there is nothing to read, and the first write reports it.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw toEmulsionError(error);
  });
}

/** Here, file errors concern the data folder and not a photo. */
function toEditError(error: unknown): EmulsionError {
  const known = toEmulsionError(error);
  return known.code === 'DISK_FULL' || error instanceof EmulsionError
    ? known
    : new EmulsionError('EDITS_UNSAVED', { cause: error });
}
