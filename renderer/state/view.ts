import { createStore } from 'zustand/vanilla';
import type { Orientation, PhotoView } from '../../contract/edit';
import {
  clampView,
  displayedSize,
  fitView,
  nextScale,
  type Point,
  panBy,
  type Size,
  type View,
  zoomAbout,
} from '../darkroom/geometry';
import type { Side } from './comparison';

export const COMPARE_MODES = ['original', 'result', 'split', 'side', 'difference', 'variants'] as const;
export const GAINS = [1, 4, 16, 64] as const;
export type Gain = (typeof GAINS)[number];
export type CompareMode = (typeof COMPARE_MODES)[number];

export const PANEL_TABS = ['restore', 'style', 'details', 'history'] as const;
export type PanelTab = (typeof PANEL_TABS)[number];

/** The purposes for which a folder is chosen: two for a batch, three for training pairs, one for exports. */
export const FOLDER_ROLES = ['input', 'output', 'clean', 'pairs', 'overlays', 'export'] as const;
export type FolderRole = (typeof FOLDER_ROLES)[number];

export type DialogName =
  | 'export'
  | 'print'
  | 'copySettings'
  | 'settings'
  | 'files'
  | `${FolderRole}Folder`
  | 'keys'
  | 'palette'
  | 'tour'
  | 'findPhoto';

export interface ViewState {
  page: 'darkroom' | 'table' | 'batch' | 'pairs' | 'generators' | 'help';
  dialog: DialogName | null;
  panelOpen: boolean;
  /** The open tab of the panel. */
  tab: PanelTab;
  mode: CompareMode;
  /** The two compared pictures. The mode `result` shows the second. */
  before: Side;
  after: Side;
  /** How much the difference is amplified. */
  gain: Gain;
  /** The position of the split between the photo's visible left and right edge, 0 to 1. */
  split: number;
  maskShown: boolean;
  /** True while a slider is moved that needs the mask to be visible. */
  maskPeek: boolean;
  /** True while the original is shown, whatever the mode. */
  peek: boolean;
  /** Whether clipped tones are marked. */
  clippingShown: boolean;
  /** The step for which a point of the photo is picked that should be grey; null while none is. */
  picking: 'tone' | 'light' | null;
  /** The key that moves the photo while it is held: not pressed, held, or held and used. */
  space: 'up' | 'held' | 'used';
  /** Size of the area that shows one picture (half of the viewer side by side), in CSS pixels. */
  pane: Size;
  /** Device pixels per CSS pixel. */
  ratio: number;
  /** The view of each photo. Photos without one are fitted. */
  views: Record<string, View>;
  /** How many times wider the result of each photo is. Photos without one are not enlarged. */
  times: Record<string, number>;
  /** The orientation in which each photo is shown and exported. Photos without one are as they were opened. */
  orientations: Record<string, Orientation>;
}

/** What the window shows and how. The main side does not need it. */
export function createViewStore() {
  return createStore<ViewState>(() => ({
    page: 'darkroom',
    dialog: null,
    panelOpen: true,
    tab: 'restore',
    mode: 'split',
    before: 'original',
    after: 'result',
    gain: 4,
    split: 0.5,
    maskShown: false,
    maskPeek: false,
    peek: false,
    clippingShown: false,
    picking: null,
    space: 'up',
    pane: { width: 800, height: 600 },
    ratio: 1,
    views: {},
    times: {},
    orientations: {},
  }));
}

export type ViewStore = ReturnType<typeof createViewStore>;

/** The view of a photo as it is drawn: the chosen one, clamped, or the fitted one. */
export function viewOf(state: ViewState, key: string, photo: Size): View {
  const chosen = state.views[key];
  const orientation = orientationOf(state, key);
  return chosen === undefined
    ? fitView(photo, state.pane, unitOf(state, key), orientation)
    : clampView({ ...chosen, orientation }, photo, state.pane, unitOf(state, key));
}

/**
 * What 100 % means for a photo: at a scale of one over this number (CSS pixels per photo pixel), one pixel of its result is one
 * device pixel. Views themselves are in photo pixels, as masks and regions are.
 */
const unitOf = ({ ratio, times }: ViewState, key: string): number => ratio / (times[key] ?? 1);

/** The zoom in per cent: device pixels per pixel of the result. */
export const percentOf = (state: ViewState, key: string, photo: Size): number =>
  100 * viewOf(state, key, photo).scale * unitOf(state, key);

/** On how many device pixels a whole photo lies when it fits the pane. */
export function pixelsShown(state: ViewState, key: string, photo: Size): number {
  const { scale } = fitView(photo, state.pane, unitOf(state, key), orientationOf(state, key));
  return Math.max(1, Math.ceil(photo.width * photo.height * (scale * state.ratio) ** 2));
}

export function orientationOf(state: ViewState, key: string): Orientation {
  return state.orientations[key] ?? 1;
}

/** The view of a photo to be saved; null: fitted. */
export function savedView({ views }: ViewState, key: string): PhotoView {
  const view = views[key];
  return view === undefined ? null : { x: view.x, y: view.y, scale: view.scale };
}

/** How much of the photo is seen around a part, relative to the part, and at least, in photo pixels. */
const SURROUNDINGS = 1.6;
const LEAST_SEEN = 160;
/** The largest zoom for a part, in device pixels per photo pixel. */
const MAX_PART_ENLARGEMENT = 4;

/** Changes of a photo's view. Points are in pane pixels. `ratio` of the state is what 100 % means here, see `unitOf`. */
export function createViewActions(store: ViewStore) {
  function change(key: string, photo: Size, next: (view: View, state: ViewState) => View): void {
    store.setState((state) => {
      const ratio = unitOf(state, key);
      const view = clampView(next(viewOf(state, key, photo), { ...state, ratio }), photo, state.pane, ratio);
      return { views: { ...state.views, [key]: view } };
    });
  }
  const middle = (pane: Size): Point => ({ x: pane.width / 2, y: pane.height / 2 });

  return {
    zoomFit(key: string): void {
      store.setState((state) => {
        const { [key]: _, ...views } = state.views;
        return { views };
      });
    },
    /** At 100 percent, one pixel of the result is one device pixel. */
    zoomTo(key: string, photo: Size, percent: number, at?: Point): void {
      change(key, photo, (view, { pane, ratio }) => zoomAbout(view, pane, at ?? middle(pane), percent / 100 / ratio));
    },
    zoomBy(key: string, photo: Size, factor: number, at: Point): void {
      change(key, photo, (view, { pane, ratio }) => {
        // Clamped first, so that zooming at the limit does not move the photo.
        const { scale } = clampView({ ...view, scale: view.scale * factor }, photo, pane, ratio);
        return zoomAbout(view, pane, at, scale);
      });
    },
    zoomStep(key: string, photo: Size, direction: 1 | -1): void {
      change(key, photo, (view, { pane, ratio }) =>
        zoomAbout(view, pane, middle(pane), nextScale(view.scale, ratio, direction)),
      );
    },
    /** Between fitted and 100 %. */
    toggleActual(key: string, photo: Size, at: Point): void {
      if (store.getState().views[key] === undefined) this.zoomTo(key, photo, 100, at);
      else this.zoomFit(key);
    },
    pan(key: string, photo: Size, dx: number, dy: number): void {
      change(key, photo, (view) => panBy(view, dx, dy));
    },
    /** Centres a photo pixel. */
    lookAt(key: string, photo: Size, at: Point): void {
      change(key, photo, (view) => ({ ...view, ...at }));
    },
    /** Shows a part of the photo as large as it fits with its surroundings. */
    showPart(key: string, photo: Size, part: Size & Point): void {
      change(key, photo, (view, { pane, ratio }) => {
        const { width, height } = displayedSize(part, view.orientation);
        const around = (length: number) => Math.max(LEAST_SEEN, SURROUNDINGS * length);
        const scale = Math.min(pane.width / around(width), pane.height / around(height), MAX_PART_ENLARGEMENT / ratio);
        return { ...view, x: part.x + part.width / 2, y: part.y + part.height / 2, scale };
      });
    },
    /** Restores a saved view; null: fitted. */
    recall(key: string, looked: PhotoView): void {
      if (looked === null) this.zoomFit(key);
      else {
        store.setState((state) => {
          const view = { ...looked, orientation: orientationOf(state, key) };
          return { views: { ...state.views, [key]: view } };
        });
      }
    },
    /** Sets the orientation of a photo. The middle of the pane stays in place. */
    setOrientation(key: string, orientation: Orientation): void {
      if (orientationOf(store.getState(), key) === orientation) return;
      store.setState((state) => ({ orientations: { ...state.orientations, [key]: orientation } }));
    },
    /** Sets how many times wider the result of a photo is. What is seen stays in place; the percentage changes. */
    setTimes(key: string, times: number): void {
      if ((store.getState().times[key] ?? 1) === times) return;
      store.setState((state) => ({ times: { ...state.times, [key]: times } }));
    },
    setPane(pane: Size, ratio: number): void {
      store.setState({ pane, ratio });
    },
    setMode(mode: CompareMode): void {
      store.setState({ mode });
    },
    setSide(place: 'before' | 'after', side: Side): void {
      store.setState({ [place]: side });
    },
    setGain(gain: Gain): void {
      store.setState({ gain });
    },
    setSplit(split: number): void {
      store.setState({ split: Math.min(1, Math.max(0, split)) });
    },
    toggleMask(): void {
      store.setState((state) => ({ maskShown: !state.maskShown }));
    },
    setMaskPeek(maskPeek: boolean): void {
      store.setState({ maskPeek });
    },
    setPeek(peek: boolean): void {
      if (store.getState().peek !== peek) store.setState({ peek });
    },
    setSpace(space: ViewState['space']): void {
      store.setState({ space });
    },
    setPicking(picking: ViewState['picking']): void {
      store.setState({ picking });
    },
    toggleClipping(): void {
      store.setState((state) => ({ clippingShown: !state.clippingShown }));
    },
    togglePanel(): void {
      store.setState((state) => ({ panelOpen: !state.panelOpen }));
    },
    /** Shows a tab and opens the panel. */
    showTab(tab: PanelTab): void {
      store.setState({ tab, panelOpen: true });
    },
    show(dialog: DialogName | null): void {
      store.setState({ dialog });
    },
    goTo(page: ViewState['page']): void {
      store.setState({ page, dialog: null });
    },
  };
}

export type ViewActions = ReturnType<typeof createViewActions>;
