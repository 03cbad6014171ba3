import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PhotoView } from '../../contract/edit';
import { Corners } from '../../contract/scan';
import { loggedUnlessMissing } from '../log/log';
import { writeSafely } from '../storage/replace';

/** The photos that were open, in their order, and the one that was shown. */
export const Session = z.object({
  photos: z
    .array(
      z.object({
        path: z.string().min(1),
        name: z.string(),
        view: PhotoView,
        /** Which of the file's photos, from 1; absent: the first. */
        page: z.number().int().positive().optional(),
        /** Which print on its page it is; absent: the whole page. */
        print: z.object({ number: z.number().int().positive(), corners: Corners }).optional(),
        exported: z.boolean().default(false),
        /** It was uploaded, so its file was deleted when the program ended. */
        uploaded: z.boolean(),
      }),
    )
    .max(10_000),
  active: z.number().int().nonnegative().nullable(),
});
export type Session = z.infer<typeof Session>;

/**
 * Saves the last session in a single file. It is only a convenience: a damaged file is replaced, and no edits are lost.
 */
export function openSession(path: string) {
  let writing: Promise<void> = Promise.resolve();
  return {
    async load(): Promise<Session> {
      try {
        return Session.parse(JSON.parse(await readFile(path, 'utf8')));
      } catch (error) {
        loggedUnlessMissing('The session could not be read')(error);
        return { photos: [], active: null };
      }
    },
    /** Settles when the session is on the disk. The last one saved wins. */
    save(session: Session): Promise<void> {
      // Who asked for the write before was told of its failure.
      writing = writing.catch(() => undefined).then(() => writeSafely(path, JSON.stringify(session)));
      return writing;
    },
  };
}
