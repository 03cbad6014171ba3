import type { Result } from '../../contract/errors';
import type { Rendering, RenderSize } from '../../contract/photo';
import type { Recipe, StepKind } from '../../contract/recipe';
import type { OpenPhoto } from './model';
import { stepOf } from './recipes';

/** One of the two pictures of a comparison. `step:` is the result up to and with that step. */
export type Side = 'original' | 'result' | `step:${StepKind}` | `recipe:${string}`;

/** A picture of the photo with a recipe that is not its own. */
export interface Other {
  /** The newest rendering. It may be outdated unless `state` is `done`. */
  rendering: Rendering | null;
  state: 'waiting' | 'computing' | 'done' | 'stopped' | 'failed';
}

export interface ComparisonState {
  /** By {@link otherKey}. */
  others: Record<string, Other>;
}

/** A requested picture besides the photo's own result. */
export interface Wish {
  recipe: Recipe;
  size: RenderSize;
  /** Applies the style to the whole photo, without its mask. */
  everywhere?: boolean;
}

/** A key of what a recipe does. Recipes that do the same have the same key. */
export function recipeKey(recipe: Recipe): string {
  return JSON.stringify(recipe.steps.filter((step) => step.enabled).map(({ kind, settings }) => [kind, settings]));
}

/** The size is part of the key, so that small pictures do not replace larger ones. */
export function otherKey(photoKey: string, { recipe, size, everywhere = false }: Wish): string {
  return `${photoKey} ${size === 'small' ? 'small' : 'large'}${everywhere ? ' everywhere' : ''} ${recipeKey(recipe)}`;
}

/** A recipe up to and including a step. */
export function upTo(recipe: Recipe, kind: StepKind): Recipe {
  const last = recipe.steps.findIndex((step) => step.kind === kind);
  return { ...recipe, steps: recipe.steps.slice(0, last + 1) };
}

/** What can be compared of a recipe: the original, each active step but the last, and the result. */
export function sidesOf(recipe: Recipe): Side[] {
  const running = recipe.steps.filter((step) => step.enabled);
  return ['original', ...running.slice(0, -1).map(({ kind }): Side => `step:${kind}`), 'result'];
}

/** The recipe of a side; null for the original, and where the photo does not have the side. */
export function recipeOfSide(side: Side, recipe: Recipe, named: (id: string) => Recipe | null): Recipe | null {
  if (side === 'original') return null;
  if (side === 'result') return recipe;
  if (side.startsWith('recipe:')) return named(side.slice('recipe:'.length));
  const kind = side.slice('step:'.length) as StepKind;
  return stepOf(recipe, kind)?.enabled === true ? upTo(recipe, kind) : null;
}

/** Who requests pictures, most urgent first. */
const ASKERS = ['comparison', 'gallery'] as const;
export type Asker = (typeof ASKERS)[number];

const SIZES: readonly RenderSize[] = ['small', 'preview', 'full'];

/** What the comparison needs from the rest of the window. */
export interface ComparisonDependencies {
  find(key: string): OpenPhoto | null;
  get(): ComparisonState;
  set(change: (state: ComparisonState) => ComparisonState): void;
  /** Renders as a job that can be cancelled; `started` receives its id. */
  render(key: string, wish: Wish, started: (jobId: string) => void): Promise<Result<Rendering>>;
  cancel(jobId: string): void;
  /** True while something more urgent runs: a photo is being opened, or the photo's own preview is computed. */
  isBusy(): boolean;
  /** True while the photo's own full size is being computed or waits. */
  isFullToCome(): boolean;
  /** Cancels the photo's own full size; `resume` starts it again when all requests are done. */
  pause(): void;
  resume(): void;
}

/**
 * Renders the pictures that are compared with the photo's own result: after its preview and before its full size,
 * because the user has asked for them. Those at full size come last.
 */
export function createComparison(dependencies: ComparisonDependencies) {
  const wanted = new Map<Asker, { key: string; wishes: readonly Wish[] }>();
  let running: { id: string; jobId: string | null } | null = null;

  const other = (id: string): Other | null => dependencies.get().others[id] ?? null;
  const patch = (id: string, change: Partial<Other>) =>
    dependencies.set(({ others }) => ({
      others: { ...others, [id]: { rendering: null, state: 'waiting', ...others[id], ...change } },
    }));

  function isMet(key: string, wish: Wish): boolean {
    const there = other(otherKey(key, wish));
    if (there === null || there.state === 'waiting' || there.state === 'computing') return false;
    if (there.state !== 'done' || there.rendering === null) return true;
    const photo = dependencies.find(key)?.photo;
    const isWhole = photo != null && there.rendering.width >= photo.width;
    return isWhole || SIZES.indexOf(there.rendering.size) >= SIZES.indexOf(wish.size);
  }

  function next(): { key: string; wish: Wish } | null {
    for (const asker of ASKERS) {
      const { key = '', wishes = [] } = wanted.get(asker) ?? {};
      const wish = wishes.find((each) => !isMet(key, each) && !(each.size === 'full' && dependencies.isFullToCome()));
      if (wish !== undefined) return { key, wish };
    }
    return null;
  }

  async function run(): Promise<void> {
    if (running !== null) return;
    for (let open = next(); open !== null && !dependencies.isBusy(); open = next()) {
      dependencies.pause();
      const { key, wish } = open;
      const turn: { id: string; jobId: string | null } = { id: otherKey(key, wish), jobId: null };
      running = turn;
      patch(turn.id, { state: 'computing' });
      const result = await dependencies.render(key, wish, (jobId) => {
        turn.jobId = jobId;
      });
      running = null;
      const isStale = other(turn.id)?.state !== 'computing';
      if (result.ok) patch(turn.id, isStale ? { rendering: result.value } : { rendering: result.value, state: 'done' });
      else if (isStale) continue;
      else patch(turn.id, { state: result.error.code === 'CANCELLED' ? 'stopped' : 'failed' });
    }
    if (next() === null) dependencies.resume();
  }

  return {
    /** Replaces the requests of an asker for a photo, most urgent first. */
    want(asker: Asker, key: string, wishes: readonly Wish[]): void {
      if (wishes.length === 0) wanted.delete(asker);
      else wanted.set(asker, { key, wishes });
      const ids = new Set([...wanted.values()].flatMap((all) => all.wishes.map((wish) => otherKey(all.key, wish))));
      // A stopped or failed picture is computed again when it is requested again.
      for (const id of ids) if (['stopped', 'failed'].includes(other(id)?.state ?? '')) patch(id, { state: 'waiting' });
      if (running !== null && !ids.has(running.id)) {
        patch(running.id, { state: 'waiting' });
        if (running.jobId !== null) dependencies.cancel(running.jobId);
      }
      void run();
    },
    /** The edits of a photo have changed. Its pictures stay until new ones are computed. */
    outdate(key: string): void {
      dependencies.set(({ others }) => ({
        others: Object.fromEntries(
          Object.entries(others).map(([id, each]) => [
            id,
            id.startsWith(`${key} `) ? { ...each, state: 'waiting' as const } : each,
          ]),
        ),
      }));
    },
    /** A picture was dropped from memory. It is computed again if it is still requested. */
    renew(revision: number): void {
      for (const [id, { rendering, state }] of Object.entries(dependencies.get().others)) {
        if (rendering?.revision === revision && state === 'done') patch(id, { rendering: null, state: 'waiting' });
      }
      void run();
    },
    forget(key: string): void {
      for (const [asker, all] of wanted) if (all.key === key) wanted.delete(asker);
      dependencies.set(({ others }) => ({
        others: Object.fromEntries(Object.entries(others).filter(([id]) => !id.startsWith(`${key} `))),
      }));
    },
    /** True while there are requests that come before the photo's own full size. */
    isPending: (): boolean => next() !== null,
    run: () => void run(),
  };
}

export type Comparison = ReturnType<typeof createComparison>;
