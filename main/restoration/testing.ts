import { EmulsionError } from '../errors';
import { roundBlocks } from '../synthesis/jpeg';
import { createRaster, maxValue, type Raster, type Rect } from './raster';
import type { ExtraInput, StepTools, StyleFacts, Task, TilePass, Wanted } from './tools';

/**
 * What tests, benches and stories share: a procedural photograph at any size, damage drawn on it with its true mask,
 * and step tools with fake generators. Everything is deterministic by seed and needs no file.
 */

type Colour = readonly [number, number, number];

/** Evenly distributed numbers 0..1 from a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Smooth value noise -1..1 with features of size 1; `octaves` adds finer ones at half the strength each. */
function makeNoise(next: () => number): (x: number, y: number, octaves: number) => number {
  const SIZE = 256;
  const lattice = Float32Array.from({ length: SIZE * SIZE }, () => next() * 2 - 1);
  return (x, y, octaves) => {
    let sum = 0;
    let strength = 0.6;
    for (let octave = 0; octave < octaves; octave++) {
      const left = Math.floor(x);
      const top = Math.floor(y);
      let tx = x - left;
      let ty = y - top;
      tx = tx * tx * (3 - 2 * tx);
      ty = ty * ty * (3 - 2 * ty);
      const upper = (top & 255) << 8;
      const lower = ((top + 1) & 255) << 8;
      const a = lattice[upper | (left & 255)]!;
      const b = lattice[upper | ((left + 1) & 255)]!;
      const c = lattice[lower | (left & 255)]!;
      const d = lattice[lower | ((left + 1) & 255)]!;
      const above = a + (b - a) * tx;
      sum += strength * (above + (c + (d - c) * tx - above) * ty);
      strength *= 0.5;
      x = x * 2.03 + 17.1;
      y = y * 2.03 + 31.7;
    }
    return sum;
  };
}

// ------------------------------------------------------------------------------------------------ the scene

/**
 * A shape over the landscape. Coordinates: x and y in picture heights from the top left corner. `distance` is negative
 * inside.
 */
interface Shape {
  box: readonly [left: number, top: number, right: number, bottom: number];
  distance: (x: number, y: number) => number;
  paint: (x: number, y: number) => Colour;
}

function ellipse(cx: number, cy: number, rx: number, ry: number, paint: Shape['paint']): Shape {
  const small = Math.min(rx, ry);
  return {
    box: [cx - rx, cy - ry, cx + rx, cy + ry],
    distance: (x, y) => (Math.hypot((x - cx) / rx, (y - cy) / ry) - 1) * small,
    paint,
  };
}

/** A convex polygon, corners clockwise as seen on the screen. */
function polygon(corners: readonly (readonly [number, number])[], paint: Shape['paint']): Shape {
  const edges = corners.map(([x0, y0], i) => {
    const [x1, y1] = corners[(i + 1) % corners.length]!;
    const length = Math.hypot(x1 - x0, y1 - y0);
    return { x0, y0, nx: (y1 - y0) / length, ny: -(x1 - x0) / length };
  });
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return {
    box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    distance: (x, y) => {
      let most = Number.NEGATIVE_INFINITY;
      for (const { x0, y0, nx, ny } of edges) most = Math.max(most, (x - x0) * nx + (y - y0) * ny);
      return most;
    },
    paint,
  };
}

function shade(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

/** A girl in a pale dress before a house, a tree to the other side; `at` is the middle of the dress. */
function sceneShapes(aspect: number, next: () => number, noise: ReturnType<typeof makeNoise>): Shape[] {
  const shapes: Shape[] = [];
  const flat =
    (colour: Colour, grain = 0.05, size = 90) =>
    (x: number, y: number) =>
      shade(colour, 1 + grain * noise(x * size, y * size, 3));

  // The house.
  const hx = aspect * (0.7 + 0.08 * next());
  const wall: Colour = [0.78, 0.71, 0.6];
  shapes.push(
    polygon(
      [
        [hx - 0.17, 0.4],
        [hx + 0.17, 0.4],
        [hx + 0.17, 0.6],
        [hx - 0.17, 0.6],
      ],
      (x, y) => shade(wall, (0.95 - 0.25 * ((x - hx) / 0.17)) * (1 + 0.05 * noise(x * 30, y * 260, 3))),
    ),
    polygon(
      [
        [hx - 0.2, 0.41],
        [hx - 0.13, 0.27],
        [hx + 0.13, 0.27],
        [hx + 0.2, 0.41],
      ],
      (x, y) => shade([0.5, 0.25, 0.19], 1 + 0.18 * noise(x * 60, y * 160, 3)),
    ),
    polygon(
      [
        [hx + 0.06, 0.21],
        [hx + 0.1, 0.21],
        [hx + 0.1, 0.3],
        [hx + 0.06, 0.3],
      ],
      flat([0.42, 0.3, 0.26], 0.12),
    ),
  );
  for (const wx of [hx - 0.1, hx + 0.1]) {
    shapes.push(
      polygon(
        [
          [wx - 0.037, 0.445],
          [wx + 0.037, 0.445],
          [wx + 0.037, 0.535],
          [wx - 0.037, 0.535],
        ],
        flat([0.9, 0.89, 0.85]),
      ),
      polygon(
        [
          [wx - 0.028, 0.454],
          [wx + 0.028, 0.454],
          [wx + 0.028, 0.526],
          [wx - 0.028, 0.526],
        ],
        (x, y) => shade([0.13, 0.16, 0.2], 1 + 0.8 * (0.53 - y) * 10 * Math.max(0, 0.5 + noise(x * 40, y * 40, 2))),
      ),
    );
  }
  shapes.push(
    polygon(
      [
        [hx - 0.03, 0.47],
        [hx + 0.03, 0.47],
        [hx + 0.03, 0.6],
        [hx - 0.03, 0.6],
      ],
      flat([0.2, 0.3, 0.27], 0.1),
    ),
  );

  // The tree: a trunk and a crown of many overlapping clumps.
  const tx = aspect * (0.12 + 0.06 * next());
  shapes.push(
    polygon(
      [
        [tx - 0.018, 0.35],
        [tx + 0.016, 0.35],
        [tx + 0.03, 0.72],
        [tx - 0.032, 0.72],
      ],
      (x, y) => shade([0.3, 0.23, 0.17], 0.95 - 9 * (x - tx) + 0.35 * noise(x * 220, y * 30, 3)),
    ),
  );
  for (let i = 0; i < 26; i++) {
    const angle = next() * 2 * Math.PI;
    const far = Math.sqrt(next());
    const cx = tx + 0.15 * far * Math.cos(angle);
    const cy = 0.26 + 0.14 * far * Math.sin(angle);
    const radius = 0.045 + 0.035 * next();
    const light = 0.65 + 0.45 * next() - 0.8 * (cy - 0.26);
    shapes.push({
      box: [cx - radius * 1.4, cy - radius * 1.4, cx + radius * 1.4, cy + radius * 1.4],
      distance: (x, y) => Math.hypot(x - cx, y - cy) - radius * (1 + 0.35 * noise(x * 45, y * 45, 3)),
      paint: (x, y) => shade([0.24, 0.34, 0.14], light * (1 + 0.55 * noise(x * 110, y * 110, 3) - 4 * (y - cy))),
    });
  }

  // The girl.
  const gx = aspect * (0.42 + 0.08 * next());
  const skin: Colour = [0.86, 0.66, 0.54];
  const dress: Colour = next() < 0.5 ? [0.93, 0.91, 0.88] : [0.62, 0.2, 0.22];
  const hair: Colour = [0.25, 0.16, 0.1];
  const lit = (colour: Colour, cx: number, width: number) => (x: number, y: number) =>
    shade(colour, 1.03 - 0.22 * ((x - cx) / width) ** 2 - 0.14 * ((x - cx) / width) + 0.04 * noise(x * 60, y * 60, 3));
  shapes.push(
    // Her shadow on the grass.
    ellipse(gx + 0.09, 0.905, 0.14, 0.018, (x, y) => shade([0.16, 0.2, 0.09], 1 + 0.3 * noise(x * 150, y * 300, 2))),
    polygon(
      [
        [gx - 0.034, 0.78],
        [gx - 0.008, 0.78],
        [gx - 0.012, 0.89],
        [gx - 0.03, 0.89],
      ],
      lit(skin, gx - 0.02, 0.02),
    ),
    polygon(
      [
        [gx + 0.008, 0.78],
        [gx + 0.034, 0.78],
        [gx + 0.03, 0.89],
        [gx + 0.012, 0.89],
      ],
      lit(skin, gx + 0.02, 0.02),
    ),
    ellipse(gx - 0.026, 0.898, 0.024, 0.013, flat([0.1, 0.08, 0.07])),
    ellipse(gx + 0.027, 0.9, 0.024, 0.013, flat([0.1, 0.08, 0.07])),
    // Hair behind the shoulders, the dress with its folds, sleeves and arms.
    ellipse(gx, 0.475, 0.058, 0.085, (x, y) => shade(hair, 1 + 0.5 * noise(x * 400, y * 30, 3))),
    polygon(
      [
        [gx - 0.05, 0.53],
        [gx + 0.05, 0.53],
        [gx + 0.056, 0.66],
        [gx - 0.056, 0.66],
      ],
      lit(dress, gx, 0.07),
    ),
    polygon(
      [
        [gx - 0.052, 0.65],
        [gx + 0.052, 0.65],
        [gx + 0.105, 0.8],
        [gx - 0.105, 0.8],
      ],
      (x, y) => {
        const fold = Math.sin(((x - gx) / (0.05 + 0.4 * (y - 0.62))) * 16 + noise(x * 12, y * 8, 1));
        return shade(dress, 0.93 - 0.9 * (x - gx) + 0.09 * fold + 0.03 * noise(x * 200, y * 200, 2));
      },
    ),
    polygon(
      [
        [gx - 0.055, 0.645],
        [gx + 0.055, 0.645],
        [gx + 0.055, 0.662],
        [gx - 0.055, 0.662],
      ],
      flat([0.27, 0.33, 0.5]),
    ),
  );
  for (const side of [-1, 1]) {
    const ax = gx + side * 0.067;
    shapes.push(
      ellipse(ax + side * 0.004, 0.65, 0.013, 0.08, lit(skin, ax, 0.03)),
      ellipse(ax - side * 0.006, 0.56, 0.022, 0.036, lit(dress, ax, 0.05)),
    );
  }
  shapes.push(
    polygon(
      [
        [gx - 0.014, 0.5],
        [gx + 0.014, 0.5],
        [gx + 0.016, 0.54],
        [gx - 0.016, 0.54],
      ],
      flat(shade(skin, 0.82)),
    ),
    ellipse(gx, 0.455, 0.041, 0.053, lit(skin, gx, 0.05)),
    ellipse(gx - 0.02, 0.475, 0.012, 0.009, (x, y) => shade([0.88, 0.58, 0.5], 1 + 0.03 * noise(x * 90, y * 90, 2))),
    ellipse(gx + 0.018, 0.475, 0.012, 0.009, (x, y) => shade([0.84, 0.55, 0.47], 1 + 0.03 * noise(x * 90, y * 90, 2))),
    ellipse(gx, 0.487, 0.012, 0.0035, flat([0.62, 0.28, 0.27])),
    polygon(
      [
        [gx - 0.002, 0.452],
        [gx + 0.003, 0.452],
        [gx + 0.007, 0.472],
        [gx - 0.005, 0.472],
      ],
      flat(shade(skin, 0.88), 0.02),
    ),
  );
  for (const side of [-1, 1]) {
    const ex = gx + side * 0.0165;
    shapes.push(
      ellipse(ex, 0.449, 0.0085, 0.005, flat([0.93, 0.91, 0.89])),
      ellipse(ex, 0.449, 0.0042, 0.0046, flat([0.14, 0.1, 0.08])),
      ellipse(ex, 0.437, 0.0105, 0.0022, flat(hair)),
    );
  }
  // A straw hat with its band.
  const straw = (x: number, y: number) =>
    shade([0.83, 0.7, 0.42], 1.02 - 1.6 * (x - gx) + 0.14 * noise(x * 130, y * 380, 3));
  shapes.push(
    ellipse(gx, 0.39, 0.047, 0.042, straw),
    polygon(
      [
        [gx - 0.047, 0.393],
        [gx + 0.047, 0.393],
        [gx + 0.047, 0.41],
        [gx - 0.047, 0.41],
      ],
      flat([0.3, 0.12, 0.14], 0.1),
    ),
    ellipse(gx, 0.415, 0.088, 0.018, straw),
  );
  return shapes;
}

/**
 * A photograph that never was: sky with clouds, hills, a meadow with a path, a house, a tree and a girl. RGB, 8 bit,
 * full tonal range, fine texture and a trace of grain at every size. The same arguments give the same bytes.
 */
export function testScene(width: number, height: number, seed: number): Raster {
  const raster = createRaster(width, height, 3, 8);
  const { data } = raster;
  const next = random(seed);
  const noise = makeNoise(next);
  const aspect = width / height;
  const shapes = sceneShapes(aspect, next, noise);
  const grain = Float32Array.from({ length: 4096 }, () => 0.0045 * (next() + next() + next() + next() - 2));

  const far = new Float32Array(width);
  const near = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    const u = x / height;
    far[x] = 0.44 + 0.075 * noise(u * 2.2 + 3, 0.5, 4);
    near[x] = 0.535 + 0.05 * noise(u * 1.7 + 40, 7.5, 4);
  }
  const row = new Float32Array(3 * width);
  for (let y = 0; y < height; y++) {
    const v = (y + 0.5) / height;
    for (let x = 0; x < width; x++) landscape(x, v);
    for (const shape of shapes) stamp(shape, v);
    let phase = Math.floor(random(seed * 7919 + y)() * 4096);
    const start = y * width * 3;
    for (let i = 0; i < 3 * width; i += 3) {
      phase = (phase + 1 + (phase % 7)) & 4095;
      const g = grain[phase]!;
      data[start + i] = Math.max(0, Math.min(255, Math.round((row[i]! + g) * 255)));
      data[start + i + 1] = Math.max(0, Math.min(255, Math.round((row[i + 1]! + g) * 255)));
      data[start + i + 2] = Math.max(0, Math.min(255, Math.round((row[i + 2]! + g) * 255)));
    }
  }
  return raster;

  function landscape(x: number, v: number): void {
    const u = (x + 0.5) / height;
    const i = 3 * x;
    // Ridges are blended over a pixel.
    const hills = Math.max(0, Math.min(1, (v - far[x]!) * height + 0.5));
    const meadow = Math.max(0, Math.min(1, (v - near[x]!) * height + 0.5));
    if (hills < 1) {
      const cloud = Math.max(0, Math.min(1, 1.9 * noise(u * 2.6, v * 5.5, 5) + 0.18));
      const light = cloud === 0 ? 1 : 1 + 0.06 * noise(u * 5 + 9, v * 9, 1);
      row[i] = (0.36 + 0.42 * v) * (1 - cloud) + 0.99 * light * cloud;
      row[i + 1] = (0.55 + 0.3 * v) * (1 - cloud) + 0.985 * light * cloud;
      row[i + 2] = (0.8 + 0.1 * v) * (1 - cloud) + 0.98 * light * cloud;
    }
    if (hills > 0 && meadow < 1) {
      const wood = 1 + 0.3 * noise(u * 42, v * 60, 4);
      const haze = Math.max(0, 0.62 - (v - 0.36) * 2.2);
      mix(i, hills, 0.27 * wood + haze * 0.33, 0.36 * wood + haze * 0.3, 0.27 * wood + haze * 0.42);
    }
    if (meadow > 0) {
      // Perspective: what is near is seen larger.
      const depth = 0.14 + (v - near[x]!);
      const p = (u - aspect / 2) / depth;
      const grass = 0.85 + 0.5 * noise(p * 26, 9 / depth, 3) + 0.45 * noise(u * 240, v * 130, 2) - 0.35 * (v - 0.55);
      const path = Math.max(0, Math.min(1, (0.16 - Math.abs(p - 0.35 + 0.1 * Math.sin(4 / depth))) * 14));
      const soil = path === 0 ? 0 : 0.92 + 0.2 * noise(p * 30, 14 / depth, 3);
      mix(
        i,
        meadow,
        0.36 * grass * (1 - path) + 0.66 * soil * path,
        0.42 * grass * (1 - path) + 0.56 * soil * path,
        0.17 * grass * (1 - path) + 0.42 * soil * path,
      );
    }
  }

  function mix(i: number, alpha: number, red: number, green: number, blue: number): void {
    row[i] = row[i]! * (1 - alpha) + red * alpha;
    row[i + 1] = row[i + 1]! * (1 - alpha) + green * alpha;
    row[i + 2] = row[i + 2]! * (1 - alpha) + blue * alpha;
  }

  function stamp({ box, distance, paint }: Shape, v: number): void {
    const pixel = 1 / height;
    if (v < box[1] - pixel || v > box[3] + pixel) return;
    const from = Math.max(0, Math.floor(box[0] * height) - 1);
    const to = Math.min(width, Math.ceil(box[2] * height) + 1);
    for (let x = from; x < to; x++) {
      const u = (x + 0.5) / height;
      const alpha = Math.max(0, Math.min(1, 0.5 - distance(u, v) * height));
      if (alpha > 0) mix(3 * x, alpha, ...paint(u, v));
    }
  }
}

// ------------------------------------------------------------------------------------------------ damage

/** A damaged copy of a raster of any kind, and where it is damaged (255) in rows without padding. */
export interface DamagedScene {
  raster: Raster;
  mask: Uint8Array;
}

/**
 * Draws creases, scratches, flakes and dust on a copy of a raster; sizes grow with the picture's height. Pixels
 * outside the mask keep their bits.
 */
export function damageScene(clean: Raster, seed: number): DamagedScene {
  const { width, height, channels, depth } = clean;
  const raster: Raster = { width, height, channels, depth, data: clean.data.slice() };
  const mask = new Uint8Array(width * height);
  const next = random(seed + 1000);
  const unit = Math.max(1, height / 600);
  const max = maxValue(clean);

  // Creases across the print, some with a branch.
  const creases = 3 + Math.floor(next() * 2);
  for (let i = 0; i < creases; i++) {
    const angle = next() * Math.PI;
    crease(
      width * (0.2 + 0.6 * next()),
      height * (0.2 + 0.6 * next()),
      angle,
      height * (0.5 + 0.5 * next()),
      (1.6 + 1.6 * next()) * unit,
      1,
    );
  }
  // Fine scratches, nearly straight.
  for (let i = 0; i < 5; i++) {
    const angle = Math.PI / 2 + (next() - 0.5) * 0.5;
    wander(next() * width, next() * height, angle, height * (0.15 + 0.35 * next()), 0.02, () => 0.55 * unit, 0.94);
  }
  // Flakes: a cluster of discs, ragged as a whole.
  for (let i = 0; i < 6; i++) {
    const cx = next() * width;
    const cy = next() * height;
    const size = (2 + 5 * next()) * unit;
    for (let k = 0; k < 7; k++)
      disc(cx + (next() - 0.5) * 2 * size, cy + (next() - 0.5) * 2 * size, size * (0.4 + 0.5 * next()), 0.95);
  }
  // Dust.
  for (let i = 0; i < 40; i++)
    disc(next() * width, next() * height, (0.7 + 1.1 * next()) * unit, next() < 0.75 ? 0.96 : 0.06);
  return { raster, mask };

  function crease(x: number, y: number, angle: number, length: number, radius: number, branches: number): void {
    const end = wander(x, y, angle, length / 2, 0.22, (t) => radius * (0.55 + 0.45 * next()) * (1 - 0.5 * t), 0.95);
    wander(x, y, angle + Math.PI, length / 2, 0.22, (t) => radius * (0.55 + 0.45 * next()) * (1 - 0.5 * t), 0.95);
    if (branches > 0)
      crease(end.x, end.y, angle + (next() < 0.5 ? -0.9 : 0.9), length * 0.35, radius * 0.6, branches - 1);
  }

  /** A polyline that turns a little at every step; answers where it passed halfway. */
  function wander(
    x: number,
    y: number,
    angle: number,
    length: number,
    wobble: number,
    radius: (t: number) => number,
    tone: number,
  ): { x: number; y: number } {
    const step = 6 * unit;
    const steps = Math.max(2, Math.round(length / step));
    let halfway = { x, y };
    for (let i = 0; i < steps; i++) {
      const heading = angle + wobble * (next() * 2 - 1) * 2;
      angle += wobble * 0.35 * (next() * 2 - 1);
      const toX = x + step * Math.cos(heading);
      const toY = y + step * Math.sin(heading);
      capsule(x, y, toX, toY, radius(i / steps), tone);
      x = toX;
      y = toY;
      if (i === steps >> 1) halfway = { x, y };
    }
    return halfway;
  }

  function disc(x: number, y: number, radius: number, tone: number): void {
    capsule(x, y, x, y, radius, tone);
  }

  /** All points within `radius` of a segment, with an edge one pixel soft. */
  function capsule(x0: number, y0: number, x1: number, y1: number, radius: number, tone: number): void {
    const reach = radius + 1;
    const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
    const right = Math.min(width - 1, Math.ceil(Math.max(x0, x1) + reach));
    const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
    const bottom = Math.min(height - 1, Math.ceil(Math.max(y0, y1) + reach));
    const dx = x1 - x0;
    const dy = y1 - y0;
    const square = dx * dx + dy * dy;
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const t = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / square));
        const opacity = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(x - x0 - t * dx, y - y0 - t * dy)));
        if (opacity < 0.08) continue;
        const pixel = y * width + x;
        mask[pixel] = 255;
        for (let c = 0; c < channels; c++) {
          const at = pixel * channels + c;
          raster.data[at] = Math.round(raster.data[at]! * (1 - opacity) + tone * max * (1 - 0.03 * c) * opacity);
        }
      }
    }
  }
}

// ------------------------------------------------------------------------------------------------ noise and loss

/**
 * A copy with Gaussian noise of standard deviation `sigma`, in 8-bit levels: its own for each channel unless `mono`,
 * blurred by a Gaussian of `blur` pixels at the same strength, as grain is.
 */
export function withNoise(raster: Raster, sigma: number, { blur = 0, mono = false, seed = 9 } = {}): Raster {
  const { width, height, channels } = raster;
  const next = random(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const fields = Array.from({ length: mono ? 1 : channels }, () => {
    const field = Float32Array.from({ length: width * height }, gauss);
    return blur === 0 ? field : normalised(blurred(field, width, height, blur));
  });
  const max = maxValue(raster);
  const data = raster.data.map((value, i) => {
    const noise = fields[(i % channels) % fields.length]![Math.floor(i / channels)]!;
    return Math.max(0, Math.min(max, Math.round(value + (noise * sigma * max) / 255)));
  });
  return { ...raster, data };
}

/** Gaussian blur; the field is taken to go on at the other side. */
function blurred(field: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const along = (from: Float32Array, length: number, step: number, starts: number[]) => {
    const to = new Float32Array(from.length);
    for (const start of starts) {
      for (let i = 0; i < length; i++) {
        for (let k = -reach; k <= reach; k++) {
          to[start + i * step]! +=
            from[start + ((i + k + length) % length) * step]! * Math.exp(-(k * k) / (2 * sigma ** 2));
        }
      }
    }
    return to;
  };
  const rows = Array.from({ length: height }, (_, y) => y * width);
  const columns = Array.from({ length: width }, (_, x) => x);
  return along(along(field, width, 1, rows), height, width, columns);
}

function normalised(field: Float32Array): Float32Array {
  const strength = Math.sqrt(field.reduce((sum, value) => sum + value * value, 0) / field.length);
  return field.map((value) => value / strength);
}

/** A copy with what JPEG of that quality (1..100, as libjpeg scales it) loses in whole blocks of each channel. */
export function withJpegLoss(raster: Raster, quality: number): Raster {
  const { width, height, channels } = raster;
  const data = raster.data.slice();
  const unit = maxValue(raster) / 255;
  for (let c = 0; c < channels; c++) {
    const plane = Float64Array.from({ length: width * height }, (_, i) => raster.data[i * channels + c]! / unit);
    roundBlocks(plane, width, height, quality);
    for (let i = 0; i < plane.length; i++) {
      data[i * channels + c] = Math.round(Math.max(0, Math.min(255, plane[i]!)) * unit);
    }
  }
  return { ...raster, data };
}

/** What is left of a raster without so many columns and rows at its left and top. */
export function cropped(raster: Raster, left: number, top: number): Raster {
  const { channels, depth } = raster;
  const out = createRaster(raster.width - left, raster.height - top, channels, depth);
  for (let y = 0; y < out.height; y++) {
    const from = ((y + top) * raster.width + left) * channels;
    out.data.set(raster.data.subarray(from, from + out.width * channels), y * out.width * channels);
  }
  return out;
}

// ------------------------------------------------------------------------------------------------ tools

/** A stand-in for a generator: planes of one tile in, planes out, as {@link TilePass} describes them. */
export interface FakeGenerator {
  /** Planes that it takes and gives. */
  inputs: number;
  outputs: number;
  run: (
    input: Float32Array,
    width: number,
    height: number,
    extras: Readonly<Record<string, number>>,
    vectors: Readonly<Record<string, Float32Array>>,
  ) => Float32Array;
  thresholds?: Record<string, number>;
  extraInputs?: ExtraInput[];
  /** Names of the planes that it gives, and of the vectors that it takes. */
  gives?: string[];
  vectorInputs?: string[];
  /** How much larger its output is; default 1. */
  scale?: number;
  variant?: string;
}

/** Repeats every pixel. */
export const fakeUpscaler = (scale: number, variant = 'faithful'): FakeGenerator => ({
  inputs: 3,
  outputs: 3,
  scale,
  variant,
  run: (input, width, height) => {
    const output = new Float32Array(3 * width * height * scale ** 2);
    for (let i = 0; i < output.length; i++) {
      const row = Math.floor(i / (width * scale));
      const x = Math.floor((i % (width * scale)) / scale);
      output[i] = input[Math.floor(row / scale) * width + x]!;
    }
    return output;
  },
});

/** Calls everything bright a line. */
export const fakeDetector: FakeGenerator = {
  inputs: 1,
  outputs: 2,
  gives: ['lines', 'blobs'],
  thresholds: { lines: 0.5, blobs: 0.5 },
  run: (input, width, height) => {
    const output = new Float32Array(2 * width * height);
    for (let i = 0; i < width * height; i++) output[i] = input[i]! > 0.9 ? 0.98 : 0.01;
    return output;
  },
};

/**
 * A detector that knows areas, losses and writing, pixel by pixel: a line is black, an area light grey, a loss white, and
 * writing is blue. The redder the whole photo is, the less certain it is of anything.
 */
export const fakeFourPlaneDetector: FakeGenerator = {
  inputs: 3,
  outputs: 4,
  gives: ['lines', 'areas', 'losses', 'writing'],
  vectorInputs: ['summary'],
  thresholds: { lines: 0.5, areas: 0.5, losses: 0.5, writing: 0.5, needed: 0.001 },
  run: (input, width, height, _extras, { summary }) => {
    const count = width * height;
    const output = new Float32Array(4 * count).fill(0.01);
    const certain = 0.98 - 0.9 * Math.max(0, summary![0]! - summary![1]!);
    for (let i = 0; i < count; i++) {
      const [red, green, blue] = [input[i]!, input[count + i]!, input[2 * count + i]!];
      if (blue > 0.8 && red < 0.2) output[3 * count + i] = certain;
      else if (red + green + blue < 0.2) output[i] = certain;
      else if (Math.min(red, green, blue) > 0.97) output[2 * count + i] = certain;
      else if (Math.min(red, green, blue) > 0.85) output[count + i] = certain;
    }
    return output;
  },
};

/** Fills with the mean of the known pixels of the tile, and spoils those besides: they must not be taken over. */
export const fakeInpainter: FakeGenerator = {
  inputs: 4,
  outputs: 3,
  run: (input, width, height) => {
    const count = width * height;
    const output = new Float32Array(3 * count);
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      let known = 0;
      for (let i = 0; i < count; i++) {
        if (input[3 * count + i] === 1) continue;
        sum += input[c * count + i]!;
        known++;
      }
      output.fill(sum / Math.max(1, known), c * count, (c + 1) * count);
    }
    return output;
  },
};

/** Averages 3 x 3 pixels, mixed in by the strength given, wholly from 0.1 on; 0 gives the input back. */
export const fakeRestorer: FakeGenerator = {
  inputs: 3,
  outputs: 3,
  extraInputs: [{ name: 'strength', label: 'Expected error', min: 0, max: 0.3, default: 0.05 }],
  run: (input, width, height, { strength = 0.05 }) => {
    const output = input.slice();
    const share = Math.min(1, 10 * strength);
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (let dy = -1; dy <= 1; dy++) {
            for (let dx = -1; dx <= 1; dx++) {
              const row = Math.max(0, Math.min(height - 1, y + dy));
              sum += input[(c * height + row) * width + Math.max(0, Math.min(width - 1, x + dx))]!;
            }
          }
          const i = (c * height + y) * width + x;
          output[i] = input[i]! + share * (sum / 9 - input[i]!);
        }
      }
    }
    return output;
  },
};

/** Gives each channel the mean that the style has. */
export const fakePainter: FakeGenerator = {
  inputs: 3,
  outputs: 3,
  variant: 'painting',
  run: (input, _width, _height, _extras, { content, style }) => {
    const count = input.length / 3;
    return input.map((value, i) => {
      const channel = Math.floor(i / count);
      return value + style![channel]! - content![channel]!;
    });
  },
};

const FAKE_STYLES: StyleFacts = {
  by: '0'.repeat(64),
  longest: 512,
  presets: [
    { id: 'dusk', name: 'Dusk', code: [0.3, 0.2, 0.5] },
    { id: 'snow', name: 'Snow', code: [0.8, 0.8, 0.9] },
  ],
};

function channelMeans({ data, channels, depth }: Raster): Float32Array {
  const sums = [0, 0, 0];
  const pixels = data.length / channels;
  for (let i = 0; i < data.length; i++) sums[channels === 1 ? 0 : i % 3]! += data[i]!;
  return Float32Array.from(sums, (_, c) => sums[channels === 1 ? 0 : c]! / pixels / (2 ** depth - 1));
}

/** Step tools that run fake generators over tiles with cores of 64 pixels and a halo of 8. */
export function fakeTools(
  generators: Partial<Record<Task, FakeGenerator | FakeGenerator[]>> = {},
  colour: StepTools['colour'] = null,
): StepTools & { readonly progressed: number[]; readonly tiles: Rect[] } {
  const progressed: number[] = [];
  const tiles: Rect[] = [];
  const find = (task: Task, { scale, variant }: Wanted = {}) =>
    [generators[task] ?? []]
      .flat()
      .find(
        (each) =>
          (scale === undefined || scale === (each.scale ?? 1)) && (variant === undefined || variant === each.variant),
      );
  return {
    progressed,
    tiles,
    colour,
    generator: (task, wanted) => {
      const fake = find(task, wanted);
      if (!fake) return null;
      const { thresholds = null, extraInputs = [], scale = 1, inputs, gives = [], vectorInputs = [] } = fake;
      const takes = ({ 1: 'luma', 4: 'rgb+mask' } as const)[inputs] ?? 'rgb';
      return { id: `fake-${task}`, thresholds, scale, extraInputs, takes, gives, vectorInputs };
    },
    runTiles: async (pass) => {
      const generator = find(pass.task, pass.wanted);
      if (!generator) throw new EmulsionError('GENERATOR_MISSING');
      for (const core of cores(pass)) {
        if (pass.skip?.(core)) continue;
        tiles.push(core);
        runTile(pass, core, generator);
      }
      return { generator: `fake-${pass.task}`, provider: 'cpu', tiles: tiles.length, tile: 80 };
    },
    styles: () => (find('style') ? FAKE_STYLES : null),
    measure: async (_task, raster) => channelMeans(raster),
    shrink: async (raster, pixels) => shrinkRaster(raster, pixels),
    resize: async (raster, width, height) => nearest(raster, width, height),
    breathe: async () => {},
    progress: (done) => progressed.push(done),
  };
}

function* cores({ width, height, region = { x: 0, y: 0, width, height } }: TilePass): Generator<Rect> {
  const right = region.x + region.width;
  const bottom = region.y + region.height;
  for (let y = region.y; y < bottom; y += 64) {
    for (let x = region.x; x < right; x += 64) {
      yield { x, y, width: Math.min(64, right - x), height: Math.min(64, bottom - y) };
    }
  }
}

function runTile(pass: TilePass, core: Rect, generator: FakeGenerator): void {
  const x = Math.max(0, core.x - 8);
  const y = Math.max(0, core.y - 8);
  const width = Math.min(pass.width, core.x + core.width + 8) - x;
  const height = Math.min(pass.height, core.y + core.height + 8) - y;
  const input = new Float32Array(generator.inputs * width * height);
  pass.read({ x, y, width, height }, input);
  const output = generator.run(input, width, height, pass.extras ?? {}, pass.vectors ?? {});
  const { scale = 1 } = generator;
  const made = { x: scale * core.x, y: scale * core.y, width: scale * core.width, height: scale * core.height };
  const cropped = new Float32Array(generator.outputs * made.width * made.height);
  for (let plane = 0, target = 0; plane < generator.outputs; plane++) {
    for (let row = 0; row < made.height; row++, target += made.width) {
      const source = (plane * height * scale + row + scale * (core.y - y)) * width * scale + scale * (core.x - x);
      cropped.set(output.subarray(source, source + made.width), target);
    }
  }
  pass.write(made, cropped);
}

function nearest({ data, channels, depth, ...size }: Raster, width: number, height: number): Raster {
  const out = createRaster(width, height, channels, depth);
  for (let i = 0; i < out.data.length; i++) {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const x = Math.floor((((pixel % width) + 0.5) * size.width) / width);
    const y = Math.floor(((Math.floor(pixel / width) + 0.5) * size.height) / height);
    out.data[i] = data[(y * size.width + x) * channels + channel]!;
  }
  return out;
}

/** Area average over whole pixels: exact enough for tests. */
export function shrinkRaster(raster: Raster, pixels: number): Raster {
  const { channels } = raster;
  const scale = Math.sqrt(pixels / (raster.width * raster.height));
  if (scale >= 1) return raster;
  const width = Math.max(1, Math.floor(raster.width * scale));
  const height = Math.max(1, Math.floor(raster.height * scale));
  const small = createRaster(width, height, channels, raster.depth);
  for (let y = 0; y < height; y++) {
    const top = Math.floor((y * raster.height) / height);
    const bottom = Math.floor(((y + 1) * raster.height) / height);
    for (let x = 0; x < width; x++) {
      const left = Math.floor((x * raster.width) / width);
      const right = Math.floor(((x + 1) * raster.width) / width);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++)
            sum += raster.data[(row * raster.width + column) * channels + c]!;
        }
        small.data[(y * width + x) * channels + c] = Math.round(sum / ((bottom - top) * (right - left)));
      }
    }
  }
  return small;
}

/** Whether two pictures or planes hold the same samples (far faster on large ones than a deep comparison). */
export function sameSamples(one: Raster['data'], other: Raster['data']): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}

/** The same picture with every sRGB colour mapped. */
export function mapPixels(raster: Raster, map: (red: number, green: number, blue: number) => Colour): Raster {
  const { width, height } = raster;
  const out = createRaster(width, height, 3, raster.depth);
  const max = maxValue(raster);
  for (let i = 0; i < raster.data.length; i += 3) {
    const colour = map(raster.data[i]! / max, raster.data[i + 1]! / max, raster.data[i + 2]! / max);
    for (let c = 0; c < 3; c++) out.data[i + c] = Math.round(Math.max(0, Math.min(1, colour[c]!)) * max);
  }
  return out;
}

export function copyOf(raster: Raster): Raster {
  return { ...raster, data: raster.data.slice() };
}

export function toGrey(raster: Raster): Raster {
  const grey = createRaster(raster.width, raster.height, 1, raster.depth);
  for (let i = 0; i < grey.data.length; i++) {
    grey.data[i] = Math.round(
      0.299 * raster.data[3 * i]! + 0.587 * raster.data[3 * i + 1]! + 0.114 * raster.data[3 * i + 2]!,
    );
  }
  return grey;
}

export function to16Bit(raster: Raster): Raster {
  const deep = createRaster(raster.width, raster.height, raster.channels, 16);
  // Low bits that an 8-bit detour would lose.
  for (let i = 0; i < deep.data.length; i++) deep.data[i] = Math.min(65535, raster.data[i]! * 257 + (i % 97));
  return deep;
}
