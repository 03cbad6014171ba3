import type { FileEntry } from '../../contract/app';
import type { CallName, Request, Response, Written } from '../../contract/calls';
import type { EditLog, PhotoView } from '../../contract/edit';
import type { Result } from '../../contract/errors';
import type { EditFile, Notice, OpenPhoto } from './model';

interface Dependencies {
  find(key: string): OpenPhoto | null;
  all(): readonly OpenPhoto[];
  call<N extends CallName>(name: N, request: Request<N>): Promise<Result<Response<N>>>;
  tell(notice: Pick<Notice, 'tone' | 'text' | 'params'> & Partial<Notice>): void;
  /** Sends the edits of a photo to the main side; `begin` also where there are none. */
  keep: { flush(key: string): void; begin(key: string): void };
  /** Uses a log that the main side already has. */
  adopt(key: string, log: EditLog, view: PhotoView): void;
  /** Opens a photo for an edit file, which is then applied. */
  open(photo: FileEntry, edit: EditFile): void;
  activate(key: string): void;
  /** Asks the user for the photo of an edit file. */
  ask(edit: EditFile): void;
  forgetOffer(key: string): void;
  viewOf(key: string): PhotoView;
  handedOver(written: Written): void;
  /** Tells that an edit file was applied, with an offer to undo it. */
  tellUndoable(key: string, name: string): void;
}

/** Opening edit files, applying one that lies beside a photo, and saving. */
export function createEditFiles({ find, all, call, tell, keep, ...rest }: Dependencies) {
  /** Finds the photo of an edit file and applies the file to it. */
  async function open(file: Pick<FileEntry, 'token' | 'name'>): Promise<void> {
    const result = await call('edits.find', { token: file.token });
    if (!result.ok) {
      tell({ tone: 'error', text: 'editFileFailed', params: { name: file.name }, failure: result.error });
      return;
    }
    const { photo, file: found } = result.value;
    const edit: EditFile = { token: file.token, name: file.name, photo };
    const shown = all().find(({ sha256 }) => sha256 === photo.sha256);
    if (shown !== undefined) {
      rest.activate(shown.key);
      await take(shown.key, edit);
    } else if (found !== null) rest.open(found, edit);
    else rest.ask(edit);
  }

  async function take(key: string, edit: Pick<EditFile, 'token' | 'name'> & Partial<EditFile>): Promise<void> {
    const { token, name } = edit;
    keep.flush(key);
    const before = find(key);
    if (before?.photo == null) return;
    const result = await call('edits.take', { photoId: before.photo.id, token });
    const now = find(key);
    if (now === null) return;
    if (!result.ok) {
      const { photo } = edit;
      const again = () => photo && rest.ask({ token, name, photo });
      tell({
        tone: 'error',
        text: 'editFileFailed',
        params: { name },
        failure: result.error,
        action: photo && result.error.code === 'EDIT_FOREIGN' ? { label: 'choosePhoto', run: again } : null,
      });
      return;
    }
    rest.forgetOffer(key);
    if (now.log !== before.log) {
      // The photo was edited meanwhile. The file is applied after that, so that nothing is lost.
      await take(key, edit);
      return;
    }
    const { log, view, undoable } = result.value;
    rest.adopt(key, log, view);
    if (undoable) rest.tellUndoable(key, name);
    else tell({ tone: 'done', text: 'editTaken', params: { name } });
  }

  return {
    open,
    take,
    /** Applies the edit file that was offered. */
    async takeOffered(key: string): Promise<void> {
      const offered = find(key)?.offered;
      if (offered != null) await take(key, offered);
    },
    /** Keeps the stored edits instead of the offered file. */
    async keepMine(key: string): Promise<void> {
      const photoId = find(key)?.photo?.id;
      rest.forgetOffer(key);
      if (photoId === undefined) return;
      keep.begin(key);
      const result = await call('edits.keep', { photoId });
      if (!result.ok) {
        const name = find(key)?.name ?? '';
        tell({ tone: 'error', text: 'editsUnsaved', params: { name }, failure: result.error });
      }
    },
    async save(key: string): Promise<void> {
      const entry = find(key);
      if (entry?.photo == null || entry.log === null) return;
      keep.begin(key);
      const result = await call('edits.export', { photoId: entry.photo.id, view: rest.viewOf(key) });
      if (result.ok) rest.handedOver(result.value);
      else if (result.error.code !== 'CANCELLED') {
        tell({ tone: 'error', text: 'editFileUnsaved', params: { name: entry.name }, failure: result.error });
      }
    },
  };
}
