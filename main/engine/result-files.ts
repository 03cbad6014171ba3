import type { Raster } from '../restoration/raster';
import type { RunResult } from '../restoration/run';
import { refusalMessage } from '../scan/infrared';
import { cleanPartials } from '../storage/write';
import type { Job } from './job';
import type { Opened } from './opened';
import type { Requests, WrittenFile } from './protocol';
import { cropped, type Encoded, ResultWriter, type WriteChoice } from './writing';

/** Writes results to their folders. */
export class ResultFiles {
  /** Folders that were already checked for remains of interrupted writes. */
  readonly #swept = new Set<string>();
  readonly #restrictionsOf: (ids: readonly string[]) => string[];

  /** @param restrictionsOf the generators among these that may not be used commercially */
  constructor(restrictionsOf: (ids: readonly string[]) => string[]) {
    this.#restrictionsOf = restrictionsOf;
  }

  /** Writes a result, and the mask of what was changed if `changed` makes one. */
  async write(
    job: Job,
    { file: { path }, photo, source, infrared }: Opened,
    { raster, reports }: Pick<RunResult, 'raster' | 'reports'>,
    choice: WriteChoice & Pick<Requests['export']['request'], 'target'>,
    { isStaged = false, changed }: { isStaged?: boolean; changed?: () => Promise<Raster> } = {},
  ): Promise<WrittenFile & Encoded & { changes: WrittenFile | null }> {
    const { target, orientation, crop = null } = choice;
    const result = cropped(raster, crop, photo);
    const restrictions = this.#restrictionsOf(reports.flatMap(({ generator }) => generator?.split(', ') ?? []));
    if (!this.#swept.has(target.folder)) {
      // Removes remains of a process that was killed while it was writing.
      await cleanPartials(target.folder, target.root);
      this.#swept.add(target.folder);
    }
    const writer = new ResultWriter(job, isStaged);
    const written = await writer.result({ path, photo, source, result, reports, restrictions }, choice);
    if (infrared?.refusal) written.notes.unshift(refusalMessage(infrared.refusal));
    if (!changed) return { ...written, changes: null };
    const beside = { ...written, root: target.root, stem: target.stem };
    return { ...written, changes: await writer.changes(await changed(), { photo, crop, orientation }, beside) };
  }
}
