import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Photo } from '../../../contract/photo';
import type { Corners, Scan } from '../../../contract/scan';
import { wholeArea } from '../../../document/quad';
import { faultOf } from '../../../document/scan';
import type { Size } from '../../../document/size';
import type { RequestControl } from '../../engine/supervisor';
import type { AppContext, HandlersOf } from '../context';

/** Calls about the print that is cut out of a scanned page. */
export function scanHandlers({ edits, engine, files, jobs, photos }: AppContext): HandlersOf<'scan'> {
  /** Opens the file of a photo once more, under another id. */
  async function openAgain(photoId: string, scan: Scan | null, control: RequestControl): Promise<Photo> {
    const registered = photos.get(photoId);
    const { path, subject } = registered;
    const id = randomUUID();
    const { page } = subject;
    const request = { photoId: id, path, name: basename(path), page, salvage: true, scan };
    const photo = await engine.request('open', request, control);
    photos.set(id, { ...registered, size: photo });
    return photo;
  }

  return {
    'scan.carry': ({ photoId, scan }) => {
      photos.get(photoId);
      return edits.carry(photoId, scan);
    },
    'scan.apply': ({ photoId, scan, jobId }) =>
      jobs.run(jobId, async (control) => {
        const photo = await openAgain(photoId, scan, control);
        edits.move(photoId, photo.id);
        return photo;
      }),
    'scan.find': ({ photoId, jobId }) => {
      photos.get(photoId);
      return jobs.run(jobId, (control) => engine.request('findPrints', { photoId }, control));
    },
    'scan.negative': ({ jobId, ...request }) => {
      photos.get(request.photoId);
      return jobs.run(jobId, (control) => engine.request('measureNegative', request, control));
    },
    'scan.page': ({ photoId, negative, jobId }) => {
      const { width, height } = photos.get(photoId).subject;
      const scan = negative && { corners: wholeArea({ width, height }), negative };
      return jobs.run(jobId, (control) => openAgain(photoId, scan, control));
    },
    'scan.split': ({ photoId, jobId }) => {
      const { path, subject, size } = photos.get(photoId);
      return jobs.run(jobId, async (control) => {
        const { prints } = await engine.request('findPrints', { photoId }, control);
        const usable = prints.map((corners) => within(corners, size)).filter((corners) => !faultOf({ corners }, size));
        const isSplit = usable.length > 1;
        const offer = (corners: Corners, i: number) => files.offerPrint(path, subject.page, { number: i + 1, corners });
        return { files: isSplit ? await Promise.all(usable.map(offer)) : [], found: usable.length };
      });
    },
  };
}

/** Corners that were found lie at most a little outside. */
function within(corners: Corners, { width, height }: Size): Corners {
  const [a, b, c, d] = corners.map(
    ([x, y]) => [Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))] as const,
  );
  return [a!, b!, c!, d!];
}
