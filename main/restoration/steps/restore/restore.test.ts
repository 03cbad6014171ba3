import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../../../contract/photo';
import type { Recipe, RestoreSettings } from '../../../../contract/recipe';
import { inEnglish, sentencesOf } from '../../../../text/message';
import { analyse } from '../../analysis';
import { createRaster, maxValue, type Raster } from '../../raster';
import { runRecipe } from '../../run';
import { withJpegLoss, withNoise } from '../../testing/degradations';
import { copyOf, sameSamples, to16Bit, toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { type FakeGenerator, fakeRestorer, fakeTools } from '../../testing/tools';
import type { ForeignFacts } from '../../tools';
import { errorOf, expectedIn, restore } from './restore';

const NOISE = { noise: 25.5, compression: 0 };
let noisy: Raster;
beforeAll(() => {
  noisy = withNoise(testScene(200, 150, 5), 25);
});

const settings = (changes: Partial<RestoreSettings> = {}) => ({ strength: 1, keepGrain: false, ...changes });

/** A restored copy. */
async function restored(
  raster: Raster,
  changes: Partial<RestoreSettings> = {},
  { expected = NOISE, tools = fakeTools({ restore: fakeRestorer }) } = {},
): Promise<Raster> {
  const copy = copyOf(raster);
  await restore(copy, expected, settings(changes), tools);
  return copy;
}

/** Records the requested strengths and changes nothing. */
function listener(extraInputs = fakeRestorer.extraInputs) {
  const strengths: (number | undefined)[] = [];
  const generator: FakeGenerator = {
    inputs: 3,
    outputs: 3,
    ...(extraInputs ? { extraInputs } : {}),
    run: (input, _width, _height, { strength }) => {
      strengths.push(strength);
      return input;
    },
  };
  return { strengths, tools: fakeTools({ restore: generator }) };
}

/** The mean of 3 x 3 pixels of a channel, which the fake restorer computes at full strength. */
function meanAround({ data, width, height, channels }: Raster, x: number, y: number, c: number): number {
  let sum = 0;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const row = Math.max(0, Math.min(height - 1, y + dy));
      sum += data[(row * width + Math.max(0, Math.min(width - 1, x + dx))) * channels + c]!;
    }
  }
  return sum / 9;
}

const kinds = () => [noisy, to16Bit(noisy), toGrey(noisy), toGrey(to16Bit(noisy))];

describe('restore', () => {
  test('strength 0 keeps every bit and runs nothing', async () => {
    for (const raster of kinds()) {
      const { strengths, tools } = listener();
      const after = copyOf(raster);
      expect(await restore(after, NOISE, settings({ strength: 0 }), tools)).toBeNull();
      expect(sameSamples(after.data, raster.data)).toBe(true);
      expect(strengths).toEqual([]);
    }
  });

  test('a generator that changes nothing keeps every bit, at any strength', async () => {
    for (const raster of kinds()) {
      for (const keepGrain of [false, true]) {
        const { tools } = listener();
        expect(sameSamples((await restored(raster, { keepGrain }, { tools })).data, raster.data)).toBe(true);
      }
    }
  });

  test('makes the requested share of the change, across tiles, in every kind of raster', async () => {
    for (const raster of kinds()) {
      const { width, height, channels, data } = raster;
      for (const strength of [1, 0.4]) {
        const after = await restored(raster, { strength });
        const step = maxValue(raster) / 255;
        let worst = 0;
        for (let i = 0; i < data.length; i++) {
          const pixel = Math.floor(i / channels);
          const mean = meanAround(raster, pixel % width, Math.floor(pixel / width), i % channels);
          worst = Math.max(worst, Math.abs(after.data[i]! - (data[i]! + strength * (mean - data[i]!))));
        }
        // Half a step of rounding, also in 16 bit.
        expect(worst).toBeLessThan(0.51 + 1e-4 * step);
        expect(width * height).toBeGreaterThan(64 * 64);
      }
    }
  });

  test('passes the error to the generator in units of 0..1, within its bounds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 200, noNaN: true }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        async (noise, compression) => {
          const { strengths, tools } = listener();
          await restored(createRaster(8, 8, 3, 8), {}, { expected: { noise, compression }, tools });
          const error = Math.max(3, Math.hypot(noise, compression)) / 255;
          expect(strengths).toEqual([Math.min(0.3, error)]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('runs a generator without that input at its fixed strength', async () => {
    const { strengths, tools } = listener([]);
    await restored(createRaster(8, 8, 3, 8), {}, { tools });
    expect(strengths).toEqual([undefined]);
  });

  test('works in sRGB, whatever the encoding', async () => {
    const colour = {
      toSrgb: (planes: Float32Array, count: number) => {
        for (let i = 0; i < 3 * count; i++) planes[i] = planes[i]! ** 0.5;
      },
      fromSrgb: (planes: Float32Array, count: number) => {
        for (let i = 0; i < 3 * count; i++) planes[i] = planes[i]! ** 2;
      },
    };
    const raster = createRaster(3, 3, 3, 16);
    raster.data.fill(Math.round(0.25 * 65535));
    raster.data.fill(0, 12, 15);
    const after = await restored(raster, {}, { tools: fakeTools({ restore: fakeRestorer }, colour) });
    // Eight neighbours of sRGB 0.5 and a black centre.
    expect(after.data[12]! / 65535).toBeCloseTo((0.5 * (8 / 9)) ** 2, 4);
    // A grey photo has no encoding other than its own.
    const grey = toGrey(noisy);
    expect(
      sameSamples(
        (await restored(grey, {}, { tools: fakeTools({ restore: fakeRestorer }, colour) })).data,
        (await restored(grey)).data,
      ),
    ).toBe(true);
  });

  test('reports a missing generator', async () => {
    await expect(restored(noisy, {}, { tools: fakeTools() })).rejects.toMatchObject({ code: 'GENERATOR_MISSING' });
  });
});

describe('keepGrain', () => {
  /** Root mean square of the change in luma, and of the colour that is left, in 8-bit levels. */
  function changes(before: Raster, after: Raster): { luma: number; colour: number } {
    let luma = 0;
    let colour = 0;
    for (let i = 0; i < before.data.length; i += 3) {
      const change = [0, 1, 2].map((c) => after.data[i + c]! - before.data[i + c]!);
      const grey = 0.299 * change[0]! + 0.587 * change[1]! + 0.114 * change[2]!;
      luma += grey ** 2;
      for (const each of change) colour += (each - grey) ** 2;
    }
    return { luma: Math.sqrt(luma), colour: Math.sqrt(colour) };
  }

  test('keeps most of the luminance grain and removes all of the colour noise', async () => {
    const without = changes(noisy, await restored(noisy));
    const kept = changes(noisy, await restored(noisy, { keepGrain: true }));
    expect(kept.luma / without.luma).toBeGreaterThan(0.3);
    expect(kept.luma / without.luma).toBeLessThan(0.4);
    expect(kept.colour / without.colour).toBeGreaterThan(0.97);
    expect(kept.colour / without.colour).toBeLessThan(1.03);
  });

  test('keeps nothing of compression blocks', async () => {
    const blocky = withJpegLoss(testScene(200, 150, 5), 15);
    const expected = { noise: 0, compression: 12 };
    const kept = await restored(blocky, { keepGrain: true }, { expected });
    expect(sameSamples(kept.data, (await restored(blocky, {}, { expected })).data)).toBe(true);
  });
});

describe('the expected error', () => {
  const look = (raster: Raster): Promise<Analysis> => analyse(raster, null, fakeTools());

  test('follows the noise and the compression of the photo', async () => {
    const clean = testScene(400, 300, 5);
    const errors: number[] = [];
    for (const raster of [clean, withNoise(clean, 8), withNoise(clean, 16), withNoise(clean, 30)]) {
      errors.push(errorOf(expectedIn(raster, await look(raster))));
    }
    expect(errors[0]).toBeLessThan(4);
    for (const [i, sigma] of [8, 16, 30].entries()) {
      expect(errors[i + 1]! / sigma).toBeGreaterThan(0.8);
      expect(errors[i + 1]! / sigma).toBeLessThan(1.2);
    }
    const lossy = withJpegLoss(clean, 12);
    expect(errorOf(expectedIn(lossy, await look(lossy)))).toBeGreaterThan(5);
  });

  test('is smaller in a preview', async () => {
    const clean = testScene(800, 600, 5);
    for (const [raster, kind] of [
      [withNoise(clean, 20), 'noise'],
      [withJpegLoss(clean, 12), 'compression'],
    ] as const) {
      const analysis = await look(raster);
      const preview = await fakeTools().shrink(raster, 400 * 300);
      const full = expectedIn(raster, analysis)[kind];
      expect(expectedIn(preview, analysis)[kind] / full).toBeGreaterThan(0.3);
      expect(expectedIn(preview, analysis)[kind] / full).toBeLessThan(0.7);
    }
  });
});

describe('the step', () => {
  const recipe = (gate: Recipe['gate'], strength: number): Recipe => ({
    format: 1,
    id: 'test',
    name: 'Test',
    gate,
    steps: [{ kind: 'restore', enabled: true, settings: { strength, keepGrain: false } }],
  });

  test('leaves a clean photo alone and gives the reason', async () => {
    const tools = fakeTools({ restore: fakeRestorer });
    const clean = testScene(200, 150, 5);
    const analysis = await analyse(clean, null, tools);
    const raster = copyOf(clean);
    const { reports } = await runRecipe({ raster, recipe: recipe('needed', 1), analysis, damage: null, tools });
    expect(sameSamples(raster.data, clean.data)).toBe(true);
    expect(reports).toMatchObject([{ outcome: 'skipped', messages: [{ key: 'reason.restore.clean' }] }]);
  });

  test('reports the reason, the error and what was done about it', async () => {
    const tools = fakeTools({ restore: fakeRestorer });
    const analysis = await analyse(noisy, null, tools);
    const run = { raster: copyOf(noisy), recipe: recipe('needed', 0.8), analysis, damage: null, tools };
    const { reports } = await runRecipe(run);
    expect(reports[0]).toMatchObject({ outcome: 'done', generator: 'fake-restore', provider: 'cpu' });
    expect(sentencesOf(reports[0]!.messages, inEnglish())).toMatch(
      /^Noise found \(level 2\d\)\. Reduced noise and artefacts by 80\s%\.$/,
    );
    const still = { ...run, raster: copyOf(noisy), recipe: recipe('needed', 0) };
    expect((await runRecipe(still)).reports[0]).toMatchObject({
      generator: null,
      messages: expect.arrayContaining([{ key: 'did.restore.nothing' }]),
    });
    expect(sameSamples(still.raster.data, noisy.data)).toBe(true);
  });
});

describe('a net from elsewhere', () => {
  const input = (name: string, max = 1) => ({ name, label: name, min: 0, max, default: 0.5 });
  const sides = { multiple: 1, remainder: 0, minimum: 1, ladder: [], square: false, fixed: null };
  const foreign: ForeignFacts = { returns: 'picture', global: 'none', sides, longest: 512, takesExample: false };

  /** What it is told, and what the report says. */
  async function told(names: string[], expected: { noise: number; compression: number }) {
    const heard: Record<string, number>[] = [];
    const generator: FakeGenerator = {
      inputs: 3,
      outputs: 3,
      foreign,
      extraInputs: names.map((name) => input(name, name === 'sigma' ? 50 / 255 : 1)),
      run: (planes, _width, _height, extras) => {
        heard.push({ ...extras });
        return planes;
      },
    };
    const report = await restore(copyOf(noisy), expected, settings(), fakeTools({ restore: generator }));
    return { heard: heard[0]!, report };
  }

  test('is told the noise in the unit of its input, as far as its bounds allow', async () => {
    const { heard, report } = await told(['sigma'], { noise: 12, compression: 5 });
    expect(heard.sigma).toBeCloseTo(13 / 255, 6);
    expect(report?.sigma).toBeCloseTo(13, 4);
    const strong = await told(['sigma'], { noise: 90, compression: 0 });
    expect(strong.heard.sigma).toBeCloseTo(50 / 255, 6);
    expect(strong.report?.sigma).toBeCloseTo(50, 4);
  });

  test('is told how much a JPEG lost: more for more compression', async () => {
    const light = await told(['qf_input'], { noise: 0, compression: 3 });
    const strong = await told(['qf_input'], { noise: 20, compression: 7 });
    expect(light.heard.qf_input).toBeCloseTo(0.25, 6);
    expect(strong.heard.qf_input).toBeCloseTo(0.8, 6);
    expect(strong.report?.quality).toBeCloseTo(20, 4);
  });

  test('keeps the default of an input of which nobody knows what it means', async () => {
    const { heard, report } = await told(['strength', 'temperature'], { noise: 12, compression: 5 });
    expect(heard).toEqual({});
    expect(report).not.toHaveProperty('sigma');
  });
});
