import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { UNTOUCHED } from '../../restoration/untouched';
import { hashFile } from '../../storage/hash';
import type { AppContext, HandlersOf } from '../context';

/** Calls about looking at the results of a batch and deciding about them. */
export function reviewHandlers({
  batches,
  edits,
  engine,
  files,
  jobs,
  photos,
  services,
}: AppContext): HandlersOf<'review'> {
  const reviewOf = (id: string) => batches.find(id).review;

  return {
    'review.open': ({ id }) => batches.show(id),
    'review.beside': ({ id, filter, index, step }) => reviewOf(id).beside(filter, index, step),
    'review.look': ({ id, index, jobId }) =>
      jobs.run(jobId, async (control) => {
        const { found, result, shownAs } = await reviewOf(id).files(index);
        const { path, page } = found;
        const photoId = randomUUID();
        const request = {
          photoId,
          path,
          name: basename(path),
          page,
          salvage: true,
          ...(shownAs && { shownAs, scan: shownAs.scan }),
        };
        const [photo, sha256] = await Promise.all([engine.request('open', request, control), hashFile(path)]);
        const { name, width, height, bytes } = photo;
        photos.set(photoId, {
          subject: { name, sha256, width, height, bytes, page },
          path,
          format: photo.format,
          size: photo,
        });
        try {
          const shown = result === null ? null : await engine.request('openResult', { photoId, path: result }, control);
          return { photoId, width, height, result: shown };
        } catch (error) {
          photos.delete(photoId);
          await engine.request('close', { photoId });
          throw error;
        }
      }),
    'review.mark': async ({ id, seen, what }) => ({ changed: await reviewOf(id).mark(what, seen) }),
    'review.work': ({ id, index }) => reviewOf(id).workOf(index),
    'review.redo': ({ id, index, work, jobId, agreed }) =>
      jobs.run(jobId, (control) => reviewOf(id).redo(index, work, 'redone', engine, { ...control, agreed })),
    'review.original': ({ id, index, jobId, agreed }) =>
      jobs.run(jobId, (control) => reviewOf(id).redo(index, UNTOUCHED, 'original', engine, { ...control, agreed })),
    'review.takeEdit': ({ id, index, photoId, recipe, orientation, crop, rating, caption, jobId, agreed }) => {
      const { subject } = photos.get(photoId);
      const scan = edits.state(photoId)?.scan ?? null;
      const edit = edits.edit(photoId);
      const edited = { photoId, recipe, scan, orientation, crop, rating, caption, edit, sha256: subject.sha256 };
      return jobs.run(jobId, (control) => reviewOf(id).takeEdit(index, edited, engine, { ...control, agreed }));
    },
    'review.undo': ({ id, index, agreed }) => reviewOf(id).undo(index, { agreed }),
    'review.source': async ({ id, index }) => {
      const { found } = await reviewOf(id).files(index);
      const { path, page } = found;
      if (page !== undefined) return { file: await files.offerPage(path, page) };
      const [file] = await files.offer([path]);
      return { file: file! };
    },
    'review.show': async ({ id, index }) => {
      if (services.showInFolder === null) {
        throw new EmulsionError('BAD_REQUEST', { reason: say('failures.noDialogs') });
      }
      const review = reviewOf(id);
      services.showInFolder((await review.resultOf(index)) ?? (await review.files(index)).found.path);
      return {};
    },
  };
}
