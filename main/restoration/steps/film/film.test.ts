import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Analysis, FilmFaults } from '../../../../contract/photo';
import { FilmSettings } from '../../../../contract/recipe';
import { EmulsionError } from '../../../errors';
import { fromLinear, toLinear } from '../../colour';
import { createRaster, type Raster } from '../../raster';
import { random } from '../../testing/random';
import { copyOf, mapPixels, sameSamples, to16Bit, toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { fakeTools } from '../../testing/tools';
import { film } from '.';
import { filmFaultsOf, filmSamples } from './faults';
import { cornerStops } from './light';

const NONE: FilmFaults = { scratches: { across: false, lines: [] }, leak: null, vignette: null };
const LEAK: FilmFaults['leak'] = { edge: 'left', red: new Array(15).fill(0.06), green: new Array(15).fill(0.015) };
const VIGNETTE: FilmFaults['vignette'] = { terms: [{ power: 2, stops: 1 }], isCertain: true };
const scratchAt = (start: number, width: number): FilmFaults['scratches'] => ({
  across: false,
  lines: [{ start, width, isBright: true, parts: [{ from: 0.1, to: 0.8 }] }],
});

const scene = testScene(480, 320, 5);

interface Stroke {
  left: number;
  width: number;
  level?: number;
  opacity?: number;
  across?: boolean;
  from?: number;
  to?: number;
  sway?: number;
}

/** Draws a line of one colour over a picture; it may let the picture through. */
function scratched(
  raster: Raster,
  { left, width, level = 235, opacity = 0.8, across = false, from = 0, to = 1, sway = 0 }: Stroke,
): Raster {
  const out = copyOf(raster);
  const length = across ? raster.width : raster.height;
  for (let along = Math.round(from * length); along < to * length; along++) {
    for (let i = 0; i < width; i++) {
      const place = left + i + Math.round(sway * Math.sin(along / 40));
      const pixel = across ? place * raster.width + along : along * raster.width + place;
      for (let c = 0; c < raster.channels; c++) {
        const at = pixel * raster.channels + c;
        out.data[at] = Math.round(out.data[at]! + opacity * (level - out.data[at]!));
      }
    }
  }
  return out;
}

async function apply(raster: Raster, faults: FilmFaults, settings = {}, tools = fakeTools()) {
  const copy = copyOf(raster);
  const analysis = { film: faults } as Analysis;
  const { did } = await film.apply({ raster: copy, analysis, damage: null, tools }, FilmSettings.parse(settings));
  return { raster: copy, did: [did].flat() };
}

/** Sum of the differences from the clean scene. */
function away({ data }: Raster): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Math.abs(data[i]! - scene.data[i]!);
  return sum;
}

const faultsIn = async (raster: Raster, tools = fakeTools()) =>
  filmFaultsOf(await filmSamples(raster, tools), () => tools.breathe());
const faultsOf = (raster: Raster) => faultsIn(raster);

describe('scratches', () => {
  test('a faint and a strong one are found, filled, and named', async () => {
    const both = scratched(scratched(scene, { left: 150, width: 3 }), {
      left: 330,
      width: 2,
      level: 10,
      opacity: 0.4,
      to: 0.8,
    });
    const faults = await faultsOf(both);
    const starts = faults.scratches.lines.map(({ start }) => Math.round(start * scene.width));
    expect(faults.scratches.across).toBe(false);
    expect(starts).toHaveLength(2);
    expect(Math.abs(starts[0]! - 150)).toBeLessThanOrEqual(1);
    expect(Math.abs(starts[1]! - 330)).toBeLessThanOrEqual(1);
    const { raster, did } = await apply(both, { ...faults, vignette: null, leak: null });
    expect(did).toEqual([{ key: 'did.film.down', values: { count: 2 } }]);
    expect(away(raster)).toBeLessThan(away(both) / 2);
  });

  test('one across the picture is found as such', async () => {
    const { scratches } = await faultsOf(scratched(scene, { left: 100, width: 3, across: true }));
    expect(scratches.across).toBe(true);
    expect(scratches.lines).toHaveLength(1);
  });

  test('a pole that ends, a crooked line and the edge of the frame are none', async () => {
    for (const other of [
      scratched(scene, { left: 240, width: 4, level: 30, opacity: 1, from: 0.3, to: 0.75 }),
      scratched(scene, { left: 240, width: 3, sway: 5 }),
      scratched(scene, { left: 1, width: 3, level: 0, opacity: 1 }),
      scene,
    ]) {
      expect((await faultsOf(other)).scratches.lines).toEqual([]);
    }
  });

  test('only the pixels beside a scratch change, in its visible part', async () => {
    const { raster } = await apply(scratched(scene, { left: 240, width: 3 }), {
      ...NONE,
      scratches: scratchAt(0.5, 3 / 480),
    });
    const before = scratched(scene, { left: 240, width: 3 });
    const changed = [...raster.data.keys()].filter((i) => raster.data[i] !== before.data[i]);
    const columns = changed.map((i) => Math.floor(i / 3) % 480);
    const rows = changed.map((i) => Math.floor(i / 3 / 480));
    expect(changed.length).toBeGreaterThan(0);
    expect([Math.min(...columns) >= 238, Math.max(...columns) <= 245]).toEqual([true, true]);
    expect([Math.min(...rows), Math.max(...rows)]).toEqual([32, 255]);
  });
});

describe('light', () => {
  const leaky = mapPixels(scene, (red, green, blue) => [red, green, blue]);
  for (let y = 0; y < 320; y++) {
    for (let x = 0; x < 480; x++) {
      const hill = 0.45 * Math.exp(-((x / 110) ** 2)) * (0.6 + 0.4 * Math.cos(y / 110));
      for (const [c, share] of [1, 0.25, 0.05].entries()) {
        const at = 3 * (y * 480 + x) + c;
        leaky.data[at] = Math.round(255 * fromLinear(Math.min(1, toLinear(leaky.data[at]! / 255) + share * hill)));
      }
    }
  }

  test('a leak from the left is found and taken away', async () => {
    const faults = await faultsOf(leaky);
    expect(faults.leak?.edge).toBe('left');
    const { raster, did } = await apply(leaky, faults, { vignette: 0 });
    expect(did).toContainEqual({ key: 'did.film.leak.left' });
    expect(away(raster)).toBeLessThan(0.6 * away(leaky));
  });

  test('there is no leak in a clean scene, and none in a grey one', async () => {
    expect((await faultsOf(scene)).leak).toBeNull();
    expect((await faultsOf(toGrey(leaky))).leak).toBeNull();
  });

  test('dark corners are measured in stops and brightened', async () => {
    const dark = copyOf(scene);
    for (let i = 0; i < dark.data.length; i++) {
      const x = (Math.floor(i / 3) % 480) - 239.5;
      const y = Math.floor(i / 3 / 480) - 159.5;
      const lost = (1.6 * (x * x + y * y)) / (239.5 ** 2 + 159.5 ** 2);
      dark.data[i] = Math.round(255 * fromLinear(toLinear(dark.data[i]! / 255) * 2 ** -lost));
    }
    const [before, after] = [(await faultsOf(scene)).vignette, (await faultsOf(dark)).vignette];
    expect(after).not.toBeNull();
    expect(cornerStops(after!) - (before ? cornerStops(before) : 0)).toBeGreaterThan(0.6);
    const { raster, did } = await apply(dark, { ...NONE, vignette: after });
    expect(did).toEqual([{ key: 'did.film.vignette', values: { stops: cornerStops(after!) } }]);
    const corner = (one: Raster) => Math.max(...one.data.subarray(0, 30));
    expect(corner(raster)).toBeGreaterThan(corner(dark));
    // The middle is as light as before.
    const middle = 3 * (160 * 480 + 240);
    expect([...raster.data.subarray(middle, middle + 3)]).toEqual([...dark.data.subarray(middle, middle + 3)]);
  });
});

const faultsFor = fc.record({
  scratches: fc.option(
    fc.tuple(fc.double({ min: 0, max: 0.95, noNaN: true }), fc.double({ min: 0, max: 0.05, noNaN: true })),
    {
      nil: null,
    },
  ),
  leak: fc.boolean(),
  vignette: fc.boolean(),
});
const made = ({
  scratches,
  leak,
  vignette,
}: {
  scratches: [number, number] | null;
  leak: boolean;
  vignette: boolean;
}) => ({
  scratches: scratches ? scratchAt(...scratches) : NONE.scratches,
  leak: leak ? LEAK : null,
  vignette: vignette ? VIGNETTE : null,
});
const small = testScene(60, 44, 3);

test('at strength 0 every bit stays', async () => {
  await fc.assert(
    fc.asyncProperty(faultsFor, fc.constantFrom(small, toGrey(small), to16Bit(small)), async (faults, raster) => {
      const off = await apply(raster, made(faults), { scratches: 0, leak: 0, vignette: 0 });
      expect(sameSamples(off.raster.data, raster.data)).toBe(true);
      expect(off.did).toEqual([{ key: 'did.film.nothing' }]);
    }),
  );
});

test('16 bits give the same as 8, but for rounding', async () => {
  const deep: Raster = { ...small, depth: 16, data: Uint16Array.from(small.data, (value) => 257 * value) };
  await fc.assert(
    fc.asyncProperty(faultsFor, fc.constantFrom('scratches', 'leak', 'vignette'), async (faults, only) => {
      // One fault at a time: a correction enlarges what the one before it has rounded.
      const one = { ...NONE, [only]: made(faults)[only as keyof FilmFaults] };
      const [eight, sixteen] = [await apply(small, one), await apply(deep, one)];
      const off = Array.from(small.data, (_, i) => Math.abs(eight.raster.data[i]! - sixteen.raster.data[i]! / 257));
      expect(Math.max(...off)).toBeLessThanOrEqual(0.51);
    }),
  );
});

test('any size and any flat picture can be measured and corrected, and has no faults', async () => {
  const next = random(7);
  for (const [width, height] of [
    [1, 1],
    [1, 400],
    [400, 1],
    [3, 5],
    [200, 120],
  ] as const) {
    for (const channels of [1, 3] as const) {
      const white = createRaster(width, height, channels, 8);
      white.data.fill(255);
      const noise = createRaster(width, height, channels, 16);
      for (let i = 0; i < noise.data.length; i++) noise.data[i] = Math.floor(65536 * next());
      for (const raster of [white, noise, createRaster(width, height, channels, 8)]) {
        expect(await faultsOf(raster)).toEqual(NONE);
        await apply(raster, { scratches: scratchAt(0.4, 0.1), leak: LEAK, vignette: VIGNETTE });
      }
    }
  }
});

test('a cancel stops the measuring and the correction', async () => {
  const tools = fakeTools();
  tools.breathe = async () => {
    throw new EmulsionError('CANCELLED');
  };
  await expect(faultsIn(scene, tools)).rejects.toMatchObject({ code: 'CANCELLED' });
  for (const faults of [
    { ...NONE, scratches: scratchAt(0.5, 0.01) },
    { ...NONE, leak: LEAK },
    { ...NONE, vignette: VIGNETTE },
  ]) {
    await expect(apply(scene, faults, {}, tools)).rejects.toMatchObject({ code: 'CANCELLED' });
  }
});

test('only a certain vignette is proposed', () => {
  const about = (faults: FilmFaults) => ({ film: faults }) as Parameters<typeof film.assess>[0];
  const tools = fakeTools();
  const likely: FilmFaults = { ...NONE, vignette: { ...VIGNETTE!, isCertain: false } };
  expect(film.assess(about(likely), tools).needed).toBe(false);
  expect(film.propose!(about(likely)).vignette).toBe(0);
  const certain = about({ ...NONE, vignette: VIGNETTE });
  expect(film.assess(certain, tools)).toMatchObject({ needed: true, figures: { stops: 1 } });
  expect(film.propose!(certain).vignette).toBe(1);
});
