import type { Notice } from '../model';
import type { Context } from './context';

/** What is told to the user in passing. */
export function createNotices(context: Context) {
  const { notices } = context.stores;

  /** Notices that offer to undo the last thing done to a photo, by their id. */
  const undoable = new Map<string, string>();

  function tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): string {
    const full: Notice = {
      id: context.browser.newId(),
      params: {},
      failure: null,
      notes: [],
      action: null,
      photoKey: null,
      stays: notice.tone === 'error',
      ...notice,
    };
    // The same thing said twice is said once.
    const differs = (other: Notice) => other.text !== full.text || other.params.name !== full.params.name;
    notices.setState((state) => ({ notices: [...state.notices.filter(differs), full] }));
    return full.id;
  }

  function dismiss(id: string): void {
    notices.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
  }

  /** What could not be done to a photo has been done now. */
  function withdraw(photoKey: string, text: Notice['text']): void {
    const isIt = (notice: Notice) => notice.photoKey === photoKey && notice.text === text;
    notices.setState((state) => ({ notices: state.notices.filter((notice) => !isIt(notice)) }));
  }

  function tellUndoable(key: string, notice: Pick<Notice, 'tone' | 'text' | 'params'>): void {
    undoable.set(
      tell({ ...notice, photoKey: key, action: { label: 'undo', run: () => context.history.undo(key) } }),
      key,
    );
  }

  /** Something else is the last thing done now, so that undo would mean that. */
  function withdrawUndo(key: string): void {
    for (const [id, of] of undoable) {
      if (of !== key) continue;
      undoable.delete(id);
      dismiss(id);
    }
  }

  return { tell, dismiss, withdraw, tellUndoable, withdrawUndo };
}
