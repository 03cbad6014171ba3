import { createRaster, type Raster } from '../raster';
import { makeNoise, random } from './random';
import type { Colour } from './rasters';

/** A procedural photograph at any size. */

/** A shape in the landscape. x and y are in picture heights from the top left corner. `distance` is negative inside. */
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

/** A convex polygon; corners are clockwise on the screen. */
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

/** A girl in a pale dress in front of a house, with a tree on the other side; `at` is the middle of the dress. */
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
 * A generated photograph: sky with clouds, hills, a meadow with a path, a house, a tree and a girl. RGB, 8 bit, full
 * tonal range, fine texture and a trace of grain at every size. The same arguments give the same bytes.
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
      // Perspective: near things look larger.
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
