import { type Layer, type PictureQuery, TILE } from '../../contract/pictures';
import type { Rect, Size } from './geometry';

/** Which picture of a photo. */
export interface Source {
  photoId: string;
  photo: Size;
  layer: Layer;
  revision: number;
  /** Of the raster in the main side: the photo's own size, a power of two larger, or a reduced preview. */
  size: Size;
  /** For the difference layer. */
  against?: number;
  gain?: number;
  /** For the mask layer. */
  sensitivity?: number;
  grow?: number;
}

/** One picture to request, and its position. */
export interface Tile {
  query: PictureQuery;
  /**
   * In photo pixels. At the right and bottom edges it may extend beyond the photo by less than one of its own pixels.
   */
  rect: Rect;
}

/** The longest side of a picture that is requested whole (the contract's limit). */
const MAX_WHOLE = 4096;

/** Whether a source is loaded in tiles. A preview smaller than the photo is loaded whole, at its own size. */
export function isTiled({ photo, size }: Source): boolean {
  return size.width >= photo.width && size.height >= photo.height;
}

/** The finest level of a source: 0 at the photo's own size, -1 where it is enlarged two times. */
export function finestLevel({ photo, size }: Source): number {
  return 0 - Math.floor(Math.log2(size.width / photo.width) + 1e-6);
}

/** The coarsest level: the whole photo is one tile. */
export function coarsestLevel({ photo }: Source): number {
  return Math.max(0, Math.ceil(Math.log2(Math.max(photo.width, photo.height) / TILE)));
}

/**
 * The level whose pixels are closest to the screen's: each takes between 0.55 and 1.11 device pixels, or more where the
 * photo has no finer level. `scale` is device pixels per photo pixel.
 */
export function levelFor(source: Source, scale: number): number {
  const level = Math.floor(Math.log2(1 / scale) + 0.15);
  return Math.min(coarsestLevel(source), Math.max(finestLevel(source), level));
}

export function tileAt(source: Source, level: number, column: number, row: number): Tile {
  const { photo } = source;
  const factor = 2 ** level;
  const step = TILE * factor;
  const x = column * step;
  const y = row * step;
  const w = Math.min(step, photo.width - x);
  const h = Math.min(step, photo.height - y);
  const width = Math.ceil(w / factor);
  const height = Math.ceil(h / factor);
  return {
    query: { ...about(source), x, y, w, h, width, height, lossless: 1 },
    rect: { x, y, width: width * factor, height: height * factor },
  };
}

/** The tiles of a level that show a region of the photo, nearest to its middle first. */
export function tilesIn(source: Source, level: number, region: Rect): Tile[] {
  if (!isTiled(source)) return [wholeOf(source)];
  const step = TILE * 2 ** level;
  const last = (length: number) => Math.ceil(length / step) - 1;
  const from = (start: number, length: number) => Math.max(0, Math.min(last(length), Math.floor(start / step)));
  const to = (end: number, length: number) => Math.max(0, Math.min(last(length), Math.ceil(end / step) - 1));
  const { photo } = source;
  const tiles: { tile: Tile; away: number }[] = [];
  for (let row = from(region.y, photo.height); row <= to(region.y + region.height, photo.height); row++) {
    for (let column = from(region.x, photo.width); column <= to(region.x + region.width, photo.width); column++) {
      const away = Math.hypot(
        (column + 0.5) * step - region.x - region.width / 2,
        (row + 0.5) * step - region.y - region.height / 2,
      );
      tiles.push({ tile: tileAt(source, level, column, row), away });
    }
  }
  return tiles.sort((a, b) => a.away - b.away).map(({ tile }) => tile);
}

/** The tile that shows the same place at a coarser level. */
export function parentOf(source: Source, { rect }: Tile, level: number): Tile {
  const step = TILE * 2 ** level;
  return tileAt(source, level, Math.floor(rect.x / step), Math.floor(rect.y / step));
}

/** The smallest picture of the whole photo. It is loaded first and drawn underneath. */
export function baseOf(source: Source): Tile {
  return isTiled(source) ? tileAt(source, coarsestLevel(source), 0, 0) : wholeOf(source);
}

/** The tiles to draw at a scale, and those that stand in until they are loaded, coarsest first. */
export function tilesFor(source: Source, region: Rect, scale: number): { sharp: Tile[]; rough: Tile[]; level: number } {
  const level = levelFor(source, scale);
  const sharp = tilesIn(source, level, region);
  const rough = [baseOf(source)];
  // A few tiles at an eighth of the resolution cover more than is visible, so that panning does not show gaps.
  const wide = level + 3;
  if (isTiled(source) && wide < coarsestLevel(source)) {
    const { x, y, width, height } = region;
    rough.push(...tilesIn(source, wide, { x: x - width / 2, y: y - height / 2, width: width * 2, height: height * 2 }));
  }
  return { sharp, rough, level };
}

function wholeOf(source: Source): Tile {
  const { photo, size } = source;
  const reduction = Math.max(1, Math.max(size.width, size.height) / MAX_WHOLE);
  const width = Math.max(1, Math.round(size.width / reduction));
  const height = Math.max(1, Math.round(size.height / reduction));
  return {
    query: { ...about(source), x: 0, y: 0, w: photo.width, h: photo.height, width, height, lossless: 1 },
    rect: { x: 0, y: 0, ...photo },
  };
}

function about({ photoId, layer, revision, against, gain }: Source) {
  return { photoId, layer, revision, ...(layer === 'difference' ? { against, gain } : {}) };
}
