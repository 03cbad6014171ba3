import type { Request } from '../../contract/calls';
import type { Result } from '../../contract/errors';
import { isExported } from './listing';
import type { Stores } from './stores';
import { savedView } from './view';

/** How long to wait after a change before saving, in milliseconds. */
const REST = 500;

/**
 * Saves which photos are open, which one is active, and their views. `isKept`: the current state is already saved.
 * Returns a function that stops it.
 */
export function keepSession(
  { photos, view }: Pick<Stores, 'photos' | 'view'>,
  isKept: boolean,
  save: (session: Request<'session.save'>) => Promise<Result<unknown>>,
): () => void {
  const now = (): Request<'session.save'> => {
    const { photos: open, activeKey } = photos.getState();
    const active = open.findIndex(({ key }) => key === activeKey);
    return {
      photos: open.map((entry) => ({
        token: entry.token,
        view: savedView(view.getState(), entry.key),
        // Before its edits are loaded, it is what it was.
        exported: entry.edit === null ? entry.wasExported : isExported(entry),
      })),
      active: active < 0 ? null : active,
    };
  };
  let kept = isKept ? JSON.stringify(now()) : '';
  let timer: ReturnType<typeof setTimeout> | null = null;
  const changed = () => {
    timer ??= setTimeout(() => {
      timer = null;
      const session = now();
      const text = JSON.stringify(session);
      if (text === kept) return;
      kept = text;
      // A failure is not reported: the edits could not be written either, and that is.
      void save(session);
    }, REST);
  };
  if (!isKept) changed();
  const off = [photos.subscribe(changed), view.subscribe(changed)];
  return () => {
    for (const end of off) end();
    if (timer !== null) clearTimeout(timer);
  };
}
