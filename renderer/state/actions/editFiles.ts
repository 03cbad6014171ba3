import type { FileEntry } from '../../../contract/app';
import { isSamePicture } from '../../../document/edit';
import { createEditFiles as createDocuments } from '../editFiles';
import { savedView } from '../view';
import { type Context, derived } from './context';

/** Edit files and their photos. */
export function createEditFiles(context: Context) {
  const { call, offer, find, patch, editSync } = context;
  const { app, photos, view } = context.stores;

  const documents = createDocuments({
    find,
    all: () => photos.getState().photos,
    call,
    tell: context.notices.tell,
    keep: editSync,
    adopt(key, log, looked) {
      const entry = find(key);
      if (entry === null) return;
      context.notices.withdrawUndo(key);
      const change = derived(log);
      editSync.took(key, log);
      patch(key, { log, ...change, editing: null });
      if (looked !== null) context.view.recall(key, looked);
      const isNew = entry.edit === null || change.edit === null || !isSamePicture(entry.edit, change.edit);
      if (isNew && find(key)?.phase === 'ready') context.rendering.schedule(key, 0);
    },
    open: (photo, edit) => context.opening.openFiles([photo], null, edit),
    activate: (key) => context.opening.activate(key),
    ask(edit) {
      app.setState((state) => ({ lostEdits: [...state.lostEdits.filter(({ token }) => token !== edit.token), edit] }));
      context.view.show('findPhoto');
    },
    forgetOffer: (key) => patch(key, { offered: null }),
    viewOf: (key) => savedView(view.getState(), key),
    handedOver: (written) => context.files.handedOver(written, 'editSaved', 'editDownloaded'),
    tellUndoable: (key, name) =>
      context.notices.tellUndoable(key, { tone: 'done', text: 'editTaken', params: { name } }),
  });

  /** Answers the question for the photo of an edit file; null: skipped. The next question follows. */
  function foundPhoto(photo: FileEntry | null): void {
    const [edit, ...left] = app.getState().lostEdits;
    app.setState({ lostEdits: left });
    context.view.show(left.length > 0 ? 'findPhoto' : null);
    if (edit !== undefined && photo !== null) context.opening.openFiles([photo], null, edit);
  }

  /** Returns false where the page has to ask for the file by itself. */
  async function pickLostPhoto(): Promise<boolean> {
    return context.files.pickOrAsk('photos', (files) => {
      const photo = files.find(({ kind }) => kind === 'photo');
      if (photo !== undefined) foundPhoto(photo);
    });
  }

  async function takeLostPhoto(file: File): Promise<void> {
    const offered = await offer([file]);
    if (offered.ok) foundPhoto(offered.value[0] ?? null);
    else if (offered.error.code !== 'CANCELLED') {
      context.notices.tell({ tone: 'error', text: 'filesFailed', failure: offered.error });
    }
  }

  return { documents, foundPhoto, pickLostPhoto, takeLostPhoto };
}
