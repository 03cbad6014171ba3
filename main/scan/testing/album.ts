import { type Corners, distance } from '../../../document/quad';
import { createRaster, type Raster } from '../../restoration/raster';
import { makeNoise, random } from '../../restoration/testing/random';

/** Draws album pages with prints on them, and knows where they lie. */

export const LIDS = ['white', 'black', 'grey', 'felt', 'fabric', 'wood', 'stripes', 'checks', 'dots'] as const;
export type Lid = (typeof LIDS)[number];

export interface DrawnPrint {
  /** Of the paper, or of the picture where its border is as white as the lid. */
  corners: Corners;
  /** Degrees, clockwise. */
  angle: number;
  edge: 'paper' | 'picture';
}

export interface Album {
  page: Raster;
  prints: DrawnPrint[];
}

export interface AlbumOptions {
  width: number;
  height: number;
  lid: Lid;
  count: number;
  /** The most that a print is turned, in degrees. */
  turn: number;
  /** How many of the prints touch another one, 0..1. */
  touching: number;
  /** How many have a white border, 0..1. */
  bordered: number;
  /** How dark the shadow beside prints is, 0..1. */
  shadow: number;
  /** Standard deviation of the noise, in levels of 8 bits. */
  noise: number;
  /** How much darker the lid gets towards one side, 0..1. */
  gradient: number;
  deckle?: boolean;
  /** The border has exactly the colour of a white lid. */
  sameWhite?: boolean;
}

interface Placed {
  x: number;
  y: number;
  width: number;
  height: number;
  angle: number;
}

const RADIANS = Math.PI / 180;

function cornersOf({ x, y, width, height, angle }: Placed): Corners {
  const [cos, sin] = [Math.cos(angle * RADIANS), Math.sin(angle * RADIANS)];
  const at = (across: number, down: number) =>
    [
      x + (across * width * cos - down * height * sin) / 2,
      y + (across * width * sin + down * height * cos) / 2,
    ] as const;
  return [at(-1, -1), at(1, -1), at(1, 1), at(-1, 1)];
}

/** How far two rectangles are apart, along the axis on which they are the farthest; negative if they overlap. */
function apart(one: Placed, other: Placed): number {
  let most = Number.NEGATIVE_INFINITY;
  const [a, b] = [cornersOf(one), cornersOf(other)];
  for (const angle of [one.angle, one.angle + 90, other.angle, other.angle + 90]) {
    const [nx, ny] = [Math.cos(angle * RADIANS), Math.sin(angle * RADIANS)];
    const [p, q] = [a.map(([x, y]) => x * nx + y * ny), b.map(([x, y]) => x * nx + y * ny)];
    most = Math.max(most, Math.min(...q) - Math.max(...p), Math.min(...p) - Math.max(...q));
  }
  return most;
}

/** Draws a page. The same seed and options give the same page. `pictures` are used in turn. */
export function drawAlbum(options: AlbumOptions, pictures: readonly Raster[], seed: number): Album {
  const next = random(seed);
  const { width, height } = options;
  const long = Math.max(width, height);
  const placed = place(options, pictures, next, long);
  const page = createRaster(width, height, 3, 8);
  const planes = new Float32Array(3 * width * height);
  const lid = lidOf(options.lid, next, long);
  const [slopeX, slopeY] = [next() - 0.5, next() - 0.5];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const light = 1 - options.gradient * (0.5 + slopeX * (x / width - 0.5) * 2 + slopeY * (y / height - 0.5) * 2);
      const [red, green, blue] = lid(x, y);
      planes[i] = red * light;
      planes[i + 1] = green * light;
      planes[i + 2] = blue * light;
    }
  }
  const middle = (Math.floor(height / 2) * width + Math.floor(width / 2)) * 3;
  const white = options.lid === 'white' ? [...planes.subarray(middle, middle + 3)] : [250, 249, 246];
  const prints = placed.map((each): DrawnPrint => {
    const bordered = next() < options.bordered;
    const same = bordered && options.lid === 'white' && options.sameWhite === true && options.shadow === 0;
    const border = bordered ? Math.min(each.width, each.height) * (0.03 + 0.06 * next()) : 0;
    const tone = same ? 0 : options.lid === 'white' ? -14 - 16 * next() : -20 * next();
    return { ...paint(each, border, tone, same), angle: each.angle };
  });
  for (let i = 0; i < planes.length; i++) {
    const noise = options.noise * (next() + next() + next() + next() - 2) * 1.73;
    page.data[i] = Math.max(0, Math.min(255, Math.round(planes[i]! + noise)));
  }
  return { page, prints };

  function paint(print: Placed, border: number, tone: number, same: boolean): Omit<DrawnPrint, 'angle'> {
    const picture = pictures[Math.floor(next() * pictures.length)]!;
    const { data } = picture;
    const [cos, sin] = [Math.cos(print.angle * RADIANS), Math.sin(print.angle * RADIANS)];
    const corners = cornersOf(print);
    const spread = 0.02 * long;
    const [sideX, sideY] = [next() < 0.5 ? -1 : 1, next() < 0.5 ? -1 : 1];
    const teeth = 0.006 * long;
    const xs = corners.map(([x]) => x);
    const ys = corners.map(([, y]) => y);
    const [inX, inY] = [print.width / 2 - border, print.height / 2 - border];
    const paper = white.map((each, i) => Math.max(0, each + tone * (1 + 0.15 * i)));
    for (
      let y = Math.max(0, Math.floor(Math.min(...ys) - spread));
      y < Math.min(height, Math.max(...ys) + spread);
      y++
    ) {
      for (
        let x = Math.max(0, Math.floor(Math.min(...xs) - spread));
        x < Math.min(width, Math.max(...xs) + spread);
        x++
      ) {
        const [dx, dy] = [x + 0.5 - print.x, y + 0.5 - print.y];
        const [u, v] = [dx * cos + dy * sin, -dx * sin + dy * cos];
        let [outX, outY] = [Math.abs(u) - print.width / 2, Math.abs(v) - print.height / 2];
        if (options.deckle) {
          outX += teeth * (0.25 + 0.25 * Math.sin((v / teeth) * 1.3) + 0.1 * Math.sin(v / teeth / 2.7));
          outY += teeth * (0.25 + 0.25 * Math.sin((u / teeth) * 1.3) + 0.1 * Math.sin(u / teeth / 2.7));
        }
        const cover = Math.max(0, Math.min(1, 0.5 - Math.max(outX, outY)));
        const i = (y * width + x) * 3;
        if (cover < 1 && options.shadow > 0) {
          const [shX, shY] = [u - sideX * spread * 0.35, v - sideY * spread * 0.35];
          const away = Math.hypot(
            Math.max(0, Math.abs(shX) - print.width / 2),
            Math.max(0, Math.abs(shY) - print.height / 2),
          );
          const dark = 1 - options.shadow * Math.max(0, 1 - away / (spread * 0.65)) * (1 - cover);
          for (let c = 0; c < 3; c++) planes[i + c]! *= dark;
        }
        if (cover === 0) continue;
        const inside = Math.max(0, Math.min(1, 0.5 + Math.min(inX - Math.abs(u), inY - Math.abs(v))));
        const fx = Math.max(0, Math.min(picture.width - 1.001, ((u + inX) / (2 * inX)) * picture.width - 0.5));
        const fy = Math.max(0, Math.min(picture.height - 1.001, ((v + inY) / (2 * inY)) * picture.height - 0.5));
        const [px, py] = [Math.floor(fx), Math.floor(fy)];
        const [wx, wy] = [fx - px, fy - py];
        const { channels } = picture;
        const at = (py * picture.width + px) * channels;
        const below = Math.min(picture.height - 1 - py, 1) * picture.width * channels;
        const beside = Math.min(picture.width - 1 - px, 1) * channels;
        for (let c = 0; c < 3; c++) {
          const k = at + (channels === 3 ? c : 0);
          const top = data[k]! * (1 - wx) + data[k + beside]! * wx;
          const bottom = data[k + below]! * (1 - wx) + data[k + below + beside]! * wx;
          const value = (top * (1 - wy) + bottom * wy) * inside + paper[c]! * (1 - inside);
          // As white as the lid at this place, whatever its light.
          const seen = same && inside === 0 ? planes[i + c]! : value;
          planes[i + c] = seen * cover + planes[i + c]! * (1 - cover);
        }
      }
    }
    if (!same) return { corners, edge: 'paper' };
    return { corners: cornersOf({ ...print, width: 2 * inX, height: 2 * inY }), edge: 'picture' };
  }
}

function place(options: AlbumOptions, pictures: readonly Raster[], next: () => number, long: number): Placed[] {
  const { width, height, count, turn, touching } = options;
  const margin = 0.03 * long;
  for (let attempt = 0; count > 0; attempt++) {
    const placed: Placed[] = [];
    // Smaller ones where they do not fit.
    const size = Math.sqrt((width * height) / count) * Math.max(0.25, 0.85 - 0.04 * attempt);
    for (let tries = 0; tries < 400 && placed.length < count; tries++) {
      const picture = pictures[Math.floor(next() * pictures.length)]!;
      const aspect = Math.sqrt(Math.max(0.6, Math.min(1.7, picture.width / picture.height)));
      const area = size * (0.6 + 0.4 * next());
      const print: Placed = {
        x: width * next(),
        y: height * next(),
        width: area * aspect,
        height: area / aspect,
        angle: turn * (2 * next() - 1),
      };
      const partner = placed[Math.floor(next() * placed.length)];
      if (partner && next() < touching) beside(print, partner);
      const fits = cornersOf(print).every(
        ([x, y]) => x > margin && y > margin && x < width - margin && y < height - margin,
      );
      if (fits && placed.every((other) => apart(print, other) > (print === other ? 0 : -0.01))) {
        const isNear = placed.some((other) => apart(print, other) < 0.012 * long && other !== partner);
        if (!isNear || touching > 0) placed.push(print);
      }
    }
    if (placed.length === count) return placed;
  }
  return [];

  /** Against a side of another print: in the same angle along the side, or turned, with one corner on it. */
  function beside(print: Placed, partner: Placed): void {
    const side = Math.floor(next() * 4);
    const sameAngle = next() < 0.7;
    if (sameAngle) print.angle = partner.angle;
    if (sameAngle && next() < 0.4) [print.width, print.height] = [partner.width, partner.height];
    const direction = (partner.angle + 90 * side) * RADIANS;
    const along = (next() < 0.4 ? 0 : next() - 0.5) * 0.8 * (side % 2 === 0 ? partner.height : partner.width);
    const [nx, ny] = [Math.cos(direction), Math.sin(direction)];
    let [low, high] = [0, 2 * long];
    for (let step = 0; step < 40; step++) {
      const away = (low + high) / 2;
      print.x = partner.x + nx * away - ny * along;
      print.y = partner.y + ny * away + nx * along;
      if (apart(print, partner) >= 0) high = away;
      else low = away;
    }
    const gap = next() < 0.6 ? 0 : next() * 0.006 * long;
    print.x += nx * gap;
    print.y += ny * gap;
  }
}

type Paint = (x: number, y: number) => readonly [number, number, number];

function lidOf(kind: Lid, next: () => number, long: number): Paint {
  const noise = makeNoise(next);
  const unit = long / 1200;
  const hue = (): [number, number, number] => [40 + 190 * next(), 40 + 190 * next(), 40 + 190 * next()];
  const mixed = (one: readonly number[], other: readonly number[], share: number): [number, number, number] => [
    one[0]! + (other[0]! - one[0]!) * share,
    one[1]! + (other[1]! - one[1]!) * share,
    one[2]! + (other[2]! - one[2]!) * share,
  ];
  const turned = (next() - 0.5) * Math.PI;
  const [cos, sin] = [Math.cos(turned), Math.sin(turned)];
  switch (kind) {
    case 'white': {
      const level = 243 + 9 * next();
      const tint = [0, -1 - 2 * next(), -2 - 4 * next()];
      return () => [level + tint[0]!, level + tint[1]!, level + tint[2]!];
    }
    case 'black': {
      const level = 6 + 18 * next();
      return () => [level, level, level * 1.03];
    }
    case 'grey': {
      const level = 70 + 130 * next();
      return () => [level, level, level];
    }
    case 'felt': {
      const colour = hue();
      return (x, y) => {
        const shade = 1 + 0.1 * noise(x / 3 / unit, y / 3 / unit, 3) + 0.04 * noise(x / 90 / unit, y / 90 / unit, 2);
        return [colour[0] * shade, colour[1] * shade, colour[2] * shade];
      };
    }
    case 'fabric': {
      const colour = hue();
      const thread = (5 + 5 * next()) * unit;
      return (x, y) => {
        const [u, v] = [(x * cos + y * sin) / thread, (y * cos - x * sin) / thread];
        const over = (Math.floor(u) + Math.floor(v)) % 2 === 0;
        const round = over ? Math.sin((u - Math.floor(u)) * Math.PI) : Math.sin((v - Math.floor(v)) * Math.PI);
        const shade = 0.78 + 0.26 * round + 0.06 * noise(u, v, 2);
        return [colour[0] * shade, colour[1] * shade, colour[2] * shade];
      };
    }
    case 'wood': {
      const [dark, light] = [
        [70 + 40 * next(), 42 + 20 * next(), 22 + 15 * next()],
        [165 + 40 * next(), 115 + 30 * next(), 65 + 30 * next()],
      ];
      const stretch = 9 + 10 * next();
      return (x, y) => {
        const [u, v] = [(x * cos + y * sin) / (260 * unit), (y * cos - x * sin) / (260 * unit)];
        const ring = 0.5 + 0.5 * Math.sin(22 * v + 3 * noise(u * 0.8, v * 2, 3) + 5);
        const pore = noise(u * 8, v * stretch * 9, 3);
        return mixed(dark, light, Math.max(0, Math.min(1, 0.35 + 0.4 * ring + 0.25 * pore)));
      };
    }
    case 'stripes': {
      const [one, other] = [hue(), hue()];
      const width = (9 + 50 * next()) * unit;
      return (x, y) => mixed(one, other, soft(Math.sin(((x * cos + y * sin) / width) * Math.PI), width));
    }
    case 'checks': {
      const [one, other] = [hue(), hue()];
      const width = (14 + 40 * next()) * unit;
      return (x, y) => {
        const a = soft(Math.sin(((x * cos + y * sin) / width) * Math.PI), width);
        const b = soft(Math.sin(((y * cos - x * sin) / width) * Math.PI), width);
        return mixed(one, other, 0.5 * a + 0.5 * b);
      };
    }
    case 'dots': {
      const [one, other] = [hue(), hue()];
      const width = (14 + 40 * next()) * unit;
      return (x, y) => {
        const [u, v] = [(x * cos + y * sin) / width, (y * cos - x * sin) / width];
        const away = Math.hypot(u - Math.round(u), v - Math.round(v));
        return mixed(one, other, Math.max(0, Math.min(1, (0.3 - away) * width + 0.5)));
      };
    }
  }
}

function soft(wave: number, width: number): number {
  return Math.max(0, Math.min(1, 0.5 + (wave * width) / Math.PI));
}

/** The largest distance between corners that belong together. */
export function worstCorner(one: Corners, other: Corners): number {
  return Math.max(...one.map((corner, i) => distance(corner, other[i]!)));
}
