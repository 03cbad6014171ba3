import { basename, dirname, extname } from 'node:path';
import type { Message } from '../../contract/basics';
import type { BatchFilter, BatchRow, BatchSettings, Decision, PhotoWork } from '../../contract/batch';
import { MAX_CHOSEN } from '../../contract/batch';
import { outputIn } from '../../contract/output';
import type { ExportFormat } from '../../contract/photo';
import type { Scan } from '../../contract/scan';
import { say } from '../../text/message';
import type { Requests } from '../engine/protocol';
import type { Engine } from '../engine/supervisor';
import { EmulsionError } from '../errors';
import { EXPORT_EXTENSIONS } from '../photos/extensions';
import type { Found } from '../storage/found';
import { hashFile } from '../storage/hash';
import type { OpenFolder } from '../storage/open-folder';
import { pathIn } from '../storage/remote';
import { discardStaged, openTarget, publishAs, stageIn } from '../storage/write';
import { restoreChanges } from './changes-file';
import { copyFormer, keepFormer } from './former';
import { type Item, type Items, isFinished } from './items';
import type { JournalHolder } from './journal-holder';
import type { Head, MadeBody } from './journal-lines';
import type { JournalState } from './journal-state';
import { look, type Made, type PhotoControl, type PhotoTask, publishStaged, restorePhoto, THUMBNAIL } from './photo';
import { isPartlyRead, lineOf, madeIn, rowOf } from './rows';

/*
 * What a person decides about the results of a batch. Every decision is a line of the journal. A result is replaced by
 * another one whole: that is written beside it and takes its name, and the former result is kept until the next change.
 */

/** The batch, as far as its review needs it. */
export interface Reviewed {
  input: string;
  output: string;
  /** The folder below which no link is followed when something is written. */
  root: string;
  within?: string;
  settings: BatchSettings;
  items: Items;
  journal: JournalHolder;
  /** Something has changed that the state of the batch says. */
  onChange(): void;
}

type Control = Pick<PhotoControl, 'signal' | 'onProgress'>;
/** `agreed`: the result is replaced even if somebody else has changed it. */
type Change = Control & { agreed: boolean };

/** An edited photo that is open in the engine. */
export type EditedPhoto = Pick<
  Requests['export']['request'],
  'photoId' | 'recipe' | 'edit' | 'orientation' | 'crop' | 'rating' | 'caption'
> & { sha256: string; scan: Scan | null };

/** The result of a photo: its line in the journal, and where its file lies. */
interface Current {
  head: Extract<Head, { t: 'made' }>;
  body: MadeBody | null;
  at: number;
  path: string;
}

export class Review {
  readonly #batch: Reviewed;
  /** Changes in progress; those of one photo come one after the other. */
  readonly #changing = new Map<Item, Promise<unknown>>();
  readonly #control = new AbortController();

  constructor(batch: Reviewed) {
    this.#batch = batch;
  }

  // ----------------------------------------------------------------------------------------- looking

  /** See `review.beside` in the contract. Files that are no photos are left out. */
  async beside(filter: BatchFilter, index: number, step: -1 | 0 | 1) {
    const listed = this.#batch.items.listed(filter).filter(({ state }) => state !== 'passed');
    const before = listed.filter((item) => item.index < index).length;
    const isListed = listed[before]?.index === index;
    const rank = step === 1 && isListed ? before + 1 : step === -1 ? before - 1 : before;
    const item = step === 0 ? this.#item(index) : listed[rank];
    const row = item === undefined ? null : await this.row(item);
    return { row, rank: Math.max(0, rank), total: listed.length };
  }

  row(item: Item): Promise<BatchRow> {
    return rowOf(item, this.#batch.journal.state.journal);
  }

  /** JPEG thumbnails of a photo; null if there are none, or if a power cut has destroyed them. */
  async thumbnails(index: number): Promise<{ before: Buffer; after: Buffer } | null> {
    const place = (await this.#current(this.#item(index)))?.body?.thumbnails;
    return place ? this.#batch.journal.state.thumbnails.read(place) : null;
  }

  /** A PNG whose opacity is what was repaired; null if nothing was, or nothing is known of it. */
  async repaired(index: number): Promise<Buffer | null> {
    const place = (await this.#current(this.#item(index)))?.body?.mask;
    return place ? this.#batch.journal.state.thumbnails.readMask(place) : null;
  }

  /**
   * The file of a photo, and that of its result: null if there is none, or if it equals the photo's. Throws NOT_ALLOWED for a
   * link that leads out of the folder that the batch never leaves, and file errors.
   */
  async files(index: number): Promise<{ found: Found; result: string | null; shownAs: MadeBody['shownAs'] }> {
    const item = this.#item(index);
    const current = await this.#current(item);
    const { within } = this.#batch;
    await look(item.found.path, within);
    const isThere = current !== null && (await look(current.path, within).then(() => true, unlessMissing));
    const isOriginal = !isThere || current.head.h === current.head.oh;
    return { found: item.found, result: isOriginal ? null : current.path, shownAs: current?.body?.shownAs };
  }

  /** Where the result of a photo is; null if there is none. */
  async resultOf(index: number): Promise<string | null> {
    const current = await this.#current(this.#item(index));
    return current?.path ?? null;
  }

  /** How the result of a photo was made. */
  async workOf(index: number): Promise<PhotoWork> {
    const { recipe, added, changes } = this.#batch.settings;
    return (await this.#current(this.#item(index)))?.body?.work ?? { recipe, added, changes };
  }

  /** Notes that photos were looked at, or were not. Returns those for which that is new. */
  async mark(what: { indices: readonly number[] } | { filter: BatchFilter }, seen: boolean): Promise<number[]> {
    const items = 'filter' in what ? this.#batch.items.listed(what.filter) : what.indices.map((at) => this.#item(at));
    const changed = items.filter((item) => isFinished(item) && item.seen !== seen);
    if (changed.length === 0) return [];
    await this.#batch.journal.use(async (journal) => {
      for (let at = 0; at < changed.length; at += MAX_CHOSEN) {
        const names = changed.slice(at, at + MAX_CHOSEN).map(({ found }) => found.name);
        await journal.record({ t: 'seen', n: names, y: seen ? 1 : 0 });
      }
    });
    for (const item of changed) if (isFinished(item)) this.#batch.items.mark(item, seen);
    this.#batch.onChange();
    return changed.map(({ index }) => index);
  }

  // ---------------------------------------------------------------------------------------- changing

  /**
   * Restores a photo again and replaces its result. Throws RESULT_CHANGED, see `Change`, and the errors of a batch; the
   * result is then as it was.
   */
  redo(index: number, work: PhotoWork, decision: Decision, engine: Engine, change: Change): Promise<BatchRow> {
    return this.#change(index, async (item, journal) => {
      const { task, current } = await this.#taskFor(item, work, change);
      const replaced = { current, decision, work, agreed: change.agreed };
      await this.#write(item, journal, replaced, change, (control) => restorePhoto(engine, task, control));
    });
  }

  /** Makes an edited photo the result. Errors as for `redo`; PHOTO_CHANGED if the photo on the disk is another one by now. */
  async takeEdit(index: number, edited: EditedPhoto, engine: Engine, change: Change) {
    const notes: Message[] = [];
    const row = await this.#change(index, async (item, journal) => {
      const { recipe, scan, orientation, crop = null, sha256, ...about } = edited;
      const work = { recipe, added: [], changes: [] };
      const { task, current } = await this.#taskFor(item, work, change);
      const { format } = task.settings;
      if (format === null) throw new EmulsionError('INTERNAL', { detail: 'a result of no known format' });
      const started = performance.now();
      const before = await look(item.found.path, task.within);
      const replaced = { current, decision: 'edited', work, shownAs: { scan, crop, orientation }, ...change } as const;
      await this.#write(item, journal, replaced, change, async (control) => {
        const target = { folder: task.folder, root: task.root, stem: basename(item.found.name) };
        const staged = { thumbnails: THUMBNAIL };
        const request = { ...about, recipe, orientation, crop, format, ...outputIn(task.settings), target, staged };
        const answer = await engine.request('export', request, change);
        const output = { ...answer, extension: EXPORT_EXTENSIONS[format] };
        notes.push(...answer.notes);
        return publishStaged({ ...answer, output, before, started, peak: 0, original: sha256 }, task, control);
      });
    });
    return { row, notes };
  }

  /** Puts the former result back, and keeps the one that it replaces in its place. BAD_REQUEST if there is none. */
  undo(index: number, { agreed }: { agreed: boolean }): Promise<BatchRow> {
    return this.#change(index, async (item, journal) => {
      const { name } = item.found;
      const current = await this.#current(item);
      const former = current?.body?.former;
      if (!current || !former) throw new EmulsionError('BAD_REQUEST', { detail: `nothing to undo for ${name}` });
      const before = await journal.journal.read(former.at);
      const gone = () => new EmulsionError('FILE_MISSING', { reason: say('failures.formerGone') });
      if (before.head.t !== 'made') throw gone();
      const { root, settings } = this.#batch;
      const place = await openTarget({ folder: dirname(current.path), root });
      try {
        // The kept file is about to be replaced by the present result.
        const copy = (path: string) => copyFormer(journal.folder, name, path);
        const staged = await stageIn(place, basename(current.path), copy);
        try {
          const copied = await hashFile(place.at(basename(staged.path)), { follow: false });
          if (copied !== former.sha256) throw gone();
          const sha256 = await this.#putAside(item, journal, place, current, agreed);
          const { d: _, r: __, ...about } = before.head;
          const decision = before.head.d;
          const head: Head = { ...about, oh: former.sha256, o: current.head.o, r: 1, ...(decision && { d: decision }) };
          const { former: ___, ...body } = madeIn(before) ?? { former: null };
          const now = sha256 === null ? body : { ...body, former: { at: current.at, sha256 } };
          const at = await journal.record(head, now);
          await publishAs(place, staged.path, basename(current.path), { replace: true });
          if (settings.saveChanges) {
            const result = { path: current.path, sha256: former.sha256 };
            const keeping = { journal: journal.folder, photo: name };
            await restoreChanges(place, { folder: dirname(current.path), root }, result, keeping);
          }
          await this.#finish(item, journal, { outcome: head.x, at, decision: decision ?? null });
        } finally {
          await discardStaged(place, staged.path);
        }
      } finally {
        await place.close();
      }
    });
  }

  /** Ends what is in progress, and waits for it. */
  async close(): Promise<void> {
    this.#control.abort();
    await Promise.allSettled(this.#changing.values());
    await this.#batch.journal.close();
  }

  /** True while a result is being replaced. */
  get isBusy(): boolean {
    return this.#changing.size > 0;
  }

  // ------------------------------------------------------------------------------------------ details

  /** Throws UNKNOWN_PHOTO. */
  #item(index: number): Item {
    const item = this.#batch.items.at(index);
    if (item === undefined) throw new EmulsionError('UNKNOWN_PHOTO');
    return item;
  }

  async #current({ at }: Item): Promise<Current | null> {
    if (at === null) return null;
    const line = await this.#batch.journal.state.journal.read(at);
    if (line.head.t !== 'made') return null;
    return { head: line.head, body: madeIn(line), at, path: pathIn(this.#batch.output, line.head.o) };
  }

  async #change(index: number, work: (item: Item, journal: JournalState) => Promise<void>): Promise<BatchRow> {
    const item = this.#item(index);
    const earlier = this.#changing.get(item);
    const change = (async () => {
      // Who asked for it is told of its failure.
      await earlier?.catch(() => undefined);
      if (this.#control.signal.aborted) throw new EmulsionError('CANCELLED');
      if (!isFinished(item)) throw new EmulsionError('BAD_REQUEST', { reason: say('failures.photoNotDone') });
      await this.#batch.journal.use((journal) => work(item, journal));
      return this.row(item);
    })();
    this.#changing.set(item, change);
    try {
      return await change;
    } finally {
      if (this.#changing.get(item) === change) this.#changing.delete(item);
    }
  }

  /** What is to be computed for a photo, after it was checked that its result may be replaced. */
  async #taskFor(
    item: Item,
    work: PhotoWork,
    { agreed }: Change,
  ): Promise<{ task: PhotoTask; current: Current | null }> {
    const { input, output, root, within, settings } = this.#batch;
    const { found } = item;
    const current = await this.#current(item);
    const folder = current === null ? dirname(pathIn(output, found.name)) : dirname(current.path);
    if (current !== null && !agreed) {
      const place = await openTarget({ folder, root });
      await this.#hashOf(current, place, agreed).finally(() => place.close());
    }
    // A photo whose file breaks off is not refused once a person has seen how far it goes.
    const salvage = settings.salvage || item.state === 'failed';
    const format = current === null ? settings.format : (formatOf(current.path) ?? settings.format);
    const task = { found, folder, root, within, input, output, settings: { ...settings, ...work, format, salvage } };
    return { task: current === null ? task : { ...task, replaces: current.path }, current };
  }

  /** The hash of a result; null if the file is gone. Throws RESULT_CHANGED if it is no longer what the batch has written. */
  async #hashOf({ head, path }: Current, place: OpenFolder, agreed: boolean): Promise<string | null> {
    const sha256 = await hashFile(place.at(basename(path)), { follow: false, shown: path }).catch((error: unknown) => {
      if (error instanceof EmulsionError && error.code === 'FILE_MISSING') return null;
      throw error;
    });
    if (sha256 !== null && sha256 !== head.oh && !agreed) {
      throw new EmulsionError('RESULT_CHANGED', { reason: say('failures.resultChanged', { name: basename(path) }) });
    }
    return sha256;
  }

  /** Keeps a result that is about to be replaced. Returns its hash; null if its file is gone. */
  async #putAside(
    { found }: Item,
    journal: JournalState,
    place: OpenFolder,
    current: Current,
    agreed: boolean,
  ): Promise<string | null> {
    const sha256 = await this.#hashOf(current, place, agreed);
    if (sha256 !== null) await keepFormer(journal.folder, found.name, place, basename(current.path));
    return sha256;
  }

  /** Has a result made and published. Until it has its name, everything is as it was. */
  async #write(
    item: Item,
    journal: JournalState,
    { current, decision, work, shownAs, agreed }: Replacement,
    { signal, onProgress }: Control,
    make: (control: PhotoControl) => ReturnType<typeof restorePhoto>,
  ): Promise<void> {
    const { output, root } = this.#batch;
    const { name } = item.found;
    let recorded = 0;
    const control: PhotoControl = {
      signal: signal ? AbortSignal.any([signal, this.#control.signal]) : this.#control.signal,
      onProgress,
      keeping: { journal: journal.folder, photo: name },
      isOwn: (path) => ![undefined, name].includes(journal.written.ownerOf(path)),
      onMade: async (made) => {
        const place = current && (await openTarget({ folder: dirname(current.path), root }));
        const sha256 =
          current && place
            ? await this.#putAside(item, journal, place, current, agreed).finally(() => place.close())
            : null;
        const pictures = made.thumbnails && (await journal.thumbnails.add(made.thumbnails));
        const { head, body } = lineOf(name, made, output, pictures);
        const former = current && sha256 !== null ? { former: { at: current.at, sha256 } } : {};
        recorded = await journal.record(
          { ...head, r: 1, d: decision },
          { ...body, ...former, work, ...(shownAs && { shownAs }) },
        );
      },
    };
    const made = await make(control);
    if (made.outcome === 'kept') throw new EmulsionError('NAME_TAKEN', { detail: made.path });
    const { bytes, modified } = made.original;
    item.found = { ...item.found, bytes, modified };
    await this.#finish(item, journal, { outcome: made.outcome, at: recorded, decision, made });
  }

  async #finish(
    item: Item,
    journal: JournalState,
    { outcome, at, decision, made }: { outcome: Made['outcome']; at: number; decision: Decision | null; made?: Made },
  ): Promise<void> {
    await journal.record({ t: 'done', n: item.found.name });
    const { items, onChange } = this.#batch;
    const partly = made ? isPartlyRead(made.notes) : item.partly;
    items.takeBack(item);
    items.finish(item, outcome, at, null, true, { seen: true, decision, partly });
    onChange();
  }
}

interface Replacement {
  current: Current | null;
  decision: Decision;
  work: PhotoWork;
  shownAs?: MadeBody['shownAs'];
  agreed: boolean;
}

/** A result that is gone is none. */
function unlessMissing(error: EmulsionError): false {
  if (error.code !== 'FILE_MISSING') throw error;
  return false;
}

/** The format of a written file, by its name. */
function formatOf(path: string): ExportFormat | null {
  const extension = extname(path).slice(1).toLowerCase();
  const formats = Object.entries(EXPORT_EXTENSIONS) as [ExportFormat, string][];
  return formats.find(([, each]) => each === extension)?.[0] ?? null;
}
