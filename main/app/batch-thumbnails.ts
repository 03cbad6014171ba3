import type { ThumbnailQuery } from '../../contract/pictures';
import type { createBatches } from '../batch/batches';
import { THUMBNAIL } from '../batch/photo';
import type { createEngine } from '../engine/supervisor';
import { EmulsionError, toEmulsionError } from '../errors';
import { log } from '../log/log';

/** Bytes of thumbnails of photos without a result that are kept: some hundreds. */
const KEPT_BYTES = 16 * 1024 ** 2;

/** Stands for the picture of a photo that cannot be read: one transparent pixel. Why it cannot be is in its row. */
const NOTHING = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==',
  'base64',
);

interface Picture {
  type: string;
  bytes: Uint8Array;
}

/** The thumbnails of batches: those of results from the journal, and those of photos without a result from their files. */
export function createBatchThumbnails(
  batches: Pick<ReturnType<typeof createBatches>, 'find'>,
  engine: Pick<ReturnType<typeof createEngine>, 'request'>,
) {
  /** By photo, oldest first. */
  const kept = new Map<string, Uint8Array>();
  let bytes = 0;

  const keep = (key: string, picture: Uint8Array): void => {
    kept.set(key, picture);
    bytes += picture.length;
    for (const [oldest, { length }] of kept) {
      if (bytes <= KEPT_BYTES) break;
      kept.delete(oldest);
      bytes -= length;
    }
  };

  async function ofSource(batchId: string, index: number, signal?: AbortSignal): Promise<Picture> {
    const { found } = await batches.find(batchId).review.files(index);
    const { path, page, modified } = found;
    const key = JSON.stringify([path, page, found.bytes, modified]);
    const known = kept.get(key);
    if (known !== undefined) return { type: 'image/jpeg', bytes: known };
    try {
      const made = await engine.request('thumbnail', { path, page, edge: THUMBNAIL }, { signal });
      if (!kept.has(key)) keep(key, made);
      return { type: 'image/jpeg', bytes: made };
    } catch (error) {
      const { code } = toEmulsionError(error);
      if (code === 'CANCELLED') throw error;
      log.debug('A photo of a batch has no picture', error);
      return { type: 'image/png', bytes: NOTHING };
    }
  }

  return {
    /** Throws UNKNOWN_PHOTO, BATCH_UNKNOWN, or CANCELLED after `signal`. */
    async picture({ batchId, index, side }: ThumbnailQuery, signal?: AbortSignal): Promise<Picture> {
      const { review } = batches.find(batchId);
      if (side === 'mask') {
        const mask = await review.repaired(index);
        if (mask === null) throw new EmulsionError('UNKNOWN_PHOTO');
        return { type: 'image/png', bytes: mask };
      }
      const pair = await review.thumbnails(index);
      if (pair !== null) return { type: 'image/jpeg', bytes: pair[side] };
      if (side === 'after') throw new EmulsionError('UNKNOWN_PHOTO');
      return ofSource(batchId, index, signal);
    },
  };
}
