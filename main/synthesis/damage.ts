import type { DamageKind } from '../../contract/synthesis';
import {
  alter,
  averaged,
  blurred,
  createField,
  drawEllipse,
  drawPath,
  drawPolygon,
  type Field,
  type Point,
  smoothNoise,
} from './field';
import { copied, lumaOf, type Picture, resampled } from './picture';
import type { SeededRandom } from './seeded-random';

/*
 * Draws damage on a picture, as in the training kit (models/training/degradations.py). Widths and lengths are in pixels.
 * The result depends only on `random`.
 */

/** The class of a piece of damage for a detector: a line (crease, scratch, hair, tear) or an area (stain, speck, flake). */
type DamageClass = 'line' | 'area';

/** One piece of damage before it is drawn on a picture. */
interface Drawn {
  shape: string;
  opacity: Field;
  /** null: the shape of each part decides. */
  class: DamageClass | null;
  /** Further facts for the record. */
  facts?: Record<string, string | number>;
}

/** The functions that drawing damage needs. Opacities of any size, 0..1. */
export interface Materials {
  /** Awaited between two pieces; may throw to stop. */
  breathe(): Promise<void>;
  /** An overlay: a picture of damage. */
  overlay(): Promise<{ name: string; opacity: Field }>;
  /** An overlay from a generator; depends on `random`. */
  synthesised(random: SeededRandom): Promise<Field>;
}

/** A record of damage drawn on a picture. Numbers are rounded; the place covers every changed pixel. */
export interface PieceRecord {
  kind: DamageKind;
  shape: string;
  class: DamageClass | 'mixed';
  /** Red, green and blue, 0..1; null for a stain, which darkens what is below it. */
  tone: readonly [number, number, number] | null;
  opacity: number;
  /** Standard deviation of the Gaussian that softens it, in pixels; 0 for none. */
  softness: number;
  place: { x: number; y: number; width: number; height: number };
  [fact: string]: unknown;
}

/** The greatest opacity drawn at each pixel, by class. */
export interface Truth {
  lines: Float32Array;
  areas: Float32Array;
}

// ------------------------------------------------------------------------------------------------ what is drawn

/** A wandering polyline; `wobble` is the turn at each step in radians. */
function wander(
  random: SeededRandom,
  start: Point,
  angle: number,
  length: number,
  step: number,
  wobble: number,
): Point[] {
  const points: Point[] = [start];
  let [x, y] = start;
  let drift = 0;
  for (let i = 0; i < Math.max(2, Math.floor(length / step)); i++) {
    const turn = wobble * random.normal();
    drift += 0.3 * turn;
    x += step * Math.cos(angle + drift + turn);
    y += step * Math.sin(angle + drift + turn);
    points.push([x, y]);
  }
  return points;
}

/** A wandering, ragged line of varying width, often with branches and gaps. */
function crease(random: SeededRandom, side: number): Drawn {
  const width = random.log(0.8, 7);
  const start: Point = [random.between(-0.1, 1.1) * side, random.between(-0.1, 1.1) * side];
  const towards: Point = [random.between(0.2, 0.8) * side, random.between(0.2, 0.8) * side];
  const wobble = random.pick([0.03, 0.12, 0.3, 0.5]);
  const opacity = createField(side, side);
  const angle = Math.atan2(towards[1] - start[1], towards[0] - start[0]);
  const ahead = [{ start, angle, length: random.log(0.25, 1.8) * side, width }];
  for (let drawn = 1; drawn <= 7; drawn++) {
    const next = ahead.pop();
    if (!next) break;
    const points = wander(random, next.start, next.angle, next.length, random.between(3, 9), wobble);
    const knots = Array.from({ length: Math.max(2, points.length >> 2) }, () => random.between(0.35, 1.5));
    const end = random.chance(0.5) ? 0.3 : 1;
    drawPath(opacity, points, (i) => {
      const along = (i / (points.length - 1)) * (knots.length - 1);
      const knot = Math.min(knots.length - 2, Math.floor(along));
      const profile = knots[knot]! + (knots[knot + 1]! - knots[knot]!) * (along - knot);
      return next.width * profile * (1 + (end - 1) * (i / points.length));
    });
    for (let branches = drawn < 4 ? random.poisson(0.5) : 0; branches > 0; branches--) {
      ahead.push({
        start: random.pick(points),
        angle: next.angle + random.pick([-1, 1]) * random.between(0.3, 1.4),
        length: next.length * random.between(0.1, 0.5),
        width: next.width * random.between(0.3, 0.8),
      });
    }
  }
  if (random.chance(0.6)) {
    const ragged = smoothNoise(random, side, side, random.log(1.5, 4), 0, random.between(0.4, 1.3)).data;
    alter(opacity, (value, i) => 1.6 * value - ragged[i]!);
  }
  if (random.chance(0.35)) {
    const worn = smoothNoise(random, side, side, random.log(8, 30), -0.3, 1.6).data;
    alter(opacity, (value, i) => value * Math.max(0, Math.min(1, worn[i]!)));
  }
  return { shape: 'crease', opacity, class: 'line', facts: { width: rounded(width), wobble } };
}

/** A few thin, nearly straight lines in one direction. */
function scratches(random: SeededRandom, side: number): Drawn {
  const opacity = createField(side, side);
  // Film is scratched like this on its way through a camera.
  const angle = random.chance(0.3) ? Math.PI / 2 + 0.03 * random.normal() : random.between(0, Math.PI);
  const width = random.log(0.5, 2.5);
  const count = 1 + random.below(5);
  for (let i = 0; i < count; i++) {
    const start: Point = [random.unit() * side, random.unit() * side];
    const points = wander(random, start, angle + 0.15 * random.normal(), random.log(10, 1.4 * side), 12, 0.02);
    drawPath(opacity, points, () => width * random.between(0.5, 1.3), random.between(0.5, 1));
  }
  if (random.chance(0.4)) {
    const worn = smoothNoise(random, side, side, random.log(3, 15), -0.4, 1.8).data;
    alter(opacity, (value, i) => value * Math.max(0, Math.min(1, worn[i]!)));
  }
  return { shape: 'scratches', opacity, class: 'line', facts: { width: rounded(width), count } };
}

/** A wedge of white paper along a ragged line from one border inwards. */
function tear(random: SeededRandom, side: number): Drawn {
  const along = random.between(0.1, 0.9) * side;
  const [start, inwards] = random.pick<[Point, number]>([
    [[0, along], 0],
    [[side, along], Math.PI],
    [[along, 0], Math.PI / 2],
    [[along, side], -Math.PI / 2],
  ]);
  const points = wander(random, start, inwards + 0.5 * random.normal(), random.between(0.2, 0.9) * side, 5, 0.45);
  const width = random.log(2, 10);
  const opacity = createField(side, side);
  drawPath(opacity, points, (i) => width * (1.2 - i / points.length) * random.between(0.7, 1.2));
  const ragged = smoothNoise(random, side, side, 2.5, 0, 0.9).data;
  alter(opacity, (value, i) => 1.5 * value - ragged[i]!);
  return { shape: 'tear', opacity, class: 'line', facts: { width: rounded(width) } };
}

/** Dust and small flakes of 1 to 9 pixels. */
function specks(random: SeededRandom, side: number): Drawn {
  const opacity = createField(side, side);
  const count = Math.floor(random.log(1, 40));
  const largest = random.log(1.2, 9);
  for (let i = 0; i < count; i++) {
    const radius = Math.max(0.5, 0.6 * random.log(0.6, largest));
    const centre: Point = [random.unit() * side, random.unit() * side];
    const axes: Point = [radius, Math.max(0.5, radius * random.between(0.35, 1))];
    drawEllipse(opacity, centre, axes, random.between(0, Math.PI), random.between(0.6, 1));
  }
  return { shape: 'specks', opacity, class: 'area', facts: { count, largest: rounded(largest) } };
}

/** Missing emulsion: patches with hard, ragged edges, 3 to 26 pixels wide. */
function flake(random: SeededRandom, side: number): Drawn {
  const opacity = createField(side, side);
  const size = random.log(3, 26);
  for (let patches = 1 + random.below(3); patches > 0; patches--) {
    const centre: Point = [random.unit() * side, random.unit() * side];
    const radius = (size * random.between(0.4, 1)) / 2;
    const corners = 7 + random.below(11);
    const squeeze = random.between(0.4, 1);
    drawPolygon(
      opacity,
      Array.from({ length: corners }, (_, i): Point => {
        const angle = (2 * Math.PI * i) / corners;
        const reach = radius * random.between(0.5, 1.3);
        return [centre[0] + reach * Math.cos(angle), centre[1] + squeeze * reach * Math.sin(angle)];
      }),
    );
  }
  return { shape: 'flake', opacity, class: 'area', facts: { size: rounded(size) } };
}

/** A spot of 5 to 30 pixels, larger in a larger picture: soft inside, often with a darker rim. */
function stain(random: SeededRandom, side: number): Drawn {
  const size = random.log(5, Math.max(30, side / 8));
  const [cx, cy] = [random.unit() * side, random.unit() * side];
  const squeeze = random.between(0.7, 1.4);
  const uneven = smoothNoise(random, side, side, Math.max(2, size / 3), -0.3, 0.3).data;
  const edge = random.log(0.05, 0.5);
  const hasRim = random.chance(0.4);
  const opacity = createField(side, side);
  alter(opacity, (_, i) => {
    const [x, y] = [(i % side) + 0.5, Math.floor(i / side) + 0.5];
    const distance = (Math.hypot(x - cx, (y - cy) * squeeze) / size) * 2 + uneven[i]!;
    const cover = Math.max(0, Math.min(1, (1 - distance) / edge + 0.5));
    return hasRim ? cover * Math.min(1, 0.4 + Math.exp(-((distance - 0.9) ** 2) / 0.02)) : cover;
  });
  return { shape: 'stain', opacity, class: 'area', facts: { size: rounded(size) } };
}

const LINES = [crease, crease, scratches, tear];
const AREAS = [specks, specks, specks, flake, flake, stain];

/** Rotates an overlay by quarter turns, mirrors, scales and places it. Its damage stays near its middle. */
function placed(random: SeededRandom, overlay: Field, side: number, scale: readonly [number, number]): Field {
  const longer = Math.max(overlay.width, overlay.height);
  // Strongly enlarged damage looks like nothing on a real print.
  const factor = Math.min(random.log(...scale) * (side / longer), 1.5);
  const [width, height] = [overlay.width, overlay.height].map((length) => Math.max(4, Math.round(length * factor)));
  const small = resampled(overlay, width!, height!, 'linear');
  return turned(random, small, side);
}

/** Rotates by any angle around a point anywhere in a square, and sometimes mirrors. */
function turned(random: SeededRandom, { width, height, data }: Field, side: number): Field {
  const out = createField(side, side);
  const angle = random.between(0, 2 * Math.PI);
  const mirror = random.chance(0.5) ? -1 : 1;
  const [cx, cy] = [random.unit() * side, random.unit() * side];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : data[y * width + x]!);
  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++, i++) {
      const [dx, dy] = [x + 0.5 - cx, y + 0.5 - cy];
      const u = mirror * (dx * cos + dy * sin) + width / 2 - 0.5;
      const v = dy * cos - dx * sin + height / 2 - 0.5;
      if (u <= -1 || v <= -1 || u >= width || v >= height) continue;
      const [left, top] = [Math.floor(u), Math.floor(v)];
      const [tx, ty] = [u - left, v - top];
      const upper = at(left, top) * (1 - tx) + at(left + 1, top) * tx;
      const lower = at(left, top + 1) * (1 - tx) + at(left + 1, top + 1) * tx;
      out.data[i] = upper * (1 - ty) + lower * ty;
    }
  }
  return out;
}

// ------------------------------------------------------------------------------------------------ laying it on

/** Draws one piece of a kind, not yet on any picture. */
async function make(kind: DamageKind, random: SeededRandom, side: number, materials: Materials): Promise<Drawn> {
  if (kind === 'drawn') return random.pick(random.chance(0.55) ? LINES : AREAS)(random, side);
  if (kind === 'overlay') {
    const { name, opacity } = await materials.overlay();
    return {
      shape: 'overlay',
      opacity: placed(random, opacity, side, [0.25, 1.1]),
      class: null,
      facts: { overlay: name },
    };
  }
  const opacity = createField(side, side);
  const count = 1 + random.below(3);
  for (let i = 0; i < count; i++) {
    const one = placed(random, await materials.synthesised(random), side, [0.2, 0.8]).data;
    alter(opacity, (value, at) => Math.max(value, one[at]!));
  }
  return { shape: 'synthesised', opacity, class: null, facts: { count } };
}

/**
 * Draws damage on a copy of a picture.
 *
 * @param kinds the kinds of damage to choose from; if drawn damage is one of several, it makes up half
 */
export async function damage(
  picture: Picture,
  kinds: readonly DamageKind[],
  random: SeededRandom,
  materials: Materials,
): Promise<{ picture: Picture; truth: Truth; pieces: PieceRecord[] }> {
  const side = picture.width;
  const out = copied(picture);
  const truth: Truth = { lines: new Float32Array(side * side), areas: new Float32Array(side * side) };
  const pieces: PieceRecord[] = [];
  // Most pictures are damaged in light tones, some mostly in dark ones.
  const bright = random.chance(0.7) ? 0.85 : 0.25;
  const amount = 1 + random.poisson((1.8 * side) / 128);
  const others = kinds.filter((kind) => kind !== 'drawn');
  for (let i = 0; i < amount; i++) {
    const isDrawn = others.length === 0 || (kinds.includes('drawn') && random.chance(0.5));
    const kind = isDrawn ? 'drawn' : random.pick(others);
    await materials.breathe();
    const drawn = await make(kind, random, side, materials);
    const softness = random.chance(0.35) ? random.log(0.4, 1.5) : 0;
    const opacity = softness > 0 ? blurred(drawn.opacity, softness) : drawn.opacity;
    const strength = Math.min(1, random.log(0.45, 1.6));
    const darkens = drawn.shape === 'stain' && random.chance(0.6);
    const tone = toneOf(random, bright);
    if (drawn.shape === 'crease' && random.chance(0.25)) castShadow(random, out, opacity, 0.6 * strength, tone, truth);
    if (darkens) layStain(random, out, opacity, strength);
    else lay(out, opacity, strength, tone, random.chance(0.5) ? null : smoothNoise(random, side, side, 1.5, 0.8, 1));
    const covered = darkens ? 0.6 * strength : strength;
    pieces.push({
      kind,
      shape: drawn.shape,
      class: note(truth, opacity, covered, drawn.class),
      tone: darkens ? null : (tone.map(rounded) as unknown as Tone),
      opacity: rounded(covered),
      softness: rounded(softness),
      place: placeOf(opacity),
      ...drawn.facts,
    });
  }
  return { picture: out, truth, pieces };
}

type Tone = readonly [number, number, number];

/** The colour of bare paper, slightly warm, or of dirt. */
function toneOf(random: SeededRandom, bright: number): Tone {
  const isLight = random.chance(bright);
  const tone = isLight ? random.between(0.72, 1) : random.between(0, 0.28);
  const warm = random.chance(0.5) ? random.between(0, 0.1) : 0;
  return [tone, tone * (1 - 0.4 * warm), tone * (1 - warm)];
}

function lay({ planes }: Picture, { data }: Field, strength: number, tone: Tone, texture: Field | null): void {
  for (const [c, plane] of planes.entries()) {
    for (let i = 0; i < plane.length; i++) {
      const share = data[i]! * strength;
      if (share > 0) plane[i] = plane[i]! * (1 - share) + tone[c]! * (texture?.data[i] ?? 1) * share;
    }
  }
}

/** A stain lets the picture through and takes most of its blue. */
function layStain(random: SeededRandom, { planes }: Picture, { data }: Field, strength: number): void {
  const takes = [random.between(0.35, 0.6), random.between(0.5, 0.65), 0.75];
  for (const [c, plane] of planes.entries()) {
    for (let i = 0; i < plane.length; i++) plane[i] = plane[i]! * (1 - data[i]! * strength * takes[c]!);
  }
}

/** A fold is darker or lighter on one side of its ridge. */
function castShadow(
  random: SeededRandom,
  picture: Picture,
  { width, height, data }: Field,
  share: number,
  tone: Tone,
  truth: Truth,
) {
  const [dx, dy] = [random.below(5) - 2, random.below(5) - 2];
  const shadow = createField(width, height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const [fromX, fromY] = [x - dx, y - dy];
      if (fromX >= 0 && fromY >= 0 && fromX < width && fromY < height) shadow.data[i] = data[fromY * width + fromX]!;
    }
  }
  lay(picture, shadow, share, [1 - tone[0], 1 - tone[1], 1 - tone[2]], null);
  note(truth, shadow, share, 'line');
}

// ------------------------------------------------------------------------------------------------ the truth

/** Opacity from which a pixel belongs to a part of an overlay. */
const PART = 0.1;
/** A part that fills a smaller share of the square over its diagonal is a line. */
const SLENDER = 0.1;

/** Adds drawn opacities to the ground truth; returns their class. */
function note(truth: Truth, opacity: Field, strength: number, known: DamageClass | null): PieceRecord['class'] {
  const isLine = known === null ? linesOf(opacity) : null;
  let [lines, areas] = [0, 0];
  for (let i = 0; i < opacity.data.length; i++) {
    const share = opacity.data[i]! * strength;
    if (share === 0) continue;
    const line = isLine ? isLine[i] === 1 : known === 'line';
    const into = line ? truth.lines : truth.areas;
    if (share > PART) line ? lines++ : areas++;
    if (share > into[i]!) into[i] = share;
  }
  return known ?? (areas === 0 ? 'line' : lines === 0 ? 'area' : 'mixed');
}

/** 1 at the pixels of thin, long parts. Parts are 8-connected. */
function linesOf({ width, height, data }: Field): Uint8Array {
  const result = new Uint8Array(data.length);
  const met = new Uint8Array(data.length);
  for (let start = 0; start < data.length; start++) {
    if (met[start] || data[start]! < PART) continue;
    const part = [start];
    met[start] = 1;
    let [left, right, top, bottom] = [width, 0, height, 0];
    for (let next = 0; next < part.length; next++) {
      const [x, y] = [part[next]! % width, Math.floor(part[next]! / width)];
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height) continue;
          const at = (y + dy) * width + x + dx;
          if (met[at] || data[at]! < PART) continue;
          met[at] = 1;
          part.push(at);
        }
      }
    }
    const square = (right - left + 1) ** 2 + (bottom - top + 1) ** 2;
    if (part.length < SLENDER * square) for (const at of part) result[at] = 1;
  }
  return result;
}

/** Values of a mask. {@link DAMAGED} and above is damage. */
export const MASK = { sound: 0, unsure: 64, area: 192, line: 255 } as const;
export const DAMAGED = 128;

/**
 * The damage that is visible in brightness: the change exceeds what the picture's own detail and later noise can hide. A
 * pixel with a smaller change is unsure.
 *
 * @param before the same picture as `after`, without the damage
 * @param noise standard deviation of the noise that will be added, 0..1
 * @returns values of {@link MASK}
 */
export function visibleDamage(before: Picture, after: Picture, truth: Truth, noise: number): Uint8Array {
  const one = lumaOf(before);
  const other = lumaOf(after);
  const change = createField(one.width, one.height);
  for (let i = 0; i < change.data.length; i++) change.data[i] = Math.abs(other.data[i]! - one.data[i]!);
  const seen = blurred(change, 0.7).data;
  const mean = averaged(one, 4).data;
  const squares = averaged({ ...one, data: one.data.map((value) => value * value) }, 4).data;
  const mask = new Uint8Array(seen.length);
  for (let i = 0; i < mask.length; i++) {
    const contrast = Math.sqrt(Math.max(0, squares[i]! - mean[i]! ** 2));
    const needed = 0.055 + noise + 0.4 * contrast;
    const [line, area] = [truth.lines[i]!, truth.areas[i]!];
    if (Math.max(line, area) > 0.12 && seen[i]! > needed) mask[i] = line >= area ? MASK.line : MASK.area;
    else if (seen[i]! > 0.012 && (Math.max(line, area) > 0.02 || seen[i]! > 0.5 * needed)) mask[i] = MASK.unsure;
  }
  return mask;
}

/** The area with any opacity. */
function placeOf({ width, height, data }: Field): PieceRecord['place'] {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let i = 0; i < data.length; i++) {
    if (data[i]! < 0.02) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  return right < 0
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
