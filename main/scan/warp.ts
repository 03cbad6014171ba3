import { type Corners, isConvex, ontoPage, type Projection, uprightSize } from '../../document/quad';
import { createRaster, maxValue, type Raster } from '../restoration/raster';

/** Cuts four-sided areas out of a page as upright pictures, with Lanczos' kernel of three lobes. */

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Rows of the upright picture: `top` is the first. */
export interface Rows {
  readonly top: number;
  readonly count: number;
}

/**
 * The area between four corners as an upright picture, in the depth and channels of the page. The opacity of a page is a
 * raster of its own and is cut out the same way. Corners may lie outside the page, whose edge is then repeated. An upright
 * area on whole pixels in its own size, also turned by quarters or mirrored, is copied bit by bit.
 *
 * `size` is that of the whole picture, by default the size that the area has on the page; where that makes it smaller,
 * details that are too fine for it are averaged. `rows` are the only ones to compute, so that a large picture can be made
 * in strips; the result then has just these.
 *
 * Throws a RangeError if the sides cross, a corner points inwards, or the area is empty.
 */
export function cutOut(page: Raster, corners: Corners, size: Size = uprightSize(corners), rows?: Rows): Raster {
  if (!isConvex(corners)) throw new RangeError(`No four-sided area: ${JSON.stringify(corners)}`);
  const { top, count } = rows ?? { top: 0, count: size.height };
  const out = createRaster(size.width, count, page.channels, page.depth);
  const projection = ontoPage(corners, size);
  if (isCopy(page, projection, size)) copyRows(page, projection, top, out);
  else resampleRows(page, projection, size, top, out);
  return out;
}

// ---------------------------------------------------------------------------------------------------- whole pixels

/** Whether each pixel of the picture is exactly one of the page. */
function isCopy(page: Raster, [a, b, c, d, e, f, g, h]: Projection, { width, height }: Size): boolean {
  const steps = [a, b, d, e];
  if (g !== 0 || h !== 0 || ![c, f, ...steps].every(Number.isInteger)) return false;
  if (Math.abs(a) + Math.abs(b) !== 1 || Math.abs(d) + Math.abs(e) !== 1) return false;
  const [endX, endY] = [c + a * width + b * height, f + d * width + e * height];
  return Math.min(c, f, endX, endY) >= 0 && Math.max(c, endX) <= page.width && Math.max(f, endY) <= page.height;
}

function copyRows(page: Raster, [a, b, c, d, e, f]: Projection, top: number, out: Raster): void {
  const { channels } = page;
  for (let y = 0, target = 0; y < out.height; y++) {
    // Of the middle of the row's first pixel.
    const fromX = Math.floor(c + a * 0.5 + b * (top + y + 0.5));
    const fromY = Math.floor(f + d * 0.5 + e * (top + y + 0.5));
    const from = (fromY * page.width + fromX) * channels;
    const step = (d * page.width + a) * channels;
    if (step === channels) {
      out.data.set(page.data.subarray(from, from + out.width * channels), target);
      target += out.width * channels;
      continue;
    }
    for (let x = 0, source = from; x < out.width; x++, source += step) {
      for (let channel = 0; channel < channels; channel++) out.data[target++] = page.data[source + channel]!;
    }
  }
}

// ---------------------------------------------------------------------------------------------------- resampling

const LOBES = 3;
const TAPS = 2 * LOBES;
/** Positions between two pixels that have weights of their own. */
const PHASES = 2048;
/** Up to this many pixels of the page to one of the picture, its detail is kept as it is: the excess is not visible. */
const KEPT = 1.01;
const COLUMN = 128;
/** From this many on, whole pixels are averaged first. */
const COARSE = 4;

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const angle = Math.PI * x;
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / (angle * angle);
}

/** For each position between two pixels, the weights of the six around it. */
const weights = (() => {
  const table = new Float64Array((PHASES + 1) * TAPS);
  for (let phase = 0; phase <= PHASES; phase++) {
    const row = table.subarray(phase * TAPS, (phase + 1) * TAPS);
    for (let tap = 0; tap < TAPS; tap++) row[tap] = lanczos(tap - (LOBES - 1) - phase / PHASES);
    const sum = row.reduce((total, each) => total + each, 0);
    for (let tap = 0; tap < TAPS; tap++) row[tap]! /= sum;
  }
  return table;
})();

function resampleRows(page: Raster, projection: Projection, size: Size, top: number, out: Raster): void {
  const least = leastScale(projection, size);
  const times = least >= COARSE ? Math.floor(least / 2) : 1;
  if (times === 1) {
    resample(page, projection, top, out);
    return;
  }
  const part = averaged(page, times, boundsOf(projection, size.width, top, out.height));
  const [a, b, c, d, e, f, g, h, i] = projection;
  const row = (x: number, y: number, z: number, w0: number, w1: number, w2: number, first: number) =>
    [x / times - first * w0, y / times - first * w1, z / times - first * w2] as const;
  const [left, above] = [part.left, part.top];
  resample(part.raster, [...row(a, b, c, g, h, i, left), ...row(d, e, f, g, h, i, above), g, h, i], top, out);
}

function resample(page: Raster, projection: Projection, top: number, out: Raster): void {
  const [a, b, c, d, e, f, g, h, i] = projection;
  const kernel = wideKernel();
  const isAffine = g === 0 && h === 0;
  let [scaleX, scaleY] = scalesAt(projection, 0, 0);
  const isKept = isAffine && scaleX <= KEPT && scaleY <= KEPT;
  // In narrow columns: where the picture is turned, its neighbouring rows then come from pixels that are still at hand.
  for (let left = 0; left < out.width; left += COLUMN) {
    const right = Math.min(out.width, left + COLUMN);
    for (let y = 0; y < out.height; y++) {
      const v = top + y + 0.5;
      let target = (y * out.width + left) * page.channels;
      if (isKept) {
        const fromX = a * (left + 0.5) + b * v + c - 0.5;
        const fromY = d * (left + 0.5) + e * v + f - 0.5;
        sampleRun(page, { x: fromX, y: fromY, stepX: a, stepY: d }, right - left, out.data, target);
        continue;
      }
      for (let x = left; x < right; x++, target += page.channels) {
        const u = x + 0.5;
        const w = g * u + h * v + i;
        const fromX = (a * u + b * v + c) / w;
        const fromY = (d * u + e * v + f) / w;
        if (!isAffine) {
          scaleX = Math.hypot(a - g * fromX, b - h * fromX) / w;
          scaleY = Math.hypot(d - g * fromY, e - h * fromY) / w;
        }
        if (scaleX <= KEPT && scaleY <= KEPT) {
          sampleRun(page, { x: fromX - 0.5, y: fromY - 0.5, stepX: 0, stepY: 0 }, 1, out.data, target);
        } else kernel(page, fromX - 0.5, fromY - 0.5, Math.max(1, scaleX), Math.max(1, scaleY), out.data, target);
      }
    }
  }
}

/** Where the pixels of a run come from: the first, counted from the middle of the page's first pixel, and how far on the next is. */
interface Run {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

/** A run of pixels of the picture, each from 6 x 6 of the page. */
function sampleRun(
  page: Raster,
  { x, y, stepX, stepY }: Run,
  count: number,
  out: Raster['data'],
  target: number,
): void {
  const { data, width, height, channels, depth } = page;
  const max = depth === 8 ? 255 : 65535;
  const line = width * channels;
  for (let n = 0; n < count; n++, target += channels) {
    const fromX = x + n * stepX;
    const fromY = y + n * stepY;
    const left = Math.floor(fromX);
    const top = Math.floor(fromY);
    const across = Math.round((fromX - left) * PHASES) * TAPS;
    const down = Math.round((fromY - top) * PHASES) * TAPS;
    const firstX = left - (LOBES - 1);
    const firstY = top - (LOBES - 1);
    if (firstX < 0 || firstY < 0 || firstX + TAPS > width || firstY + TAPS > height) {
      sampleAtEdge(page, firstX, firstY, across, down, out, target);
      continue;
    }
    const w0 = weights[across]!;
    const w1 = weights[across + 1]!;
    const w2 = weights[across + 2]!;
    const w3 = weights[across + 3]!;
    const w4 = weights[across + 4]!;
    const w5 = weights[across + 5]!;
    let at = firstY * line + firstX * channels;
    if (channels === 1) {
      let sum = 0;
      for (let row = 0; row < TAPS; row++, at += line) {
        sum +=
          weights[down + row]! *
          (w0 * data[at]! +
            w1 * data[at + 1]! +
            w2 * data[at + 2]! +
            w3 * data[at + 3]! +
            w4 * data[at + 4]! +
            w5 * data[at + 5]!);
      }
      out[target] = rounded(sum, max);
      continue;
    }
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let row = 0; row < TAPS; row++, at += line) {
      const weight = weights[down + row]!;
      red +=
        weight *
        (w0 * data[at]! +
          w1 * data[at + 3]! +
          w2 * data[at + 6]! +
          w3 * data[at + 9]! +
          w4 * data[at + 12]! +
          w5 * data[at + 15]!);
      green +=
        weight *
        (w0 * data[at + 1]! +
          w1 * data[at + 4]! +
          w2 * data[at + 7]! +
          w3 * data[at + 10]! +
          w4 * data[at + 13]! +
          w5 * data[at + 16]!);
      blue +=
        weight *
        (w0 * data[at + 2]! +
          w1 * data[at + 5]! +
          w2 * data[at + 8]! +
          w3 * data[at + 11]! +
          w4 * data[at + 14]! +
          w5 * data[at + 17]!);
    }
    out[target] = rounded(red, max);
    out[target + 1] = rounded(green, max);
    out[target + 2] = rounded(blue, max);
  }
}

function sampleAtEdge(
  { data, width, height, channels, depth }: Raster,
  firstX: number,
  firstY: number,
  across: number,
  down: number,
  out: Raster['data'],
  target: number,
): void {
  const max = depth === 8 ? 255 : 65535;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let row = 0; row < TAPS; row++) {
      const from = Math.max(0, Math.min(height - 1, firstY + row)) * width;
      let line = 0;
      for (let tap = 0; tap < TAPS; tap++) {
        const column = Math.max(0, Math.min(width - 1, firstX + tap));
        line += weights[across + tap]! * data[(from + column) * channels + channel]!;
      }
      sum += weights[down + row]! * line;
    }
    out[target + channel] = rounded(sum, max);
  }
}

/** A kernel that is stretched over as many pixels as become one. */
function wideKernel() {
  let across = new Float64Array(0);
  let down = new Float64Array(0);
  // Upright areas have the same weights for a whole row.
  const known = { x: Number.NaN, scaleX: 0, y: Number.NaN, scaleY: 0 };
  const sums = new Float64Array(3);

  /** Weights around a position, for pixels from `first` on. */
  function weigh(into: Float64Array, position: number, first: number, count: number, scale: number): void {
    let sum = 0;
    for (let tap = 0; tap < count; tap++) {
      const weight = lanczos((first + tap - position) / scale);
      into[tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < count; tap++) into[tap]! /= sum;
  }

  return (page: Raster, x: number, y: number, scaleX: number, scaleY: number, out: Raster['data'], target: number) => {
    const { data, width, height, channels } = page;
    const firstX = Math.ceil(x - LOBES * scaleX);
    const countX = Math.floor(x + LOBES * scaleX) - firstX + 1;
    const firstY = Math.ceil(y - LOBES * scaleY);
    const countY = Math.floor(y + LOBES * scaleY) - firstY + 1;
    if (known.x !== x || known.scaleX !== scaleX) {
      if (across.length < countX) across = new Float64Array(countX + 2);
      weigh(across, x, firstX, countX, scaleX);
      [known.x, known.scaleX] = [x, scaleX];
    }
    if (known.y !== y || known.scaleY !== scaleY) {
      if (down.length < countY) down = new Float64Array(countY + 2);
      weigh(down, y, firstY, countY, scaleY);
      [known.y, known.scaleY] = [y, scaleY];
    }
    sums.fill(0);
    for (let row = 0; row < countY; row++) {
      const from = Math.max(0, Math.min(height - 1, firstY + row)) * width;
      const weight = down[row]!;
      for (let tap = 0; tap < countX; tap++) {
        const at = (from + Math.max(0, Math.min(width - 1, firstX + tap))) * channels;
        const share = weight * across[tap]!;
        for (let channel = 0; channel < channels; channel++) sums[channel]! += share * data[at + channel]!;
      }
    }
    const max = maxValue(page);
    for (let channel = 0; channel < channels; channel++) out[target + channel] = rounded(sums[channel]!, max);
  };
}

function rounded(value: number, max: number): number {
  return value <= 0 ? 0 : value >= max ? max : (value + 0.5) | 0;
}

// ---------------------------------------------------------------------------------------------------- scales

/** How many pixels of the page, across and down, become one at a place of the picture. */
function scalesAt([a, b, c, d, e, f, g, h, i]: Projection, u: number, v: number): [number, number] {
  const w = g * u + h * v + i;
  const x = (a * u + b * v + c) / w;
  const y = (d * u + e * v + f) / w;
  return [Math.hypot(a - g * x, b - h * x) / w, Math.hypot(d - g * y, e - h * y) / w];
}

function leastScale(projection: Projection, { width, height }: Size): number {
  const places = [0, 0.5, 1].flatMap((down) => [0, 0.5, 1].map((across) => [across * width, down * height] as const));
  return Math.min(...places.flatMap(([u, v]) => scalesAt(projection, u, v)));
}

/** The part of the page that rows of the picture come from. */
function boundsOf([a, b, c, d, e, f, g, h, i]: Projection, width: number, top: number, count: number) {
  const corners = [top, top + count].flatMap((v) =>
    [0, width].map((u) => {
      const w = g * u + h * v + i;
      return [(a * u + b * v + c) / w, (d * u + e * v + f) / w] as const;
    }),
  );
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/**
 * A part of the page with `times` x `times` pixels averaged to one, and a margin for the kernel. Blocks are counted from the
 * page's corner, so that strips meet without a seam. `left` and `top` are in blocks.
 */
function averaged(page: Raster, times: number, part: ReturnType<typeof boundsOf>) {
  // Between COARSE / 2 and more pixels stay for one of the picture, and the kernel reaches over three of those.
  const margin = 16;
  const blocks = (from: number, to: number, length: number) => {
    const all = Math.ceil(length / times);
    const first = Math.max(0, Math.min(all - 1, Math.floor(from / times) - margin));
    return [first, Math.max(first + 1, Math.min(all, Math.ceil(to / times) + margin))] as const;
  };
  const [left, right] = blocks(part.left, part.right, page.width);
  const [top, bottom] = blocks(part.top, part.bottom, page.height);
  const { data, channels } = page;
  const raster = createRaster(right - left, bottom - top, channels, page.depth);
  const sums = new Float64Array(raster.width * channels);
  for (let y = top; y < bottom; y++) {
    sums.fill(0);
    const endY = Math.min(page.height, (y + 1) * times);
    for (let row = y * times; row < endY; row++) {
      for (let x = left; x < right; x++) {
        const endX = Math.min(page.width, (x + 1) * times);
        for (let column = x * times; column < endX; column++) {
          const at = (row * page.width + column) * channels;
          for (let channel = 0; channel < channels; channel++) {
            sums[(x - left) * channels + channel]! += data[at + channel]!;
          }
        }
      }
    }
    for (let x = left; x < right; x++) {
      const count = (endY - y * times) * (Math.min(page.width, (x + 1) * times) - x * times);
      for (let channel = 0; channel < channels; channel++) {
        const at = (x - left) * channels + channel;
        raster.data[(y - top) * raster.width * channels + at] = Math.round(sums[at]! / count);
      }
    }
  }
  return { raster, left, top };
}
