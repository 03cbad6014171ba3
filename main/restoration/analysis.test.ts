import { beforeAll, describe, expect, test } from 'vitest';
import { Analysis } from '../../contract/photo';
import { STEP_KINDS } from '../../contract/recipe';
import { inEnglish, sentenceOf } from '../../text/message';
import { analyse, REASONS } from './analysis';
import { detectDamage } from './damage';
import type { Raster } from './raster';
import { stepOf } from './recipe';
import { applyTone, measureTone, toneCurves } from './steps/tone/tone';
import { damageScene } from './testing/damage';
import { damageMap } from './testing/damage-map';
import { withJpegLoss, withNoise } from './testing/degradations';
import { mapPixels, to16Bit, toGrey } from './testing/rasters';
import { testScene } from './testing/scene';
import {
  type FakeGenerator,
  fakeDetector,
  fakeFourPlaneDetector,
  fakeInpainter,
  fakeRestorer,
  fakeTools,
  fakeUpscaler,
} from './testing/tools';

let scene: Raster;
beforeAll(() => {
  scene = testScene(320, 240, 4);
});

const need = (analysis: Analysis, kind: string) => analysis.needs.find((each) => each.kind === kind)!;
const look = (raster: Raster) => analyse(raster, null, fakeTools());

/** Mean structural similarity of one channel of two 8-bit pictures, over all windows of 8 x 8 pixels. */
function similarityOf(one: Raster, other: Raster, channel: number): number {
  let sum = 0;
  let count = 0;
  for (let top = 0; top + 8 <= one.height; top += 3) {
    for (let left = 0; left + 8 <= one.width; left += 3) {
      const at = Array.from({ length: 64 }, (_, i) => 3 * ((top + (i >> 3)) * one.width + left + (i % 8)) + channel);
      const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / 64;
      const a = at.map((index) => one.data[index]!);
      const b = at.map((index) => other.data[index]!);
      const [p, q] = [mean(a), mean(b)];
      const pp = mean(a.map((value) => (value - p) ** 2));
      const qq = mean(b.map((value) => (value - q) ** 2));
      const pq = mean(a.map((value, i) => (value - p) * (b[i]! - q)));
      sum += ((2 * p * q + 6.5025) * (2 * pq + 58.5225)) / ((p * p + q * q + 6.5025) * (pp + qq + 58.5225));
      count++;
    }
  }
  return sum / count;
}

describe('a clean photo', () => {
  test('needs nothing, at any depth, and every step says so', async () => {
    for (const raster of [scene, to16Bit(scene), toGrey(scene)]) {
      const analysis = await look(raster);
      expect(Analysis.parse(analysis)).toEqual(analysis);
      expect(analysis.nothingToDo).toBe(true);
      expect(analysis.recipe.steps.some((step) => step.enabled)).toBe(false);
      expect(analysis.needs.map((each) => each.kind)).toEqual(STEP_KINDS);
      for (const each of analysis.needs) {
        expect(Object.keys(each.figures)).toEqual(REASONS[each.reason as keyof typeof REASONS]);
        expect(sentenceOf({ key: each.reason, values: each.figures }, inEnglish())).toMatch(/\.$/);
      }
    }
  });

  test('needs no repair if the detector finds nothing', async () => {
    const calm: FakeGenerator = { ...fakeDetector, run: (_, w, h) => new Float32Array(2 * w * h).fill(0.02) };
    const tools = fakeTools({ detect: calm, inpaint: fakeInpainter });
    const analysis = await analyse(scene, await detectDamage(scene, tools), tools);
    expect(need(analysis, 'repair')).toMatchObject({ needed: false, available: true, reason: 'reason.repair.clean' });
    expect(analysis.nothingToDo).toBe(true);
  });
});

describe('needs', () => {
  test('a damaged photo needs repair, with the damaged share as its figure', async () => {
    const dark = mapPixels(scene, (red, green, blue) => [0.8 * red, 0.8 * green, 0.8 * blue]);
    const { raster, mask } = damageScene(dark, 2);
    const tools = fakeTools({ detect: fakeDetector, inpaint: fakeInpainter });
    const analysis = await analyse(raster, await detectDamage(raster, tools), tools);
    const share = mask.filter((value) => value !== 0).length / mask.length;
    expect(analysis.damage).toBeGreaterThan(share / 3);
    expect(analysis.damage).toBeLessThan(share * 1.5);
    expect(need(analysis, 'repair').needed).toBe(true);
    expect(need(analysis, 'repair').figures).toEqual({ damage: analysis.damage });
    expect(analysis.recipe.steps.find((step) => step.kind === 'repair')?.enabled).toBe(true);
  });

  test('one bright line calls for repair in a black and white photo; in a colour photo, where it may be a wire, damage has to be widespread', async () => {
    const tools = fakeTools({ detect: fakeDetector, inpaint: fakeInpainter });
    const needed = async (raster: Raster) =>
      need(await analyse(raster, await detectDamage(raster, tools), tools), 'repair').needed;
    const lined = (count: number) => {
      const dark = mapPixels(scene, (...rgb) => rgb.map((value) => 0.8 * value) as [number, number, number]);
      for (let y = 40; y < 40 + 12 * count; y += 12) dark.data.fill(255, 3 * (y * 320 + 80), 3 * (y * 320 + 230));
      return dark;
    };
    expect(await needed(toGrey(lined(1)))).toBe(true);
    expect(await needed(lined(1))).toBe(false);
    expect(await needed(lined(8))).toBe(true);
    expect(await needed(toGrey(lined(0)))).toBe(false);
  });

  test('certain pieces call for repair: three that cover enough, or many specks; probable ones do not, however lenient the map', async () => {
    const tools = fakeTools({ detect: fakeFourPlaneDetector, inpaint: fakeInpainter });
    // One pixel of each piece is as certain as given (0..255), the rest of it probable.
    const needed = async (raster: Raster, count: number, size: number, core: number, strictness = 0) => {
      const lines = new Uint8Array(160 * 120);
      for (let i = 0; i < count; i++) {
        const start = (10 + 15 * Math.floor(i / 12)) * 160 + 8 + 12 * (i % 12);
        for (let y = 0; y < size; y++) lines.fill(150, start + 160 * y, start + 160 * y + size);
        lines[start] = core;
      }
      const pieces = { smallest: 2, seedLogits: 0, flankLogits: 0 };
      const map = damageMap(160, 120, { lines, strictness, pieces, needed: 0.004 });
      return need(await analyse(raster, map, tools), 'repair').needed;
    };
    const [certain, probable] = [240, 200];
    const colour = testScene(160, 120, 4);
    const grey = toGrey(colour);
    expect(await needed(grey, 3, 6, certain)).toBe(true);
    expect(await needed(grey, 2, 8, certain)).toBe(false);
    expect(await needed(grey, 3, 6, probable)).toBe(false);
    expect(await needed(grey, 3, 6, probable, -1.25)).toBe(false);
    // Too little to count by area.
    expect(await needed(grey, 12, 2, certain)).toBe(true);
    expect(await needed(grey, 9, 2, certain)).toBe(false);
    expect(await needed(grey, 12, 2, probable)).toBe(false);
    expect(await needed(colour, 12, 2, certain)).toBe(false);
    expect(await needed(colour, 36, 2, certain)).toBe(true);
  });

  test('enlarging a small photo is offered in the installed variants, and never proposed automatically', async () => {
    const offers = async (...upscale: FakeGenerator[]) => {
      const analysis = await analyse(scene, null, fakeTools({ upscale }));
      expect(analysis.recipe.steps.some(({ kind }) => kind === 'upscale')).toBe(false);
      const { needed, available, variants } = need(analysis, 'upscale');
      expect(needed).toBe(true);
      expect(available).toBe(variants!.length > 0);
      return variants;
    };
    expect(await offers()).toEqual([]);
    expect(await offers(fakeUpscaler(2))).toEqual(['faithful']);
    expect(await offers(fakeUpscaler(2, 'crisp'), fakeUpscaler(2))).toEqual(['faithful', 'crisp']);
    // A generator that only enlarges four times cannot double.
    expect(await offers(fakeUpscaler(4))).toEqual([]);
  });

  test('known false alarms of the detector are not a need', async () => {
    const dark = mapPixels(scene, (red, green, blue) => [0.8 * red, 0.8 * green, 0.8 * blue]);
    const { raster } = damageScene(dark, 2);
    const nervous: FakeGenerator = { ...fakeDetector, thresholds: { lines: 0.5, blobs: 0.5, needed: 0.2 } };
    const tools = fakeTools({ detect: nervous, inpaint: fakeInpainter });
    const analysis = await analyse(raster, await detectDamage(raster, tools), tools);
    expect(analysis.damage).toBeGreaterThan(0);
    expect(need(analysis, 'repair')).toMatchObject({ needed: false, reason: 'reason.repair.clean' });
  });

  test('without a detector, damage is unknown and nothing is proposed', async () => {
    const analysis = await look(damageScene(scene, 2).raster);
    expect(need(analysis, 'repair')).toMatchObject({
      needed: false,
      available: false,
      reason: 'reason.repair.unknown',
    });
  });

  test('a faded photo needs tone, and stronger fading gives a stronger proposal', async () => {
    const fade = (black: number, white: number) =>
      mapPixels(scene, (red, green, blue) => [
        black + (white - black) * red,
        black + (white - black) * green,
        black + (white - black) * blue,
      ]);
    const strength = async (raster: Raster) => {
      const analysis = await look(raster);
      const step = analysis.recipe.steps.find((each) => each.kind === 'tone');
      expect(step?.enabled).toBe(true);
      expect(need(analysis, 'tone').reason).toBe('reason.tone.faded');
      return step?.kind === 'tone' ? step.settings.strength : 0;
    };
    const weak = await strength(fade(0.06, 0.97));
    const strong = await strength(fade(0.3, 0.8));
    expect(weak).toBeLessThan(strong);
    expect(strong).toBe(1);
  });

  test('a correction on weak evidence hardly changes any channel', async () => {
    // One layer is slightly pale. The mean over the channels, or the luma, would hardly show its correction.
    for (const layer of [0, 2]) {
      const pale = mapPixels(scene, (...rgb) => {
        rgb[layer] = 0.12 + 0.76 * rgb[layer]!;
        return [0.04 + 0.93 * rgb[0]!, 0.04 + 0.93 * rgb[1]!, 0.04 + 0.93 * rgb[2]!];
      });
      const { recipe } = await look(pale);
      const step = stepOf(recipe, 'tone');
      expect(step?.enabled).toBe(true);
      const curves = toneCurves(measureTone(pale, null), step!.settings)!;
      const after: Raster = { ...pale, data: pale.data.slice() };
      await applyTone(after, curves, fakeTools());
      for (const channel of [0, 1, 2]) expect(similarityOf(pale, after, channel)).toBeGreaterThan(0.995);
    }
  });

  test('a cast over the whole photo is reported with its size', async () => {
    const veiled = mapPixels(scene, (red, green, blue) => {
      const grey = 0.3 * red + 0.6 * green + 0.1 * blue;
      const pull = (value: number) => 0.3 * value + 0.7 * grey;
      return [0.12 + 0.82 * pull(red), 0.1 + 0.75 * pull(green), 0.04 + 0.55 * pull(blue)];
    });
    const analysis = await look(veiled);
    expect(need(analysis, 'tone').reason).toBe('reason.tone.cast');
    expect(analysis.cast).toBeGreaterThan(8);
    // The orange of film says nothing of a photo.
    const negative = await analyse(veiled, null, fakeTools(), undefined, true);
    expect(need(negative, 'tone')).toMatchObject({ needed: false, reason: 'reason.tone.negative' });
    expect(negative.nothingToDo).toBe(true);
  });

  const tools = fakeTools({ restore: fakeRestorer });
  const restoration = async (raster: Raster) => {
    const analysis = await analyse(raster, null, tools);
    const step = analysis.recipe.steps.find((each) => each.kind === 'restore');
    return { ...need(analysis, 'restore'), settings: step?.kind === 'restore' ? step.settings : null };
  };

  test('colour noise is removed from a lower level on than grain, which belongs to the photo', async () => {
    expect(await restoration(withNoise(scene, 4))).toMatchObject({ needed: false, reason: 'reason.restore.clean' });
    expect(await restoration(withNoise(scene, 8))).toMatchObject({
      needed: true,
      reason: 'reason.restore.noise',
      settings: { keepGrain: false },
    });
    for (const raster of [withNoise(scene, 7.5, { blur: 0.7, mono: true }), withNoise(toGrey(scene), 7.5)]) {
      expect(await restoration(raster)).toMatchObject({
        needed: false,
        reason: 'reason.restore.grain',
        settings: null,
      });
    }
  });

  test('coarse grain is reduced, and only grain that hides the photo is removed', async () => {
    const grainy = (sigma: number) => restoration(withNoise(scene, sigma, { blur: 0.7, mono: true }));
    expect(await grainy(12)).toMatchObject({ needed: true, settings: { keepGrain: true } });
    expect(await grainy(22)).toMatchObject({ needed: true, settings: { keepGrain: false } });
  });

  test('compression blocks are detected, with both figures, and noise is not mistaken for them', async () => {
    expect((await look(withNoise(scene, 10))).blockiness).toBeLessThan(1.1);
    expect(await restoration(withJpegLoss(scene, 95))).toMatchObject({ needed: false });
    const analysis = await look(withJpegLoss(scene, 12));
    const { needed, available, reason, figures } = need(analysis, 'restore');
    expect({ needed, available, reason }).toEqual({ needed: true, available: false, reason: 'reason.restore.blocks' });
    expect(figures).toEqual({ blockiness: analysis.blockiness, compression: analysis.compression });
  });

  test('a step without a generator is never proposed', async () => {
    const analysis = await look(withNoise(toGrey(scene), 12));
    expect(need(analysis, 'colorise')).toMatchObject({ needed: true, available: false });
    expect(analysis.recipe.steps.filter((step) => step.enabled)).toEqual([]);
  });
});

describe('pictures of a few pixels', () => {
  test.each([1, 2, 7, 9, 65])('%i pixels on a side are analysed', async (side) => {
    const analysis = await look(testScene(side, side, 1));
    expect(Analysis.parse(analysis)).toEqual(analysis);
  });
});
