import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_ENLARGED_PIXELS } from '../../../../contract/basics';
import type { Step, UpscaleSettings } from '../../../../contract/recipe';
import { longerEdge } from '../../../../document/size';
import { EmulsionError } from '../../../errors';
import { analyse } from '../../analysis';
import { createRaster, maxValue, type Raster } from '../../raster';
import { runRecipe } from '../../run';
import { sameSamples, to16Bit, toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { fakeTools, fakeUpscaler } from '../../testing/tools';
import { planEnlargement, upscale, upscalePasses } from './upscale';

const settings = (scale: 2 | 4, variant: UpscaleSettings['variant'] = 'faithful') => ({ scale, variant });
const both = () => fakeTools({ upscale: [fakeUpscaler(2), fakeUpscaler(4), fakeUpscaler(2, 'crisp')] });

/** Every pixel repeated, as by the fake generator. */
function repeated({ width, height, channels, depth, data }: Raster, scale: number): Raster {
  const large = createRaster(width * scale, height * scale, channels, depth);
  for (let i = 0; i < large.data.length; i++) {
    const pixel = Math.floor(i / channels);
    const [x, y] = [pixel % large.width, Math.floor(pixel / large.width)];
    large.data[i] = data[(Math.floor(y / scale) * width + Math.floor(x / scale)) * channels + (i % channels)]!;
  }
  return large;
}

describe('upscale', () => {
  test('joins the tiles at the new size, with the depth and channels of the photo, and does not change the photo', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 150 }),
        fc.constantFrom(2 as const, 4 as const),
        fc.constantFrom(
          (r: Raster) => r,
          toGrey,
          to16Bit,
          (r: Raster) => toGrey(to16Bit(r)),
        ),
        async (width, height, scale, kind) => {
          const photo = kind(testScene(width, height, 3));
          const before = photo.data.slice();
          const tools = both();
          const { raster } = await upscale(photo, planEnlargement(settings(scale), photo, tools), tools);
          const wanted = repeated(photo, scale);
          expect([raster.width, raster.height, raster.channels, raster.depth]).toEqual([
            wanted.width,
            wanted.height,
            photo.channels,
            photo.depth,
          ]);
          expect(sameSamples(raster.data, wanted.data)).toBe(true);
          expect(sameSamples(photo.data, before)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('four times is two doublings if only that is installed, and the progress weights them by size', async () => {
    const tools = fakeTools({ upscale: fakeUpscaler(2) });
    const plan = planEnlargement(settings(4), { width: 30, height: 20 }, tools);
    expect(plan.passes).toEqual([
      { scale: 2, variant: 'faithful' },
      { scale: 2, variant: 'faithful' },
    ]);
    const weights: number[] = [];
    const { raster } = await upscale(testScene(30, 20, 1), plan, {
      ...tools,
      runTiles: (pass) => {
        weights.push(pass.weight ?? 1);
        return tools.runTiles(pass);
      },
    });
    expect([raster.width, raster.height]).toEqual([120, 80]);
    expect(sameSamples(raster.data, repeated(testScene(30, 20, 1), 4).data)).toBe(true);
    expect(weights).toEqual([0.2, 0.8]);
  });

  test('uses the generator of the variant and the scale, and no other', () => {
    const tools = both();
    expect(upscalePasses(4, 'faithful', tools)).toEqual([{ scale: 4, variant: 'faithful' }]);
    expect(upscalePasses(4, 'crisp', tools)).toHaveLength(2);
    expect(upscalePasses(2, 'crisp', fakeTools({ upscale: fakeUpscaler(2) }))).toBeNull();
    expect(upscalePasses(2, 'faithful', fakeTools({ upscale: fakeUpscaler(4) }))).toBeNull();
  });

  test('values outside the range are cut off and do not wrap around', async () => {
    const wild = { ...fakeUpscaler(2), run: (_: Float32Array, w: number, h: number) => pattern(12 * w * h) };
    const tools = fakeTools({ upscale: wild });
    for (const photo of [testScene(12, 9, 1), to16Bit(testScene(12, 9, 1))]) {
      const { raster } = await upscale(photo, planEnlargement(settings(2), photo, tools), tools);
      expect(new Set(raster.data)).toEqual(new Set([0, maxValue(photo)]));
    }
  });

  test('a photo with another encoding keeps it', async () => {
    // An encoding in which every value is halved.
    const each = (planes: Float32Array, factor: number) => {
      for (let i = 0; i < planes.length; i++) planes[i]! *= factor;
    };
    const colour = { toSrgb: (p: Float32Array) => each(p, 2), fromSrgb: (p: Float32Array) => each(p, 0.5) };
    const seen: number[] = [];
    const watching = fakeUpscaler(2);
    const tools = fakeTools(
      {
        upscale: {
          ...watching,
          run: (input, ...rest) => {
            seen.push(input[0]!);
            return watching.run(input, ...rest);
          },
        },
      },
      colour,
    );
    const photo = testScene(20, 10, 2);
    const { raster } = await upscale(photo, planEnlargement(settings(2), photo, tools), tools);
    expect(seen[0]).toBeCloseTo((2 * photo.data[0]!) / 255, 5);
    expect(sameSamples(raster.data, repeated(photo, 2).data)).toBe(true);
  });

  test('a result that would be too large is refused, with both sizes', () => {
    const side = Math.sqrt(MAX_ENLARGED_PIXELS);
    const plan = (scale: 2 | 4, width: number, height: number) => () =>
      planEnlargement(settings(scale), { width, height }, both());
    expect(plan(4, side / 4, side / 4)).not.toThrow();
    expect(plan(4, side / 4 + 1, side / 4)).toThrow(EmulsionError);
    expect(plan(2, 12_000, 9000)).toThrow('432 megapixels');
  });
});

describe('a target size', () => {
  const target = (longer: number): UpscaleSettings => ({ ...settings(2), target: { unit: 'pixels', longer } });

  test('is reached exactly, in the proportions of the photo, and never makes a picture smaller', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: 60 }),
        fc.integer({ min: 20, max: 60 }),
        // The largest enlargement is sixteen times.
        fc.integer({ min: 16, max: 320 }),
        async (width, height, longer) => {
          const tools = both();
          const photo = testScene(width, height, 2);
          const plan = planEnlargement(target(longer), photo, tools);
          const times = longer / Math.max(width, height);
          expect(plan.passes.length === 0).toBe(times <= 1);
          if (times <= 1) return;
          expect(plan.passes.reduce((product, { scale }) => product * scale!, 1)).toBeGreaterThanOrEqual(times);
          const { raster } = await upscale(photo, plan, tools);
          expect(Math.max(raster.width, raster.height)).toBe(longer);
          expect(Math.abs(raster.width - width * times)).toBeLessThanOrEqual(0.5);
          expect(Math.abs(raster.height - height * times)).toBeLessThanOrEqual(0.5);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('takes as few passes as necessary', () => {
    const scales = (longer: number) =>
      planEnlargement(target(longer), { width: 100, height: 80 }, both()).passes.map(({ scale }) => scale);
    expect([150, 200, 201, 400, 401, 800, 1600].map(scales)).toEqual([[2], [2], [4], [4], [4, 2], [4, 2], [4, 4]]);
  });

  test('of a print is converted to pixels by its density', () => {
    expect(longerEdge({ unit: 'print', longer: 25.4, dpi: 300 })).toBe(3000);
    expect(longerEdge({ unit: 'print', longer: 10, dpi: 72 })).toBe(283);
  });

  test('never needs more pixels in between than allowed: the rest is resampled', () => {
    // 9000 x 6000 by 4 would be 864 megapixels; by 2.5 there are 337.5.
    const plan = planEnlargement(target(22_500), { width: 9000, height: 6000 }, both());
    expect(plan.passes.map(({ scale }) => scale)).toEqual([2]);
    expect(plan.size).toEqual({ width: 22_500, height: 15_000 });
  });

  test('that no generator reaches, or that is out of all proportion, is refused', () => {
    const small = { width: 100, height: 80 };
    expect(() => planEnlargement(target(1601), small, both())).toThrow('up to 16 times');
    expect(() => planEnlargement({ ...target(300), variant: 'crisp' }, small, fakeTools())).toThrow(
      expect.objectContaining({ code: 'GENERATOR_MISSING' }),
    );
    expect(() => planEnlargement(target(30_000), { width: 15_000, height: 12_000 }, both())).toThrow('megapixels');
  });
});

function pattern(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (i % 2 ? 7 : -7));
}

describe('the step', () => {
  const step = (scale: 2 | 4, variant?: UpscaleSettings['variant']): Step => ({
    kind: 'upscale',
    enabled: true,
    settings: settings(scale, variant),
  });
  const run = async (photo: Raster, tools: ReturnType<typeof fakeTools>, shown = photo, steps = [step(2)]) => {
    const analysis = await analyse(photo, null, tools);
    const recipe = { format: 1 as const, id: 'test', name: 'Test', gate: 'always' as const, steps };
    return runRecipe({ raster: shown, recipe, analysis, damage: null, tools });
  };

  test('reports what it did and the resulting size', async () => {
    const { raster, reports } = await run(testScene(40, 30, 1), both());
    expect([raster.width, raster.height]).toEqual([80, 60]);
    expect(reports).toMatchObject([{ outcome: 'done', generator: 'fake-upscale' }]);
    expect(reports[0]!.messages.at(-1)).toEqual({
      key: 'did.upscale.done',
      values: { times: 2, width: 80, height: 60 },
    });
  });

  test('does not enlarge a reduced picture of the photo, and says so', async () => {
    const photo = testScene(400, 300, 1);
    const tools = both();
    const { raster, reports } = await run(photo, tools, testScene(200, 150, 1));
    expect(raster.width).toBe(200);
    expect(reports[0]!.messages.at(-1)).toEqual({ key: 'did.upscale.atFullSize' });
    expect(tools.tiles).toEqual([]);
  });

  test('is refused before anything is changed if its variant is not installed or the picture would be too large', async () => {
    const tone: Step = { kind: 'tone', enabled: true, settings: { strength: 1, cast: 1, contrast: 1 } };
    const photo = testScene(60, 40, 1);
    const before = photo.data.slice();
    const tools = fakeTools({ upscale: fakeUpscaler(4) });
    await expect(run(photo, tools, photo, [tone, step(2, 'crisp')])).rejects.toMatchObject({
      code: 'GENERATOR_MISSING',
    });
    const huge = { ...photo, width: 20_000, height: 15_000 };
    const analysis = { ...(await analyse(photo, null, tools)), megapixels: 300 };
    const recipe = { format: 1 as const, id: 't', name: 'T', gate: 'always' as const, steps: [tone, step(4)] };
    await expect(runRecipe({ raster: huge, recipe, analysis, damage: null, tools })).rejects.toMatchObject({
      code: 'PHOTO_TOO_LARGE',
    });
    expect(sameSamples(photo.data, before)).toBe(true);
  });
});
