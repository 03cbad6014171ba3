import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColoriseSettings, Step } from '../../../../contract/recipe';
import { analyse } from '../../analysis';
import { lumaOf, toLab } from '../../colour';
import { detectDamage } from '../../damage';
import { createRaster, maxValue, type Raster } from '../../raster';
import { runRecipe } from '../../run';
import { damageScene } from '../../testing/damage';
import { copyOf, mapPixels, sameSamples, to16Bit, toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import {
  type FakeGenerator,
  fakeDetector,
  fakeInpainter,
  fakeRestorer,
  fakeTools,
  fakeUpscaler,
} from '../../testing/tools';
import { COLOUR_PIXELS, colorise } from './colorise';

const WARMTH = { name: 'warmth', label: 'Warmth', min: -2, max: 2, default: 0 };

/** Imagines Cb and Cr for each pixel from its luma, by `of`; warmth moves both apart. */
function fakeColoriser(of: (luma: number) => readonly [cb: number, cr: number], hasWarmth = true): FakeGenerator {
  return {
    inputs: 1,
    outputs: 2,
    ...(hasWarmth ? { extraInputs: [WARMTH] } : {}),
    run: (input, width, height, { warmth = 0 }) => {
      const count = width * height;
      const output = new Float32Array(2 * count);
      for (let i = 0; i < count; i++) {
        const [cb, cr] = of(input[i]!);
        output[i] = cb - 0.05 * warmth + 0.5;
        output[i + count] = cr + 0.05 * warmth + 0.5;
      }
      return output;
    },
  };
}

const settings = (changes: Partial<ColoriseSettings> = {}): ColoriseSettings => ({
  strength: 1,
  variant: 'natural',
  ...changes,
});

async function coloured(
  raster: Raster,
  generator: FakeGenerator,
  changes: Partial<ColoriseSettings> = {},
  colour: Parameters<typeof fakeTools>[1] = null,
): Promise<Raster> {
  return (await colorise(copyOf(raster), settings(changes), fakeTools({ colorise: generator }, colour)))!.raster;
}

/** Luma of a pixel in units of the raster's samples. */
function lumaAt({ data, channels }: Raster, pixel: number): number {
  const [red, green, blue] = [0, 1, 2].map((c) => data[pixel * channels + (channels === 1 ? 0 : c)]!);
  return lumaOf(red!, green!, blue!);
}

/** Cr of a pixel, -0.5..0.5. */
function crAt(raster: Raster, pixel: number): number {
  return (raster.data[3 * pixel]! - lumaAt(raster, pixel)) / 1.402 / maxValue(raster);
}

describe('colorise', () => {
  test('keeps the luma of every pixel, up to rounding, whatever is imagined', async () => {
    const colour = fc.double({ min: -0.5, max: 0.5, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom(
          (r: Raster) => r,
          toGrey,
          to16Bit,
          (r: Raster) => toGrey(to16Bit(r)),
        ),
        colour,
        colour,
        fc.constantFrom('natural' as const, 'warm' as const, 'cool' as const),
        async (width, height, kind, cb, cr, variant) => {
          const photo = kind(testScene(width, height, 7));
          const wild = fakeColoriser((luma) => [cb * Math.sin(40 * luma), cr]);
          const result = await coloured(photo, wild, { variant });
          expect([result.width, result.height, result.channels, result.depth]).toEqual([width, height, 3, photo.depth]);
          let worst = 0;
          for (let i = 0; i < width * height; i++) {
            worst = Math.max(worst, Math.abs(lumaAt(result, i) - lumaAt(photo, i)));
          }
          // Planes of 32-bit floats add a hundredth.
          expect(worst).toBeLessThanOrEqual(0.51);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('colours end at an edge of the picture, although the net saw it much smaller', async () => {
    const [width, height] = [1200, 800];
    const photo = createRaster(width, height, 1, 8);
    // An edge that lies within a pixel of the net's small picture.
    for (let i = 0; i < photo.data.length; i++) photo.data[i] = i % width < 601 ? 70 : 180;
    const small = width * height > 10 * COLOUR_PIXELS;
    expect(small).toBe(true);
    const result = await coloured(
      photo,
      fakeColoriser((luma) => [0, luma > 0.5 ? 0.15 : -0.15]),
    );
    const row = 400 * width;
    for (const [x, cr] of [
      [590, -0.15],
      [600, -0.15],
      [601, 0.15],
      [612, 0.15],
    ] as const) {
      expect(crAt(result, row + x), `column ${x}`).toBeCloseTo(cr, 1);
    }
  });

  test('a toned print loses its tone and gets only the imagined colours', async () => {
    const grey = toGrey(testScene(120, 80, 3));
    const sepia = mapPixels(testScene(120, 80, 3), (r, g, b) => {
      const luma = lumaOf(r, g, b);
      return [Math.min(1, luma * 1.12 + 0.05), luma, luma * 0.78];
    });
    expect(grey.width).toBe(sepia.width);
    const result = await coloured(
      sepia,
      fakeColoriser(() => [0, 0]),
    );
    for (let i = 0; i < result.data.length; i += 3) {
      const [red, green, blue] = [0, 1, 2].map((c) => result.data[i + c]! / 255);
      const [, a, b] = toLab(red!, green!, blue!);
      expect(Math.hypot(a, b)).toBeLessThan(0.5);
    }
  });

  test('strength is the share of the imagined colours, and 0 changes nothing', async () => {
    const photo = toGrey(testScene(60, 40, 1));
    const grey = createRaster(60, 40, 1, 16);
    grey.data.fill(30_000);
    const generator = fakeColoriser(() => [0, 0.2]);
    for (const strength of [0.25, 0.5, 1]) {
      expect(crAt(await coloured(grey, generator, { strength }), 700)).toBeCloseTo(0.2 * strength, 3);
    }
    const tools = fakeTools({ colorise: generator });
    expect(await colorise(photo, settings({ strength: 0 }), tools)).toBeNull();
    expect(tools.tiles).toEqual([]);
  });

  test('the variants differ clearly, within the bounds of the generator’s card', async () => {
    const grey = createRaster(40, 40, 1, 16);
    grey.data.fill(30_000);
    const generator = fakeColoriser(() => [0, 0]);
    const [natural, warm, cool] = await Promise.all(
      (['natural', 'warm', 'cool'] as const).map(async (variant) =>
        crAt(await coloured(grey, generator, { variant }), 5),
      ),
    );
    expect(natural).toBeCloseTo(0, 3);
    expect(warm).toBeCloseTo(0.06, 3);
    expect(cool).toBeCloseTo(-0.06, 3);
    const narrow = { ...generator, extraInputs: [{ ...WARMTH, min: -0.5, max: 0.5 }] };
    expect(crAt(await coloured(grey, narrow, { variant: 'warm' }), 5)).toBeCloseTo(0.025, 3);
  });

  test('a photo with another encoding is coloured in sRGB and keeps its encoding', async () => {
    const each = (planes: Float32Array, factor: number) => {
      for (let i = 0; i < planes.length; i++) planes[i]! *= factor;
    };
    const half = { toSrgb: (p: Float32Array) => each(p, 2), fromSrgb: (p: Float32Array) => each(p, 0.5) };
    const photo = createRaster(30, 30, 3, 16);
    photo.data.fill(16_000);
    const result = await coloured(
      photo,
      fakeColoriser(() => [0, 0.1]),
      {},
      half,
    );
    // Half of everything: the luma as it was, and half of the colour.
    expect(lumaAt(result, 44)).toBeCloseTo(16_000, -1);
    expect(crAt(result, 44)).toBeCloseTo(0.05, 3);
  });

  test('without memory or generator it fails like every other step', async () => {
    await expect(colorise(testScene(20, 20, 1), settings(), fakeTools())).rejects.toMatchObject({
      code: 'GENERATOR_MISSING',
    });
  });
});

describe('the step', () => {
  const step: Step = { kind: 'colorise', enabled: true, settings: settings() };
  const generator = fakeColoriser(() => [0, 0.1]);

  test('comes after the tones and before the enlargement, which enlarges the coloured picture', async () => {
    const tools = fakeTools({ colorise: generator, upscale: fakeUpscaler(2) });
    const photo = toGrey(testScene(50, 40, 1));
    const analysis = await analyse(photo, null, tools);
    const steps: Step[] = [
      { kind: 'upscale', enabled: true, settings: { scale: 2, variant: 'faithful' } },
      step,
      { kind: 'tone', enabled: true, settings: { strength: 1, cast: 1, contrast: 1 } },
    ];
    const recipe = { format: 1 as const, id: 't', name: 'T', gate: 'always' as const, steps };
    const { raster, reports } = await runRecipe({ raster: copyOf(photo), recipe, analysis, damage: null, tools });
    expect(reports.map(({ kind }) => kind)).toEqual(['tone', 'colorise', 'upscale']);
    expect(reports[1]).toMatchObject({ generator: 'fake-colorise', provider: 'cpu' });
    expect(reports[1]!.messages).toContainEqual({ key: 'did.colorise.done' });
    expect([raster.width, raster.height, raster.channels]).toEqual([100, 80, 3]);
    expect(crAt(raster, 4000)).toBeGreaterThan(0.02);
  });

  test('in a recipe of all steps, in any order, gets the result of repair, restoration and tone', async () => {
    const seen: number[] = [];
    const watching: FakeGenerator = {
      ...generator,
      run: (input, ...rest) => {
        seen.push(input.reduce((sum, value) => sum + value, 0) / input.length);
        return generator.run(input, ...rest);
      },
    };
    const all = { detect: fakeDetector, inpaint: fakeInpainter, restore: fakeRestorer, upscale: fakeUpscaler(2) };
    const photo = toGrey(damageScene(testScene(160, 120, 2), 2).raster);
    const everything: Step[] = [
      { kind: 'upscale', enabled: true, settings: { scale: 2, variant: 'faithful' } },
      step,
      { kind: 'restore', enabled: true, settings: { strength: 1, keepGrain: false } },
      { kind: 'tone', enabled: true, settings: { strength: 1, cast: 1, contrast: 1 } },
      { kind: 'repair', enabled: true, settings: { sensitivity: 0.5, grow: 2, keepWriting: true } },
    ];
    const run = async (steps: Step[]) => {
      const tools = fakeTools({ ...all, colorise: watching });
      const damage = await detectDamage(photo, tools);
      const analysis = await analyse(photo, damage, tools);
      const recipe = { format: 1 as const, id: 't', name: 'T', gate: 'always' as const, steps };
      return runRecipe({ raster: copyOf(photo), recipe, analysis, damage, tools });
    };
    const { raster, reports } = await run(everything);
    expect(reports.map(({ kind }) => kind)).toEqual(['repair', 'restore', 'tone', 'colorise', 'upscale']);
    expect([raster.width, raster.height, raster.channels]).toEqual([320, 240, 3]);

    // The coloured luma is that of the same recipe without colours and enlargement.
    const without = await run(everything.filter(({ kind }) => kind !== 'colorise' && kind !== 'upscale'));
    const samples = [...without.raster.data];
    const luma = samples.reduce((sum, value) => sum + value, 0) / samples.length / 255;
    expect(without.masked).toBeGreaterThan(0);
    expect(seen.reduce((sum, value) => sum + value, 0) / seen.length).toBeCloseTo(luma, 1);
    let worst = 0;
    for (let i = 0; i < without.raster.data.length; i++) {
      const [x, y] = [2 * (i % 160), 2 * Math.floor(i / 160)];
      worst = Math.max(worst, Math.abs(lumaAt(raster, 320 * y + x) - without.raster.data[i]!));
    }
    expect(worst).toBeLessThanOrEqual(0.51);
  });

  test('only applies to photos without colours if the recipe runs needed steps, and offers the available variants', async () => {
    const run = async (photo: Raster, tools: ReturnType<typeof fakeTools>) => {
      const analysis = await analyse(photo, null, tools);
      const recipe = { format: 1 as const, id: 't', name: 'T', gate: 'needed' as const, steps: [step] };
      const result = await runRecipe({ raster: copyOf(photo), recipe, analysis, damage: null, tools });
      return { ...result, need: analysis.needs.find(({ kind }) => kind === 'colorise')! };
    };
    const colours = testScene(120, 90, 1);
    const tools = fakeTools({ colorise: generator });
    const inColours = await run(colours, tools);
    expect(inColours.reports[0]!.outcome).toBe('skipped');
    expect(sameSamples(inColours.raster.data, colours.data)).toBe(true);
    const grey = await run(toGrey(colours), tools);
    expect(grey.reports[0]!.outcome).toBe('done');
    expect(grey.need.variants).toEqual(['natural', 'warm', 'cool']);
    const plain = await run(toGrey(colours), fakeTools({ colorise: fakeColoriser(() => [0, 0], false) }));
    expect(plain.need.variants).toEqual(['natural']);
  });
});
