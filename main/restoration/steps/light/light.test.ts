import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LightSettings, RECIPE_FORMAT, type Recipe } from '../../../../contract/recipe';
import { fromLinear, toLinear } from '../../colour';
import { createRaster, type Raster } from '../../raster';
import { planRecipe, runRecipe } from '../../run';
import { mapPixels, sameSamples, to16Bit, toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { fakeTools } from '../../testing/tools';
import { light } from '.';

type Given = Partial<LightSettings>;

async function lit(raster: Raster, given: Given, opened?: Raster, tools = fakeTools()): Promise<Raster> {
  const copy: Raster = { ...raster, data: raster.data.slice() };
  const run = { raster: copy, opened, tools } as unknown as Parameters<typeof light.apply>[0];
  await light.apply(run, LightSettings.parse(given));
  return copy;
}

/** One row of greys from black to white, in 16 bits. */
function ramp(channels: 1 | 3 = 3): Raster {
  const raster = createRaster(512, 2, channels, 16);
  for (let i = 0; i < raster.data.length; i++) {
    raster.data[i] = Math.round(((Math.floor(i / channels) % 512) / 511) * 65535);
  }
  return raster;
}

/** The samples of the first row's red. */
const row = ({ data, width, channels }: Raster) => Array.from({ length: width }, (_, x) => data[x * channels]!);
const SCENE = testScene(120, 90, 4);
const slider = fc.double({ min: -1, max: 1, noNaN: true });
const anything = fc.record({
  exposure: fc.double({ min: -3, max: 3, noNaN: true }),
  ...{ contrast: slider, highlights: slider, shadows: slider, temperature: slider, tint: slider, saturation: slider },
});

describe('everything at 0', () => {
  test.each([
    ['8 bits', SCENE],
    ['16 bits', to16Bit(SCENE)],
    ['grey', toGrey(SCENE)],
    ['one pixel', createRaster(1, 1, 3, 8)],
  ])('changes no sample: %s', async (_, raster) => {
    expect(sameSamples((await lit(raster, {})).data, raster.data)).toBe(true);
    const straight = [
      { x: 0.2, y: 0.2 },
      { x: 0.9, y: 0.9 },
    ];
    expect(sameSamples((await lit(raster, { curve: straight })).data, raster.data)).toBe(true);
  });
});

test('whatever is set, more light stays more light, and grey stays grey without a white balance', async () => {
  await fc.assert(
    fc.asyncProperty(anything, async (given) => {
      // The areas of a ramp have no edges, so that each pixel is changed by its own brightness.
      const settings = { ...given, temperature: 0, tint: 0, highlights: 0, shadows: 0 };
      const result = await lit(ramp(), settings);
      const values = row(result);
      for (let i = 1; i < values.length; i++) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1]!);
      for (let i = 0; i < result.data.length; i += 3) expect(result.data[i]).toBe(result.data[i + 1]);
    }),
    { numRuns: 40 },
  );
});

describe('exposure', () => {
  test('doubles the light of dark and middle tones', async () => {
    const values = row(await lit(ramp(), { exposure: 1 }));
    const before = toLinear(160 / 511);
    expect(toLinear(values[160]! / 65535)).toBeCloseTo(2 * before, 3);
  });

  test.each([1, 2, 3])('of %i stops clips no light tone', async (exposure) => {
    const values = row(await lit(ramp(), { exposure }));
    expect(values[511]).toBe(65535);
    expect(new Set(values.slice(300)).size).toBe(values.length - 300);
  });

  test('halves it, white included', async () => {
    const values = row(await lit(ramp(), { exposure: -1 }));
    expect(values[511]! / 65535).toBeCloseTo(fromLinear(0.5), 4);
  });
});

describe('light and dark areas', () => {
  /** A dark half with texture beside a light half with texture. */
  const halves = createRaster(200, 100, 3, 8);
  for (let i = 0; i < halves.data.length; i++) {
    const pixel = Math.floor(i / 3);
    const texture = (pixel + Math.floor(pixel / 200)) % 2 === 0 ? 8 : -8;
    halves.data[i] = (pixel % 200 < 100 ? 40 : 210) + texture;
  }
  const meanOf = ({ data }: Raster, from: number, to: number) => {
    let sum = 0;
    for (let y = 0; y < 100; y++) for (let x = from; x < to; x++) sum += data[(y * 200 + x) * 3]!;
    return sum / (100 * (to - from));
  };
  const contrastOf = ({ data }: Raster, x: number) =>
    Math.abs(data[(50 * 200 + x) * 3]! - data[(50 * 200 + x + 1) * 3]!);

  test('shadows lighten the dark area, with its texture, and leave the light one alone', async () => {
    const result = await lit(halves, { shadows: 1 });
    expect(meanOf(result, 0, 90)).toBeGreaterThan(1.6 * meanOf(halves, 0, 90));
    expect(contrastOf(result, 40)).toBeGreaterThan(contrastOf(halves, 40));
    expect(Math.abs(meanOf(result, 110, 200) - meanOf(halves, 110, 200))).toBeLessThan(1.5);
  });

  test('highlights darken the light area, with its texture, and leave the dark one alone', async () => {
    const result = await lit(halves, { highlights: -1 });
    expect(meanOf(result, 110, 200)).toBeLessThan(0.85 * meanOf(halves, 110, 200));
    expect(contrastOf(result, 150)).toBeGreaterThan(0.6 * contrastOf(halves, 150));
    expect(Math.abs(meanOf(result, 0, 90) - meanOf(halves, 0, 90))).toBeLessThan(1.5);
  });

  test('end at an edge: there is no rim beside it', async () => {
    const { data } = await lit(halves, { shadows: 1 });
    const pair = (x: number) => data[(50 * 200 + x) * 3]! + data[(50 * 200 + x + 1) * 3]!;
    expect(Math.abs(pair(96) - pair(40))).toBeLessThan(0.12 * pair(40));
    expect(Math.abs(pair(102) - pair(160))).toBeLessThan(0.06 * pair(160));
  });
});

describe('white balance', () => {
  const tinted = mapPixels(SCENE, (red, green, blue) => [
    fromLinear(toLinear(red) * 0.9),
    fromLinear(toLinear(green) * 0.8),
    fromLinear(toLinear(blue) * 0.55),
  ]);
  const flat = (colour: readonly number[]) => {
    const raster = createRaster(40, 30, 3, 16);
    raster.data.forEach((_, i) => {
      raster.data[i] = Math.round(colour[i % 3]! * 65535);
    });
    return raster;
  };

  test('makes a picked colour grey, as light as it was', async () => {
    const { data } = await lit(flat([0xc8 / 255, 0xb4 / 255, 0x9a / 255]), { neutral: '#c8b49a' });
    expect(Math.max(...data.slice(0, 3)) - Math.min(...data.slice(0, 3))).toBeLessThan(65535 / 500);
    const luminance = 0.2126 * toLinear(0xc8 / 255) + 0.7152 * toLinear(0xb4 / 255) + 0.0722 * toLinear(0x9a / 255);
    expect(toLinear(data[0]! / 65535)).toBeCloseTo(luminance, 3);
  });

  test('finds out what earlier steps have made of the picked colour', async () => {
    // The place that was picked is grey after the earlier steps already, so nothing may change.
    const at = (45 * 120 + 60) * 3;
    const picked = [...tinted.data.slice(at, at + 3)];
    const now = [...SCENE.data.slice(at, at + 3)];
    const neutral = `#${picked.map((each) => each.toString(16).padStart(2, '0')).join('')}`;
    const { data } = await lit(SCENE, { neutral }, tinted);
    const grey = 0.2126 * toLinear(now[0]! / 255) + 0.7152 * toLinear(now[1]! / 255) + 0.0722 * toLinear(now[2]! / 255);
    for (let c = 0; c < 3; c++) expect(Math.abs(toLinear(data[at + c]! / 255) - grey)).toBeLessThan(0.02);
  });

  test('the sliders warm and cool, and change no brightness', async () => {
    for (const [given, higher, lower] of [
      [{ temperature: 1 }, 0, 2],
      [{ temperature: -1 }, 2, 0],
      [{ tint: 1 }, 0, 1],
      [{ tint: -1 }, 1, 0],
    ] as const) {
      const { data } = await lit(flat([0.4, 0.4, 0.4]), given);
      expect(data[higher]).toBeGreaterThan(1.1 * data[lower]!);
      const [red, green, blue] = [...data.slice(0, 3)].map((value) => toLinear(value / 65535));
      expect(0.2126 * red! + 0.7152 * green! + 0.0722 * blue!).toBeCloseTo(toLinear(0.4), 3);
    }
  });

  test('leaves a photo without colours alone', async () => {
    const grey = toGrey(SCENE);
    expect(sameSamples((await lit(grey, { temperature: 1, tint: -1, saturation: 1 })).data, grey.data)).toBe(true);
  });
});

describe('saturation', () => {
  test('of -1 leaves grey', async () => {
    const { data } = await lit(SCENE, { saturation: -1 });
    for (let i = 0; i < data.length; i += 3) {
      expect(
        Math.max(data[i]!, data[i + 1]!, data[i + 2]!) - Math.min(data[i]!, data[i + 1]!, data[i + 2]!),
      ).toBeLessThan(2);
    }
  });

  test('of 1 keeps the order of the channels, so that no colour turns into another', async () => {
    const { data } = await lit(SCENE, { saturation: 1 });
    for (let i = 0; i < data.length; i += 3) {
      if (SCENE.data[i]! > SCENE.data[i + 2]! + 3) expect(data[i]).toBeGreaterThan(data[i + 2]!);
    }
  });
});

test('a curve moves its tones, and contrast spreads the middle', async () => {
  const values = row(await lit(ramp(), { curve: [{ x: 0.5, y: 0.7 }] }));
  expect(values[256]! / 65535).toBeCloseTo(0.7, 2);
  const steep = row(await lit(ramp(), { contrast: 1 }));
  expect(steep[300]! - steep[212]!).toBeGreaterThan(1.3 * (row(ramp())[300]! - row(ramp())[212]!));
  expect([steep[0], steep[511]]).toEqual([0, 65535]);
});

test('8 bits become what 16 bits become', async () => {
  const given = { exposure: 0.4, shadows: 0.5, temperature: 0.3, saturation: 0.4, contrast: 0.2 };
  const [narrow, wide] = [await lit(SCENE, given), await lit(to16Bit(SCENE), given)];
  for (let i = 0; i < narrow.data.length; i++) {
    expect(Math.abs(narrow.data[i]! - wide.data[i]! / 257)).toBeLessThan(1.5);
  }
});

test('works in sRGB, whatever the encoding of the photo', async () => {
  // Channels in reverse order, for want of a profile.
  const swap = (planes: Float32Array, count: number) => {
    const red = planes.slice(0, count);
    planes.copyWithin(0, 2 * count);
    planes.set(red, 2 * count);
  };
  const swapped = mapPixels(SCENE, (red, green, blue) => [blue, green, red]);
  const given = { temperature: 0.7, exposure: 0.3, saturation: 0.5 };
  const tools = { ...fakeTools(), colour: { toSrgb: swap, fromSrgb: swap } };
  const expected = mapPixels(await lit(SCENE, given), (red, green, blue) => [blue, green, red]);
  expect(sameSamples((await lit(swapped, given, undefined, tools)).data, expected.data)).toBe(true);
});

describe('in a recipe', () => {
  const recipe = (steps: Recipe['steps']): Recipe => ({
    ...{ format: RECIPE_FORMAT, id: 'mine', name: 'Mine', gate: 'needed' },
    steps,
  });
  const needs = [{ kind: 'light', needed: false, available: true, reason: 'reason.light.byHand', figures: {} }];
  const analysis = { needs, megapixels: 0.01, fading: null } as unknown as Parameters<typeof planRecipe>[1];

  test('it runs although no need was measured: a person has set it', async () => {
    const step = { kind: 'light' as const, enabled: true, settings: LightSettings.parse({ exposure: 1 }) };
    expect(planRecipe(recipe([step]), analysis)[0]!.outcome).toBe('done');
    const raster = { ...SCENE, data: SCENE.data.slice() };
    const { reports } = await runRecipe({ raster, recipe: recipe([step]), analysis, damage: null, tools: fakeTools() });
    expect(reports).toEqual([expect.objectContaining({ outcome: 'done', messages: [{ key: 'did.light.done' }] })]);
    expect(sameSamples(raster.data, SCENE.data)).toBe(false);
  });
});
