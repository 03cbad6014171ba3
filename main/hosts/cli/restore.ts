import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import type { ExportFormat, StepReport } from '../../../contract/photo';
import type { Recipe, Step, StepChange } from '../../../contract/recipe';
import { stateOf } from '../../../document/edit';
import type { EditDocument } from '../../edits/file';
import type { Engine } from '../../engine/supervisor';
import { EmulsionError, toEmulsionError } from '../../errors';
import { assertWritable } from '../../storage/folders';
import { hashFile } from '../../storage/hash';
import { isStray, scan } from '../../storage/scan';
import { EXIT } from './exit-codes';
import type { Reporter } from './reporter';

export interface RestoreJob {
  engine: Engine;
  signal: AbortSignal;
  /** Photos and folders. */
  paths: readonly string[];
  out: string;
  /** null: what each photo is found to need. */
  recipe: Recipe | null;
  /** Asked for besides. */
  added: readonly Step[];
  changes: readonly StepChange[];
  /** Takes the place of the recipe, on the one photo that it was made for. */
  edit: EditDocument | null;
  format: ExportFormat | null;
  quality: number;
  keepMetadata: boolean;
  reporter: Reporter;
}

interface Item {
  path: string;
  /** Folder below `out`, so that a tree is mirrored. */
  below: string;
  /** Found in a folder rather than named: then a file that is no photo is passed over. */
  found: boolean;
}

/** Restores all of it, one photo after the other; answers the exit code. An error stays with its photo. */
export async function restoreAll(job: RestoreJob): Promise<number> {
  const { engine, signal, reporter } = job;
  const out = resolve(job.out);
  await assertWritable(out);
  const counts = { restored: 0, unchanged: 0, failed: 0, skipped: 0 };
  const started = performance.now();

  for await (const item of collect(job.paths, out, signal, (path, error) => fail(path, error))) {
    if (signal.aborted) break;
    const label = basename(item.path);
    try {
      const answer = await engine.request(
        'restore',
        {
          path: item.path,
          recipe: job.recipe,
          added: job.added,
          changes: job.changes,
          ...(job.edit && (await editFor(job.edit, item.path))),
          format: job.format,
          quality: job.quality,
          keepMetadata: job.keepMetadata,
          target: { folder: join(out, item.below), stem: basename(item.path, extname(item.path)) },
        },
        { signal, onProgress: (progress) => reporter.progress(label, progress) },
      );
      const worked = answer.reports.some((report) => report.outcome === 'done');
      counts[worked ? 'restored' : 'unchanged'] += 1;
      const path = answer.output?.path ?? null;
      reporter.line(linesOf(item.path, path, answer.reports), {
        type: 'photo',
        input: item.path,
        outcome: worked ? 'restored' : 'unchanged',
        output: answer.output,
        notes: answer.photo.notes,
        masked: answer.masked,
        needs: answer.analysis.needs,
        reports: answer.reports,
        passes: answer.passes,
      });
    } catch (error) {
      if (signal.aborted) break;
      const { code } = toEmulsionError(error);
      if (item.found && isStray(item.path, toEmulsionError(error))) {
        counts.skipped += 1;
        reporter.line(`${item.path}: not a photo, passed over`, { type: 'skipped', input: item.path, code });
      } else {
        fail(item.path, error);
      }
    }
  }

  const seconds = (performance.now() - started) / 1000;
  const total = `${counts.restored} restored, ${counts.unchanged} with nothing to repair, ${counts.failed} failed, ${counts.skipped} passed over in ${seconds.toFixed(1)} s`;
  const interrupted = signal.aborted;
  reporter.line(interrupted ? `Interrupted: ${total}` : total, { type: 'summary', ...counts, seconds, interrupted });
  if (interrupted) return EXIT.interrupted;
  return counts.failed === 0 ? EXIT.done : EXIT.failed;

  function fail(path: string, error: unknown): void {
    counts.failed += 1;
    const { code, message, detail } = toEmulsionError(error);
    reporter.problem(`${path}: ${message} (${code})`, { type: 'failed', input: path, code, message, detail });
  }
}

/** What was done by hand, for the engine. Throws EDIT_FOREIGN where it was done to another photo. */
async function editFor({ photo, log, bitmaps }: EditDocument, path: string) {
  if ((await hashFile(path)) !== photo.sha256) {
    throw new EmulsionError('EDIT_FOREIGN', {
      message: `The edit belongs to another photo: ${photo.name}, ${photo.width} × ${photo.height}. Nothing was written.`,
    });
  }
  const { recipe, mask, styleMask, repairs, orientation } = stateOf(log);
  return { recipe, orientation, edit: { mask, styleMask, repairs, bitmaps } };
}

function linesOf(input: string, output: string | null, reports: readonly StepReport[]): string {
  const lines = [`${input} -> ${output ?? 'nothing written'}`];
  for (const report of reports) {
    if (report.outcome !== 'off') lines.push(`  ${report.kind}: ${report.sentence}`);
  }
  return lines.join('\n');
}

/** Photos that were named, and files below folders that were. */
async function* collect(
  paths: readonly string[],
  out: string,
  signal: AbortSignal,
  onError: (path: string, error: unknown) => void,
): AsyncGenerator<Item> {
  for (const path of paths) {
    try {
      const info = await stat(path);
      if (!info.isDirectory()) {
        yield { path: resolve(path), below: '', found: false };
        continue;
      }
      for await (const found of scan(path, { except: [out], signal })) {
        if ('error' in found) onError(join(path, found.name), found.error);
        else yield { path: found.path, below: dirname(found.name), found: true };
      }
    } catch (error) {
      onError(path.endsWith(sep) ? path.slice(0, -1) : path, error);
    }
  }
}
