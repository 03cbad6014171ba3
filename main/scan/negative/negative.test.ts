import { describe, expect, test } from 'vitest';
import { deltaE, toLab } from '../../restoration/colour';
import { createRaster, cropRaster, maxValue, type Raster } from '../../restoration/raster';
import { testScene } from '../../restoration/testing/scene';
import { drawNegative, drawShot } from '../testing/film';
import { develop } from './develop';
import { baseAt, isColourNegative, measureNegative } from './measure';
import { sampled } from './sampled';

const still = async () => {};
const developed = async (scan: Raster, kind: 'colour' | 'mono' = 'colour') => {
  const { negative, ...about } = measureNegative(scan, scan, null, { kind, base: null });
  return { positive: await develop(scan, negative!, null, still), negative: negative!, ...about };
};

function difference(one: Raster, other: Raster): number {
  const lab = ({ data, ...about }: Raster, i: number) => {
    const max = maxValue({ data, ...about });
    return toLab(data[i]! / max, data[i + 1]! / max, data[i + 2]! / max);
  };
  let sum = 0;
  for (let i = 0; i < one.data.length; i += 3) sum += deltaE(lab(one, i), lab(other, i));
  return sum / (one.data.length / 3);
}

const scene = testScene(240, 160, 4);

describe('a colour negative', () => {
  test('becomes the photograph again, from the base of a strip of unexposed film, in its own depth', async () => {
    for (const [depth, seed] of [
      [8, 3],
      [16, 4],
    ] as const) {
      const shot = drawShot(seed);
      const scan = drawNegative(scene, shot, { strip: 0.06, depth });
      const { positive, base, negative } = await developed(scan);
      expect(base).toBe('strip');
      for (const c of [0, 1, 2] as const) {
        const density = shot.film.base[c] - Math.log10(shot.lamp[c]);
        expect(Math.abs(-Math.log10(negative.base[c]) - density)).toBeLessThan(0.02);
      }
      expect(positive.depth).toBe(depth);
      const wide = scan.width - scene.width;
      const picture = cropRaster(positive, { x: wide, y: 0, width: scene.width, height: scene.height });
      expect(difference(scene, picture)).toBeLessThan(14);
      // Unexposed film is black.
      expect(Math.max(...cropRaster(positive, { x: 2, y: 2, width: 4, height: 4 }).data)).toBeLessThan(
        0.2 * maxValue(positive),
      );
    }
  });

  test('of 16 bit keeps more tones than 8 bit have', async () => {
    const { positive } = await developed(drawNegative(scene, drawShot(5)));
    expect(new Set(positive.data.filter((_, i) => i % 3 === 1)).size).toBeGreaterThan(600);
  });

  test('is recognised, with a strip and without; a photograph, a sepia print and an even sheet are not', () => {
    const isNegative = (raster: Raster) => isColourNegative(sampled(raster, null));
    expect(isNegative(drawNegative(scene, drawShot(3), { strip: 0.06 }))).toBe(true);
    expect(isNegative(drawNegative(scene, drawShot(7)))).toBe(true);
    expect(isNegative(scene)).toBe(false);
    const sepia: Raster = {
      ...scene,
      data: scene.data.map((value, i) => (i % 3 === 0 ? 235 : i % 3 === 1 ? 200 : 150) * (value / 255) ** 1.2),
    };
    expect(isNegative(sepia)).toBe(false);
    const even = createRaster(100, 80, 3, 8);
    even.data.fill(200);
    expect(isNegative(even)).toBe(false);
  });

  test('that is none, asked for with auto, is left alone; asked for by name it is developed with a doubt', () => {
    const auto = measureNegative(scene, scene, null, { kind: 'auto', base: null });
    expect(auto.negative).toBeNull();
    expect(auto.notes.map(({ key }) => key)).toEqual(['notes.negativeNone']);
    const named = measureNegative(scene, scene, null, { kind: 'colour', base: null });
    expect(named.notes.map(({ key }) => key)).toContain('notes.negativeDoubtful');
    expect(named.negative).not.toBeNull();
  });

  test('without a picture, or of one pixel, is refused', () => {
    for (const [width, height] of [
      [1, 1],
      [300, 200],
    ] as const) {
      const empty = createRaster(width, height, 3, 8);
      empty.data.fill(140);
      expect(() => measureNegative(empty, empty, null, { kind: 'colour', base: null })).toThrow(
        expect.objectContaining({ code: 'NEGATIVE_IMPOSSIBLE' }),
      );
    }
  });

  test('gets the film base that is given, or that of a place', () => {
    const scan = drawNegative(scene, drawShot(3), { strip: 0.06 });
    const picked = baseAt(scan, null, [4, 80])!;
    const found = measureNegative(scan, scan, null, { kind: 'colour', base: null });
    for (const c of [0, 1, 2] as const) expect(picked[c]).toBeCloseTo(found.negative!.base[c], 2);
    const given = measureNegative(scan, scan, null, { kind: 'colour', base: [0.5, 0.3, 0.2] });
    expect(given).toMatchObject({ base: 'given', negative: { base: [0.5, 0.3, 0.2] } });
    expect(baseAt(scan, null, [-1, 5])).toBeNull();
  });

  test('gets lighter with more exposure, and warmer', async () => {
    const scan = drawNegative(scene, drawShot(3));
    const { negative, positive } = await developed(scan);
    const mean = (raster: Raster, c: number) =>
      Array.from(raster.data).reduce((sum, value, i) => (i % 3 === c ? sum + value : sum), 0);
    const lighter = await develop(scan, { ...negative, exposure: 1 }, null, still);
    const warmer = await develop(scan, { ...negative, warmth: 1 }, null, still);
    for (const c of [0, 1, 2]) expect(mean(lighter, c)).toBeGreaterThan(mean(positive, c));
    expect(mean(warmer, 0)).toBeGreaterThan(mean(positive, 0));
    expect(mean(warmer, 2)).toBeLessThan(mean(positive, 2));
  });
});

test('a black-and-white negative becomes a neutral positive, a grey one a grey one', async () => {
  const grey: Raster = { ...scene, data: scene.data.map((_, i) => scene.data[i - (i % 3) + 1]!) };
  const scan = drawNegative(grey, drawShot(9));
  const { positive } = await developed(scan, 'mono');
  for (let i = 0; i < positive.data.length; i += 300) {
    expect(positive.data[i]).toBe(positive.data[i + 1]);
    expect(positive.data[i]).toBe(positive.data[i + 2]);
  }
  const one: Raster = { ...scan, channels: 1, data: scan.data.filter((_, i) => i % 3 === 1) };
  const single = (await developed(one, 'mono')).positive;
  const greens = grey.data.filter((_, i) => i % 3 === 1);
  const [dark, light] = [greens.indexOf(Math.min(...greens)), greens.indexOf(Math.max(...greens))];
  expect(single.channels).toBe(1);
  expect(single.data[light]!).toBeGreaterThan(single.data[dark]! + 20_000);
});
