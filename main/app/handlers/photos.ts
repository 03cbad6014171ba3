import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Written } from '../../../contract/calls';
import { type ExportFormat, resultFormat } from '../../../contract/photo';
import { say } from '../../../text/message';
import { formerIn, IN_PLACE_QUALITY, replaceableFormat, replaceFile } from '../../editor/in-place';
import type { ExportTarget, WrittenFile } from '../../engine/protocol';
import { EmulsionError } from '../../errors';
import { writeAnnotations } from '../../photos/annotation-sidecar';
import { frontOf } from '../../photos/backs';
import { EXPORT_EXTENSIONS } from '../../photos/extensions';
import { countPhotos, stemOfPage, stemOfPrint } from '../../photos/pages';
import { hashFile } from '../../storage/hash';
import { addSums, sumsByName } from '../../storage/sums';
import { writePhoto } from '../../storage/write';
import type { AppContext, HandlersOf } from '../context';

/** Calls that open, analyse, render and export a photo. */
export function photosHandlers({
  cancelPicture,
  edits,
  engine,
  files,
  isTemporary,
  jobs,
  outgoing,
  photos,
  scratch,
  services,
}: AppContext): HandlersOf<'photos'> {
  return {
    'photos.open': ({ token, jobId }) =>
      jobs.run(jobId, async (control) => {
        const path = files.path(token, 'photo');
        const page = files.page(token);
        const print = files.print(token);
        const scan = print && { corners: print.corners };
        const photoId = randomUUID();
        const [photo, sha256] = await Promise.all([
          engine.request('open', { photoId, path, name: basename(path), page, salvage: true, scan }, control),
          hashFile(path),
        ]);
        const { name, bytes, pages } = photo;
        const { width, height } = photo.page ?? photo;
        photos.set(photoId, {
          subject: { name, sha256, width, height, bytes, page, print: print?.number },
          path,
          format: photo.format,
          size: photo,
        });
        if (!isTemporary(path)) services.desktop?.opened(path);
        const task = services.editor?.of(path) ?? null;
        const others = page === undefined && print === undefined ? await files.otherPages(token, pages.count) : [];
        const front = isTemporary(path) ? null : await frontOf(path);
        const notes = front === null ? photo.notes : [...photo.notes, say('notes.back', { name: front })];
        return { ...photo, notes, sha256, others, front, editor: task && { inPlace: task.inPlace } };
      }),
    'photos.writeSidecar': async ({ photoId, ...said }) => {
      const { path } = photos.get(photoId);
      if (isTemporary(path)) return { name: null, backup: null };
      return writeAnnotations(path, said, { root: services.root ?? undefined });
    },
    'photos.close': async ({ photoId }) => {
      const { path } = photos.get(photoId);
      photos.delete(photoId);
      // It may be open again as another print of its page.
      if (!photos.paths().includes(path)) services.editor?.done(path);
      await edits.close(photoId);
      await engine.request('close', { photoId });
      return {};
    },
    'photos.analyse': ({ photoId, jobId }) => {
      photos.get(photoId);
      return jobs.run(jobId, (control) => engine.request('analyse', { photoId }, control));
    },
    'photos.render': ({ photoId, recipe, size, shown, everywhere, jobId }) => {
      photos.get(photoId);
      const drawn = edits.edit(photoId);
      const edit = drawn && everywhere ? { ...drawn, styleMask: [] } : drawn;
      return jobs.run(jobId, async (control) => ({
        ...(await engine.request('render', { photoId, recipe, size, shown, edit }, control)),
        size,
      }));
    },
    'photos.redEyes': ({ photoId, at, jobId }) => {
      photos.get(photoId);
      return jobs.run(jobId, (control) => engine.request('redEyes', { photoId, at }, control));
    },
    'photos.histogram': ({ photoId, revision }) => {
      photos.get(photoId);
      return engine.request('histogram', { photoId, revision });
    },
    'photos.dropPicture': ({ ask }) => {
      cancelPicture(ask);
      return {};
    },
    'photos.finish': ({ photoId, jobId, ...choice }) => {
      const { path, subject, format } = photos.get(photoId);
      const task = services.editor?.of(path);
      if (!task) throw new EmulsionError('BAD_REQUEST', { detail: 'No program waits for this photo.' });
      const edit = edits.edit(photoId);
      const stem = basename(path, extname(path));
      return jobs.run(jobId, async (control) => {
        const common = { photoId, edit, ...choice, metadata: 'all' as const, quality: IN_PLACE_QUALITY };
        if (!task.inPlace) {
          const target = { folder: task.out ?? dirname(path), stem: `${stem}-restored` };
          const written = await engine.request('export', { ...common, format: resultFormat(format), target }, control);
          return { name: basename(written.path), notes: written.notes };
        }
        const own = replaceableFormat(format, await countPhotos(path));
        const target = { folder: join(scratch, 'finished'), stem };
        const made = await engine.request('export', { ...common, format: own, target }, control);
        const former = formerIn(services.userData);
        const { path: replaced } = await replaceFile(path, made.path, { sha256: subject.sha256, former });
        await rm(made.path, { force: true });
        return { name: basename(replaced), notes: made.notes };
      });
    },
    'photos.estimate': ({ photoId, ...choice }) => {
      photos.get(photoId);
      return engine.request('estimate', { photoId, edit: edits.edit(photoId), ...choice });
    },
    'photos.export': ({ photoId, recipe, jobId, folder, beside, name: chosen, ...choice }) => {
      const { subject, path } = photos.get(photoId);
      const { name, page, print = null } = subject;
      const edit = edits.edit(photoId);
      return jobs.run(jobId, async (control) => {
        const stem = chosen ?? `${stemOfPrint(stemOfPage(basename(name, extname(name)), page), print)}-restored`;
        const target = await targetFor(stem, choice.format, { folder, beside, path });
        const request = { photoId, recipe, edit, ...choice, target };
        const { changes, reports, notes, ...file } = await engine.request('export', request, control);
        const written = outgoing.handOver(file, `image/${choice.format}`);
        // A folder that is gone already cannot be written to again.
        const [place] = written.place === null ? [] : await files.offer([written.place]).catch(() => []);
        const also = changes ? await alsoWritten(file.path, changes, path, written.place) : [];
        return { ...written, also, folder: place?.token ?? null, reports, notes };
      });
    },
  };

  /** Where a result goes: beside the photo, to a folder, or where the host says. */
  async function targetFor(
    stem: string,
    format: ExportFormat,
    { folder, beside, path }: { folder: string | null; beside: boolean; path: string },
  ): Promise<ExportTarget> {
    if (beside) {
      if (isTemporary(path)) throw new EmulsionError('BAD_REQUEST', { reason: say('failures.nothingBeside') });
      return { folder: dirname(path), root: services.root ?? undefined, stem };
    }
    if (folder !== null) return { folder: files.path(folder, 'folder'), stem };
    return outgoing.target(stem, EXPORT_EXTENSIONS[format], format, isTemporary(path) ? '' : dirname(path));
  }

  /** Hands over the mask of what was changed, and the checksums: in the folder of the results, or as a file for downloads. */
  async function alsoWritten(
    result: string,
    changes: WrittenFile,
    original: string,
    place: string | null,
  ): Promise<Written[]> {
    const summed = [original, result, changes.path].map((path) => ({ path }));
    const mask = outgoing.handOver(changes, 'image/png');
    if (place !== null) {
      await addSums({ folder: place }, summed);
      return [mask];
    }
    const text = await sumsByName(summed);
    const target = { folder: dirname(result), stem: basename(result, extname(result)), extension: 'sha256' };
    return [mask, outgoing.handOver(await writePhoto(target, (part) => writeFile(part, text)), 'text/plain')];
  }
}
