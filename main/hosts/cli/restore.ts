import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import type { Message } from '../../../contract/basics';
import type { Pages } from '../../../contract/batch';
import type { Caption } from '../../../contract/caption';
import type { OutputOptions } from '../../../contract/output';
import type { ExportFormat } from '../../../contract/photo';
import type { Recipe, Step, StepChange } from '../../../contract/recipe';
import type { Scan } from '../../../contract/scan';
import { stateOf } from '../../../document/edit';
import type { ScanWish } from '../../../document/scan';
import { inEnglish, say, sentenceOf } from '../../../text/message';
import type { EditDocument } from '../../edits/parse';
import type { Requests } from '../../engine/protocol';
import type { Engine } from '../../engine/supervisor';
import { EmulsionError, toEmulsionError, toFailure } from '../../errors';
import { log } from '../../log/log';
import { frontOf } from '../../photos/backs';
import { photoOfInfrared } from '../../photos/infrared-beside';
import { countPhotos, stemOfPage, stemOfPrint, wantedPages } from '../../photos/pages';
import { UNTOUCHED } from '../../restoration/untouched';
import { assertWritable } from '../../storage/folders';
import { hashFile } from '../../storage/hash';
import { infraredOf, isStray, scan } from '../../storage/scan';
import { addSums } from '../../storage/sums';
import { systemPath } from '../../storage/system-path';
import { EXIT } from './exit-codes';
import type { Reporter } from './reporter';
import { needsFor, reportsFor, tellFailed, tellPassed, totalOf } from './tell';
import { oneLine } from './terminal';

export interface RestoreJob {
  engine: Engine;
  signal: AbortSignal;
  /** Photos and folders. */
  paths: readonly string[];
  out: string;
  /** Folder for the masks of the repairs; null: none are written. */
  maskOut: string | null;
  /** null: the recipe that the analysis proposes for each photo. */
  recipe: Recipe | null;
  /** Steps to add to the recipe. */
  added: readonly Step[];
  changes: readonly StepChange[];
  /** Replaces the recipe, for the one photo that it was made for. */
  edit: EditDocument | null;
  format: ExportFormat | null;
  /** The caption adds to that of an edit file. */
  output: OutputOptions & { saveChanges: boolean; caption: Caption };
  /** The part of each page that is the photo. With an edit, which says that itself, its crop is the part that is written. */
  cut: ScanWish;
  /** Photos of a file that holds several. */
  pages: Pages;
  /** Each print that is found on a page is a photo of its own. */
  split: boolean;
  /** Restores files that break off as far as they go. */
  salvage: boolean;
  reporter: Reporter;
}

interface Item {
  path: string;
  /** Folder below `out`, so that the output mirrors the tree of folders. */
  below: string;
  /** The file was found in a folder and not named by the user. If it is not a photo, it is skipped. */
  found: boolean;
  /** Which of the file's photos, from 1; absent: the first. */
  page?: number;
}

/** A print on a page, or the whole page, and what is to be said of that. */
interface Part {
  print: { number: number; scan: Scan } | null;
  notes: Message[];
}

/** Restores all photos in turn and returns the exit code. An error affects only its photo. */
export async function restoreAll(job: RestoreJob): Promise<number> {
  const { engine, signal, reporter } = job;
  const out = resolve(job.out);
  await assertWritable(out);
  const maskOut = job.maskOut === null ? null : resolve(job.maskOut);
  if (maskOut !== null) await assertWritable(maskOut);
  const counts = { restored: 0, unchanged: 0, failed: 0, skipped: 0 };
  const started = performance.now();

  for await (const item of collect(job, out, (path, error, stray = false) =>
    stray ? pass(path, error) : fail(path, error),
  )) {
    if (signal.aborted) break;
    const front = job.edit ? null : await frontOf(item.path);
    const parts = await partsOf(item, front !== null).catch((error: unknown) => wentWrong(item, error));
    for (const part of parts ?? []) {
      if (signal.aborted) break;
      await restoreOne(item, front, part).catch((error: unknown) => wentWrong(item, error));
    }
  }

  const seconds = (performance.now() - started) / 1000;
  const interrupted = signal.aborted;
  const text = totalOf({ ...counts, passed: counts.skipped }, { seconds, interrupted }, reporter.translator);
  reporter.line(text, { type: 'summary', ...counts, seconds, interrupted });
  if (interrupted) return EXIT.interrupted;
  return counts.failed === 0 ? EXIT.done : EXIT.failed;

  async function partsOf({ path, page }: Item, isBack: boolean): Promise<Part[]> {
    const whole = (...notes: Message[]): Part[] => [{ print: null, notes }];
    if (!job.split || isBack) return whole();
    const { corners, whole: why } = await engine.request(
      'printsOn',
      { path, page, salvage: job.salvage },
      { signal, onProgress: (progress) => reporter.progress(basename(path), progress) },
    );
    if (why !== null) return whole(say(why === 'empty' ? 'notes.pageEmpty' : 'notes.pageOne'));
    return corners.map((each, i) => ({ print: { number: i + 1, scan: { corners: each } }, notes: [] }));
  }

  async function restoreOne(item: Item, front: string | null, { print, notes: said }: Part): Promise<void> {
    const label = basename(item.path);
    const stem = stemOfPrint(stemOfPage(basename(item.path, extname(item.path)), item.page), print?.number ?? null);
    const edited = job.edit && (await editFor(job.edit, item.path));
    const answer = await engine.request(
      'restore',
      {
        path: item.path,
        page: item.page,
        salvage: job.salvage,
        ...(front === null ? { recipe: job.recipe, added: job.added, changes: job.changes } : UNTOUCHED),
        ...edited,
        ...(job.edit
          ? job.cut.crop && { crop: job.cut.crop }
          : { wish: front === null ? job.cut : { ...job.cut, negative: null } }),
        ...(print && { scan: print.scan }),
        format: job.format,
        ...job.output,
        caption: { ...edited?.caption, ...job.output.caption },
        target: { folder: join(out, item.below), root: out, stem },
        ...(maskOut !== null && { inspect: { mask: { folder: join(maskOut, item.below), root: maskOut, stem } } }),
      },
      { signal, onProgress: (progress) => reporter.progress(label, progress) },
    );
    answer.notes.unshift(...said);
    if (front !== null) answer.notes.unshift(say('notes.back', { name: front }));
    const worked = answer.reports.some((report) => report.outcome === 'done');
    const path = answer.output?.path ?? null;
    const { changed } = answer;
    if (path !== null && changed) {
      const files = [item.path, path, changed.path].map((each) => ({ path: each }));
      await addSums({ folder: dirname(path), root: out }, files);
    }
    counts[worked ? 'restored' : 'unchanged'] += 1;
    reporter.line(linesOf(item.path, path, answer, reporter), {
      type: 'photo',
      input: item.path,
      ...(item.page !== undefined && { page: item.page }),
      ...(print && { print: print.number }),
      outcome: worked ? 'restored' : 'unchanged',
      output: answer.output,
      notes: [...answer.photo.notes, ...answer.notes].map((note) => sentenceOf(note, inEnglish())),
      masked: answer.masked,
      ...(answer.photo.page && { corners: answer.photo.page.scan.corners }),
      ...(answer.photo.page?.scan.negative && { negative: answer.photo.page.scan.negative }),
      ...(answer.analysis.infrared && { infrared: answer.analysis.infrared }),
      needs: needsFor(answer.analysis.needs),
      reports: reportsFor(answer.reports),
      passes: answer.passes,
      ...(answer.changed && { changes: answer.changed.path }),
      ...(answer.inspected && { mask: answer.inspected.mask }),
    });
  }

  function wentWrong(item: Item, error: unknown): void {
    if (signal.aborted) return;
    if (item.found && isStray(item.path, toEmulsionError(error))) pass(item.path, error);
    else fail(item.path, error);
  }

  function pass(path: string, error: unknown): void {
    counts.skipped += 1;
    const failure = toFailure(error);
    tellPassed(path, failure, reporter, { type: 'skipped', code: failure.code });
  }

  function fail(path: string, error: unknown): void {
    counts.failed += 1;
    log.failure('A photo failed', toEmulsionError(error), { file: path });
    tellFailed(path, toFailure(error), reporter, { type: 'failed' });
  }
}

/** The edit for the engine. Throws EDIT_FOREIGN if it belongs to another photo. */
async function editFor({ photo, log, bitmaps }: EditDocument, path: string) {
  if ((await hashFile(path)) !== photo.sha256) {
    throw new EmulsionError('EDIT_FOREIGN', {
      reason: say('failures.editOf', { name: photo.name, width: photo.width, height: photo.height }),
    });
  }
  const { scan, recipe, mask, styleMask, keepMask, hints, repairs, orientation, crop, rating, caption } = stateOf(log);
  return {
    scan,
    recipe,
    orientation,
    crop,
    rating,
    caption,
    edit: { mask, styleMask, keepMask, hints, repairs, bitmaps },
  };
}

function linesOf(
  input: string,
  output: string | null,
  { reports, photo, notes, inspected, changed }: Requests['restore']['response'],
  { translator }: Reporter,
): string {
  const lines = [`${oneLine(input)} -> ${output === null ? translator.t('cli.nothingWritten') : oneLine(output)}`];
  for (const { kind, outcome, messages } of reports) {
    if (outcome !== 'off') lines.push(`  ${kind}: ${translator.sentences(messages)}`);
  }
  for (const note of [...photo.notes, ...notes]) lines.push(`  ${translator.sentence(note)}`);
  if (changed) lines.push(`  ${translator.t('cli.changesIn', { path: oneLine(changed.path) })}`);
  if (inspected?.mask) lines.push(`  ${translator.t('cli.maskIn', { path: oneLine(inspected.mask) })}`);
  return lines.join('\n');
}

/** The given photos, and the files below the given folders. */
async function* collect(
  { paths, pages, signal }: RestoreJob,
  out: string,
  onError: (path: string, error: unknown, stray?: boolean) => void,
): AsyncGenerator<Item> {
  for (const path of paths) {
    try {
      const info = await stat(await systemPath(path));
      if (!info.isDirectory()) {
        const photo = await photoOfInfrared(path);
        // Given with its photo, as by a pattern of the shell, it is no photo of its own.
        if (photo !== null && paths.some((each) => resolve(each) === resolve(photo))) {
          onError(path, infraredOf(path, photo).error, true);
          continue;
        }
        yield* photosIn({ path: resolve(path), below: '', found: false }, pages);
        continue;
      }
      for await (const found of scan(path, { except: [out], signal })) {
        if ('error' in found) onError(join(path, found.name), found.error, found.stray === true);
        else yield* photosIn({ path: found.path, below: dirname(found.name), found: true }, pages);
      }
    } catch (error) {
      onError(path.endsWith(sep) ? path.slice(0, -1) : path, error);
    }
  }
}

/** The wanted photos of a file. */
async function* photosIn(item: Item, pages: Pages): AsyncGenerator<Item> {
  const wanted = wantedPages(pages, await countPhotos(item.path));
  for (const page of wanted) yield page === 1 ? item : { ...item, page };
}
