/**
 * Makes test cases with integer arithmetic, so that the product and the training kit measure exactly the same pictures.
 * `models/training/evaluation/protocol.py` is the same in Python and describes the protocol. `protocol.json` beside it holds
 * checksums for the tests of both sides. Positions and widths are in sixteenths of a pixel, opacities in 1/256, directions
 * in 1/64 of a turn. Only shifts round.
 */

/** RGB in rows without padding, 8 bit. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

export interface Damaged {
  picture: Picture;
  /** 1 where damage is visible. */
  label: Uint8Array;
  /** 0 where a pixel is neither clearly damaged nor clean; it is not judged. */
  judged: Uint8Array;
}

/** Widths of strokes in pixels. */
export const WIDTHS = [2, 4, 8, 16] as const;
const MIXED = [1, 2, 3, 5, 8, 12, 16, 24];
/** Masked pixels of 1000. */
const COVERAGE = 87;
export const SIGMAS = [15, 25, 50] as const;
export const QUALITIES = [10, 20, 40] as const;
export const LEVELS = ['plain', 'hard'] as const;
export type Level = (typeof LEVELS)[number];
const VISIBLE = 10;
const HINTS = 10;
/** A hint has the mean colour of the square within so many pixels. */
const HINT_REACH = 4;
/** Levels above which an overlay shows damage. */
const SHOWN = 24;
const STEP = 128;
const COS = Array.from({ length: 64 }, (_, i) => Math.round(Math.cos((i * Math.PI) / 32) * 1024));
const SIN = Array.from({ length: 64 }, (_, i) => Math.round(Math.sin((i * Math.PI) / 32) * 1024));
const MEAN = 393_210;

/** FNV-1a, 32 bit, of `<name>/<index>`. */
export function seedOf(name: string, index: number): number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${name}/${index}`)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return state;
}

/** mulberry32. */
export class Random {
  #state: number;

  constructor(name: string, index: number) {
    this.#state = seedOf(name, index);
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** An integer 0 <= n < limit. */
  below(limit: number): number {
    return this.next() % limit;
  }
}

// ------------------------------------------------------------------------------------------------ noise

/** Gaussian noise of `sigma` levels in each channel, as a file holds it: rounded and clipped. */
export function noisy(picture: Picture, sigma: number, name: string, index: number): Picture {
  const random = new Random(name, index);
  const data = picture.data.map((value) =>
    Math.max(0, Math.min(255, ((value << 16) + sigma * gaussian(random) + 32768) >> 16)),
  );
  return { ...picture, data };
}

/** A normally distributed integer, standard deviation 65,536. */
function gaussian(random: Random): number {
  let sum = -MEAN;
  for (let i = 0; i < 6; i++) {
    const drawn = random.next();
    sum += (drawn & 0xffff) + (drawn >>> 16);
  }
  return sum;
}

/** Blurred with weights 1 2 1 in rows and columns, edges repeated, like the picture of a simple lens. */
export function softened({ width, height, data }: Picture): Picture {
  const out = new Uint8Array(data.length);
  const at = (x: number, y: number, c: number) =>
    data[3 * (Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))) + c]!;
  for (let i = 0; i < data.length; i++) {
    const c = i % 3;
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    const row = (of: number) => at(x - 1, of, c) + 2 * at(x, of, c) + at(x + 1, of, c);
    out[i] = (row(y - 1) + 2 * row(y) + row(y + 1) + 8) >> 4;
  }
  return { width, height, data: out };
}

/** Luma in integer levels. */
export function greyOf({ data }: Picture): Uint8Array {
  const grey = new Uint8Array(data.length / 3);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = Math.floor((299 * data[3 * i]! + 587 * data[3 * i + 1]! + 114 * data[3 * i + 2]! + 500) / 1000);
  }
  return grey;
}

// ------------------------------------------------------------------------------------------------ sizes

/** A smaller picture: each pixel is the mean of the area that it covers, halves rounded up. */
export function averaged(picture: Picture, width: number, height: number): Picture {
  const channels = picture.data.length / (picture.width * picture.height);
  const across = partsOf(picture.width, width);
  const down = partsOf(picture.height, height);
  const area = picture.width * picture.height;
  const data = new Uint8Array(width * height * channels);
  const sums = new Float64Array(picture.width * channels);
  for (const [y, rows] of down.entries()) {
    sums.fill(0);
    for (const [row, share] of rows) {
      const from = row * sums.length;
      for (let i = 0; i < sums.length; i++) sums[i]! += share * picture.data[from + i]!;
    }
    for (const [x, columns] of across.entries()) {
      for (let c = 0; c < channels; c++) {
        let total = 0;
        for (const [column, share] of columns) total += share * sums[column * channels + c]!;
        data[(y * width + x) * channels + c] = Math.floor((2 * total + area) / (2 * area));
      }
    }
  }
  return { width, height, data };
}

/** For each of `wanted` equal parts of a row: its samples, and how much of each, in 1/wanted of a sample. */
function partsOf(length: number, wanted: number): [sample: number, share: number][][] {
  return Array.from({ length: wanted }, (_, i) => {
    const [from, until] = [i * length, (i + 1) * length];
    const parts: [number, number][] = [];
    for (let at = Math.floor(from / wanted); at * wanted < until; at++) {
      parts.push([at, Math.min(until, (at + 1) * wanted) - Math.max(from, at * wanted)]);
    }
    return parts;
  });
}

/** A picture reduced so that no side is above `longest`, with the same proportions. */
export function reduced(picture: Picture, longest: number): Picture {
  const most = Math.max(picture.width, picture.height);
  if (most <= longest) return picture;
  const side = (length: number) => Math.max(1, Math.floor((2 * length * longest + most) / (2 * most)));
  return averaged(picture, side(picture.width), side(picture.height));
}

// ------------------------------------------------------------------------------------------------ strokes

type Point = readonly [x: number, y: number];

/** Counts of points in rows without padding. */
interface Canvas {
  width: number;
  height: number;
  counts: Uint8Array;
}

const newCanvas = (width: number, height: number): Canvas => ({
  width,
  height,
  counts: new Uint8Array(width * height),
});

/** Raises each pixel of a canvas to the number of its `samples` x `samples` points within `radius` of a segment. */
function capsule({ width, height, counts }: Canvas, start: Point, end: Point, radius: number, samples: 1 | 4): void {
  const left = Math.max(0, (Math.min(start[0], end[0]) - radius) >> 4);
  const right = Math.min(width, ((Math.max(start[0], end[0]) + radius) >> 4) + 1);
  const top = Math.max(0, (Math.min(start[1], end[1]) - radius) >> 4);
  const bottom = Math.min(height, ((Math.max(start[1], end[1]) + radius) >> 4) + 1);
  const gap = 16 / samples;
  const dx = end[0] - start[0];
  const dy = end[1] - start[1];
  const length = dx * dx + dy * dy;
  const square = radius * radius;
  const isInside = (x: number, y: number) => {
    const along = x * dx + y * dy;
    if (along <= 0) return x * x + y * y <= square;
    if (along >= length) return (x - dx) ** 2 + (y - dy) ** 2 <= square;
    return (x * dy - y * dx) ** 2 <= square * length;
  };
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      let count = 0;
      for (let j = 0; j < samples; j++) {
        for (let i = 0; i < samples; i++) {
          const x = 16 * column + gap / 2 + gap * i - start[0];
          const y = 16 * row + gap / 2 + gap * j - start[1];
          if (isInside(x, y)) count++;
        }
      }
      const at = row * width + column;
      if (count > counts[at]!) counts[at] = count;
    }
  }
}

/** Points of a polyline of `length` px: each step turns by at most `turn` directions. */
function wander(random: Random, start: Point, direction: number, length: number, turn: number): Point[] {
  const points = [start];
  let heading = direction;
  let [x, y] = start;
  for (let i = 0; i < Math.max(1, length >> 3); i++) {
    heading = (heading + random.below(2 * turn + 1) - turn) & 63;
    x += (COS[heading]! * STEP + 512) >> 10;
    y += (SIN[heading]! * STEP + 512) >> 10;
    points.push([x, y]);
  }
  return points;
}

/** A place in the picture and a direction. */
function place(random: Random, width: number, height: number): { start: Point; heading: number } {
  const x = random.below(16 * width);
  const y = random.below(16 * height);
  return { start: [x, y], heading: random.below(64) };
}

function draw(canvas: Canvas, points: readonly Point[], radius: number, samples: 1 | 4): void {
  for (let i = 1; i < points.length; i++) capsule(canvas, points[i - 1]!, points[i]!, radius, samples);
}

/** A mask, 1 = hole. `kind` is the width of its strokes in pixels, or `mixed`. */
export function strokeMask(index: number, width: number, height: number, kind: number | 'mixed'): Uint8Array {
  const random = new Random(`strokes ${kind}`, index);
  const canvas = newCanvas(width, height);
  const masked = () => canvas.counts.reduce((sum, value) => sum + value, 0);
  while (1000 * masked() < COVERAGE * width * height) {
    const { start, heading } = place(random, width, height);
    if (kind === 'mixed' && random.below(4) === 0) {
      capsule(canvas, start, start, 24 + random.below(137), 1);
      continue;
    }
    const wide = kind === 'mixed' ? MIXED[random.below(MIXED.length)]! : kind;
    const length = 30 + random.below(171);
    draw(canvas, wander(random, start, heading, length, 2), 8 * wide, 1);
  }
  return canvas.counts;
}

/** Sides of wide holes in pixels, and how far from the middle they lie at most. */
export const SQUARES = [32, 64, 96] as const;
const SHIFT = 24;

/** A mask, 1 = a square of `side` pixels somewhere around the middle. */
export function squareHole(index: number, width: number, height: number, side: number): Uint8Array {
  const random = new Random(`square ${side}`, index);
  const [left, top] = [width, height].map(
    (size) => Math.floor(size / 2) - Math.floor(side / 2) + random.below(2 * SHIFT + 1) - SHIFT,
  ) as [number, number];
  const mask = new Uint8Array(width * height);
  for (let y = top; y < top + side; y++) mask.fill(1, y * width + left, y * width + left + side);
  return mask;
}

// ------------------------------------------------------------------------------------------------ damage

interface DamageLayer {
  /** In 1/256. */
  cover: Int32Array;
  opacity: number;
  tone: number;
}

/** Blurs with a binomial 3 x 3 kernel; the border is repeated. */
function soften(cover: Int32Array, width: number, height: number): Int32Array {
  return cover.map((_, i) => {
    const x = i % width;
    const y = (i - x) / width;
    let sum = 8;
    for (let dy = -1; dy <= 1; dy++) {
      const row = Math.max(0, Math.min(height - 1, y + dy)) * width;
      for (let dx = -1; dx <= 1; dx++) {
        const weight = (dx === 0 ? 2 : 1) * (dy === 0 ? 2 : 1);
        sum += weight * cover[row + Math.max(0, Math.min(width - 1, x + dx))]!;
      }
    }
    return sum >> 4;
  });
}

/** Pieces of damage in the order of drawing. */
function* damageLayers(random: Random, width: number, height: number, hard: boolean): Generator<DamageLayer> {
  const finish = ({ counts }: Canvas): DamageLayer => {
    const cover = Int32Array.from(counts, (count) => 16 * count);
    const opacity = hard ? 90 + random.below(110) : 200 + random.below(57);
    const isLight = random.below(10) < 7;
    let tone: number;
    if (hard) tone = isLight ? 190 + random.below(60) : 20 + random.below(60);
    else tone = isLight ? 235 + random.below(21) : random.below(26);
    return { cover: hard ? soften(cover, width, height) : cover, opacity, tone };
  };
  for (let crease = 0; crease < 2; crease++) {
    const canvas = newCanvas(width, height);
    const { start, heading } = place(random, width, height);
    const radius = (hard ? 12 + random.below(52) : 24 + random.below(73)) >> 1;
    const points = wander(random, start, heading, 150 + random.below(350), 2);
    draw(canvas, points, radius, 4);
    if (random.below(2) === 0) {
      const turned = random.below(64);
      const branch = wander(random, points[points.length >> 1]!, turned, (8 * points.length) >> 1, 2);
      draw(canvas, branch, (radius + 1) >> 1, 4);
    }
    yield finish(canvas);
  }
  for (let scratch = 0; scratch < (hard ? 4 : 3); scratch++) {
    const canvas = newCanvas(width, height);
    const { start, heading } = place(random, width, height);
    const radius = (hard ? 10 + random.below(14) : 16 + random.below(20)) >> 1;
    draw(canvas, wander(random, start, heading, 60 + random.below(300), 0), radius, 4);
    yield finish(canvas);
  }
  for (let speck = 0; speck < (hard ? 14 : 12); speck++) {
    const canvas = newCanvas(width, height);
    const { start } = place(random, width, height);
    const size = hard ? 20 + random.below(80) : 32 + random.below(112);
    const end: Point = [start[0] + random.below(size), start[1] + random.below(size)];
    capsule(canvas, start, end, size >> 1, 4);
    yield finish(canvas);
  }
}

/** Mixes a tone into a picture by cover and opacity. */
function mix(picture: Picture, { cover, opacity, tone }: DamageLayer): Picture {
  const data = picture.data.map((value, i) => {
    const share = (cover[Math.floor(i / 3)]! * opacity) >> 8;
    return (value * (256 - share) + tone * share + 128) >> 8;
  });
  return { ...picture, data };
}

/** Black lifted to `low` and white dulled to `high`, of 255 levels. */
function fade(picture: Picture, low: number, high: number): Picture {
  return { ...picture, data: picture.data.map((value) => low + Math.floor((value * (high - low) + 127) / 255)) };
}

/**
 * Damage drawn on a picture. `plain`: clearly visible, on the unchanged picture; `hard`: fainter, thinner and softer, on a
 * faded and grainy picture.
 */
export function damaged(picture: Picture, level: Level, index: number): Damaged {
  const { width, height } = picture;
  const random = new Random(`damage ${level}`, index);
  const hard = level === 'hard';
  let sigma = 0;
  let before = picture;
  if (hard) {
    const low = random.below(50);
    before = fade(picture, low, 255 - random.below(60));
    sigma = 2 + random.below(5);
  }
  let after = before;
  const most = new Int32Array(width * height);
  for (const layer of damageLayers(random, width, height, hard)) {
    after = mix(after, layer);
    for (let i = 0; i < most.length; i++) most[i] = Math.max(most[i]!, layer.cover[i]!);
  }
  const { label, judged } = truth(before, after, most, 1);
  return { picture: hard ? noisy(after, sigma, `grain ${level}`, index) : after, label, judged };
}

/** A scanned overlay (grey, white = damage) laid over a picture once, and cropped if it is larger. */
export function overlaid(picture: Picture, overlay: Picture, index: number): Damaged {
  const { width, height } = picture;
  const random = new Random('damage overlays', index);
  const h = Math.min(height, overlay.height);
  const w = Math.min(width, overlay.width);
  const top = random.below(overlay.height - h + 1);
  const left = random.below(overlay.width - w + 1);
  const y = random.below(height - h + 1);
  const x = random.below(width - w + 1);
  const opacity = 200 + random.below(57);
  const tone = random.below(10) < 7 ? 235 + random.below(21) : random.below(26);
  const cover = new Int32Array(width * height);
  for (let row = 0; row < h; row++) {
    const from = (top + row) * overlay.width + left;
    cover.set(overlay.data.subarray(from, from + w), (y + row) * width + x);
  }
  const after = mix(picture, { cover, opacity, tone });
  return { picture: after, ...truth(picture, after, cover, 16) };
}

/** Which pixels are damaged, and which are judged: those with a cover of `sound` of 256 or more but no damage are not. */
function truth(before: Picture, after: Picture, cover: Int32Array, sound: number): Omit<Damaged, 'picture'> {
  const one = greyOf(before);
  const other = greyOf(after);
  const label = new Uint8Array(cover.length);
  const judged = new Uint8Array(cover.length);
  for (let i = 0; i < cover.length; i++) {
    label[i] = cover[i]! >= 128 && Math.abs(other[i]! - one[i]!) >= VISIBLE ? 1 : 0;
    judged[i] = cover[i]! < sound || label[i] === 1 ? 1 : 0;
  }
  return { label, judged };
}

// ------------------------------------------------------------------------------------------------ hints

/** The true colour of a place, all whole numbers, in pixels and levels. */
export interface Hint {
  x: number;
  y: number;
  radius: number;
  colour: readonly [red: number, green: number, blue: number];
}

/** True colours at random places of a picture. */
export function colourHints({ width, height, data }: Picture, index: number, count = HINTS): Hint[] {
  const random = new Random('hints', index);
  return Array.from({ length: count }, () => {
    const [x, y] = [random.below(width), random.below(height)];
    const total = [0, 0, 0];
    let some = 0;
    for (let j = Math.max(0, y - HINT_REACH); j <= Math.min(height - 1, y + HINT_REACH); j++) {
      for (let i = Math.max(0, x - HINT_REACH); i <= Math.min(width - 1, x + HINT_REACH); i++) {
        some += 1;
        for (let c = 0; c < 3; c++) total[c]! += data[3 * (j * width + i) + c]!;
      }
    }
    const [red, green, blue] = total.map((sum) => Math.floor((2 * sum + some) / (2 * some)));
    return { x, y, radius: HINT_REACH + 1, colour: [red!, green!, blue!] };
  });
}

// ------------------------------------------------------------------------------------------------ overlays

/** Standard normal numbers, `[count, size]`: inputs of a net that draws. */
export function latents(name: string, count: number, size: number): Float32Array {
  const values = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const random = new Random(`latents ${name}`, i);
    for (let k = 0; k < size; k++) values[i * size + k] = gaussian(random) / 65536;
  }
  return values;
}

/** A square around the damage of a randomly chosen overlay. `kinds` holds the overlays of each kind, in one channel. */
export function scan(kinds: readonly (readonly Picture[])[], name: string, index: number, side: number): Picture {
  const random = new Random(`scans ${name}`, index);
  const overlays = kinds[random.below(kinds.length)]!;
  const overlay = overlays[random.below(overlays.length)]!;
  const { width, height, data } = overlay;
  const spans = shownSpans(overlay);
  const whole = Math.min(width, height);
  const least = Math.max(512 * whole, Math.min(973 * whole, 1178 * Math.max(...spans.map(([, extent]) => extent))));
  const edge = (least + random.below(1024 * whole - least + 1)) >> 10;
  const far = (82 * edge) >> 10;
  const [top, left] = spans.map(([begin, extent], i) => {
    const middle = begin + ((extent - edge) >> 1) + random.below(2 * far + 1) - far;
    return Math.min(Math.max(middle, 0), (i === 0 ? height : width) - edge);
  }) as [number, number];
  const square = new Uint8Array(edge * edge);
  for (let y = 0; y < edge; y++) {
    const from = (top + y) * width + left;
    square.set(data.subarray(from, from + edge), y * edge);
  }
  return averaged({ width: edge, height: edge, data: square }, side, side);
}

/** The start and extent of an overlay's damage, down and across; 0, 0 if it shows nothing. */
function shownSpans({ width, height, data }: Picture): [begin: number, extent: number][] {
  const span = (length: number, isShown: (at: number) => boolean): [number, number] => {
    const places = Array.from({ length }, (_, at) => at).filter(isShown);
    return places.length === 0 ? [0, 0] : [places[0]!, places.at(-1)! + 1 - places[0]!];
  };
  return [
    span(height, (y) => data.subarray(y * width, (y + 1) * width).some((value) => value > SHOWN)),
    span(width, (x) => Array.from({ length: height }, (_, y) => data[y * width + x]!).some((value) => value > SHOWN)),
  ];
}

/** A picture for the tests of both sides. */
export function ramp(width: number, height: number): Picture {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const c = i % 3;
    const x = ((i - c) / 3) % width;
    const y = Math.floor(i / 3 / width);
    return (x * 3 + y * 5 + c * 40 + Math.floor((x * y) / 7)) % 256;
  });
  return { width, height, data };
}
