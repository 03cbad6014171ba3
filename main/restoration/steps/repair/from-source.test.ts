import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Blend } from '../../../../contract/edit';
import type { Mask } from '../../mask';
import { createRaster, type Raster, type Rect } from '../../raster';
import { maskOf } from '../../testing/masks';
import { copyOf, to16Bit, toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { copyFromSource } from './from-source';
import { createMembrane, KNOWN, solveMembrane, UNKNOWN } from './membrane';

const breathe = async () => {};

async function from(raster: Raster, mask: Mask, blend: Blend, dx: number, dy: number): Promise<Raster> {
  const copy = copyOf(raster);
  const region = { x: 0, y: 0, width: raster.width, height: raster.height };
  await copyFromSource(copy, mask, { blend, dx, dy, region }, { breathe });
  return copy;
}

const disc =
  (cx: number, cy: number, radius: number) =>
  (x: number, y: number): boolean =>
    Math.hypot(x - cx, y - cy) < radius;

/** A mask with a soft rim. */
function softDisc(size: { width: number; height: number }, cx: number, cy: number, radius: number): Mask {
  const read = (rect: Rect, out: Uint8Array) => {
    for (let i = 0; i < rect.width * rect.height; i++) {
      const [x, y] = [rect.x + (i % rect.width), rect.y + Math.floor(i / rect.width)];
      out[i] = Math.max(0, Math.min(255, Math.round(40 * (radius - Math.hypot(x - cx, y - cy)))));
    }
  };
  return { ...maskOf(size, disc(cx, cy, radius)), read };
}

const anyRaster = fc
  .record({
    width: fc.integer({ min: 3, max: 40 }),
    height: fc.integer({ min: 3, max: 40 }),
    channels: fc.constantFrom<1 | 3>(1, 3),
    depth: fc.constantFrom<8 | 16>(8, 16),
    seed: fc.integer(),
  })
  .map(({ width, height, channels, depth, seed }) => {
    const raster = createRaster(width, height, channels, depth);
    for (let i = 0; i < raster.data.length; i++)
      raster.data[i] = Math.imul(i + 1, seed | 1) >>> (depth === 8 ? 24 : 16);
    return raster;
  });
const anywhere = fc.record({
  raster: anyRaster,
  blend: fc.constantFrom<Blend>('heal', 'clone'),
  dx: fc.integer({ min: -50, max: 50 }),
  dy: fc.integer({ min: -50, max: 50 }),
  x: fc.integer({ min: -5, max: 45 }),
  y: fc.integer({ min: -5, max: 45 }),
  radius: fc.integer({ min: 1, max: 60 }),
});

test('pixels outside of the mask keep their bits, and the same is always made of the same', async () => {
  await fc.assert(
    fc.asyncProperty(anywhere, async ({ raster, blend, dx, dy, x, y, radius }) => {
      const mask = softDisc(raster, x, y, radius);
      const result = await from(raster, mask, blend, dx, dy);
      const cover = new Uint8Array(raster.width * raster.height);
      mask.read({ x: 0, y: 0, width: raster.width, height: raster.height }, cover);
      const isKept = raster.data.every(
        (value, i) => cover[Math.floor(i / raster.channels)] !== 0 || result.data[i] === value,
      );
      expect(isKept).toBe(true);
      expect((await from(raster, mask, blend, dx, dy)).data).toEqual(result.data);
    }),
    { numRuns: 150 },
  );
});

test('a source at the place itself changes nothing, healed or copied', async () => {
  await fc.assert(
    fc.asyncProperty(anywhere, async ({ raster, blend, x, y, radius }) => {
      expect((await from(raster, softDisc(raster, x, y, radius), blend, 0, 0)).data).toEqual(raster.data);
    }),
    { numRuns: 100 },
  );
});

test('healing a constant picture changes nothing, wherever the source is', async () => {
  await fc.assert(
    fc.asyncProperty(
      anywhere,
      fc.integer({ min: 0, max: 255 }),
      async ({ raster, blend, dx, dy, x, y, radius }, level) => {
        raster.data.fill(level);
        expect((await from(raster, softDisc(raster, x, y, radius), blend, dx, dy)).data).toEqual(raster.data);
      },
    ),
    { numRuns: 100 },
  );
});

/** Light on the left and dark on the right, both with the same fine texture. */
function step(width: number, height: number, [light, dark]: readonly [number, number]): Raster {
  const raster = createRaster(width, height, 3, 16);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const texture = 900 * Math.sin(1.9 * x + 0.3 * y) * Math.cos(1.3 * y);
    for (let c = 0; c < 3; c++) raster.data[3 * i + c] = Math.round((x < width / 2 ? light : dark) + texture);
  }
  return raster;
}

test('healing from a darker place leaves no seam, where a copy leaves one', async () => {
  const raster = step(240, 120, [45_000, 15_000]);
  const mask = maskOf(raster, disc(60, 60, 30));
  const [healed, cloned] = [await from(raster, mask, 'heal', 120, 0), await from(raster, mask, 'clone', 120, 0)];
  const seam = (result: Raster) => {
    let most = 0;
    for (let i = 0; i < 240 * 120; i++) {
      const [x, y] = [i % 240, Math.floor(i / 240)];
      const isInside = disc(60, 60, 30)(x, y);
      if (isInside !== disc(60, 60, 30)(x + 1, y))
        most = Math.max(most, Math.abs(result.data[3 * i]! - result.data[3 * i + 3]!));
    }
    return most;
  };
  // The texture itself differs by up to 1800 from pixel to pixel.
  expect(seam(raster)).toBeLessThan(1900);
  expect(seam(healed)).toBeLessThan(2600);
  expect(seam(cloned)).toBeGreaterThan(25_000);
  // The middle has the brightness of its surroundings, and the texture of the source.
  let [sum, count] = [0, 0];
  for (let i = 0; i < 240 * 120; i++) {
    if (!disc(60, 60, 20)(i % 240, Math.floor(i / 240))) continue;
    sum += healed.data[3 * i]!;
    count += 1;
    expect(Math.abs(healed.data[3 * i]! - raster.data[3 * (i + 120)]! - 30_000)).toBeLessThan(1500);
  }
  expect(Math.abs(sum / count - 45_000)).toBeLessThan(500);
});

test.each([
  [7, 3],
  [-7, -3],
])('a source that overlaps the place is read as it was, so nothing repeats: %i, %i', async (dx, dy) => {
  const raster = to16Bit(testScene(120, 80, 3));
  const mask = maskOf(raster, (x, y) => x >= 30 && x < 90 && y >= 20 && y < 60);
  const result = await from(raster, mask, 'clone', dx, dy);
  let wrong = 0;
  for (let y = 20; y < 60; y++) {
    for (let x = 30; x < 90; x++) {
      if (result.data[3 * (y * 120 + x)] !== raster.data[3 * ((y + dy) * 120 + x + dx)]) wrong++;
    }
  }
  expect(wrong).toBe(0);
});

describe('a source outside of the picture', () => {
  test.each(['heal', 'clone'] as const)('leaves the pixels alone that have none: %s', async (blend) => {
    const raster = testScene(100, 70, 5);
    const mask = maskOf(raster, disc(70, 35, 20));
    const result = await from(raster, mask, blend, 25, 0);
    let changed = 0;
    for (let i = 0; i < 7000; i++) {
      const isSame = [0, 1, 2].every((c) => result.data[3 * i + c] === raster.data[3 * i + c]);
      if (i % 100 >= 75) expect(isSame).toBe(true);
      else if (!isSame) changed++;
    }
    expect(changed).toBeGreaterThan(200);
    const none = copyOf(raster);
    const region = { x: 50, y: 15, width: 41, height: 41 };
    expect(await copyFromSource(none, mask, { blend, dx: 200, dy: 0, region }, { breathe })).toBe(false);
    expect(none.data).toEqual(raster.data);
  });
});

test('a mask over the whole picture is healed to the edge of what has a source', async () => {
  const raster = step(120, 80, [30_000, 30_000]);
  const result = await from(
    raster,
    maskOf(raster, () => true),
    'heal',
    11,
    0,
  );
  for (let y = 0; y < 80; y++) {
    const at = 3 * (y * 120 + 108);
    expect(Math.abs(result.data[at]! - result.data[at + 3]!)).toBeLessThan(2600);
  }
});

test('a large place is healed part by part as if it were healed as one', async () => {
  const raster = toGrey(testScene(700, 560, 6));
  const mask = maskOf(raster, (x, y) => disc(340, 280, 260)(x, y) && !disc(300, 300, 60)(x, y));
  const region = { x: 80, y: 20, width: 521, height: 521 };
  const [whole, parts] = [copyOf(raster), copyOf(raster)];
  await copyFromSource(whole, mask, { blend: 'heal', dx: 60, dy: -15, region }, { breathe });
  await copyFromSource(parts, mask, { blend: 'heal', dx: 60, dy: -15, region, cells: 30_000 }, { breathe });
  let [worst, sum] = [0, 0];
  for (let i = 0; i < raster.data.length; i++) {
    const apart = Math.abs(whole.data[i]! - parts.data[i]!);
    worst = Math.max(worst, apart);
    sum += apart;
  }
  expect(worst).toBeLessThan(12);
  expect(sum / raster.data.length).toBeLessThan(0.6);
});

test('grey and 16 bit work like colour and 8 bit', async () => {
  const raster = testScene(90, 70, 4);
  const mask = maskOf(raster, disc(40, 30, 15));
  const grey = await from(toGrey(raster), mask, 'heal', 20, 12);
  const deep = await from(to16Bit(toGrey(raster)), mask, 'heal', 20, 12);
  for (let i = 0; i < grey.data.length; i++) expect(Math.abs(deep.data[i]! / 257 - grey.data[i]!)).toBeLessThan(2);
});

test('the surface agrees with a known solution, in any shape', () => {
  // x^2 - y^2 is harmonic.
  const size = 160;
  const value = (x: number, y: number) => ((x - 80) ** 2 - (y - 80) ** 2) / 40 + x / 3;
  for (const isIn of [disc(80, 80, 70), (x: number, y: number) => disc(80, 80, 70)(x, y) && !disc(90, 70, 25)(x, y)]) {
    const membrane = createMembrane(size, size, 1);
    for (let i = 0; i < size * size; i++) {
      const [x, y] = [i % size, Math.floor(i / size)];
      membrane.kind[i] = isIn(x, y) ? UNKNOWN : KNOWN;
      if (!isIn(x, y)) membrane.planes[0]![i] = value(x, y);
    }
    solveMembrane(membrane);
    let worst = 0;
    for (let i = 0; i < size * size; i++) {
      worst = Math.max(worst, Math.abs(membrane.planes[0]![i]! - value(i % size, Math.floor(i / size))));
    }
    // The values reach from -160 to 160.
    expect(worst).toBeLessThan(1);
  }
});
