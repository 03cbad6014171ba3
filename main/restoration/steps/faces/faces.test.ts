import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Face } from '../../../../contract/photo';
import { FaceSettings } from '../../../../contract/recipe';
import { createRaster, type Raster } from '../../raster';
import { testScene } from '../../testing/scene';
import { type FakeGenerator, fakeTools } from '../../testing/tools';
import { inverse, moved, similarity, squareOf, toTemplate } from './align';
import { maskAt, restoreFaces, sharpness } from './faces';

/** A face between x 60 and 140 of 200 pixels, upright, with its eyes 40 pixels apart. */
const FACE: Face = {
  x: 0.3,
  y: 0.3,
  width: 0.4,
  height: 0.5,
  certainty: 1,
  points: [
    { x: 0.4, y: 0.5 },
    { x: 0.6, y: 0.5 },
    { x: 0.5, y: 0.62 },
    { x: 0.41, y: 0.71 },
    { x: 0.59, y: 0.71 },
  ],
};
const OTHER: Face = {
  ...FACE,
  x: 0.02,
  width: 0.02,
  height: 0.02,
  y: 0.02,
  points: FACE.points.map(() => ({ x: 0.03, y: 0.03 })),
};

/** Returns white, whatever it gets; only at the fidelity that it is given. */
const white: FakeGenerator = {
  id: 'mine',
  inputs: 3,
  outputs: 3,
  extraInputs: [{ name: 'w', label: 'w', min: 0, max: 1, default: 0.5 }],
  run: (input, _width, _height, { w = 0.5 }) => input.map((value) => w + (1 - w) * value),
};
const same: FakeGenerator = { ...white, run: (input) => input.slice() };
const tools = (net: FakeGenerator) => fakeTools({ face: [net] });
const settings = (given: Partial<FaceSettings> = {}) =>
  FaceSettings.parse({ generator: 'mine', strength: 1, ...given });

function scene(depth: 8 | 16 = 8): Raster {
  const picture = testScene(200, 200, 2);
  if (depth === 8) return picture;
  const deep = createRaster(200, 200, 3, 16);
  deep.data.set(Array.from(picture.data, (value) => value * 257));
  return deep;
}
const copy = (raster: Raster): Raster => ({ ...raster, data: raster.data.slice() });

describe('the similarity', () => {
  test('is found again from any five points that it moved', () => {
    const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
    const points = fc
      .array(fc.record({ x: coordinate, y: coordinate }), { minLength: 5, maxLength: 5 })
      .filter((each) => each.some(({ x, y }) => Math.hypot(x - each[0]!.x, y - each[0]!.y) > 1));
    const factor = fc.double({ min: 0.2, max: 3, noNaN: true });
    const angle = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(points, factor, angle, coordinate, coordinate, (from, scale, turn, dx, dy) => {
        const wanted = { a: scale * Math.cos(turn), b: scale * Math.sin(turn), dx, dy };
        const found = similarity(
          from,
          from.map(({ x, y }) => moved(wanted, x, y)),
        );
        for (const { x, y } of from) {
          const there = moved(wanted, x, y);
          expect(Math.hypot(moved(found, x, y).x - there.x, moved(found, x, y).y - there.y)).toBeLessThan(1e-6);
          const back = moved(inverse(found), there.x, there.y);
          expect(Math.hypot(back.x - x, back.y - y)).toBeLessThan(1e-6);
        }
      }),
    );
  });

  test('brings the eyes of a turned face level and into their place', () => {
    const turned = { ...FACE, points: FACE.points.map(({ x, y }) => ({ x: 0.5 - (y - 0.5), y: 0.5 + (x - 0.5) })) };
    const to = toTemplate(turned, { width: 200, height: 200 }, 'ffhq', 512);
    const [left, right] = turned.points.slice(0, 2).map(({ x, y }) => moved(to, 200 * x, 200 * y));
    expect(Math.abs(left!.y - right!.y)).toBeLessThan(2);
    expect(Math.abs(left!.x - 193)).toBeLessThan(10);
    expect(Math.abs(right!.x - 319)).toBeLessThan(10);
  });
});

describe('a face', () => {
  test.each([8, 16] as const)('is replaced inside its mask, and every other pixel stays, %i bit', async (depth) => {
    const before = scene(depth);
    const raster = copy(before);
    const done = await restoreFaces(
      raster,
      [FACE],
      settings({ fidelity: 1, chosen: [{ x: 0.5, y: 0.5 }] }),
      tools(white),
    );
    expect(done.restored).toBe(1);
    const to = toTemplate(FACE, raster, 'ffhq', 512);
    const most = depth === 8 ? 255 : 65535;
    for (let y = 0; y < 200; y++) {
      for (let x = 0; x < 200; x++) {
        const { x: u, y: v } = moved(to, x + 0.5, y + 0.5);
        const weight = maskAt(u / 512, v / 512);
        const at = 3 * (y * 200 + x);
        if (weight === 0) expect(raster.data[at]).toBe(before.data[at]);
        // The fine detail of the photo stays on top.
        if (weight > 0.999) expect(raster.data[at]! / most).toBeGreaterThan(0.75);
      }
    }
    const nose = 3 * (Math.round(0.62 * 200) * 200 + 100);
    expect(raster.data[nose]! / most).toBeGreaterThan(0.99);
  });

  test('comes back as it was from a generator that changes nothing', async () => {
    const before = scene();
    const raster = copy(before);
    await restoreFaces(raster, [FACE], settings({ chosen: [{ x: 0.5, y: 0.5 }] }), tools(same));
    expect(raster.data).toEqual(before.data);
  });

  test('is told how faithful to be, and changed by the strength', async () => {
    const at = 3 * (124 * 200 + 100);
    const of = async (given: Partial<FaceSettings>) => {
      const raster = scene();
      await restoreFaces(raster, [FACE], settings({ chosen: [{ x: 0.5, y: 0.5 }], ...given }), tools(white));
      return raster.data[at]!;
    };
    const original = scene().data[at]!;
    expect(await of({ fidelity: 0 })).toBeCloseTo(original, -1);
    expect(await of({ fidelity: 1 })).toBeGreaterThan(253);
    expect(await of({ fidelity: 1, strength: 0.5 })).toBeCloseTo((original + 255) / 2, -1);
    expect(await of({ fidelity: 1, strength: 0 })).toBe(original);
  });

  test('that is not chosen, too small or sharp already is left alone, and that is counted', async () => {
    const before = scene();
    const raster = copy(before);
    expect(await restoreFaces(raster, [FACE, OTHER], settings({ chosen: [] }), tools(white))).toMatchObject({
      restored: 0,
    });
    expect(await restoreFaces(raster, [OTHER], settings(), tools(white))).toMatchObject({ restored: 0, small: 1 });
    // Grain of single pixels is as sharp as can be.
    const sharp = copy(before);
    for (let i = 0; i < sharp.data.length; i++) sharp.data[i] = (Math.floor(i / 3) * 7919) % 251;
    expect(await restoreFaces(copy(sharp), [FACE], settings(), tools(white))).toMatchObject({ restored: 0, sharp: 1 });
    expect(raster.data).toEqual(before.data);
  });

  test('at the edge of the picture, half outside, is no trouble', async () => {
    const shifted = { ...FACE, x: 0, points: FACE.points.map(({ x, y }) => ({ x: Math.max(0, x - 0.4), y })) };
    const raster = scene();
    const done = await restoreFaces(raster, [shifted], settings({ chosen: [{ x: 0.1, y: 0.5 }] }), tools(white));
    expect(done.restored).toBe(1);
  });
});

test('blur makes a face less sharp, contrast and brightness do not', () => {
  const raster = scene();
  const first = sharpness(raster, FACE, 'ffhq', null);
  const flat = copy(raster);
  for (let i = 0; i < flat.data.length; i++) flat.data[i] = 60 + Math.round(flat.data[i]! / 2);
  expect(sharpness(flat, FACE, 'ffhq', null)).toBeCloseTo(first, 1);
  const blurred = copy(raster);
  for (let y = 1; y < 199; y++) {
    for (let x = 1; x < 199; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) sum += raster.data[3 * ((y + dy) * 200 + x + dx) + c]!;
        blurred.data[3 * (y * 200 + x) + c] = Math.round(sum / 9);
      }
    }
  }
  expect(sharpness(blurred, FACE, 'ffhq', null)).toBeLessThan(0.8 * first);
});

test('the square shows what the picture holds at the template', () => {
  const raster = scene();
  const to = toTemplate(FACE, raster, 'ffhq', 512);
  const square = squareOf(raster, null, to, 512);
  const { x, y } = moved(to, 100.5, 124.5);
  const at = Math.floor(y) * 512 + Math.floor(x);
  for (let c = 0; c < 3; c++) {
    expect(square[c * 512 * 512 + at]! * 255).toBeCloseTo(raster.data[3 * (124 * 200 + 100) + c]!, -1.2);
  }
});
