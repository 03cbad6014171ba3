import type { Picture } from './picture';

/**
 * The loss of JPEG (ITU-T T.81): it rounds the 8 x 8 cosine transform to multiples of its tables, scaled as by the
 * Independent JPEG Group. This model replaces an encoder, so that every computer makes the same picture.
 */

/** The quantisation tables of luma and colour in T.81, annex K, in rows. */
const LUMA_TABLE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];
const COLOUR_TABLE = [
  17,
  18,
  24,
  47,
  99,
  99,
  99,
  99,
  18,
  21,
  26,
  66,
  99,
  99,
  99,
  99,
  24,
  26,
  56,
  99,
  99,
  99,
  99,
  99,
  47,
  66,
  99,
  99,
  99,
  99,
  99,
  99,
  ...new Array<number>(32).fill(99),
];
/** At this quality and above, colours keep their full resolution. */
const FULL_COLOUR = 90;

const BASIS = Float64Array.from({ length: 64 }, (_, i) => {
  const frequency = i >> 3;
  return (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * (i & 7) + 1) * frequency * Math.PI) / 16);
});

/**
 * Rounds the cosine transform of every whole 8 x 8 block of a plane, in place. Values are 0..255.
 *
 * @param quality 1..100
 */
export function roundBlocks(
  plane: Float64Array | Float32Array,
  width: number,
  height: number,
  quality: number,
  table: readonly number[] = LUMA_TABLE,
): void {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50;
  const steps = table.map((step) => Math.max(1, Math.floor(step * scale + 0.5)));
  const [block, half] = [new Float64Array(64), new Float64Array(64)];
  for (let top = 0; top + 8 <= height; top += 8) {
    for (let left = 0; left + 8 <= width; left += 8) {
      for (let i = 0; i < 64; i++) block[i] = plane[(top + (i >> 3)) * width + left + (i & 7)]! - 128;
      for (let u = 0; u < 8; u++) {
        for (let x = 0; x < 8; x++) {
          let sum = 0;
          for (let k = 0; k < 8; k++) sum += BASIS[u * 8 + k]! * block[k * 8 + x]!;
          half[u * 8 + x] = sum;
        }
      }
      for (let u = 0; u < 8; u++) {
        for (let v = 0; v < 8; v++) {
          let sum = 0;
          for (let k = 0; k < 8; k++) sum += half[u * 8 + k]! * BASIS[v * 8 + k]!;
          const step = steps[u * 8 + v]!;
          block[u * 8 + v] = Math.round(sum / step) * step;
        }
      }
      for (let y = 0; y < 8; y++) {
        for (let v = 0; v < 8; v++) {
          let sum = 0;
          for (let k = 0; k < 8; k++) sum += BASIS[k * 8 + y]! * block[k * 8 + v]!;
          half[y * 8 + v] = sum;
        }
      }
      for (let y = 0; y < 8; y++) {
        for (let x = 0; x < 8; x++) {
          let sum = 0;
          for (let k = 0; k < 8; k++) sum += half[y * 8 + k]! * BASIS[k * 8 + x]!;
          plane[(top + y) * width + left + x] = sum + 128;
        }
      }
    }
  }
}

/**
 * A picture after one pass of JPEG. Below quality 90, colours are halved in resolution. Only whole blocks are changed.
 *
 * @param offset where the grid of blocks begins, as after a crop: 0..7
 */
export function withJpeg({ width, height, planes }: Picture, quality: number, offset = { x: 0, y: 0 }): Picture {
  const inner = { width: width - offset.x, height: height - offset.y };
  const [luma, blue, red] = [0, 1, 2].map(() => new Float32Array(inner.width * inner.height)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const source = (i: number) => (offset.y + Math.floor(i / inner.width)) * width + offset.x + (i % inner.width);
  for (let i = 0; i < luma.length; i++) {
    const at = source(i);
    const [r, g, b] = planes.map((plane) => Math.round(255 * Math.max(0, Math.min(1, plane[at]!)))) as [
      number,
      number,
      number,
    ];
    luma[i] = 0.299 * r + 0.587 * g + 0.114 * b;
    blue[i] = 128 + (b - luma[i]!) / 1.772;
    red[i] = 128 + (r - luma[i]!) / 1.402;
  }
  roundBlocks(luma, inner.width, inner.height, quality);
  for (const plane of [blue, red]) roundColour(plane, inner, quality);
  const out = planes.map((plane) => plane.slice()) as unknown as Picture['planes'];
  for (let i = 0; i < luma.length; i++) {
    const at = source(i);
    const [y, b, r] = [Math.round(luma[i]!), Math.round(blue[i]!) - 128, Math.round(red[i]!) - 128];
    out[0][at] = level(y + 1.402 * r);
    out[1][at] = level(y - 0.344136 * b - 0.714136 * r);
    out[2][at] = level(y + 1.772 * b);
  }
  return { width, height, planes: out };
}

const level = (value: number) => Math.max(0, Math.min(255, Math.round(value))) / 255;

function roundColour(plane: Float32Array, { width, height }: { width: number; height: number }, quality: number) {
  if (quality >= FULL_COLOUR) {
    roundBlocks(plane, width, height, quality, COLOUR_TABLE);
    return;
  }
  const [w, h] = [width >> 1, height >> 1];
  const small = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const at = 2 * y * width + 2 * x;
      small[y * w + x] = (plane[at]! + plane[at + 1]! + plane[at + width]! + plane[at + width + 1]!) / 4;
    }
  }
  roundBlocks(small, w, h, quality, COLOUR_TABLE);
  for (let y = 0; y < 2 * h; y++) {
    for (let x = 0; x < 2 * w; x++) plane[y * width + x] = small[(y >> 1) * w + (x >> 1)]!;
  }
}
