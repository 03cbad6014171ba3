import { createStore } from 'zustand/vanilla';
import type { FileEntry } from '../../contract/app';
import type { Failure } from '../../contract/errors';
import type { Photo } from '../../contract/photo';
import type { Negative, Scan } from '../../contract/scan';
import { type Corners, distance, uprightSize, wholeArea } from '../../document/quad';
import { faultOf, printSize, type ScanFault } from '../../document/scan';
import {
  cornersOf,
  type Frame,
  fineAngle,
  frameOf,
  type HandleName,
  intoPage,
  isRectangle,
  moved,
  RATIO_NAMES,
  type RatioName,
  ratioOf,
  resized,
  sizeOf,
  turnedTo,
  wholeFrame,
  withRatio,
} from '../darkroom/crop/frame';
import type { Point, Size } from '../darkroom/geometry';
import type { Jobs } from './jobs';
import type { OpenPhoto } from './model';
import { type BaseOrigin, createNegativeActions, type Roll } from './negative';
import type { Stores } from './stores';
import type { ViewActions } from './view';

/** The tool that cuts the print out of its page: a frame that may be turned, or four corners in perspective. */

/** What undo of the tool goes back to. */
export interface CropShape {
  mode: 'frame' | 'corners';
  frame: Frame;
  /** The size that the frame would have where the page were large enough: it is regained when it is turned back. */
  wanted: Size;
  corners: Corners;
  ratio: RatioName;
  /** Frames of a ratio stand instead of lying down. */
  isUpright: boolean;
  /** How the negative on the page is developed; null: it is a positive. */
  negative: Negative | null;
}

export interface Cropping extends CropShape {
  /** The photo, by its key. */
  key: string;
  /** The photo as it is cut out now. */
  photoId: string;
  /** Its whole page: the photo itself, or a photo that is open for the tool. */
  page: Photo;
  /** A handle, the frame or the angle is being moved. */
  isMoving: boolean;
  /** The print is being cut out. */
  isApplying: boolean;
  /** The prints on the page are being looked for. */
  isFinding: boolean;
  /** How many prints were found, and which of them the tool is set to, from 0; null: none were looked for. */
  found: { count: number; at: number } | null;
  /** The page as it is developed; null: as it was scanned. */
  preview: { photo: Photo; negative: Negative } | null;
  /** Where the film base is from; null: not measured since the tool was taken. */
  base: BaseOrigin | null;
  /** The scan was measured as a negative and does not look like one. */
  isDoubtful: boolean;
  /** It is being measured how the negative is developed. */
  isMeasuring: boolean;
  /** A click on the page takes the film base from there. */
  isPicking: boolean;
  past: readonly CropShape[];
  future: readonly CropShape[];
}

export interface CropState {
  /** Null: the tool is not in use. */
  cropping: Cropping | null;
  /** The photo whose page is being opened for the tool, by its key. */
  opening: string | null;
  /** The film base of the roll whose frames are developed; null: none was found yet. */
  roll: Roll | null;
}

export const createCropStore = () => createStore<CropState>(() => ({ cropping: null, opening: null, roll: null }));

/** The key of the view of a page, beside that of its photo. */
export const pageViewKey = (key: string): string => `page ${key}`;

const MOST_UNDOS = 100;
/** How exact coordinates are, in pixels. */
const EXACT = 1000;

/** The corners of the print as the tool is set, in pixels of the page. */
export const cropCorners = ({ mode, frame, corners }: CropShape): Corners =>
  mode === 'frame' ? cornersOf(frame) : corners;

/** The ratio as width by height; null: any. */
export const cropRatio = ({ ratio, isUpright, page }: Pick<Cropping, 'ratio' | 'isUpright' | 'page'>): number | null =>
  ratioOf(ratio, isUpright, page);

/** The print that the tool is set to; null: the whole page. */
export function cropScan(cropping: Pick<Cropping, 'page' | keyof CropShape>): Scan | null {
  const { negative } = cropping;
  const area = cropArea(cropping);
  return negative === null ? area : { ...(area ?? { corners: wholeArea(cropping.page) }), negative };
}

/** The part of the page that a negative is measured on; null: all of it. */
function measuredArea(cropping: Cropping): Scan | null {
  return cropFault(cropping) === null ? cropArea(cropping) : null;
}

function cropArea(cropping: Pick<Cropping, 'page' | keyof CropShape>): Scan | null {
  const { mode, frame, page } = cropping;
  if (mode === 'corners') {
    const corners = exact(cropping.corners, EXACT);
    const ratio = cropRatio(cropping);
    return { corners, ...(ratio !== null && { size: sizeOf(corners, ratio) }) };
  }
  // An upright frame has whole pixels, so that nothing is resampled.
  const isUpright = Math.abs(fineAngle(frame.angle)) < 1e-9;
  const corners = exact(cornersOf(frame), isUpright ? 1 : EXACT);
  const isWhole = wholeArea(page).every((corner, i) => distance(corner, corners[i]!) === 0);
  return isWhole ? null : { corners };
}

const exact = (corners: Corners, parts: number): Corners => {
  const round = (value: number) => Math.round(value * parts) / parts;
  const [a, b, c, d] = corners.map(([x, y]) => [round(x), round(y)] as const);
  return [a!, b!, c!, d!];
};

/** The size that the print will have, in pixels. */
export function cropSize(cropping: Pick<Cropping, 'page' | keyof CropShape>): Size {
  const scan = cropScan(cropping);
  return scan ? printSize(scan) : cropping.page;
}

/** Why the print cannot be cut out; null if it can. */
export function cropFault(cropping: Pick<Cropping, 'page' | keyof CropShape>): ScanFault | null {
  const scan = cropScan(cropping);
  return scan && faultOf(scan, cropping.page);
}

/** How the tool is set for a print that was cut out before. */
export function shapeOf(scan: Scan | null, page: Size): CropShape {
  if (scan === null) {
    const frame = wholeFrame(page);
    const isUpright = page.height > page.width;
    const corners = cornersOf(frame);
    return { mode: 'frame', frame, wanted: frame, corners, ratio: 'free', isUpright, negative: null };
  }
  const { corners } = scan;
  const frame = intoPage(frameOf(corners), page);
  const { width, height } = printSize(scan);
  const isUpright = height > width;
  // A size of its own is that of a print in perspective whose proportions were chosen.
  const own = uprightSize(corners);
  const isChosen = own.width !== width || own.height !== height;
  const isLike = (name: RatioName) => {
    const ratio = ratioOf(name, isUpright, page);
    return ratio !== null && Math.abs(Math.log((ratio * height) / width)) < 0.005;
  };
  const ratio = isChosen ? (RATIO_NAMES.find(isLike) ?? 'free') : 'free';
  return {
    mode: isRectangle(corners) && !isChosen ? 'frame' : 'corners',
    frame,
    wanted: frame,
    corners,
    ratio,
    isUpright,
    negative: scan.negative ?? null,
  };
}

interface Dependencies extends Pick<Jobs, 'call' | 'asJob'> {
  find(key: string): OpenPhoto | null;
  view: ViewActions;
  /** Ends the other tools. */
  putAway(): void;
  /** Cuts a print out. Returns whether it did. */
  crop(key: string, scan: Scan | null): Promise<boolean>;
  /** Takes the prints that were found on the page of a photo. */
  onSplit(key: string, prints: readonly FileEntry[]): void;
  onFailed(key: string, failure: Failure): void;
}

export function createCropActions(
  stores: Stores,
  { find, call, asJob, view, putAway, crop, onSplit, onFailed }: Dependencies,
) {
  const { crop: store } = stores;
  const now = () => store.getState().cropping;
  const set = (change: Partial<Cropping>) =>
    store.setState(({ cropping }) => ({ cropping: cropping && { ...cropping, ...change } }));

  /** What the gesture in progress began with. */
  let begun: CropShape | null = null;
  const shape = ({ mode, frame, wanted, corners, ratio, isUpright, negative }: Cropping): CropShape => ({
    mode,
    frame,
    wanted,
    corners,
    ratio,
    isUpright,
    negative,
  });

  /** A change as one entry of the tool's own history. */
  function change(make: (cropping: Cropping) => Partial<CropShape>): void {
    const cropping = now();
    if (cropping === null || cropping.isApplying) return;
    const next = make(cropping);
    if (cropping.isMoving) set({ ...next, found: null });
    else set({ ...next, found: null, past: [...cropping.past, shape(cropping)].slice(-MOST_UNDOS), future: [] });
  }

  async function start(key: string): Promise<void> {
    const entry = find(key);
    if (entry?.photo == null || entry.edit === null || entry.phase !== 'ready' || store.getState().opening !== null)
      return;
    if (now() !== null) leave();
    putAway();
    let page: Photo = entry.photo;
    if (entry.photo.page !== undefined) {
      store.setState({ opening: key });
      const photoId = entry.photo.id;
      const result = await asJob('crop', key, (jobId) => call('scan.page', { photoId, jobId }));
      const isWanted = store.getState().opening === key;
      store.setState({ opening: null });
      if (!result.ok) {
        if (result.error.code !== 'CANCELLED') onFailed(key, result.error);
        return;
      }
      page = result.value;
      if (!isWanted || find(key) === null) {
        void call('photos.close', { photoId: page.id });
        return;
      }
    }
    const { scan } = find(key)!.edit!;
    const still = { isMoving: false, isApplying: false, isFinding: false, isMeasuring: false, isPicking: false };
    const unmoved = { ...still, found: null, preview: null, base: null, isDoubtful: false, past: [], future: [] };
    view.setOrientation(pageViewKey(key), find(key)!.edit!.orientation);
    const photoId = entry.photo.id;
    store.setState({ cropping: { key, photoId, page, ...shapeOf(scan, page), ...unmoved } });
  }

  /** Leaves the tool; the photo stays as it is. */
  function leave(): void {
    const cropping = now();
    store.setState({ cropping: null, opening: null });
    begun = null;
    if (cropping === null) return;
    view.zoomFit(pageViewKey(cropping.key));
    const { page, photoId, preview } = cropping;
    if (preview) void call('photos.close', { photoId: preview.photo.id });
    if (page.id !== photoId) void call('photos.close', { photoId: page.id });
  }

  // Its places are those of the photo, and not of its page.
  stores.tools.subscribe(({ tool }) => {
    if (tool !== null && now() !== null) leave();
  });
  stores.review.subscribe(({ key }) => {
    if (key !== null && now() !== null) leave();
  });
  // Another photo is shown, or another print of this one: the tool has nothing to work on any more.
  stores.photos.subscribe(({ activeKey }) => {
    const cropping = now();
    const isGone = cropping !== null && find(cropping.key)?.photo?.id !== cropping.photoId;
    const { opening } = store.getState();
    if (isGone || (cropping !== null && activeKey !== cropping.key)) leave();
    else if (opening !== null && activeKey !== opening) store.setState({ opening: null });
  });

  const nameOf = (key: string) => find(key)?.name ?? '';
  const film = createNegativeActions({ store, nameOf, call, asJob, change, areaOf: measuredArea, onFailed });

  return {
    film,
    start: (key: string) => void start(key),
    /** Takes the tool and develops a photo as a colour negative in it. */
    async develop(key: string): Promise<void> {
      await start(key);
      if (now()?.key === key) film.setFilm('colour');
    },
    cancel: leave,
    /** Cuts the print out as the tool is set, and leaves the tool. */
    async apply(): Promise<void> {
      const cropping = now();
      if (cropping === null || cropping.isApplying || cropFault(cropping) !== null) return;
      set({ isApplying: true, isMoving: false });
      const done = await crop(cropping.key, cropScan(cropping));
      // It has been left as soon as the photo was the new print.
      if (now()?.photoId !== cropping.photoId) return;
      if (done) leave();
      else set({ isApplying: false });
    },
    /** Puts the corners on those of the print that is found next, from the one of before on. */
    async find(): Promise<void> {
      const before = now();
      if (before === null || before.isApplying || before.isFinding) return;
      const { key, page } = before;
      set({ isFinding: true, found: null });
      const result = await asJob('findPrints', key, (jobId) => call('scan.find', { photoId: page.id, jobId }));
      const cropping = now();
      if (cropping?.page.id !== page.id) return;
      set({ isFinding: false });
      if (!result.ok) {
        if (result.error.code !== 'CANCELLED') onFailed(key, result.error);
        return;
      }
      const { prints } = result.value;
      const usable = prints
        .map((corners) => onto(corners, page))
        .filter((corners) => faultOf({ corners }, page) === null);
      // Pressed again, it goes to the next print of the page.
      const last = usable.findIndex((corners) => isNear(corners, cropCorners(cropping)));
      const corners = usable[(last + 1) % Math.max(1, usable.length)];
      if (corners) change(({ negative }) => ({ ...shapeOf({ corners }, page), negative }));
      set({ found: { count: usable.length, at: corners ? usable.indexOf(corners) : 0 } });
    },
    /** Makes each print that is found on the page a photo of its own, and leaves the tool; where there are not several, it says so. */
    async split(): Promise<void> {
      const before = now();
      if (before === null || before.isApplying || before.isFinding) return;
      const { key, page } = before;
      set({ isFinding: true, found: null });
      const result = await asJob('findPrints', key, (jobId) => call('scan.split', { photoId: page.id, jobId }));
      if (now()?.page.id !== page.id) return;
      set({ isFinding: false });
      if (!result.ok) {
        if (result.error.code !== 'CANCELLED') onFailed(key, result.error);
        return;
      }
      const { files, found } = result.value;
      if (files.length === 0) {
        set({ found: { count: found, at: 0 } });
        return;
      }
      leave();
      onSplit(key, files);
    },
    /** The whole page. */
    reset: () => change(({ page, negative }) => ({ ...shapeOf(null, page), negative })),
    /** Until it ends, all changes are one entry of the tool's history. */
    begin(): void {
      const cropping = now();
      if (cropping === null || cropping.isMoving || cropping.isApplying) return;
      begun = shape(cropping);
      set({ isMoving: true });
    },
    end(): void {
      const cropping = now();
      if (cropping === null || !cropping.isMoving) return;
      const isChanged = begun !== null && JSON.stringify(begun) !== JSON.stringify(shape(cropping));
      const past = isChanged ? [...cropping.past, begun!].slice(-MOST_UNDOS) : cropping.past;
      set({ isMoving: false, past, ...(isChanged && { future: [] }) });
      begun = null;
    },
    /** Moves the frame by a distance, in pixels of the page. */
    move: (by: Point) =>
      change(({ frame, page, mode, corners }) => {
        if (mode === 'frame') return { frame: moved(frame, by, page) };
        const next = corners.map(([x, y]) => [x + by.x, y + by.y] as const) as unknown as Corners;
        return faultOf({ corners: next }, page) === null && isOn(next, page) ? { corners: next } : {};
      }),
    /** Moves one handle to a place on the page. */
    drag: (handle: HandleName, to: Point) =>
      change((cropping) => {
        const { mode, frame, page, corners } = cropping;
        if (mode === 'frame') {
          const next = resized(frame, handle, to, page, cropRatio(cropping));
          return { frame: next, wanted: next };
        }
        const place = CORNER_PLACES[handle];
        if (place === undefined) return {};
        const next = corners.map((corner, i) => (i === place ? onPage(to, page) : corner)) as unknown as Corners;
        return faultOf({ corners: next }, page) === null ? { corners: next } : {};
      }),
    /** Turns the frame to an angle on the page, in degrees clockwise. */
    turn: (angle: number) =>
      change(({ frame, wanted, page, mode }) =>
        mode === 'frame' ? { frame: turnedTo(frame, angle, wanted, page) } : {},
      ),
    setMode: (mode: CropShape['mode']) =>
      change((cropping) => {
        if (mode === cropping.mode) return {};
        if (mode === 'corners') return { mode, corners: cornersOf(cropping.frame) };
        const frame = intoPage(frameOf(cropping.corners), cropping.page);
        const ratio = cropRatio(cropping);
        const fitting = ratio === null ? frame : withRatio(frame, ratio, cropping.page);
        return { mode, frame: fitting, wanted: fitting };
      }),
    setRatio: (name: RatioName) =>
      change((cropping) => {
        const { width, height } = cropSize(cropping);
        return proportioned(cropping, name, height > width);
      }),
    /** A frame of a ratio lies down instead of standing, or stands. */
    swap: () =>
      change((cropping) => {
        if (cropping.ratio !== 'free') return proportioned(cropping, cropping.ratio, !cropping.isUpright);
        if (cropping.mode === 'corners') return {};
        const { width, height } = cropping.frame;
        const frame = withRatio(cropping.frame, height / width, cropping.page);
        return { frame, wanted: frame };
      }),
    undo(): void {
      const cropping = now();
      const last = cropping?.past.at(-1);
      if (!cropping || !last || cropping.isApplying) return;
      set({
        ...last,
        past: cropping.past.slice(0, -1),
        future: [...cropping.future, shape(cropping)],
        isMoving: false,
      });
    },
    redo(): void {
      const cropping = now();
      const next = cropping?.future.at(-1);
      if (!cropping || !next || cropping.isApplying) return;
      set({
        ...next,
        past: [...cropping.past, shape(cropping)],
        future: cropping.future.slice(0, -1),
        isMoving: false,
      });
    },
  };
}

function proportioned(cropping: Cropping, ratio: RatioName, isUpright: boolean): Partial<CropShape> {
  const value = ratioOf(ratio, isUpright, cropping.page);
  if (value === null || cropping.mode === 'corners') return { ratio, isUpright };
  const frame = withRatio(cropping.frame, value, cropping.page);
  return { ratio, isUpright, frame, wanted: frame };
}

const CORNER_PLACES: Partial<Record<HandleName, number>> = { topLeft: 0, topRight: 1, bottomRight: 2, bottomLeft: 3 };

const onPage = ({ x, y }: Point, { width, height }: Size) =>
  [Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))] as const;

const isOn = (corners: Corners, { width, height }: Size) =>
  corners.every(([x, y]) => x >= 0 && y >= 0 && x <= width && y <= height);

/** Corners that were found lie at most a little outside. */
const onto = (corners: Corners, page: Size) => corners.map(([x, y]) => onPage({ x, y }, page)) as unknown as Corners;

/** Whether two areas are the same for the eye: no corner is farther away than a two hundredth of the longer side. */
const isNear = (one: Corners, other: Corners) => {
  const { width, height } = uprightSize(one);
  return one.every((corner, i) => distance(corner, other[i]!) <= Math.max(width, height) / 200);
};

export type CropActions = ReturnType<typeof createCropActions>;
