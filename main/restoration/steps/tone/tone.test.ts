import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { deltaE, fromLinear, toLab, toLinear } from '../../colour';
import { createRaster, type Raster } from '../../raster';
import { random } from '../../testing/random';
import { mapPixels, sameSamples, shrinkRaster, to16Bit, toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { fakeTools } from '../../testing/tools';
import {
  applyTone,
  castConfidence,
  curveAt,
  measureTone,
  similarityAfter,
  TONE_PIXELS,
  type ToneCurves,
  toneCurves,
  withNeutral,
} from './tone';

const FULL = { strength: 1, cast: 1, contrast: 1 };

function curvesFor(raster: Raster, settings = FULL): ToneCurves | null {
  return toneCurves(measureTone(shrinkRaster(raster, TONE_PIXELS), null), settings);
}

async function corrected(raster: Raster, settings = FULL): Promise<Raster> {
  const copy: Raster = { ...raster, data: raster.data.slice() };
  const curves = curvesFor(raster, settings);
  if (curves) await applyTone(copy, curves, fakeTools());
  return copy;
}

function meanDeltaE(one: Raster, other: Raster): number {
  const lab = (raster: Raster, i: number) =>
    toLab(raster.data[i]! / 255, raster.data[i + 1]! / 255, raster.data[i + 2]! / 255);
  let sum = 0;
  for (let i = 0; i < one.data.length; i += 3) sum += deltaE(lab(one, i), lab(other, i));
  return (sum * 3) / one.data.length;
}

/** The effect of fading and stain on a print: density scaled for each layer, plus a constant. */
function fade(scene: Raster, keep: readonly number[], stain: readonly number[]): Raster {
  const layer = (value: number, c: number) =>
    fromLinear(10 ** -(-Math.log10(Math.max(toLinear(value), 0.006)) * keep[c]! + stain[c]!));
  return mapPixels(scene, (red, green, blue) => [layer(red, 0), layer(green, 1), layer(blue, 2)]);
}

let scene: Raster;
let faded: Raster;
beforeAll(() => {
  scene = testScene(240, 180, 5);
  // Cyan fades first: the print turns red and light.
  faded = fade(scene, [0.5, 0.72, 0.66], [0.02, 0.06, 0.12]);
});

describe('tone curves', () => {
  test('rise everywhere, for any picture', () => {
    const pictures = [scene, faded, fade(scene, [0.2, 0.9, 0.4], [0.3, 0, 0.2]), noise(7), createRaster(20, 20, 3, 8)];
    for (const picture of pictures) {
      const curves = curvesFor(picture)!;
      for (const curve of [curves.red, curves.green, curves.blue]) {
        expect(curve.every((value, i) => i === 0 || value >= curve[i - 1]!)).toBe(true);
      }
    }
  });

  test('continue as a shift outside 0..1', () => {
    const { red } = curvesFor(faded)!;
    expect(curveAt(red, 1.25) - curveAt(red, 1)).toBeCloseTo(0.25, 6);
    expect(curveAt(red, 0) - curveAt(red, -0.5)).toBeCloseTo(0.5, 6);
  });

  test('are null at strength 0, and the picture keeps its bits', async () => {
    expect(curvesFor(faded, { ...FULL, strength: 0 })).toBeNull();
    expect(sameSamples((await corrected(faded, { ...FULL, strength: 0 })).data, faded.data)).toBe(true);
  });

  test('correct half as much at half the strength', () => {
    const full = curvesFor(faded)!;
    const half = curvesFor(faded, { ...FULL, strength: 0.5 })!;
    for (const x of [0.1, 0.4, 0.8]) {
      expect(curveAt(half.green, x)).toBeCloseTo((x + curveAt(full.green, x)) / 2, 5);
    }
  });
});

describe('a colour that should be grey', () => {
  const hex = (rgb: readonly number[]) => `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
  const component = fc.integer({ min: 30, max: 225 });
  const at = ({ red, green, blue }: ToneCurves, rgb: readonly number[]) =>
    [red, green, blue].map((curve, channel) => curveAt(curve, rgb[channel]! / 255));

  test('is grey afterwards, at nearly its own lightness, and nothing new is clipped', () => {
    fc.assert(
      fc.property(
        component,
        fc.integer({ min: -25, max: 25 }),
        fc.integer({ min: -25, max: 25 }),
        (level, warm, green) => {
          const picked = [level + warm, level + green, level - warm].map((value) => Math.max(20, Math.min(235, value)));
          const curves = withNeutral(null, hex(picked));
          const [r, g, b] = at(curves, picked) as [number, number, number];
          expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(0.02);
          expect(Math.abs(g - (0.3 * picked[0]! + 0.6 * picked[1]! + 0.1 * picked[2]!) / 255)).toBeLessThan(0.06);
          for (const curve of [curves.red, curves.green, curves.blue]) {
            for (let i = 1; i < curve.length; i++) expect(curve[i]!).toBeGreaterThan(curve[i - 1]!);
            expect(curve[0]).toBeGreaterThanOrEqual(0);
            expect(curve.at(-1)).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  test('is measured in the photo as it was, and comes after the other corrections', () => {
    const base = withNeutral(null, '#a08070');
    const both = withNeutral(base, '#6080a0');
    const [r, g, b] = at(both, [0x60, 0x80, 0xa0]) as [number, number, number];
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(0.02);
  });

  test('that is grey already changes nothing', () => {
    const { red, green, blue } = withNeutral(null, '#808080');
    for (const curve of [red, green, blue]) {
      for (const value of [0.05, 0.3, 0.7, 0.95]) expect(curveAt(curve, value)).toBeCloseTo(value, 2);
    }
  });
});

describe('correction', () => {
  test('halves at least the distance of a faded print', async () => {
    const before = meanDeltaE(scene, faded);
    expect(before).toBeGreaterThan(12);
    expect(meanDeltaE(scene, await corrected(faded))).toBeLessThan(before / 2);
  });

  test('clips no more than 1 in 200 additional pixels', async () => {
    const out = await corrected(faded);
    for (let c = 0; c < 3; c++) {
      let clipped = 0;
      for (let i = c; i < out.data.length; i += 3) {
        const now = out.data[i] === 0 || out.data[i] === 255;
        if (now && faded.data[i] !== 0 && faded.data[i] !== 255) clipped++;
      }
      expect(clipped / (out.data.length / 3)).toBeLessThanOrEqual(0.005);
    }
  });

  test('neutral greys stay neutral', async () => {
    const ramp = createRaster(256, 40, 3, 8);
    for (let i = 0; i < ramp.data.length; i++) ramp.data[i] = 40 + Math.floor(((Math.floor(i / 3) % 256) * 170) / 255);
    const out = await corrected(ramp);
    expect(sameSamples(out.data, ramp.data)).toBe(false);
    for (let i = 0; i < out.data.length; i += 3) {
      expect(Math.abs(out.data[i]! - out.data[i + 1]!)).toBeLessThanOrEqual(1);
      expect(Math.abs(out.data[i]! - out.data[i + 2]!)).toBeLessThanOrEqual(1);
    }
  });

  test('with cast 0 keeps the hue of a faded grey; with contrast 0 nearly keeps its lightness', async () => {
    const middle = (raster: Raster) => {
      const at = 3 * (Math.floor(raster.height / 2) * raster.width + 20);
      return toLab(raster.data[at]! / 255, raster.data[at + 1]! / 255, raster.data[at + 2]! / 255);
    };
    const before = middle(faded);
    const castOnly = middle(await corrected(faded, { strength: 1, cast: 1, contrast: 0 }));
    const contrastOnly = middle(await corrected(faded, { strength: 1, cast: 0, contrast: 1 }));
    expect(Math.abs(castOnly[0] - before[0])).toBeLessThan(6);
    expect(Math.abs(contrastOnly[0] - before[0])).toBeGreaterThan(3);
  });

  test('gives the same in 8 and 16 bit, in grey and RGB', async () => {
    const shallow = await corrected(faded);
    const deep = await corrected(to16Bit(faded));
    for (let i = 0; i < shallow.data.length; i += 101) {
      expect(Math.abs(deep.data[i]! / 257 - shallow.data[i]!)).toBeLessThan(1.6);
    }
    const grey = await corrected(toGrey(faded));
    expect(grey.channels).toBe(1);
    expect(sameSamples(grey.data, toGrey(faded).data)).toBe(false);
  });

  test('corrects a photo in another encoding as in sRGB', async () => {
    // A made-up encoding: sRGB components halved.
    const halved = mapPixels(faded, (red, green, blue) => [red / 2, green / 2, blue / 2]);
    const colour = {
      toSrgb: (planes: Float32Array, count: number) => {
        for (let i = 0; i < 3 * count; i++) planes[i]! *= 2;
      },
      fromSrgb: (planes: Float32Array, count: number) => {
        for (let i = 0; i < 3 * count; i++) planes[i]! /= 2;
      },
    };
    const curves = toneCurves(measureTone(halved, colour), FULL)!;
    await applyTone(halved, curves, fakeTools({}, colour));
    const expected = await corrected(faded);
    let worst = 0;
    for (let i = 0; i < expected.data.length; i++) {
      worst = Math.max(worst, Math.abs(2 * halved.data[i]! - expected.data[i]!));
    }
    expect(worst).toBeLessThan(10);
  });
});

describe('similarity after the curves', () => {
  const straight = Float32Array.from({ length: 1025 }, (_, i) => i / 1024);
  const bent = straight.map((value) => value ** 1.5);
  const unchanged = { red: straight, green: straight, blue: straight };

  test('is 1 if nothing changes, at any depth and in grey', () => {
    for (const raster of [scene, to16Bit(scene), toGrey(scene)]) {
      expect(similarityAfter(raster, unchanged)).toBeCloseTo(1, 6);
    }
  });

  test.each(['red', 'green', 'blue'] as const)('is that of %s if only that one suffers', (channel) => {
    const alone = toGrey(
      mapPixels(scene, (red, green, blue) => {
        const value = { red, green, blue }[channel];
        return [value, value, value];
      }),
    );
    const expected = similarityAfter(alone, { red: bent, green: bent, blue: bent });
    expect(expected).toBeLessThan(0.95);
    expect(similarityAfter(scene, { ...unchanged, [channel]: bent })).toBeCloseTo(expected, 3);
  });

  test('is that of the luma if the channels hide a loss there', () => {
    // Red and green noise cancel each other in the luma, until green loses some of its contrast.
    const next = random(11);
    const picture = createRaster(64, 64, 3, 8);
    for (let i = 0; i < picture.data.length; i += 3) {
      const noise = 200 * (next() - 0.5);
      picture.data[i] = Math.round(128 + noise);
      picture.data[i + 1] = Math.round(128 - (noise * 0.299) / 0.587);
      picture.data[i + 2] = 128;
    }
    const flatter = straight.map((value) => 0.5 + 0.8 * (value - 0.5));
    const greens = toGrey(mapPixels(picture, (_, green) => [green, green, green]));
    const inGreen = similarityAfter(greens, { red: flatter, green: flatter, blue: flatter });
    expect(inGreen).toBeGreaterThan(0.95);
    expect(similarityAfter(picture, { ...unchanged, green: flatter })).toBeLessThan(0.9);
  });
});

describe('statistics', () => {
  test('have the black and white points of the sorted samples, for any distribution', () => {
    const samples = fc.oneof(
      fc.uint8Array({ minLength: 3 * 256, maxLength: 3 * 256 }),
      fc.uint8Array({ minLength: 3 * 256, maxLength: 3 * 256, max: 2 }),
      fc.uint8Array({ minLength: 3 * 256, maxLength: 3 * 256 }).map((data) => data.map((v) => (v < 250 ? 7 : v))),
    );
    fc.assert(
      fc.property(samples, (data) => {
        // So small that no margin is left out.
        const { black, white } = measureTone({ width: 16, height: 16, channels: 3, depth: 8, data }, null);
        for (let c = 0; c < 3; c++) {
          const sorted = [...data.filter((_, i) => i % 3 === c)].sort((one, other) => one - other);
          expect(black[c]).toBeCloseTo(sorted[Math.round(0.002 * 255)]! / 255, 6);
          expect(white[c]).toBeCloseTo(sorted[Math.round(0.998 * 255)]! / 255, 6);
        }
      }),
    );
  });
});

describe('kinds of picture', () => {
  test('colour, grey and sepia are told apart', () => {
    const sepia = mapPixels(scene, (red, green, blue) => {
      const grey = 0.3 * red + 0.6 * green + 0.1 * blue;
      return [grey ** 0.8, grey, grey ** 1.35];
    });
    expect(measureTone(scene, null).colour).toBe('colour');
    expect(measureTone(toGrey(scene), null).colour).toBe('monochrome');
    expect(
      measureTone(
        mapPixels(toGreyRgb(), (g) => [g, g, g]),
        null,
      ).colour,
    ).toBe('monochrome');
    expect(measureTone(sepia, null).colour).toBe('toned');
  });

  test('a toned print keeps its tint while its contrast is restored', async () => {
    const pale = mapPixels(scene, (red, green, blue) => {
      const grey = 0.3 + 0.45 * (0.3 * red + 0.6 * green + 0.1 * blue);
      return [grey ** 0.8, grey, grey ** 1.3];
    });
    const before = measureTone(pale, null);
    const after = measureTone(await corrected(pale), null);
    expect(before.colour).toBe('toned');
    expect(after.light - after.dark).toBeGreaterThan(before.light - before.dark + 15);
    const hue = (statistics: typeof before) => Math.atan2(statistics.mean[1], statistics.mean[0]);
    expect(Math.abs(hue(after) - hue(before))).toBeLessThan(0.25);
    expect(Math.hypot(...after.mean)).toBeGreaterThan(5);
  });

  test.each([
    ['8 bit', (raster: Raster) => raster],
    ['16 bit', to16Bit],
  ] as const)('the faint tint of a black-and-white print does not become a cast: %s', async (_, as) => {
    const pale = as(
      mapPixels(scene, (red, green, blue) => {
        const grey = 0.35 + 0.3 * (0.3 * red + 0.6 * green + 0.1 * blue);
        return [grey + 0.012, grey - 0.004, grey + 0.008];
      }),
    );
    const before = measureTone(pale, null);
    const after = measureTone(await corrected(pale), null);
    expect(after.light - after.dark).toBeGreaterThan(1.5 * (before.light - before.dark));
    const chroma = (statistics: typeof before) => Math.hypot(...statistics.mean);
    expect(chroma(before)).toBeGreaterThan(1.5);
    expect(chroma(after)).toBeLessThan(1.15 * chroma(before));
    expect(chroma(after)).toBeGreaterThan(0.7 * chroma(before));
  });

  test('a sunset is not a cast; a veil of one colour over everything is', () => {
    expect(castConfidence(measureTone(sunset(), null))).toBe(0);
    expect(castConfidence(measureTone(scene, null))).toBe(0);
    const veiled = mapPixels(scene, (red, green, blue) => {
      const grey = 0.3 * red + 0.6 * green + 0.1 * blue;
      const pull = (value: number) => 0.3 * value + 0.7 * grey;
      return [0.2 + 0.7 * pull(red), 0.15 + 0.62 * pull(green), 0.06 + 0.46 * pull(blue)];
    });
    expect(castConfidence(measureTone(veiled, null))).toBeGreaterThan(0.9);
  });

  test('ignored pixels do not count', () => {
    const marked: Raster = { ...faded, data: faded.data.slice() };
    const damaged = (x: number) => x > 70 && x < 100;
    for (let y = 0; y < marked.height; y++) {
      for (let x = 71; x < 100; x++) marked.data.fill(255, 3 * (y * marked.width + x), 3 * (y * marked.width + x) + 3);
    }
    expect(measureTone(marked, null).light).toBeGreaterThan(99);
    expect(measureTone(marked, null, damaged).light).toBeCloseTo(measureTone(faded, null, damaged).light, 5);
  });
});

function toGreyRgb(): Raster {
  return mapPixels(scene, (red, green, blue) => {
    const grey = 0.3 * red + 0.6 * green + 0.1 * blue;
    return [grey, grey, grey];
  });
}

/** Orange sky over a black foreground. */
function sunset(): Raster {
  const picture = createRaster(300, 200, 3, 8);
  const next = random(3);
  for (let y = 0; y < 200; y++) {
    for (let x = 0; x < 300; x++) {
      const at = 3 * (y * 300 + x);
      const glow = Math.exp(-(((x - 150) / 60) ** 2 + ((y - 120) / 40) ** 2));
      const t = y / 150;
      const sky = [0.35 + 0.6 * t + 0.4 * glow, 0.15 + 0.4 * t + 0.55 * glow, 0.35 - 0.2 * t + 0.5 * glow];
      for (let c = 0; c < 3; c++) {
        picture.data[at + c] = Math.max(0, Math.min(255, Math.round((y > 150 ? 0.02 + 0.04 * next() : sky[c]!) * 255)));
      }
    }
  }
  return picture;
}

function noise(seed: number): Raster {
  const picture = createRaster(64, 64, 3, 8);
  const next = random(seed);
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = Math.floor(next() * 256);
  return picture;
}
