import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fading } from '../../../../contract/photo';
import { analyse } from '../../analysis';
import { deltaE, toLab } from '../../colour';
import { createRaster, type Raster } from '../../raster';
import { runRecipe } from '../../run';
import { mapPixels, sameSamples, to16Bit, toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { fakeTools } from '../../testing/tools';
import type { FadingValues } from '../../tools';
import { componentOf, densityOf } from './density';
import { estimateFading, fadingCurves } from './fading';
import { applyTone } from './tone';

const FULL = { strength: 1, cast: 1, contrast: 1 };
const scene = testScene(240, 180, 5);

function fadingOf(kept: readonly number[], stain: readonly number[], before = 20): Fading {
  const perDye = ([cyan, magenta, yellow]: readonly number[]) => ({ cyan: cyan!, magenta: magenta!, yellow: yellow! });
  return { kept: perDye(kept), stain: perDye(stain), before, after: 3, certainty: 1, generator: 'fading' };
}

const KEPT = [0.5, 0.72, 0.66];
const STAIN = [0.02, 0.06, 0.12];
const fade = (raster: Raster) =>
  mapPixels(raster, (...colour) => {
    const [red, green, blue] = colour.map((value, c) => componentOf(KEPT[c]! * densityOf(value) + STAIN[c]!));
    return [red!, green!, blue!];
  });

function meanDeltaE(one: Raster, other: Raster): number {
  const white = 2 ** one.depth - 1;
  const lab = ({ data }: Raster, i: number) => toLab(data[i]! / white, data[i + 1]! / white, data[i + 2]! / white);
  let sum = 0;
  for (let i = 0; i < one.data.length; i += 3) sum += deltaE(lab(one, i), lab(other, i));
  return (sum * 3) / one.data.length;
}

async function corrected(raster: Raster, fading: Fading, settings = FULL): Promise<Raster> {
  const copy: Raster = { ...raster, data: raster.data.slice() };
  const curves = fadingCurves(fading, settings);
  if (curves) await applyTone(copy, curves, fakeTools());
  return copy;
}

/** An estimator that always answers the same and keeps the rasters that it was asked about. */
function estimator(before: number, kept = KEPT, stain = STAIN, change = 40) {
  const seen: Raster[] = [];
  const answer = (raster: Raster): FadingValues => {
    seen.push(raster);
    const values = Float32Array.from([...kept, ...stain, before, 3, change]);
    return { generator: 'fading', values, thresholds: { perhaps: 6, certain: 10 } };
  };
  return { seen, tools: fakeTools({}, null, answer) };
}

describe('the curves', () => {
  test('undo a fading whose figures are known, in 8 and 16 bit', async () => {
    const faded = fade(scene);
    expect(meanDeltaE(scene, faded)).toBeGreaterThan(12);
    expect(meanDeltaE(scene, await corrected(faded, fadingOf(KEPT, STAIN)))).toBeLessThan(1.5);
    const deep = to16Bit(scene);
    expect(meanDeltaE(deep, await corrected(fade(deep), fadingOf(KEPT, STAIN)))).toBeLessThan(1.5);
  });

  test('rise everywhere and clip nothing new, whatever the figures', () => {
    const three = (min: number, max: number) => fc.tuple(...[0, 1, 2].map(() => fc.double({ min, max, noNaN: true })));
    const settings = fc.record({
      strength: fc.double({ min: 0.05, max: 1, noNaN: true }),
      cast: fc.double({ min: 0, max: 1, noNaN: true }),
      contrast: fc.double({ min: 0.05, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(three(0, 1), three(0, 2), settings, (kept, stain, chosen) => {
        for (const curve of Object.values(fadingCurves(fadingOf(kept, stain), chosen)!)) {
          expect(curve.every((value: number, i: number) => i === 0 || value >= curve[i - 1]! - 1e-6)).toBe(true);
          expect(curve[curve.length - 20]!).toBeLessThan(1);
          expect(curve[40]!).toBeGreaterThan(0);
        }
      }),
    );
  });

  test('change nothing at strength 0, for a photo that has not faded, or with neither cast nor contrast', async () => {
    expect(fadingCurves(fadingOf(KEPT, STAIN), { ...FULL, strength: 0 })).toBeNull();
    expect(fadingCurves(fadingOf(KEPT, STAIN), { strength: 1, cast: 0, contrast: 0 })).toBeNull();
    expect(meanDeltaE(scene, await corrected(scene, fadingOf([1, 1, 1], [0, 0, 0])))).toBeLessThan(0.3);
  });

  test('with cast 0 treat all layers alike; with contrast 0 keep the mean density', () => {
    const alike = fadingCurves(fadingOf(KEPT, STAIN), { ...FULL, cast: 0 })!;
    expect([...alike.red]).toEqual([...alike.blue]);
    const { red, green, blue } = fadingCurves(fadingOf(KEPT, STAIN), { ...FULL, contrast: 0 })!;
    const middle = 600;
    const mean = [red, green, blue].reduce((sum, curve) => sum + densityOf(curve[middle]!), 0) / 3;
    expect(mean).toBeCloseTo(densityOf(middle / 1024), 1);
    expect(Math.abs(red[middle]! - blue[middle]!)).toBeGreaterThan(0.02);
  });
});

describe('the estimate', () => {
  test('leaves out the margin and damaged pixels', async () => {
    const { seen, tools } = estimator(20);
    const marked = createRaster(100, 80, 3, 8);
    marked.data.fill(120);
    const isDamaged = (x: number, y: number) => x === 50 || y < 20;
    for (let y = 0; y < 80; y++) {
      for (let x = 0; x < 100; x++) {
        const outside = x < 6 || x >= 94 || y < 4 || y >= 76;
        if (outside || isDamaged(x, y)) marked.data.fill(255, 3 * (y * 100 + x), 3 * (y * 100 + x) + 3);
      }
    }
    await estimateFading(marked, tools, isDamaged);
    expect(seen[0]).toMatchObject({ width: 88, height: 72 });
    expect(seen[0]!.data.every((value) => value === 120)).toBe(true);
  });

  test('of a picture that is all damage still answers', async () => {
    const { tools } = estimator(20);
    expect(await estimateFading(createRaster(20, 20, 3, 8), tools, () => true)).toMatchObject({ certainty: 1 });
  });

  test('stays within its bounds, and is as certain as the expected error is large', async () => {
    const certainty = async (before: number) => (await estimateFading(scene, estimator(before).tools))!.certainty;
    expect(await certainty(5)).toBe(0);
    expect(await certainty(8)).toBeCloseTo(0.5, 6);
    expect(await certainty(30)).toBe(1);
    expect((await estimateFading(scene, estimator(30, KEPT, STAIN, 4).tools))!.certainty).toBe(0);
    const wild = await estimateFading(scene, estimator(20, [1.4, -0.2, 0.5], [-0.1, 0, 0.2]).tools);
    expect(wild).toMatchObject({ kept: { cyan: 1, magenta: 0, yellow: 0.5 }, stain: { cyan: 0, magenta: 0 } });
  });

  test('is null without a generator', async () => {
    expect(await estimateFading(scene, fakeTools())).toBeNull();
  });
});

describe('the step', () => {
  const run = async (raster: Raster, before: number) => {
    const { tools } = estimator(before);
    const analysis = await analyse(raster, null, tools);
    const need = analysis.needs.find(({ kind }) => kind === 'tone')!;
    const copy: Raster = { ...raster, data: raster.data.slice() };
    const result = await runRecipe({ raster: copy, recipe: analysis.recipe, analysis, damage: null, tools });
    return { analysis, need, result };
  };

  test('names the dye that has lost most, and undoes the fading', async () => {
    const faded = fade(scene);
    const { need, result, analysis } = await run(faded, 20);
    expect(need).toMatchObject({ needed: true, reason: 'reason.tone.cyan' });
    expect(need.figures.kept).toBeCloseTo(0.5, 6);
    expect(analysis.fading).toMatchObject({ generator: 'fading' });
    expect(meanDeltaE(scene, result.raster)).toBeLessThan(1.5);
    const report = result.reports.find(({ kind }) => kind === 'tone')!;
    expect(report).toMatchObject({ outcome: 'done', generator: 'fading' });
    expect(report.messages[1]).toMatchObject({ key: 'did.tone.dyes' });
  });

  test('corrects in part what has perhaps faded', async () => {
    const faded = fade(scene);
    const { analysis, result } = await run(faded, 8);
    expect(analysis.recipe.steps.find(({ kind }) => kind === 'tone')!.settings).toMatchObject({ strength: 0.5 });
    const away = meanDeltaE(scene, result.raster);
    expect(away).toBeLessThan(meanDeltaE(scene, faded));
    expect(away).toBeGreaterThan(3);
  });

  test('leaves a photo alone that has probably not faded', async () => {
    const { need, result } = await run(scene, 3);
    expect(need.needed).toBe(false);
    expect(sameSamples(result.raster.data, scene.data)).toBe(true);
  });

  test('never asks about a photo without colours', async () => {
    const { seen, tools } = estimator(20);
    expect((await analyse(toGrey(scene), null, tools)).fading).toBeNull();
    expect(seen).toEqual([]);
  });
});
