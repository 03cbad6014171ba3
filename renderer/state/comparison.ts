import type { Result } from '../../contract/errors';
import type { Rendering, RenderSize } from '../../contract/photo';
import type { Recipe, StepKind } from '../../contract/recipe';
import type { OpenPhoto } from './model';
import { stepOf } from './recipes';

/** One of the two pictures of a comparison. `step:` is the result up to and with that step. */
export type Side = 'original' | 'result' | `step:${StepKind}` | `recipe:${string}`;

/** A picture of the photo with another recipe than its own. */
export interface Other {
  /** The newest there is; what it shows may have changed since where `state` is not `done`. */
  rendering: Rendering | null;
  state: 'waiting' | 'computing' | 'done' | 'stopped' | 'failed';
}

export interface ComparisonState {
  /** By {@link otherKey}. */
  others: Record<string, Other>;
}

/** A picture that is to be seen besides the photo's own result. */
export interface Wish {
  recipe: Recipe;
  size: RenderSize;
  /** With the style over all of the photo, whatever its mask. */
  everywhere?: boolean;
}

/** What a recipe does, whatever it is called: what does the same has the same key. */
export function recipeKey(recipe: Recipe): string {
  return JSON.stringify(recipe.steps.filter((step) => step.enabled).map(({ kind, settings }) => [kind, settings]));
}

/** Small pictures, of which many are shown at once, are kept apart from those to judge by. */
export function otherKey(photoKey: string, { recipe, size, everywhere = false }: Wish): string {
  return `${photoKey} ${size === 'small' ? 'small' : 'large'}${everywhere ? ' everywhere' : ''} ${recipeKey(recipe)}`;
}

/** A recipe up to and with a step. */
export function upTo(recipe: Recipe, kind: StepKind): Recipe {
  const last = recipe.steps.findIndex((step) => step.kind === kind);
  return { ...recipe, steps: recipe.steps.slice(0, last + 1) };
}

/** Which steps of a recipe have a picture of their own: all that run but the last, which makes the result. */
export function sidesOf(recipe: Recipe): Side[] {
  const running = recipe.steps.filter((step) => step.enabled);
  return ['original', ...running.slice(0, -1).map(({ kind }): Side => `step:${kind}`), 'result'];
}

/** The recipe behind a side; null for the original, and where the photo has no such side (any more). */
export function recipeOfSide(side: Side, recipe: Recipe, named: (id: string) => Recipe | null): Recipe | null {
  if (side === 'original') return null;
  if (side === 'result') return recipe;
  if (side.startsWith('recipe:')) return named(side.slice('recipe:'.length));
  const kind = side.slice('step:'.length) as StepKind;
  return stepOf(recipe, kind)?.enabled === true ? upTo(recipe, kind) : null;
}

/** Who wishes for pictures, the most urgent first: what is compared, and the gallery of styles. */
const ASKERS = ['comparison', 'gallery'] as const;
export type Asker = (typeof ASKERS)[number];

const SIZES: readonly RenderSize[] = ['small', 'preview', 'full'];

/** What the comparison needs of the rest of the window. */
export interface ComparisonDependencies {
  find(key: string): OpenPhoto | null;
  get(): ComparisonState;
  set(change: (state: ComparisonState) => ComparisonState): void;
  /** Renders as a job that can be cancelled; `started` is told its id. */
  render(key: string, wish: Wish, started: (jobId: string) => void): Promise<Result<Rendering>>;
  cancel(jobId: string): void;
  /** True while something more urgent is on: a photo is opened, or the photo's own preview is computed. */
  isBusy(): boolean;
  /** True while the photo's own full size is computed or waits for its turn. */
  isFullToCome(): boolean;
  /** Breaks off the photo's own full size; `resume` starts it again when all wishes are met. */
  pause(): void;
  resume(): void;
}

/**
 * Computes the pictures that are compared with the photo's own result: after its preview, and before its full size,
 * since somebody has asked for them. Those at full size come last of all.
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
    /** What somebody wants to see of a photo besides its result, the most urgent first, instead of what was before. */
    want(asker: Asker, key: string, wishes: readonly Wish[]): void {
      if (wishes.length === 0) wanted.delete(asker);
      else wanted.set(asker, { key, wishes });
      const ids = new Set([...wanted.values()].flatMap((all) => all.wishes.map((wish) => otherKey(all.key, wish))));
      // What was stopped or has failed is tried again when it is asked for again.
      for (const id of ids) if (['stopped', 'failed'].includes(other(id)?.state ?? '')) patch(id, { state: 'waiting' });
      if (running !== null && !ids.has(running.id)) {
        patch(running.id, { state: 'waiting' });
        if (running.jobId !== null) dependencies.cancel(running.jobId);
      }
      void run();
    },
    /** What the photo's pictures are made of has changed: they stand in until they have been computed anew. */
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
    /** A picture is not kept any more: it is computed again where it is still to be seen. */
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
    /** True where wishes are open that come before the photo's own full size. */
    isPending: (): boolean => next() !== null,
    run: () => void run(),
  };
}

export type Comparison = ReturnType<typeof createComparison>;
