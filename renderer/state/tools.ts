import { createStore } from 'zustand/vanilla';
import { type EditAction, MAX_BRUSH, type MaskOp, type MaskOwner } from '../../contract/edit';
import type { CompareMode, ViewStore } from './view';

export const TOOLS = ['hand', 'brush', 'eraser', 'lasso', 'polygon', 'rectangle', 'defect'] as const;
export type Tool = (typeof TOOLS)[number];

/** The tools for a mask. Only the repair mask has the tool that selects defects. */
export const toolsFor = (target: MaskOwner): readonly Tool[] =>
  target === 'repair' ? TOOLS : TOOLS.filter((tool) => tool !== 'defect');

/** Tools that draw a region, which can be repaired at once instead of being added to the mask. */
export const REGION_TOOLS: readonly Tool[] = ['brush', 'lasso', 'polygon', 'rectangle'];

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
      if (tool !== null && !toolsFor(store.getState().target).includes(tool)) return;
      store.setState((state) => ({
        tool,
        target: tool === null ? 'repair' : state.target,
        quickMask: tool !== null && state.quickMask,
        // The eraser and the selection of defects only work on the mask.
        atOnce: state.tool !== null && state.atOnce && tool !== 'eraser' && tool !== 'defect',
      }));
    },
    /** Activates the brush to edit a mask. */
    editMask(target: MaskOwner): void {
      store.setState({ tool: 'brush', target, atOnce: false, quickMask: false });
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
        tool: !atOnce && tool !== null && !REGION_TOOLS.includes(tool) ? 'brush' : tool,
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
