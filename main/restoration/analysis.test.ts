import { beforeAll, describe, expect, test } from 'vitest';
import { Analysis, STEP_KINDS } from '../../preload/contract';
import { analyse, REASONS } from './analysis';
import { detectDamage } from './damage';
import { maxValue, type Raster } from './raster';
import {
  damageScene,
  type FakeGenerator,
  fakeDetector,
  fakeInpainter,
  fakeTools,
  mapPixels,
  random,
  testScene,
  to16Bit,
  toGrey,
} from './testing';

let scene: Raster;
beforeAll(() => {
  scene = testScene(320, 240, 4);
});

const need = (analysis: Analysis, kind: string) => analysis.needs.find((each) => each.kind === kind)!;
const look = (raster: Raster) => analyse(raster, null, fakeTools());

function withNoise(raster: Raster, sigma: number): Raster {
  const next = random(9);
  const data = raster.data.slice();
  const scale = maxValue(raster) / 255;
  for (let i = 0; i < data.length; i += raster.channels) {
    const gauss = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()) * sigma * scale;
    for (let c = 0; c < raster.channels; c++) {
      data[i + c] = Math.max(0, Math.min(maxValue(raster), Math.round(data[i + c]! + gauss)));
    }
  }
  return { ...raster, data };
}

/** What strong JPEG compression leaves: every 8 x 8 block as a coarse plane. */
function blocky(raster: Raster): Raster {
  const data = raster.data.slice();
  for (let top = 0; top + 8 <= raster.height; top += 8) {
    for (let left = 0; left + 8 <= raster.width; left += 8) {
      for (let c = 0; c < 3; c++) {
        const at = (x: number, y: number) => 3 * ((top + y) * raster.width + left + x) + c;
        let mean = 0;
        for (let i = 0; i < 64; i++) mean += data[at(i % 8, i >> 3)]! / 64;
        const base = Math.round(mean / 12) * 12;
        for (let i = 0; i < 64; i++) {
          const here = at(i % 8, i >> 3);
          data[here] = Math.max(0, Math.min(255, Math.round(base + 0.3 * (data[here]! - mean))));
        }
      }
    }
  }
  return { ...raster, data };
}

describe('a clean photo', () => {
  test('has nothing to do, in any depth, and says so for every step', async () => {
    for (const raster of [scene, to16Bit(scene), toGrey(scene)]) {
      const analysis = await look(raster);
      expect(Analysis.parse(analysis)).toEqual(analysis);
      expect(analysis.nothingToDo).toBe(true);
      expect(analysis.recipe.steps.some((step) => step.enabled)).toBe(false);
      expect(analysis.needs.map((each) => each.kind)).toEqual(STEP_KINDS);
      for (const each of analysis.needs) {
        expect(Object.keys(each.figures)).toEqual(REASONS[each.reason as keyof typeof REASONS]);
        expect(each.sentence).toMatch(/\.$/);
      }
    }
  });

  test('with a detector that finds nothing, has nothing to repair', async () => {
    const calm: FakeGenerator = { ...fakeDetector, run: (_, w, h) => new Float32Array(2 * w * h).fill(0.02) };
    const tools = fakeTools({ detect: calm, inpaint: fakeInpainter });
    const analysis = await analyse(scene, await detectDamage(scene, tools), tools);
    expect(need(analysis, 'repair')).toMatchObject({ needed: false, available: true, reason: 'reason.repair.clean' });
    expect(analysis.nothingToDo).toBe(true);
  });
});

describe('needs', () => {
  test('a damaged photo needs repair, with the share in the sentence', async () => {
    const dark = mapPixels(scene, (red, green, blue) => [0.8 * red, 0.8 * green, 0.8 * blue]);
    const { raster, mask } = damageScene(dark, 2);
    const tools = fakeTools({ detect: fakeDetector, inpaint: fakeInpainter });
    const analysis = await analyse(raster, await detectDamage(raster, tools), tools);
    const share = mask.filter((value) => value !== 0).length / mask.length;
    expect(analysis.damage).toBeGreaterThan(share / 3);
    expect(analysis.damage).toBeLessThan(share * 1.5);
    expect(need(analysis, 'repair').needed).toBe(true);
    expect(need(analysis, 'repair').sentence).toContain(`${(100 * analysis.damage).toFixed(1)} %`);
    expect(analysis.recipe.steps.find((step) => step.kind === 'repair')?.enabled).toBe(true);
  });

  test('false alarms that the detector is known for are no need', async () => {
    const dark = mapPixels(scene, (red, green, blue) => [0.8 * red, 0.8 * green, 0.8 * blue]);
    const { raster } = damageScene(dark, 2);
    const nervous: FakeGenerator = { ...fakeDetector, thresholds: { lines: 0.5, blobs: 0.5, needed: 0.2 } };
    const tools = fakeTools({ detect: nervous, inpaint: fakeInpainter });
    const analysis = await analyse(raster, await detectDamage(raster, tools), tools);
    expect(analysis.damage).toBeGreaterThan(0);
    expect(need(analysis, 'repair')).toMatchObject({ needed: false, reason: 'reason.repair.clean' });
  });

  test('where no detector is installed, damage is unknown and nothing is proposed', async () => {
    const analysis = await look(damageScene(scene, 2).raster);
    expect(need(analysis, 'repair')).toMatchObject({
      needed: false,
      available: false,
      reason: 'reason.repair.unknown',
    });
  });

  test('a faded photo needs tone, and the stronger the fading the stronger the proposal', async () => {
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

  test('a cast over everything is named with its size', async () => {
    const veiled = mapPixels(scene, (red, green, blue) => {
      const grey = 0.3 * red + 0.6 * green + 0.1 * blue;
      const pull = (value: number) => 0.3 * value + 0.7 * grey;
      return [0.12 + 0.82 * pull(red), 0.1 + 0.75 * pull(green), 0.04 + 0.55 * pull(blue)];
    });
    const analysis = await look(veiled);
    expect(need(analysis, 'tone').reason).toBe('reason.tone.cast');
    expect(analysis.cast).toBeGreaterThan(8);
  });

  test('noise is measured in 8-bit levels, whatever the depth', async () => {
    const base = (await look(scene)).noise;
    for (const sigma of [4, 10]) {
      for (const raster of [
        withNoise(scene, sigma),
        withNoise(to16Bit(scene), sigma),
        withNoise(toGrey(scene), sigma),
      ]) {
        const { noise } = await look(raster);
        expect(noise).toBeGreaterThan(Math.max(base, 0.75 * sigma));
        expect(noise).toBeLessThan(1.5 * sigma);
      }
    }
    expect(need(await look(withNoise(scene, 10)), 'restore')).toMatchObject({ needed: true, available: false });
  });

  test('compression blocks are seen, and noise is not taken for them', async () => {
    expect((await look(scene)).blockiness).toBeLessThan(1.1);
    expect((await look(withNoise(scene, 10))).blockiness).toBeLessThan(1.1);
    const analysis = await look(blocky(scene));
    expect(analysis.blockiness).toBeGreaterThan(1.35);
    expect(need(analysis, 'restore').reason).toBe('reason.restore.blocks');
  });

  test('what has no generator is never proposed', async () => {
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
