import { randomUUID } from 'node:crypto';
import { basename, dirname, extname } from 'node:path';
import { EXPORT_EXTENSIONS } from '../../photos/extensions';
import { stemOfPage } from '../../photos/pages';
import { writeRating } from '../../photos/rating-sidecar';
import { hashFile } from '../../storage/hash';
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
  services,
}: AppContext): HandlersOf<'photos'> {
  return {
    'photos.open': ({ token, jobId }) =>
      jobs.run(jobId, async (control) => {
        const path = files.path(token, 'photo');
        const page = files.page(token);
        const photoId = randomUUID();
        const [photo, sha256] = await Promise.all([
          engine.request('open', { photoId, path, name: basename(path), page, salvage: true }, control),
          hashFile(path),
        ]);
        const { name, width, height, bytes, pages } = photo;
        photos.set(photoId, { subject: { name, sha256, width, height, bytes, page }, path });
        if (!isTemporary(path)) services.desktop?.opened(path);
        const others = page === undefined ? await files.otherPages(token, pages.count) : [];
        return { ...photo, sha256, others };
      }),
    'photos.writeRating': async ({ photoId, rating }) => {
      const { path } = photos.get(photoId);
      if (isTemporary(path)) return { name: null, backup: null };
      return writeRating(path, rating, { root: services.root ?? undefined });
    },
    'photos.close': async ({ photoId }) => {
      photos.get(photoId);
      photos.delete(photoId);
      await edits.close(photoId);
      await engine.request('close', { photoId });
      return {};
    },
    'photos.analyse': ({ photoId, jobId }) => {
      photos.get(photoId);
      return jobs.run(jobId, (control) => engine.request('analyse', { photoId }, control));
    },
    'photos.render': ({ photoId, recipe, size, everywhere, jobId }) => {
      photos.get(photoId);
      const drawn = edits.edit(photoId);
      const edit = drawn && everywhere ? { ...drawn, styleMask: [] } : drawn;
      return jobs.run(jobId, async (control) => ({
        ...(await engine.request('render', { photoId, recipe, size, edit }, control)),
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
    'photos.export': ({
      photoId,
      recipe,
      jobId,
      format,
      quality,
      keepMetadata,
      orientation,
      rating,
      crop,
      folder,
      name: chosen,
    }) => {
      const { subject, path } = photos.get(photoId);
      const { name, page } = subject;
      const beside = isTemporary(path) ? '' : dirname(path);
      const edit = edits.edit(photoId);
      return jobs.run(jobId, async (control) => {
        const stem = chosen ?? `${stemOfPage(basename(name, extname(name)), page)}-restored`;
        const target =
          folder === null
            ? await outgoing.target(stem, EXPORT_EXTENSIONS[format], format, beside)
            : { folder: files.path(folder, 'folder'), stem };
        const written = await engine.request(
          'export',
          { photoId, recipe, edit, format, quality, keepMetadata, orientation, crop, rating, target },
          control,
        );
        const { reports, notes } = written;
        return { ...outgoing.handOver(written, `image/${format}`), reports, notes };
      });
    },
  };
}
