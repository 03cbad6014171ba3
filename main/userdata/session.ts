import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PhotoView } from '../../contract/edit';
import { writeSafely } from '../storage/replace';

/** The photos that were open, in their order, and the one that was looked at. */
export const Session = z.object({
  photos: z
    .array(
      z.object({
        path: z.string().min(1),
        name: z.string(),
        view: PhotoView,
        /** It came by upload, so its file went with the program that had it. */
        uploaded: z.boolean(),
      }),
    )
    .max(10_000),
  active: z.number().int().nonnegative().nullable(),
});
export type Session = z.infer<typeof Session>;

/** Where one left off, kept as one file. For convenience: a damaged one is begun anew, and the edits are all there. */
export function openSession(path: string) {
  let writing: Promise<void> = Promise.resolve();
  return {
    async load(): Promise<Session> {
      try {
        return Session.parse(JSON.parse(await readFile(path, 'utf8')));
      } catch {
        return { photos: [], active: null };
      }
    },
    /** Settles when it is on the disk; the last one saved is the one that stays. */
    save(session: Session): Promise<void> {
      writing = writing.catch(() => undefined).then(() => writeSafely(path, JSON.stringify(session)));
      return writing;
    },
  };
}
