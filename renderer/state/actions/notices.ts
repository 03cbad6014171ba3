import type { Notice } from '../model';
import type { Context } from './context';

/** Short messages to the user. */
export function createNotices(context: Context) {
  const { notices } = context.stores;

  /** Ids of notices that offer to undo the last action on a photo. */
  const undoable = new Map<string, string>();

  function tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): string {
    const full: Notice = {
      id: context.browser.newId(),
      params: {},
      failure: null,
      failed: [],
      notes: [],
      action: null,
      second: null,
      drag: null,
      photoKey: null,
      stays: notice.tone === 'error',
      ...notice,
    };
    // The same message is not shown twice.
    const differs = (other: Notice) => other.text !== full.text || other.params.name !== full.params.name;
    notices.setState((state) => ({ notices: [...state.notices.filter(differs), full] }));
    return full.id;
  }

  function dismiss(id: string): void {
    notices.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
  }

  /** Removes a notice about a failure that has been resolved. */
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

  /** Another action is the latest now, and the offered undo would revert that one. */
  function withdrawUndo(key: string): void {
    for (const [id, of] of undoable) {
      if (of !== key) continue;
      undoable.delete(id);
      dismiss(id);
    }
  }

  return { tell, dismiss, withdraw, tellUndoable, withdrawUndo };
}
