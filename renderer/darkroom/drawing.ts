import { pictureUrl } from '../../contract/pictures';
import { matrixOf, type Rect, rectInPane, type Size, toPane, type View, visibleRect } from './geometry';
import type { Bitmap } from './tileStore';
import { coarsestLevel, finestLevel, isTiled, parentOf, type Source, type Tile, tilesFor } from './tiling';

/** One picture on a canvas. */
export interface Drawn {
  source: Source;
  /** The part of the pane that it may cover, in pane pixels. Null: all of it. */
  clip: Rect | null;
  /** Shown where no tile has loaded and no earlier picture is left. */
  instead?: Source;
}

/** The tiles a canvas needs, most urgent first. */
export interface Wanted {
  urls: string[];
  /** True if all tiles of the level that fits the screen are loaded. */
  complete: boolean;
}

export interface Scene {
  view: View;
  pane: Size;
  /** Device pixels per pane pixel. */
  ratio: number;
  /** Prefix of the pictures' URLs. */
  base: string;
}

/** From this many device pixels per photo pixel, pixels are drawn as squares instead of smoothed. */
const SQUARES_FROM = 2;
/** From this many device pixels per photo pixel, a grid is drawn. */
export const GRID_FROM = 8;

type Get = (url: string) => (Bitmap & CanvasImageSource) | null;

export function tilesOf({ source, clip }: Drawn, { view, pane, ratio }: Scene): ReturnType<typeof tilesFor> | null {
  const region = visibleRect(view, source.photo, pane, clip ?? undefined);
  return region === null ? null : tilesFor(source, region, view.scale * ratio);
}

/** The tiles to load: first one that covers everything, then the sharp ones from the middle outwards. */
export function wantedOf(drawn: Drawn, scene: Scene, has: (url: string) => boolean): Wanted {
  const tiles = tilesOf(drawn, scene);
  if (tiles === null) return { urls: [], complete: true };
  const url = (tile: Tile) => pictureUrl(scene.base, tile.query);
  const sharp = tiles.sharp.map(url);
  return { urls: [...new Set([...tiles.rough.map(url), ...sharp])], complete: sharp.every(has) };
}

/**
 * Draws the loaded tiles of a picture onto a canvas in device pixels. A coarser tile stands in for a missing one,
 * unless `sharpOnly`. At 100 % each photo pixel is exactly one device pixel.
 */
export function drawPicture(
  context: CanvasRenderingContext2D,
  { source, clip }: Drawn,
  scene: Scene,
  get: Get,
  sharpOnly = false,
): void {
  const tiles = tilesOf({ source, clip }, scene);
  if (tiles === null) return;
  const place = pixelAligned(scene);
  context.save();
  const whole = place({ x: 0, y: 0, ...source.photo });
  context.beginPath();
  context.rect(whole.x, whole.y, whole.width, whole.height);
  context.clip();
  if (clip !== null) {
    const { ratio } = scene;
    const left = Math.round(clip.x * ratio);
    const right = Math.round((clip.x + clip.width) * ratio);
    context.beginPath();
    context.rect(left, Math.round(clip.y * ratio), right - left, Math.round(clip.height * ratio));
    context.clip();
  }
  const deviceScale = scene.view.scale * scene.ratio;
  // Only full-resolution pixels are shown as squares. Coarser tiles are smoothed.
  const squares =
    isTiled(source) && tiles.level === finestLevel(source) && deviceScale * 2 ** tiles.level >= SQUARES_FROM;
  const draw = (bitmap: Bitmap & CanvasImageSource, tile: Tile, part: Rect, smooth: boolean) => {
    context.imageSmoothingEnabled = smooth;
    const perPixel = bitmap.width / tile.rect.width;
    const from = {
      x: (part.x - tile.rect.x) * perPixel,
      y: (part.y - tile.rect.y) * perPixel,
      width: part.width * perPixel,
      height: part.height * perPixel,
    };
    drawTurned(context, bitmap, from, place(part), scene.view);
  };
  for (const tile of tiles.sharp) {
    const bitmap = get(pictureUrl(scene.base, tile.query));
    if (bitmap !== null) {
      draw(bitmap, tile, tile.rect, !squares);
      continue;
    }
    if (sharpOnly || !isTiled(source)) continue;
    for (let level = tiles.level + 1; level <= coarsestLevel(source); level++) {
      const parent = parentOf(source, tile, level);
      const rough = get(pictureUrl(scene.base, parent.query));
      if (rough === null) continue;
      draw(rough, parent, intersect(tile.rect, parent.rect), true);
      break;
    }
  }
  context.restore();
}

/** Draws a grid between the pixels of a picture where they are large. `times`: how many of them a photo pixel is wide. */
export function drawGrid(context: CanvasRenderingContext2D, photo: Size, scene: Scene, times: number): void {
  const { view, pane, ratio } = scene;
  if ((view.scale * ratio) / times < GRID_FROM) return;
  const region = visibleRect(view, photo, pane);
  if (region === null) return;
  const place = pixelAligned(scene);
  const left = Math.floor(region.x);
  const top = Math.floor(region.y);
  const right = Math.ceil(region.x + region.width);
  const bottom = Math.ceil(region.y + region.height);
  context.save();
  context.fillStyle = 'rgb(128 128 128 / 0.4)';
  for (let i = Math.ceil(left * times); i <= right * times; i++) {
    const line = place({ x: i / times, y: top, width: 0, height: bottom - top });
    context.fillRect(line.x, line.y, Math.max(1, line.width), Math.max(1, line.height));
  }
  for (let i = Math.ceil(top * times); i <= bottom * times; i++) {
    const line = place({ x: left, y: i / times, width: right - left, height: 0 });
    context.fillRect(line.x, line.y, Math.max(1, line.width), Math.max(1, line.height));
  }
  context.restore();
}

/** Clears a canvas and gives it the size of a pane. `pane` is in CSS pixels, `ratio` is device pixels per CSS pixel. */
export function emptyCanvas(context: CanvasRenderingContext2D, pane: Size, ratio: number): void {
  const { canvas } = context;
  const width = Math.max(1, Math.round(pane.width * ratio));
  const height = Math.max(1, Math.round(pane.height * ratio));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.clearRect(0, 0, width, height);
}

/** Aligns rectangles of the photo to whole device pixels, so that no seam shows between neighbours. */
export function pixelAligned({ view, pane, ratio }: Scene): (rect: Rect) => Rect {
  const origin = toPane(view, pane, { x: 0, y: 0 });
  const shift = {
    x: Math.round(origin.x * ratio) - origin.x * ratio,
    y: Math.round(origin.y * ratio) - origin.y * ratio,
  };
  return (rect) => {
    const { x, y, width, height } = rectInPane(view, pane, rect);
    // The shift puts the photo's corner on a whole pixel. The small addition makes halves always round the same way.
    const left = Math.round(x * ratio + shift.x + 1e-6);
    const top = Math.round(y * ratio + shift.y + 1e-6);
    return {
      x: left,
      y: top,
      width: Math.round((x + width) * ratio + shift.x + 1e-6) - left,
      height: Math.round((y + height) * ratio + shift.y + 1e-6) - top,
    };
  };
}

export function drawTurned(
  context: CanvasRenderingContext2D,
  bitmap: CanvasImageSource,
  from: Rect,
  to: Rect,
  view: View,
): void {
  if (to.width === 0 || to.height === 0) return;
  const { orientation } = view;
  if (orientation === 1) {
    context.drawImage(bitmap, from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height);
    return;
  }
  const [a, b, c, d] = matrixOf(orientation);
  const across = orientation >= 5 ? to.height : to.width;
  const down = orientation >= 5 ? to.width : to.height;
  context.setTransform(a, c, b, d, to.x + to.width / 2, to.y + to.height / 2);
  context.drawImage(bitmap, from.x, from.y, from.width, from.height, -across / 2, -down / 2, across, down);
  context.resetTransform();
}

function intersect(a: Rect, b: Rect): Rect {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  return {
    x,
    y,
    width: Math.min(a.x + a.width, b.x + b.width) - x,
    height: Math.min(a.y + a.height, b.y + b.height) - y,
  };
}
