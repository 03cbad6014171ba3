import { writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { FileEntry } from '../../../contract/app';
import type { Response } from '../../../contract/calls';
import { stateOf } from '../../../document/edit';
import { editFileName, findBeside, findPhoto, readEditFile } from '../../edits/file';
import { EDIT_EXTENSION } from '../../photos/extensions';
import { writePhoto } from '../../storage/write';
import type { AppContext, HandlersOf } from '../context';

/** How many recent photos the page offers. */
const RECENT_SHOWN = 6;

/** Calls about edits: loading, saving, and reading and writing edit files. */
export function editsHandlers({
  edits,
  files,
  isTemporary,
  outgoing,
  photos,
  services,
}: AppContext): HandlersOf<'edits'> {
  /** Open photos whose last change is not on the disk, which the desktop marks. */
  const unsaved = new Set<string>();

  return {
    'edits.load': async ({ photoId, others }) => {
      const { subject, path } = photos.get(photoId);
      const loaded = await edits.open(photoId, subject, isTemporary(path) ? null : path, others);
      const found = loaded.heldBy === null && !isTemporary(path) ? await findBeside(path, subject) : null;
      if (found === null || !(await files.mayOffer(found.path))) return loaded;
      const name = basename(found.path);
      if ('error' in found) return { ...loaded, beside: { name, error: found.error.toFailure() } };
      if (!edits.isNews(photoId, found.document)) return loaded;
      const [{ token }] = (await files.offer([found.path])) as [FileEntry];
      return { ...loaded, beside: { token, name, savedAt: found.document.savedAt } };
    },
    'edits.write': async ({ photoId, ...delta }) => {
      photos.get(photoId);
      unsaved.add(photoId);
      services.desktop?.saved(false);
      await edits.write(photoId, delta);
      unsaved.delete(photoId);
      services.desktop?.saved(unsaved.size === 0);
      return {};
    },
    'edits.recent': async () => {
      const entries: Response<'edits.recent'>['entries'] = [];
      for (const { path, editedAt } of await edits.recent()) {
        if (!(await files.mayOffer(path))) continue;
        // A photo that is gone is left out.
        const [entry] = await files.offer([path]).catch(() => []);
        if (entry?.kind === 'photo') entries.push({ ...entry, editedAt });
        if (entries.length === RECENT_SHOWN) break;
      }
      return { entries };
    },
    'edits.find': async ({ token }) => {
      const path = files.path(token, 'edit');
      const { photo, log } = await readEditFile(path);
      const recent = (await edits.recent()).filter(({ sha256 }) => sha256 === photo.sha256);
      const found = await findPhoto(
        path,
        photo,
        recent.map((each) => each.path),
      );
      const mayOffer = found !== null && (await files.mayOffer(found));
      const { name, sha256, width, height, page, print: number } = photo;
      const { scan } = stateOf(log);
      const isPrint = number !== undefined && scan !== null;
      const offer = async (at: string) =>
        isPrint ? files.offerPrint(at, page, { number, corners: scan.corners }) : (await files.offer([at]))[0];
      const file = mayOffer ? await offer(found) : null;
      return { photo: { name, sha256, width, height }, file: file ?? null };
    },
    'edits.take': async ({ photoId, token }) => {
      photos.get(photoId);
      const file = await readEditFile(files.path(token, 'edit'));
      return { ...(await edits.take(photoId, file)), view: file.view };
    },
    'edits.keep': async ({ photoId }) => {
      photos.get(photoId);
      await edits.keep(photoId);
      return {};
    },
    'edits.export': async ({ photoId, view }) => {
      const { path } = photos.get(photoId);
      const stem = basename(editFileName(path), `.${EDIT_EXTENSION}`);
      const beside = isTemporary(path) ? '' : dirname(path);
      const target = await outgoing.target(stem, EDIT_EXTENSION, 'emulsion', beside);
      const text = await edits.asFile(photoId, view);
      const written = await writePhoto({ ...target, extension: EDIT_EXTENSION }, (part) => writeFile(part, text));
      return outgoing.handOver(written, 'application/octet-stream');
    },
  };
}
