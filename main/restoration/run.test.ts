import { beforeAll, describe, expect, test } from 'vitest';
import type { Analysis } from '../../contract/photo';
import { type Recipe, Step } from '../../contract/recipe';
import { analyse } from './analysis';
import { type DamageMap, detectDamage } from './damage';
import { createMask } from './mask';
import { createRaster, type Raster } from './raster';
import { runRecipe } from './run';
import { inpaint } from './steps/repair/inpaint';
import { damageScene } from './testing/damage';
import { mapPixels, sameSamples, to16Bit, toGrey } from './testing/rasters';
import { testScene } from './testing/scene';
import {
  type FakeGenerator,
  fakeDetector,
  fakeInpainter,
  fakePainter,
  fakeRestorer,
  fakeTools,
  fakeUpscaler,
} from './testing/tools';

const REPAIR: Step = { kind: 'repair', enabled: true, settings: { sensitivity: 0.5, grow: 2, keepWriting: true } };
const TONE: Step = { kind: 'tone', enabled: true, settings: { strength: 1, cast: 1, contrast: 1 } };
/** Says that everything is bluish. */
const fakeColoriser: FakeGenerator = {
  inputs: 1,
  outputs: 2,
  run: (_, width, height) => new Float32Array(2 * width * height).fill(0.6),
};
const generators = { detect: fakeDetector, inpaint: fakeInpainter };

function recipe(gate: Recipe['gate'], ...steps: Step[]): Recipe {
  return { format: 1, id: 'test', name: 'Test', gate, steps };
}

function copyOf(raster: Raster): Raster {
  return { ...raster, data: raster.data.slice() };
}

let damaged: Raster;
let damage: DamageMap;
let analysis: Analysis;
beforeAll(async () => {
  // Darker, so that only the damage is bright enough for the fake detector.
  const scene = mapPixels(testScene(280, 210, 6), (red, green, blue) => [0.8 * red, 0.8 * green, 0.8 * blue]);
  damaged = damageScene(scene, 6).raster;
  const tools = fakeTools(generators);
  damage = await detectDamage(damaged, tools);
  analysis = await analyse(damaged, damage, tools);
});

test('what has to be said about how a step was computed stands at the end of its report', async () => {
  const note = { key: 'refusals.differs', values: { provider: 'webgpu' } };
  const tools = { ...fakeTools(generators), notes: () => [note] };
  const { reports } = await runRecipe({ raster: damaged, recipe: recipe('always', REPAIR), analysis, damage, tools });
  expect(reports[0]!.messages.at(-1)).toEqual(note);
});

describe('repair', () => {
  test('pixels outside the mask keep their bits and all inside are filled, for every kind of raster', async () => {
    for (const raster of [damaged, to16Bit(damaged), toGrey(damaged), toGrey(to16Bit(damaged))]) {
      const before = raster.data.slice();
      const { width, height, channels } = raster;
      const mask = createMask(damage, REPAIR.settings as { sensitivity: number; grow: number }, raster);
      const inside = new Uint8Array(width * height);
      mask.read({ x: 0, y: 0, width, height }, inside);
      const result = await runRecipe({
        raster,
        recipe: recipe('needed', REPAIR),
        analysis,
        damage,
        tools: fakeTools(generators),
      });
      expect(result.raster).toBe(raster);
      const white = 0.93 * (raster.depth === 8 ? 255 : 65535);
      for (let i = 0; i < before.length; i++) {
        if (inside[Math.floor(i / channels)] === 0) {
          if (raster.data[i] !== before[i]) throw new Error(`sample ${i} outside the mask changed`);
        } else if (raster.data[i]! > white) {
          throw new Error(`sample ${i} inside the mask was not filled`);
        }
      }
      expect(result.masked).toBeCloseTo(inside.filter((value) => value !== 0).length / inside.length, 6);
      expect(result.reports).toEqual([
        expect.objectContaining({ kind: 'repair', outcome: 'done', generator: 'fake-inpaint', provider: 'cpu' }),
      ]);
    }
  });

  test('only tiles with damage are computed', async () => {
    const clean = createRaster(400, 300, 3, 8);
    clean.data.fill(90);
    clean.data.fill(255, 3 * (40 * 400 + 20), 3 * (40 * 400 + 50));
    clean.data.fill(255, 3 * (41 * 400 + 20), 3 * (41 * 400 + 50));
    const map = await detectDamage(clean, fakeTools(generators));
    const tools = fakeTools(generators);
    await inpaint(clean, createMask(map, { sensitivity: 0.5, grow: 2 }, clean), tools);
    expect(tools.tiles).toEqual([{ x: 0, y: 0, width: 64, height: 64 }]);
  });

  test('a photo in another encoding is filled in sRGB and keeps its bits outside', async () => {
    const colour = {
      toSrgb: (planes: Float32Array, count: number) => {
        for (let i = 0; i < 3 * count; i++) planes[i] = planes[i]! ** 0.5;
      },
      fromSrgb: (planes: Float32Array, count: number) => {
        for (let i = 0; i < 3 * count; i++) planes[i] = planes[i]! ** 2;
      },
    };
    const flat = createRaster(64, 64, 3, 8);
    flat.data.fill(64);
    flat.data.fill(250, 3 * 64 * 30, 3 * 64 * 32);
    const map = await detectDamage(flat, fakeTools(generators, colour));
    await inpaint(flat, createMask(map, { sensitivity: 0.5, grow: 1 }, flat), fakeTools(generators, colour));
    expect([...new Set(flat.data)]).toEqual([64]);
  });

  test('a mask of another size is refused', async () => {
    const mask = createMask(damage, { sensitivity: 0.5, grow: 2 }, { width: 10, height: 10 });
    await expect(inpaint(copyOf(damaged), mask, fakeTools(generators))).rejects.toThrow(RangeError);
  });

  test('preview and full size fill the same places', async () => {
    const tools = fakeTools(generators);
    const preview = await tools.shrink(damaged, 15_000);
    const before = preview.data.slice();
    await runRecipe({ raster: preview, recipe: recipe('needed', REPAIR), analysis, damage, tools });
    const full = new Uint8Array(damaged.width * damaged.height);
    createMask(damage, { sensitivity: 0.5, grow: 4 }, damaged).read({ x: 0, y: 0, width: 280, height: 210 }, full);
    for (let y = 0; y < preview.height; y++) {
      for (let x = 0; x < preview.width; x++) {
        const i = 3 * (y * preview.width + x);
        if (preview.data[i] === before[i]) continue;
        const fullX = Math.floor(((x + 0.5) * 280) / preview.width);
        const fullY = Math.floor(((y + 0.5) * 210) / preview.height);
        expect(full[fullY * 280 + fullX]).toBe(255);
      }
    }
    expect(sameSamples(preview.data, before)).toBe(false);
  });
});

describe('runRecipe', () => {
  test('with the gate "needed", runs the needed steps and gives the reasons for the others', async () => {
    const sound: Analysis = {
      ...analysis,
      needs: analysis.needs.map((need) => ({ ...need, needed: false, reason: `no.${need.kind}`, figures: {} })),
    };
    const raster = copyOf(damaged);
    const { reports } = await runRecipe({
      raster,
      recipe: recipe('needed', REPAIR, TONE),
      analysis: sound,
      damage,
      tools: fakeTools(generators),
    });
    expect(sameSamples(raster.data, damaged.data)).toBe(true);
    expect(reports.map((report) => [report.kind, report.outcome, report.messages])).toEqual([
      ['repair', 'skipped', [{ key: 'no.repair', values: {} }]],
      ['tone', 'skipped', [{ key: 'no.tone', values: {} }]],
    ]);
  });

  test('with the gate "always", runs exactly the enabled steps', async () => {
    const { reports } = await runRecipe({
      raster: copyOf(damaged),
      recipe: recipe('always', { ...REPAIR, enabled: false } as Step, TONE),
      analysis: { ...analysis, needs: analysis.needs.map((need) => ({ ...need, needed: false })) },
      damage,
      tools: fakeTools(generators),
    });
    expect(reports.map((report) => report.outcome)).toEqual(['off', 'done']);
  });

  test('runs in the order of the kinds and announces the share of each step', async () => {
    const shares: [string, number, number][] = [];
    const { reports } = await runRecipe({
      raster: copyOf(damaged),
      recipe: recipe('always', TONE, REPAIR),
      analysis,
      damage,
      tools: fakeTools(generators),
      onStep: (kind, { from, to }) => shares.push([kind, from, to]),
    });
    expect(reports.map((report) => report.kind)).toEqual(['repair', 'tone']);
    expect(shares.map(([kind]) => kind)).toEqual(['repair', 'tone']);
    expect(shares[0]![1]).toBe(0);
    expect(shares[0]![2]).toBe(shares[1]![1]);
    expect(shares[1]![2]).toBeCloseTo(1, 10);
  });

  test('fails before anything is changed if a step has no generator', async () => {
    const upscale: Step = { kind: 'upscale', enabled: true, settings: { scale: 2, variant: 'faithful' } };
    for (const [steps, lent] of [
      [[TONE, upscale], generators],
      [[TONE, REPAIR], { detect: fakeDetector }],
    ] as const) {
      const raster = copyOf(damaged);
      const running = runRecipe({
        raster,
        recipe: recipe('always', ...steps),
        analysis,
        damage,
        tools: fakeTools(lent),
      });
      await expect(running).rejects.toMatchObject({ code: 'GENERATOR_MISSING' });
      expect(sameSamples(raster.data, damaged.data)).toBe(true);
    }
  });

  test('names the generator of a recipe that is not there, or that is for another step', async () => {
    const restore: Step = {
      kind: 'restore',
      enabled: true,
      settings: { strength: 1, keepGrain: false, generator: 'mine' },
    };
    const fails = (lent: Parameters<typeof fakeTools>[0]) =>
      runRecipe({
        raster: copyOf(damaged),
        recipe: recipe('always', restore),
        analysis,
        damage,
        tools: fakeTools(lent),
      });
    await expect(fails(generators)).rejects.toMatchObject({
      code: 'GENERATOR_MISSING',
      reason: [{ key: 'failures.generatorNotHere', values: { id: 'mine', kind: 'restore' } }],
    });
    const other = { ...generators, colorise: { ...fakeColoriser, id: 'mine' } };
    await expect(fails(other)).rejects.toMatchObject({
      code: 'GENERATOR_MISSING',
      reason: [{ key: 'failures.generatorUnfit', values: { id: 'mine', kind: 'restore' } }],
    });
  });

  test('every step runs the generator that its settings name, and the one that ships otherwise', async () => {
    const settings = { generator: 'mine' };
    const own = {
      ...generators,
      restore: [fakeRestorer, { ...fakeRestorer, id: 'mine' }],
      colorise: [fakeColoriser, { ...fakeColoriser, id: 'mine' }],
      inpaint: [fakeInpainter, { ...fakeInpainter, id: 'mine' }],
      style: [fakePainter, { ...fakeRestorer, id: 'mine' }],
      upscale: [fakeUpscaler(2, 'faithful'), { ...fakeUpscaler(4, 'x'), id: 'mine' }],
    };
    for (const [kind, times] of [
      ['repair', 1],
      ['restore', 1],
      ['colorise', 1],
      ['upscale', 2],
      ['style', 1],
    ] as const) {
      const given = kind === 'style' ? { style: 'dusk' } : {};
      for (const chosen of [undefined, settings]) {
        const step = Step.parse({ kind, settings: { ...given, ...chosen } });
        const { reports, raster } = await runRecipe({
          raster: copyOf(damaged),
          recipe: recipe('always', step),
          analysis,
          damage,
          tools: fakeTools(own),
        });
        expect(reports[0]!.generator, kind).toBe(chosen ? 'mine' : `fake-${kind === 'repair' ? 'inpaint' : kind}`);
        expect(raster.width, kind).toBe(times * damaged.width);
      }
    }
  });

  test('only analysing changes nothing', async () => {
    const raster = copyOf(damaged);
    const tools = fakeTools(generators);
    await analyse(raster, await detectDamage(raster, tools), tools);
    expect(sameSamples(raster.data, damaged.data)).toBe(true);
  });
});
