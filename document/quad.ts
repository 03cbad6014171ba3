import type { Size } from './geometry';

/** Four-sided areas of a page, and the projection between such an area and the upright picture that it becomes. */

/** A place on a page, in pixels from its top left corner. Pixel edges are whole numbers: the page is 0..width, 0..height. */
export type Corner = readonly [x: number, y: number];

/** The corners of an area: clockwise on the page, from the top left corner of the upright picture. */
export type Corners = readonly [Corner, Corner, Corner, Corner];

/**
 * A projection of the plane, row by row: (x, y) goes to ((m0 x + m1 y + m2) / w, (m3 x + m4 y + m5) / w), where
 * w = m6 x + m7 y + m8.
 */
export type Projection = readonly [number, number, number, number, number, number, number, number, number];

export function wholeArea({ width, height }: Size): Corners {
  return [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
}

/** The size of the upright picture: the longer one of each two opposite sides, in whole pixels, at least 1. */
export function uprightSize([topLeft, topRight, bottomRight, bottomLeft]: Corners): Size {
  const side = (one: number, other: number) => Math.max(1, Math.round(Math.max(one, other)));
  return {
    width: side(distance(topLeft, topRight), distance(bottomLeft, bottomRight)),
    height: side(distance(topLeft, bottomLeft), distance(topRight, bottomRight)),
  };
}

export function distance([x0, y0]: Corner, [x1, y1]: Corner): number {
  return Math.hypot(x1 - x0, y1 - y0);
}

/** Whether four corners make an area without crossing sides or a corner that points inwards. */
export function isConvex(corners: Corners): boolean {
  const turns = corners.map((corner, i) => {
    const [next, after] = [corners[(i + 1) % 4]!, corners[(i + 2) % 4]!];
    return (next[0] - corner[0]) * (after[1] - next[1]) - (next[1] - corner[1]) * (after[0] - next[0]);
  });
  return turns.every((turn) => turn > 0) || turns.every((turn) => turn < 0);
}

/** From an upright picture of this size to its place on the page. Affine, with w = 1, if the area is a parallelogram. */
export function ontoPage([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]: Corners, { width, height }: Size): Projection {
  // How far the fourth corner is from where a parallelogram would have it.
  const [bendX, bendY] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const [acrossX, acrossY, downX, downY] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const area = acrossX * downY - downX * acrossY;
  const g = (bendX * downY - downX * bendY) / area;
  const h = (acrossX * bendY - bendX * acrossY) / area;
  return [
    (x1 - x0 + g * x1) / width,
    (x3 - x0 + h * x3) / height,
    x0,
    (y1 - y0 + g * y1) / width,
    (y3 - y0 + h * y3) / height,
    y0,
    g / width,
    h / height,
    1,
  ];
}

/** The way back: the inverse of the matrix, times its determinant, which a projection does not need. */
export function inverse([a, b, c, d, e, f, g, h, i]: Projection): Projection {
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

export function project([a, b, c, d, e, f, g, h, i]: Projection, [x, y]: Corner): Corner {
  const w = g * x + h * y + i;
  return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
}
