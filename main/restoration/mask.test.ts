import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DamageMap } from './damage';
import { createMask, damageShares, evidenceOf, type MaskSettings, writingLeft } from './mask';
import type { Rect } from './raster';
import { damageMap } from './testing/damage-map';

/** A map with strokes of the given certainty, each fading out at its rim like a detector's output. */
function mapWith(
  width: number,
  height: number,
  strokes: readonly { x: number; y: number; dx: number; dy: number; certainty: number }[],
  fullScale = 1,
): DamageMap {
  const lines = new Uint8Array(width * height);
  for (const { x, y, dx, dy, certainty } of strokes) {
    for (let t = 0; t <= 24; t++) {
      const cx = Math.round((x + dx * t) * width);
      const cy = Math.round((y + dy * t) * height);
      for (let row = cy - 2; row <= cy + 2; row++) {
        for (let column = cx - 2; column <= cx + 2; column++) {
          if (row < 0 || column < 0 || row >= height || column >= width) continue;
          const value = Math.round(255 * certainty * Math.max(0, 1 - 0.3 * Math.hypot(row - cy, column - cx)));
          lines[row * width + column] = Math.max(lines[row * width + column]!, value);
        }
      }
    }
  }
  return damageMap(width, height, {
    fullWidth: Math.round(width * fullScale),
    fullHeight: Math.round(height * fullScale),
    lines,
    losses: new Uint8Array(0),
    writing: new Uint8Array(0),
    pieces: { smallest: 4, seedLogits: 1, flankLogits: 1 },
    linesAndBlobsOnly: true,
  });
}

const stroke = fc.record({
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
  dx: fc.double({ min: -0.03, max: 0.03, noNaN: true }),
  dy: fc.double({ min: -0.03, max: 0.03, noNaN: true }),
  certainty: fc.double({ min: 0.2, max: 1, noNaN: true }),
});
const maps = fc
  .tuple(
    fc.integer({ min: 20, max: 70 }),
    fc.integer({ min: 20, max: 70 }),
    fc.array(stroke, { minLength: 1, maxLength: 4 }),
  )
  .map(([width, height, strokes]) => mapWith(width, height, strokes));
const settings = fc.record({
  sensitivity: fc.double({ min: 0, max: 1, noNaN: true }),
  grow: fc.double({ min: 0, max: 8, noNaN: true }),
});

function whole(map: DamageMap, options: MaskSettings, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height);
  createMask(map, options, { width, height }).read({ x: 0, y: 0, width, height }, out);
  return out;
}

describe('createMask', () => {
  test('gives the same in pieces as in whole, and any() agrees, at any scale', () => {
    const frames = fc.double({ min: 0.4, max: 2.6, noNaN: true });
    const share = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(maps, settings, frames, share, share, share, share, (map, options, scale, left, top, w, h) => {
        const width = Math.max(1, Math.round(map.width * scale));
        const height = Math.max(1, Math.round(map.height * scale));
        const all = whole(map, options, width, height);
        const x = Math.floor(left * width);
        const y = Math.floor(top * height);
        const rect: Rect = {
          x,
          y,
          width: 1 + Math.floor(w * (width - x)),
          height: 1 + Math.floor(h * (height - y)),
        };
        const mask = createMask(map, options, { width, height });
        const piece = new Uint8Array(rect.width * rect.height).fill(7);
        mask.read(rect, piece);
        for (let row = 0; row < rect.height; row++) {
          const start = (rect.y + row) * width + rect.x;
          expect(piece.subarray(row * rect.width, (row + 1) * rect.width)).toEqual(
            all.subarray(start, start + rect.width),
          );
        }
        expect(mask.any(rect)).toBe(piece.includes(255));
      }),
      { numRuns: 150 },
    );
  });

  test('a higher sensitivity or growth never removes a pixel', () => {
    fc.assert(
      fc.property(maps, settings, settings, (map, one, other) => {
        const less = whole(
          map,
          { sensitivity: Math.min(one.sensitivity, other.sensitivity), grow: Math.min(one.grow, other.grow) },
          map.width,
          map.height,
        );
        const more = whole(
          map,
          { sensitivity: Math.max(one.sensitivity, other.sensitivity), grow: Math.max(one.grow, other.grow) },
          map.width,
          map.height,
        );
        expect(less.every((value, i) => value <= more[i]!)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('preview and full size agree to within a preview pixel of the edge', () => {
    fc.assert(
      fc.property(maps, settings, fc.integer({ min: 2, max: 4 }), (map, options, factor) => {
        const width = Math.floor(map.width / factor);
        const height = Math.floor(map.height / factor);
        // Crops the map so that the frames have the same shape and the scales are exact.
        const cropped = { ...crop(map, width * factor, height * factor) };
        const full = whole(cropped, options, cropped.width, cropped.height);
        const preview = whole(cropped, options, width, height);
        for (let y = 1; y < height - 1; y++) {
          for (let x = 1; x < width - 1; x++) {
            let inside = 0;
            let count = 0;
            for (let row = (y - 1) * factor; row < (y + 2) * factor; row++) {
              for (let column = (x - 1) * factor; column < (x + 2) * factor; column++, count++) {
                if (full[row * cropped.width + column] !== 0) inside++;
              }
            }
            if (preview[y * width + x] !== 0) expect(inside).toBeGreaterThan(0);
            if (inside === count) expect(preview[y * width + x]).toBe(255);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('grows by a disc measured in pixels of the full-size photo', () => {
    const map = mapWith(60, 60, [{ x: 0.5, y: 0.5, dx: 0, dy: 0, certainty: 1 }]);
    const core = whole(map, { sensitivity: 0.5, grow: 0 }, 60, 60);
    const grown = whole(map, { sensitivity: 0.5, grow: 5 }, 60, 60);
    for (let i = 0; i < grown.length; i++) {
      let nearest = Number.POSITIVE_INFINITY;
      core.forEach((value, j) => {
        if (value !== 0)
          nearest = Math.min(nearest, Math.hypot((i % 60) - (j % 60), Math.floor(i / 60) - Math.floor(j / 60)));
      });
      expect(grown[i]).toBe(nearest <= 5 ? 255 : 0);
    }
    // Half the size, half the reach.
    const half = whole(map, { sensitivity: 0.5, grow: 5 }, 30, 30);
    const share = (mask: Uint8Array) => mask.filter((value) => value !== 0).length / mask.length;
    expect(share(half)).toBeCloseTo(share(grown), 1);
  });

  test('at twice the size of the map, edges are smooth and not in steps of two pixels', () => {
    const map = mapWith(60, 60, [{ x: 0.3, y: 0.3, dx: 0.012, dy: 0.009, certainty: 1 }]);
    const mask = whole(map, { sensitivity: 0.5, grow: 0 }, 120, 120);
    let blocks = 0;
    let mixed = 0;
    for (let y = 0; y < 120; y += 2) {
      for (let x = 0; x < 120; x += 2) {
        const four = [mask[y * 120 + x], mask[y * 120 + x + 1], mask[(y + 1) * 120 + x], mask[(y + 1) * 120 + x + 1]];
        if (four.includes(255)) blocks++;
        if (four.includes(255) && four.includes(0)) mixed++;
      }
    }
    expect(mixed).toBeGreaterThan(0.2 * blocks);
  });

  test('the coverage is the share of masked pixels', () => {
    const map = mapWith(70, 50, [{ x: 0.2, y: 0.2, dx: 0.02, dy: 0.02, certainty: 1 }]);
    const options = { sensitivity: 0.5, grow: 3 };
    const masked = whole(map, options, 70, 50).filter((value) => value !== 0).length;
    expect(createMask(map, options, { width: 700, height: 500 }).coverage()).toBeCloseTo(masked / 3500, 10);
  });
});

describe('findings that are not damage', () => {
  const plain = (paint: (x: number, y: number) => number): DamageMap => {
    const map = mapWith(100, 100, []);
    for (let i = 0; i < 10_000; i++) map.lines[i] = paint(i % 100, Math.floor(i / 100));
    return map;
  };
  const count = (map: DamageMap, sensitivity = 0.5) =>
    whole(map, { sensitivity, grow: 0 }, 100, 100).filter((value) => value !== 0).length;

  test('a blob that covers a good part of the picture', () => {
    const map = mapWith(100, 100, []);
    for (let y = 20; y < 50; y++) map.areas.fill(250, y * 100 + 20, y * 100 + 50);
    for (let y = 80; y < 84; y++) map.areas.fill(250, y * 100 + 80, y * 100 + 84);
    expect(count(map)).toBe(16);
  });

  test('the edge of the print, but not a crease that runs into it', () => {
    expect(count(plain((x) => (x < 2 ? 250 : 0)))).toBe(0);
    expect(count(plain((_, y) => (y === 50 ? 250 : 0)))).toBe(100);
  });

  test('single pixels, and faint traces without a certain core', () => {
    expect(count(plain((x, y) => (x === 50 && y === 50 ? 250 : 0)))).toBe(0);
    expect(count(plain((_, y) => (y === 50 ? 180 : 0)))).toBe(0);
    expect(count(plain((x, y) => (y === 50 ? (x < 10 ? 250 : 135) : 0)))).toBe(100);
    expect(
      count(
        plain((_, y) => (y === 50 ? 180 : 0)),
        1,
      ),
    ).toBe(100);
  });

  test('certain damage: a piece that reaches the edge needs less evidence than one inside', () => {
    const strong = 235;
    const weak = 130;
    const line = (from: number, core: number, flank: number) =>
      damageShares(plain((x, y) => (y === 50 && x >= from && x < 90 ? (x % 2 === 0 ? core : flank) : 0)));
    expect(line(0, strong, weak).certain).toBeCloseTo(0.009);
    expect(line(20, strong, weak).certain).toBe(0);
    expect(line(20, 250, strong).certain).toBeCloseTo(0.007);
    expect(line(0, weak, weak)).toEqual({ certain: 0, likely: 0 });
    // Its core is certain, its mean is less so.
    const uneven = plain((x, y) => (y === 50 && x >= 20 && x < 90 ? (x % 4 === 0 ? 250 : 160) : 0));
    const { certain, likely } = damageShares(uneven);
    expect(certain).toBe(0);
    expect(likely).toBeCloseTo(0.007);
  });
});

function crop(map: DamageMap, width: number, height: number): DamageMap {
  const pick = (plane: Uint8Array) =>
    Uint8Array.from({ length: width * height }, (_, i) => plane[Math.floor(i / width) * map.width + (i % width)]!);
  return {
    ...map,
    width,
    height,
    fullWidth: width,
    fullHeight: height,
    lines: pick(map.lines),
    areas: pick(map.areas),
  };
}

describe('with a detector that knows areas, losses and writing', () => {
  const [width, height] = [100, 80];
  const plane = (value: (x: number, y: number) => number) =>
    Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
  const box = (left: number, top: number, right: number, bottom: number, value = 250) =>
    plane((x, y) => (x >= left && x < right && y >= top && y < bottom ? value : 0));
  const maskOf = (map: DamageMap, sensitivity = 0.5) => whole(map, { sensitivity, grow: 0 }, width, height);
  const count = (map: DamageMap, sensitivity = 0.5) =>
    maskOf(map, sensitivity).reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);

  test('a stricter map has less damage at every sensitivity, a less strict one has more', () => {
    // Narrow lines; in wide places a map is never less strict than its card.
    const ramp = plane((x) => (x % 5 < 2 ? 5 + 2.5 * x : 0));
    const map = damageMap(width, height, { lines: ramp, writing: box(0, 0, 20, 20, 250) });
    for (const sensitivity of [0, 0.5, 1]) {
      const counts = [-1.5, 0, 1].map((strictness) => count({ ...map, strictness }, sensitivity));
      expect(counts[0]).toBeGreaterThan(counts[1]!);
      expect(counts[1]).toBeGreaterThan(counts[2]!);
    }
    // Writing stays out, however lenient the map is.
    const lenient = maskOf({ ...map, lines: plane(() => 140), strictness: -1.5 }, 1);
    expect(lenient[10 * width + 10]).toBe(0);
    expect(lenient[10 * width + 40]).toBe(255);
  });

  test('writing is left alone, unless it is told to count as damage', () => {
    const map = damageMap(width, height, { lines: box(0, 0, 20, 10), writing: box(40, 40, 60, 50) });
    const maskWith = (keepWriting?: boolean) => whole(map, { sensitivity: 0.5, grow: 0, keepWriting }, width, height);
    const marked = (mask: Uint8Array) => mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
    expect(marked(maskWith())).toBe(200);
    expect(maskWith(true)).toEqual(maskWith());
    expect(marked(maskWith(false))).toBe(400);
    expect(maskWith(false)[45 * width + 50]).toBe(255);
    // The share that the card mentions does not depend on the choice.
    expect(writingLeft(map)).toBeCloseTo(200 / (width * height), 10);
  });

  test('a torn corner, a large stain and a line along the border all count as damage', () => {
    expect(count(damageMap(width, height, { losses: box(0, 0, 30, 30) }))).toBe(900);
    expect(count(damageMap(width, height, { areas: box(30, 30, 70, 70) }))).toBe(1600);
    expect(count(damageMap(width, height, { lines: box(0, 0, 100, 1) }))).toBe(100);
    const all = { losses: box(0, 0, 10, 10), areas: box(20, 20, 30, 30), lines: box(40, 0, 41, 80) };
    expect(count(damageMap(width, height, all))).toBe(280);
  });

  test('writing that is at least as certain as the damage is left alone, at any sensitivity', () => {
    const lines = box(10, 10, 50, 12, 240);
    const map = (writing: Uint8Array) => damageMap(width, height, { lines, writing });
    for (const sensitivity of [0, 0.5, 1]) {
      expect(count(map(box(20, 0, 40, 80, 240)), sensitivity)).toBe(40);
      expect(count(map(box(0, 0, 100, 80, 250)), sensitivity)).toBe(0);
      // Less certain than the damage, and not certain enough to be writing.
      expect(count(map(box(20, 0, 40, 80, 239)), sensitivity)).toBe(80);
    }
    const faint = damageMap(width, height, { lines: box(0, 0, 9, 9, 135), writing: box(0, 0, 9, 9, 126) });
    expect(writingLeft(faint)).toBe(0);
  });

  test('returns the share of the picture that is writing left alone', () => {
    const lines = box(0, 0, 100, 8, 240);
    expect(writingLeft(damageMap(width, height, { lines }))).toBe(0);
    expect(writingLeft(damageMap(width, height, { writing: box(0, 0, 100, 16, 250) }))).toBe(0.2);
    // Half of it is under damage that is more certain.
    expect(writingLeft(damageMap(width, height, { lines, writing: box(0, 0, 100, 16, 200) }))).toBe(0.1);
  });

  test('two pixels are a piece, one is grain', () => {
    expect(count(damageMap(width, height, { lines: box(5, 5, 7, 6) }))).toBe(2);
    expect(count(damageMap(width, height, { lines: box(5, 5, 6, 6) }))).toBe(0);
  });

  test('the limits of a piece come from the card', () => {
    // A core of 2 logits, with flanks half a logit below the threshold.
    const lines = plane((x, y) => (y !== 40 || x < 20 || x >= 60 ? 0 : x === 40 ? 225 : 96));
    const maskWith = (seedLogits: number, flankLogits: number) =>
      count({ ...damageMap(width, height, { lines }), pieces: { smallest: 1, seedLogits, flankLogits } });
    expect(maskWith(1, 1)).toBe(40);
    expect(maskWith(3, 1)).toBe(0);
    expect(maskWith(1, 0)).toBe(1);
    // Limits without any threshold still find nothing in an empty map.
    expect(count({ ...damageMap(width, height), pieces: { smallest: 1, seedLogits: -9, flankLogits: 99 } }, 1)).toBe(0);
  });

  test('at the photo’s own size the mask is exactly the evidence above the threshold', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 255 })), (values) => {
        const next = () => Uint8Array.from([...values.take(width * height)]);
        const map = {
          ...damageMap(width, height, { lines: next(), areas: next(), losses: next(), writing: next() }),
          pieces: { smallest: 1, seedLogits: 0, flankLogits: 0 },
        };
        const { plane: evidence } = evidenceOf(map);
        const { lines, areas, losses, writing } = map;
        const mask = maskOf(map);
        for (let i = 0; i < mask.length; i++) {
          expect(mask[i]).toBe(evidence[i]! >= 128 ? 255 : 0);
          const damage = Math.max(lines[i]!, areas[i]!, losses[i]!);
          // The bytes around one half are 127 and 128. Values that round to the same evidence are equally certain.
          if (damage < 124 || (writing[i]! >= 132 && writing[i]! >= damage)) expect(mask[i]).toBe(0);
          else if (damage > 132 && writing[i]! < damage - 12) expect(mask[i]).toBe(255);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('a higher sensitivity never removes a pixel', () => {
    const kind = fc.array(stroke, { maxLength: 4 }).map((strokes) => mapWith(60, 50, strokes).lines);
    const limits = fc.record({
      smallest: fc.integer({ min: 1, max: 6 }),
      seedLogits: fc.double({ min: 0, max: 3, noNaN: true }),
      flankLogits: fc.double({ min: 0, max: 3, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.tuple(kind, kind, kind, kind), limits, settings, settings, (planes, pieces, one, other) => {
        const [lines, areas, losses, writing] = planes;
        const map = { ...damageMap(60, 50, { lines, areas, losses, writing }), pieces };
        const [low, high] = [one, other].sort((a, b) => a.sensitivity - b.sensitivity);
        const before = whole(map, { ...low!, grow: 0 }, 60, 50);
        const after = whole(map, { ...high!, grow: 0 }, 60, 50);
        expect(before.every((value, i) => value <= after[i]!)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
