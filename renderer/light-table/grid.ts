/** Where the pictures of a grid lie. All lengths are in CSS pixels. */

export interface TileShape {
  /** About the width of a tile; the tiles fill the row. */
  width: number;
  /** Room for the picture, as a share of the tile's width. */
  picture: number;
}

const ONE_PICTURE: TileShape = { width: 240, picture: 0.7 };
const MOST_COLUMNS = 8;
/** Name and stars below the picture, and the space around both. */
const CAPTION = 56;
/** Rows drawn above and below those that are seen. */
const OVERSCAN = 1;

export interface Grid {
  columns: number;
  /** Of a tile, with the space between tiles. */
  width: number;
  height: number;
  /** Of the height, what is not for the picture. */
  caption: number;
  rows: number;
}

/** @param scale size of the interface, see `useScale` */
export function gridFor(width: number, count: number, shape: TileShape = ONE_PICTURE, scale = 1): Grid {
  const columns = Math.max(1, Math.min(MOST_COLUMNS, Math.floor(width / (shape.width * scale))));
  const caption = Math.round(CAPTION * scale);
  const tile = Math.floor(width / columns);
  return {
    columns,
    width: tile,
    height: Math.round(tile * shape.picture) + caption,
    caption,
    rows: Math.ceil(count / columns),
  };
}

/** The photos to draw: those that are seen and a row on both sides; up to, but not including, `to`. */
export function visibleIn(
  { columns, height }: Grid,
  { top, seen }: { top: number; seen: number },
  count: number,
): { from: number; to: number } {
  const first = Math.max(0, Math.floor(top / height) - OVERSCAN);
  const last = Math.ceil((top + seen) / height) + OVERSCAN;
  return { from: Math.min(count, first * columns), to: Math.min(count, last * columns) };
}

/** Where a key goes from the photo at `at`; null for any other key. It stays where there is no photo in that direction. */
export function goneTo(key: string, at: number, count: number, columns: number): number | null {
  const steps: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns,
    ArrowDown: at + columns,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  if (to === undefined) return null;
  return to < 0 || to >= count ? at : to;
}

/** How far the list is scrolled so that the photo at `at` is seen whole. */
export function scrolledTo(
  { columns, height }: Grid,
  at: number,
  { top, seen }: { top: number; seen: number },
): number {
  const y = Math.floor(at / columns) * height;
  if (y < top) return y;
  return y + height > top + seen ? y + height - seen : top;
}
