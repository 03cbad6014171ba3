import { createStore } from 'zustand/vanilla';
import {
  type EditAction,
  Filling,
  type LocalRepair,
  MAX_BRUSH,
  type MaskOp,
  type MaskOwner,
} from '../../contract/edit';
import type { CompareMode, ViewStore } from './view';

export const TOOLS = ['hand', 'brush', 'eraser', 'lasso', 'polygon', 'rectangle', 'defect', 'eye'] as const;
export type Tool = (typeof TOOLS)[number];

/**
 * The tools for a mask. Only the repair mask has the one that selects defects, and only repairs by hand have the one that
 * corrects red eyes.
 */
export const toolsFor = (target: MaskOwner, atOnce: boolean): readonly Tool[] =>
  TOOLS.filter((tool) => (tool === 'defect' ? target === 'repair' && !atOnce : tool !== 'eye' || atOnce));

/** Tools that draw a region, which can be repaired at once instead of being added to the mask. */
export const REGION_TOOLS: readonly Tool[] = ['brush', 'lasso', 'polygon', 'rectangle'];

/**
 * What a region that is repaired by hand is filled with: chosen by its width, smoothly by the generator, with texture from
 * around it, or from a source, healed or cloned.
 */
export const FILLS = ['automatic', 'smooth', 'texture', 'heal', 'clone'] as const;
export type Fill = (typeof FILLS)[number];
export const isFromSource = (fill: Fill): fill is 'heal' | 'clone' => fill === 'heal' || fill === 'clone';

/** Where strokes take their pixels from. */
export interface Source {
  /** The photo that it lies in. */
  key: string;
  x: number;
  y: number;
  /** From where a stroke is drawn to its source, in whole pixels of the photo. Null until the first stroke begins. */
  offset: { dx: number; dy: number } | null;
}

export interface ToolState {
  /** Null: no mask is being edited. */
  tool: Tool | null;
  /** Whose mask is being edited. The repair step's while none is. */
  target: MaskOwner;
  /** Diameter of the brush in pixels of the full-size photo. */
  size: number;
  hardness: number;
  /** True: what is drawn is repaired at once, as its own history entry. */
  atOnce: boolean;
  /** What such a region is filled with. */
  fill: Fill;
  /** Null: none is set. */
  source: Source | null;
  /** Whether the next click sets the source. */
  settingSource: boolean;
  /** Whether outlines are added to the mask or removed from it. Alt does the opposite. */
  areaMode: 'add' | 'subtract';
  /** Shows the mask alone, white on black. */
  quickMask: boolean;
  /** How far grow, shrink and feather go, in pixels of the full-size photo. */
  spread: number;
}

/** The active tool and its options. They are the same for all photos. */
export function createToolStore() {
  return createStore<ToolState>(() => ({
    tool: null,
    target: 'repair',
    size: 40,
    hardness: 0.8,
    atOnce: false,
    fill: 'automatic',
    source: null,
    settingSource: false,
    areaMode: 'add',
    quickMask: false,
    spread: 4,
  }));
}

export type ToolStore = ReturnType<typeof createToolStore>;

export const drawnOn = (target: MaskOwner, op: MaskOp): EditAction =>
  target === 'style'
    ? { name: 'styleMask', paintStyle: op }
    : target === 'keep'
      ? { name: 'keepMask', paintKeep: op }
      : { name: 'mask', paint: op };

/** How the tool, as it is set, repairs a place of a photo; null: it has no source there. */
export function repairWith(
  { fill, source }: Pick<ToolState, 'fill' | 'source'>,
  key: string,
): Pick<LocalRepair, 'filling' | 'source'> | null {
  if (fill === 'automatic') return {};
  if (!isFromSource(fill)) return { filling: Filling.parse(fill) };
  return source?.key === key && source.offset !== null ? { source: { blend: fill, ...source.offset } } : null;
}

/** One key press changes the brush size by about a tenth. */
export function nextSize(size: number, direction: 1 | -1): number {
  const step = Math.max(1, Math.round(size / 10));
  return Math.min(MAX_BRUSH, Math.max(1, Math.round(size) + direction * step));
}

/**
 * Switches the comparison mode while a tool is active. Editing a mask shows the original, and repairing places shows
 * the result, instead of split, difference and variants. Side by side shows both and stays.
 */
export function followTools(tools: ToolStore, view: ViewStore): void {
  /** The mode to return to, and the one that replaced it. */
  let former: { mode: CompareMode; instead: CompareMode } | null = null;
  tools.subscribe((now, before) => {
    if (now.tool !== null && before.tool !== null && now.atOnce === before.atOnce) return;
    const { mode } = view.getState();
    const isOurs = former !== null && mode === former.instead;
    if (now.tool === null) {
      if (former !== null && isOurs) view.setState({ mode: former.mode });
      former = null;
      return;
    }
    const instead = now.atOnce ? 'result' : 'original';
    const fits = mode === 'side' || mode === instead || (mode === 'result' && !isOurs);
    if (fits && !isOurs) return;
    former = { mode: former !== null && isOurs ? former.mode : mode, instead };
    view.setState({ mode: instead });
  });
  // The variants replace the photo, so no tool can be used on it.
  view.subscribe(({ mode }, before) => {
    if (mode === 'variants' && before.mode !== mode && tools.getState().tool !== null) {
      tools.setState({ tool: null, target: 'repair' });
    }
  });
}

export function createToolActions(store: ToolStore) {
  return {
    take(tool: Tool | null): void {
      const { target } = store.getState();
      if (tool === 'eye' && target !== 'repair') return;
      if (tool !== null && tool !== 'eye' && !toolsFor(target, false).includes(tool)) return;
      store.setState((state) => ({
        tool,
        target: tool === null ? 'repair' : state.target,
        quickMask: tool !== null && tool !== 'eye' && state.quickMask,
        settingSource: false,
        // Defects are only selected for the mask, and red eyes only corrected at once.
        atOnce: tool === 'eye' || (state.tool !== null && tool !== null && state.atOnce && tool !== 'defect'),
      }));
    },
    /** Sets where strokes on a photo take their pixels from. */
    setSource(key: string, { x, y }: { x: number; y: number }): void {
      store.setState({ source: { key, x, y, offset: null }, settingSource: false });
    },
    /** A stroke begins: the first one after its source was set decides how far away that is. */
    align(key: string, at: { x: number; y: number }): void {
      const { source } = store.getState();
      if (source?.key !== key || source.offset !== null) return;
      const offset = { dx: Math.round(source.x - at.x), dy: Math.round(source.y - at.y) };
      store.setState({ source: { ...source, offset } });
    },
    /** Activates the brush to edit a mask. */
    editMask(target: MaskOwner): void {
      store.setState({ tool: 'brush', target, atOnce: false, quickMask: false, settingSource: false });
    },
    set(change: Partial<Omit<ToolState, 'tool' | 'target'>>): void {
      store.setState(change);
    },
    /** Activates the brush to repair places by hand. */
    repairAtOnce(): void {
      store.setState({ tool: 'brush', target: 'repair', atOnce: true, quickMask: false });
    },
    /** Repairing at once needs a tool that draws a region. */
    toggleAtOnce(): void {
      store.setState(({ atOnce, tool, target }) => ({
        atOnce: !atOnce && target === 'repair',
        tool: tool === null || toolsFor(target, !atOnce && target === 'repair').includes(tool) ? tool : 'brush',
        settingSource: false,
      }));
    },
    toggleQuickMask(): void {
      store.setState((state) => ({ quickMask: !state.quickMask }));
    },
    resize(direction: 1 | -1): void {
      store.setState((state) => ({ size: nextSize(state.size, direction) }));
    },
    harden(direction: 1 | -1): void {
      store.setState(({ hardness }) => ({
        hardness: Math.min(1, Math.max(0, Math.round(hardness * 10 + direction) / 10)),
      }));
    },
  };
}

export type ToolActions = ReturnType<typeof createToolActions>;
