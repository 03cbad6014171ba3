import { createStore } from 'zustand/vanilla';
import { type ColourHint, type EditAction, MAX_BRUSH, MAX_HINTS } from '../../contract/edit';
import type { Point, Size } from '../darkroom/geometry';
import type { Notice, OpenPhoto } from './model';
import { stepOf, withEnabled } from './recipes';
import type { Stores } from './stores';
import { nextSize } from './tools';
import type { CompareMode, ViewActions } from './view';

/** The tool that gives places a colour. The step that adds colours follows them. */

export const HINT_TOOLS = ['paint', 'pick', 'remove'] as const;
export type HintTool = (typeof HINT_TOOLS)[number];

export interface HintState {
  /** What the pointer does; null: the tool is not in use. */
  tool: HintTool | null;
  /** `#rrggbb` in sRGB. */
  colour: string;
  /** Diameter of a stroke, in pixels of the full-size photo. */
  size: number;
}

/** Before a colour is chosen: that of skin, which is given most often. */
const FIRST_COLOUR = '#d8a888';
/** A stroke is at first this share of the photo's longer side wide. */
const FIRST_SIZE = 1 / 60;

/** The size that the tool has at first on a photo. */
export const usualSize = ({ width, height }: Size): number =>
  Math.max(1, Math.round(Math.max(width, height) * FIRST_SIZE));

export const createHintStore = () => createStore<HintState>(() => ({ tool: null, colour: FIRST_COLOUR, size: 0 }));

interface HintDependencies {
  find(key: string): OpenPhoto | null;
  commit(key: string, action: EditAction): void;
  commitTold(key: string, action: EditAction, text: Notice['text']): void;
  tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): void;
  view: ViewActions;
  /** Puts the other tools away. */
  putAway(): void;
}

export function createHintActions(stores: Stores, { find, commit, commitTold, tell, view, putAway }: HintDependencies) {
  const store = stores.hints;
  /** The comparison mode to return to. */
  let former: CompareMode | null = null;

  function stop(): void {
    if (store.getState().tool === null) return;
    store.setState({ tool: null });
    if (former !== null && stores.view.getState().mode === 'result') view.setMode(former);
    former = null;
  }

  /** The recipe with the step for colours switched on: without it a colour would show nowhere. */
  function colouring(entry: OpenPhoto) {
    const { recipe } = entry;
    return recipe === null || stepOf(recipe, 'colorise')?.enabled === true
      ? undefined
      : withEnabled(recipe, 'colorise', true);
  }

  // Whatever else is taken into the hand, or shown instead of the photo, puts this tool away.
  stores.tools.subscribe(({ tool }) => tool !== null && stop());
  stores.review.subscribe(({ key }) => key !== null && stop());
  stores.crop.subscribe(({ cropping }) => cropping !== null && stop());
  stores.view.subscribe(({ mode, page, picking }) => {
    if (mode !== 'variants' && page === 'darkroom' && picking === null) return;
    if (mode === 'variants') former = null;
    stop();
  });

  return {
    /** Takes the tool, and switches the step for colours on. */
    start(key: string): void {
      const entry = find(key);
      if (entry?.photo == null || entry.edit === null) return;
      putAway();
      const { size } = store.getState();
      store.setState({ tool: 'paint', size: Math.min(MAX_BRUSH, size === 0 ? usualSize(entry.photo) : size) });
      const { mode } = stores.view.getState();
      if (mode !== 'result' && mode !== 'side') {
        view.setMode('result');
        former = mode;
      }
      const recipe = colouring(entry);
      if (recipe !== undefined) commit(key, { name: 'step', recipe });
    },
    stop,
    set(change: Partial<Omit<HintState, 'tool'>> & { tool?: HintTool }): void {
      if (store.getState().tool !== null) store.setState(change);
    },
    resize(direction: 1 | -1): void {
      store.setState(({ size }) => ({ size: nextSize(size, direction) }));
    },
    /** Gives the places along a line the tool's colour. */
    add(key: string, points: readonly Point[]): void {
      const entry = find(key);
      if (entry?.photo == null || entry.edit === null) return;
      if (entry.edit.hints.length >= MAX_HINTS) {
        tell({ tone: 'info', text: 'tooManyHints', params: { count: MAX_HINTS } });
        return;
      }
      if (!points.some((point) => isIn(entry.photo!, point))) {
        tell({ tone: 'info', text: 'hintOutside' });
        return;
      }
      const { colour, size } = store.getState();
      const hint: ColourHint = {
        colour,
        radius: Math.max(0.5, size / 2),
        points: points.flatMap(({ x, y }) => [x, y]),
      };
      commit(key, { name: 'colourHint', hint, recipe: colouring(entry) });
    },
    /** Removes the colour that was given last within `reach` pixels of a point. */
    remove(key: string, at: Point, reach: number): void {
      const hints = find(key)?.edit?.hints ?? [];
      const index = hints.findLastIndex((hint) => distanceTo(hint, at) <= hint.radius + reach);
      if (index < 0) tell({ tone: 'info', text: 'noHint' });
      else commit(key, { name: 'colourHintsRemoved', hints: hints.toSpliced(index, 1) });
    },
    removeAll(key: string): void {
      if ((find(key)?.edit?.hints.length ?? 0) === 0) return;
      commitTold(key, { name: 'colourHintsRemoved', hints: [] }, 'hintsRemoved');
    },
  };
}

const isIn = ({ width, height }: Size, { x, y }: Point): boolean => x >= 0 && y >= 0 && x < width && y < height;

/** How far a point is from the line of a hint, in pixels of the photo. */
export function distanceTo({ points }: Pick<ColourHint, 'points'>, { x, y }: Point): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < points.length; i += 2) {
    const [fromX, fromY] = [points[i]!, points[i + 1]!];
    const [alongX, alongY] = [(points[i + 2] ?? fromX) - fromX, (points[i + 3] ?? fromY) - fromY];
    const length = alongX * alongX + alongY * alongY;
    const share = length === 0 ? 0 : ((x - fromX) * alongX + (y - fromY) * alongY) / length;
    const at = Math.max(0, Math.min(1, share));
    least = Math.min(least, Math.hypot(x - fromX - at * alongX, y - fromY - at * alongY));
  }
  return least;
}
