import type { Request } from '../../contract/calls';
import type { EditAction } from '../../contract/edit';
import type { Failure, Result } from '../../contract/errors';
import type { OpenPhoto } from './model';

/** How long a change may wait before it is written, in milliseconds. */
const WAIT = 250;
/** Limits of one message, in actions and in characters. A larger one would be refused. */
const AT_ONCE = 200;
const MOST_SIGNS = 400_000;

/** The number of actions after `from` that fit one message, at least one. */
function fitting(actions: readonly EditAction[], from: number): EditAction[] {
  let signs = 0;
  let end = from;
  while (end < actions.length && end - from < AT_ONCE) {
    signs += JSON.stringify(actions[end]).length;
    if (signs > MOST_SIGNS && end > from) break;
    end++;
  }
  return actions.slice(from, end);
}

interface Dependencies {
  find(key: string): OpenPhoto | null;
  write(request: Request<'edits.write'>): Promise<Result<unknown>>;
  onFailed(key: string, failure: Failure): void;
}

/** What the main side does not have yet of a photo's history. */
interface Behind {
  /** The first action that differs. */
  from: number;
  /** The main side has no log at all. */
  isNew: boolean;
  isDue: boolean;
  refused: boolean;
  /** Nothing is sent meanwhile, because the photo gets another id. */
  held: boolean;
  /** The unfinished action. */
  unfinished: EditAction | undefined;
  timer: ReturnType<typeof setTimeout> | null;
}

/**
 * Sends the histories of photos to the main side. Changes are sent after a short wait, or at once before something is
 * computed from them. Messages keep their order, so the next request always refers to this state.
 */
export function createEditSync({ find, write, onFailed }: Dependencies) {
  const all = new Map<string, Behind>();

  function of(key: string): Behind {
    let behind = all.get(key);
    if (behind === undefined) {
      behind = { from: 0, isNew: true, isDue: false, refused: false, held: false, unfinished: undefined, timer: null };
      all.set(key, behind);
    }
    return behind;
  }

  function send(key: string, request: Omit<Request<'edits.write'>, 'photoId'>): void {
    const photoId = find(key)?.photo?.id;
    if (photoId === undefined) return;
    void write({ photoId, ...request }).then((result) => {
      if (result.ok) return;
      // Later changes depend on this one, so the next message sends everything.
      of(key).isNew = true;
      of(key).from = 0;
      if (find(key) !== null) onFailed(key, result.error);
    });
  }

  function flush(key: string): void {
    const behind = all.get(key);
    if (behind === undefined || !behind.isDue || behind.refused || behind.held) return;
    if (behind.timer !== null) clearTimeout(behind.timer);
    behind.timer = null;
    const log = find(key)?.log;
    if (log == null) return;
    behind.isDue = false;
    let { from } = behind;
    let base = behind.isNew ? log.base : undefined;
    do {
      const actions = fitting(log.actions, from);
      const end = from + actions.length;
      const isLast = end === log.actions.length;
      const { unfinished } = behind;
      send(key, {
        ...(base && { base }),
        from,
        actions,
        at: isLast ? log.at : end,
        ...(isLast && unfinished && { unfinished }),
      });
      base = undefined;
      from = end;
    } while (from < log.actions.length);
    behind.isNew = false;
    behind.from = log.actions.length;
  }

  return {
    /** The actions from `from` on have changed. */
    changed(key: string, from: number): void {
      const behind = of(key);
      behind.from = Math.min(behind.from, from);
      behind.unfinished = undefined;
      behind.isDue = true;
      behind.timer ??= setTimeout(() => flush(key), WAIT);
    },
    /** The main side has this log already. */
    took(key: string, log: NonNullable<OpenPhoto['log']>): void {
      Object.assign(of(key), { from: log.actions.length, isNew: false, isDue: false, unfinished: undefined });
    },
    /** Makes sure that the main side has a log, even if the photo was not edited. */
    begin(key: string): void {
      const behind = of(key);
      if (behind.isNew) behind.isDue = true;
      flush(key);
    },
    /** Sends what has changed, and nothing more until it is released. */
    hold(key: string): void {
      flush(key);
      of(key).held = true;
    },
    /** Sends again, with the next change or when it is flushed. */
    release(key: string): void {
      of(key).held = false;
    },
    /** Stops writing for this photo, because its stored edits could not be read and must not be replaced. */
    refuse(key: string): void {
      of(key).refused = true;
    },
    /** Saves an unfinished action. The next change replaces it. */
    unfinished(key: string, action: EditAction): void {
      const behind = of(key);
      behind.unfinished = action;
      behind.isDue = true;
      flush(key);
    },
    flush,
  };
}
