import type { Face } from '../../../../contract/photo';
import type { ColourTransform } from '../../raster';
import { type Raster, type Rect, readSrgb } from '../../raster';

/**
 * Brings a face into the place that a generator was trained on, by the similarity that fits its eyes, nose and mouth best
 * (least squares; Umeyama, IEEE PAMI 13, 1991, for two dimensions).
 */

export interface Point {
  x: number;
  y: number;
}

/** `x' = a x - b y + dx`, `y' = b x + a y + dy`. */
export interface Similarity {
  a: number;
  b: number;
  dx: number;
  dy: number;
}

/**
 * Where the eyes, the nose and the corners of the mouth lie in a square of 512 pixels: that of the dataset FFHQ, with which
 * GFPGAN, CodeFormer, GPEN and RestoreFormer were trained, and that of ArcFace, enlarged from 112 pixels.
 */
const TEMPLATES: Readonly<Record<'ffhq' | 'arcface', readonly Point[]>> = {
  ffhq: [
    { x: 192.98, y: 239.95 },
    { x: 318.9, y: 240.19 },
    { x: 256.63, y: 314.02 },
    { x: 201.26, y: 371.41 },
    { x: 313.09, y: 371.15 },
  ],
  arcface: [
    { x: 175.05, y: 236.34 },
    { x: 336.11, y: 235.43 },
    { x: 256.12, y: 327.95 },
    { x: 189.82, y: 422.24 },
    { x: 323.35, y: 421.55 },
  ],
};
export type Template = keyof typeof TEMPLATES;
const TEMPLATE_SIDE = 512;

/** The similarity from a picture of this size to a square with this side in which the face lies as in the template. */
export function toTemplate(
  face: Face,
  picture: { width: number; height: number },
  template: Template,
  side: number,
): Similarity {
  const scale = side / TEMPLATE_SIDE;
  const from = face.points.map(({ x, y }) => ({ x: x * picture.width, y: y * picture.height }));
  const to = TEMPLATES[template].map(({ x, y }) => ({ x: x * scale, y: y * scale }));
  return similarity(from, to);
}

/** The similarity that takes `from` closest to `to`, without mirroring. The points must not all be the same. */
export function similarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const mean = (points: readonly Point[]) => ({
    x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
    y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
  });
  const [middle, target] = [mean(from), mean(to)];
  let [along, across, spread] = [0, 0, 0];
  for (const [i, point] of from.entries()) {
    const [x, y] = [point.x - middle.x, point.y - middle.y];
    const [u, v] = [to[i]!.x - target.x, to[i]!.y - target.y];
    along += x * u + y * v;
    across += x * v - y * u;
    spread += x * x + y * y;
  }
  const [a, b] = spread > 0 ? [along / spread, across / spread] : [1, 0];
  return { a, b, dx: target.x - a * middle.x + b * middle.y, dy: target.y - b * middle.x - a * middle.y };
}

export function inverse({ a, b, dx, dy }: Similarity): Similarity {
  const size = a * a + b * b;
  const [c, d] = [a / size, -b / size];
  return { a: c, b: d, dx: -c * dx + d * dy, dy: -d * dx - c * dy };
}

export const scaleOf = ({ a, b }: Similarity): number => Math.hypot(a, b);

export const moved = ({ a, b, dx, dy }: Similarity, x: number, y: number): Point => ({
  x: a * x - b * y + dx,
  y: b * x + a * y + dy,
});

/** The part of a picture that the square covers, as far as it lies inside; null if it does not. */
export function covered(back: Similarity, side: number, picture: { width: number; height: number }): Rect | null {
  const corners = [moved(back, 0, 0), moved(back, side, 0), moved(back, 0, side), moved(back, side, side)];
  const left = Math.max(0, Math.floor(Math.min(...corners.map(({ x }) => x))) - 1);
  const top = Math.max(0, Math.floor(Math.min(...corners.map(({ y }) => y))) - 1);
  const right = Math.min(picture.width, Math.ceil(Math.max(...corners.map(({ x }) => x))) + 1);
  const bottom = Math.min(picture.height, Math.ceil(Math.max(...corners.map(({ y }) => y))) + 1);
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

/** A square of sRGB planes, `[3, side, side]`, 0..1, with the face in the template's place. Edges are repeated. */
export function squareOf(raster: Raster, colour: ColourTransform | null, to: Similarity, side: number): Float32Array {
  const back = inverse(to);
  const square = new Float32Array(3 * side * side);
  const part = covered(back, side, raster);
  if (part === null) return square;
  const planes = new Float32Array(3 * part.width * part.height);
  readSrgb(raster, part, colour, planes);
  // Where the square is smaller than what it shows, each of its pixels is the mean of several samples.
  const taps = Math.min(8, Math.max(1, Math.ceil(scaleOf(back))));
  const weight = 1 / (taps * taps);
  const found = [0, 0, 0];
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      for (let row = 0; row < taps; row++) {
        for (let column = 0; column < taps; column++) {
          const { x, y } = moved(back, u + (column + 0.5) / taps, v + (row + 0.5) / taps);
          sample(planes, part.width, part.height, x - part.x - 0.5, y - part.y - 0.5, found);
          for (let c = 0; c < 3; c++)
            square[(c * side + v) * side + u]! += weight * Math.max(0, Math.min(1, found[c]!));
        }
      }
    }
  }
  return square;
}

/**
 * The value of three planes at a place between pixels, by cubic convolution (Keys, a = -0.5). Places outside take that of the
 * edge.
 */
export function sample(
  planes: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  into: number[],
): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const across = cubic(x - left);
  const down = cubic(y - top);
  const count = width * height;
  into.fill(0);
  for (let j = 0; j < 4; j++) {
    const row = Math.max(0, Math.min(height - 1, top - 1 + j)) * width;
    for (let i = 0; i < 4; i++) {
      const at = row + Math.max(0, Math.min(width - 1, left - 1 + i));
      const weight = down[j]! * across[i]!;
      for (let c = 0; c < 3; c++) into[c]! += weight * planes[c * count + at]!;
    }
  }
}

function cubic(t: number): [number, number, number, number] {
  const [t2, t3] = [t * t, t * t * t];
  return [-0.5 * t + t2 - 0.5 * t3, 1 - 2.5 * t2 + 1.5 * t3, 0.5 * t + 2 * t2 - 1.5 * t3, -0.5 * t2 + 0.5 * t3];
}
