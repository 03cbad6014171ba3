import { createRaster, type Raster } from '../../restoration/raster';
import { random } from '../../restoration/testing/random';
import { blurred, readWarped } from '../infrared/planes';

/** Scans of film with dust, as a scanner with an infrared lamp leaves them, and where the dust is. */

export interface InfraredShot {
  /** How far the infrared picture lies from the photo, in pixels, and by which factor it is larger. */
  shift: readonly [number, number];
  scale: number;
  /** In radians. */
  turn: number;
  /** Blur of the infrared picture in pixels, besides that of the photo. */
  blur: number;
  /** Standard deviation of its noise, as a share of white. */
  noise: number;
  /** Share of the photo in it, 0..1; as light, or as density. */
  share: number;
  by: 'light' | 'density';
  /** What of the photo it shows: all of it, or its red, which cyan dye stops. */
  of: 'luma' | 'red';
  /** How much darker its corners are, 0..1. */
  uneven: number;
  /** Infrared light where there is nothing, as a share of white. */
  bright: number;
  depth: 8 | 16;
  /** Pieces of dust, and scratches, for each megapixel, at least 3; negative: none. */
  dust: number;
  /** How much of the light dust stops in the photo, of what it stops of infrared light. */
  visible: number;
}

export interface MadeScan {
  photo: Raster;
  infrared: Raster;
  /** 1 where dust or a scratch covers at least a fifth of the pixel's light. */
  truth: Uint8Array;
}

/** How scanners and films differ; each seed is another. */
export function drawInfraredShot(seed: number): InfraredShot {
  const next = random(7000 + seed);
  const range = (low: number, high: number) => low + (high - low) * next();
  const far = range(0.3, 3);
  const angle = range(0, 2 * Math.PI);
  return {
    shift: [far * Math.cos(angle), far * Math.sin(angle)],
    scale: 1 + range(-0.002, 0.002),
    turn: range(-0.0005, 0.0005),
    blur: range(0.4, 1.6),
    noise: range(0.003, 0.025),
    share: range(0.1, 0.3),
    by: next() < 0.5 ? 'light' : 'density',
    of: next() < 0.7 ? 'luma' : 'red',
    uneven: range(0, 0.12),
    bright: range(0.6, 0.95),
    depth: next() < 0.5 ? 8 : 16,
    dust: range(60, 300),
    visible: range(0.6, 1),
  };
}

export function makeInfraredScan(clean: Raster, shot: InfraredShot, seed: number): MadeScan {
  const { width, height } = clean;
  const next = random(90_000 + seed);
  // How much light passes, on a larger sheet, as the infrared picture looks a little beyond the photo.
  const pass = drawDust(width, height, shot.dust, next);
  const count = width * height;
  const most = clean.depth === 8 ? 255 : 65535;
  const photo = createRaster(width, height, 3, shot.depth);
  const top = shot.depth === 8 ? 255 : 65535;
  const truth = new Uint8Array(count);
  const light = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const through = 1 - shot.visible * (1 - pass[i]!);
    truth[i] = pass[i]! < 0.8 ? 1 : 0;
    const at = (c: number) => clean.data[i * clean.channels + (clean.channels === 1 ? 0 : c)]! / most;
    for (let c = 0; c < 3; c++) photo.data[3 * i + c] = Math.round(top * at(c) * through);
    const shown = shot.of === 'red' ? at(0) : 0.2126 * at(0) + 0.7152 * at(1) + 0.0722 * at(2);
    const seen = shot.by === 'light' ? 1 - shot.share + shot.share * shown : Math.max(0.004, shown) ** shot.share;
    const [u, v] = [(i % width) / width - 0.5, Math.floor(i / width) / height - 0.5];
    light[i] = shot.bright * seen * pass[i]! * (1 - 2 * shot.uneven * (u * u + v * v));
  }
  const soft = blurred(light, width, height, shot.blur);
  const fine = createRaster(width, height, 1, 16);
  for (let i = 0; i < count; i++) fine.data[i] = Math.round(65535 * Math.min(1, soft[i]!));
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  // From the infrared picture to the photo.
  const cos = Math.cos(shot.turn) / shot.scale;
  const sin = Math.sin(shot.turn) / shot.scale;
  const map = {
    ax: cos,
    ay: sin,
    a: cx - cos * (cx + shot.shift[0]) - sin * (cy + shot.shift[1]),
    bx: -sin,
    by: cos,
    b: cy + sin * (cx + shot.shift[0]) - cos * (cy + shot.shift[1]),
  };
  const moved = readWarped(fine, map, { x: 0, y: 0, width, height });
  const infrared = createRaster(width, height, 1, shot.depth);
  for (let i = 0; i < count; i++) {
    const noise = shot.noise * (next() + next() + next() + next() - 2) * Math.sqrt(3);
    infrared.data[i] = Math.round(top * Math.max(0, Math.min(1, moved[i]! + noise)));
  }
  return { photo, infrared, truth };
}

/** Light that passes specks, hairs and scratches, 0..1 for each pixel. */
function drawDust(width: number, height: number, perMegapixel: number, next: () => number): Float32Array {
  const pass = new Float32Array(width * height).fill(1);
  const count = perMegapixel < 0 ? 0 : Math.max(3, Math.round((perMegapixel * width * height) / 1e6));
  for (let n = 0; n < count; n++) {
    const stops = 0.35 + 0.6 * next();
    const kind = next();
    let [x, y] = [next() * width, next() * height];
    if (kind < 0.6) {
      const radius = 1 + 4 * next() ** 2;
      const long = 1 + next();
      stamp(pass, width, height, x, y, radius, stops, long, next() * Math.PI);
      continue;
    }
    const isScratch = kind > 0.85;
    const radius = isScratch ? 0.6 + 0.9 * next() : 0.7 + 1.2 * next();
    let angle = next() * 2 * Math.PI;
    const bend = isScratch ? 0 : 0.06 * (next() - 0.5);
    const length = isScratch ? 60 + 200 * next() : 20 + 70 * next();
    for (let i = 0; i < length; i += 0.5) {
      stamp(pass, width, height, x, y, radius, stops, 1, 0);
      x += 0.5 * Math.cos(angle);
      y += 0.5 * Math.sin(angle);
      angle += bend;
    }
  }
  return pass;
}

function stamp(
  pass: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  radius: number,
  stops: number,
  long: number,
  turn: number,
): void {
  const reach = Math.ceil(radius * long + 1.5);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  for (let v = Math.max(0, Math.floor(y) - reach); v <= Math.min(height - 1, Math.floor(y) + reach); v++) {
    for (let u = Math.max(0, Math.floor(x) - reach); u <= Math.min(width - 1, Math.floor(x) + reach); u++) {
      const [dx, dy] = [u - x, v - y];
      const off = Math.hypot((dx * cos + dy * sin) / long, dy * cos - dx * sin) - radius;
      const cover = Math.max(0, Math.min(1, 0.5 - off));
      const at = v * width + u;
      pass[at] = Math.min(pass[at]!, 1 - stops * cover);
    }
  }
}

/** Precision and recall of a mask, where a pixel counts as met within `reach` pixels. */
export function f1(mask: ArrayLike<number>, truth: Uint8Array, width: number, height: number, reach = 2) {
  const met = (of: (at: number) => boolean, by: (at: number) => boolean) => {
    let [all, hit] = [0, 0];
    for (let i = 0; i < width * height; i++) {
      if (!of(i)) continue;
      all++;
      const x = i % width;
      const y = (i - x) / width;
      search: for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
        for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
          if (!by(v * width + u)) continue;
          hit++;
          break search;
        }
      }
    }
    return all === 0 ? 1 : hit / all;
  };
  const inMask = (at: number) => mask[at]! > 0;
  const inTruth = (at: number) => truth[at] === 1;
  const precision = met(inMask, inTruth);
  const recall = met(inTruth, inMask);
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
