import type { Request } from '../../contract/calls';
import type { Result } from '../../contract/errors';
import type { Stores } from './stores';
import { lookedAt } from './view';

/** How long nothing has to change before it is kept, in milliseconds. */
const REST = 500;

/**
 * Keeps which photos are open, which is looked at, and how. `isKept`: what there is now needs no saving. Returns the
 * function that ends it.
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
      photos: open.map(({ key, token }) => ({ token, view: lookedAt(view.getState(), key) })),
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
      // For convenience: where it cannot be written, neither can the edits, and that is told.
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
