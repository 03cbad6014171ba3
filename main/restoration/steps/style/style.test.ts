import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StyleSettings } from '../../../../contract/recipe';
import { lumaOf } from '../../colour';
import type { Mask } from '../../mask';
import { createRaster, type Raster } from '../../raster';
import { toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { fakePainter, fakeTools, fakeUpscaler } from '../../testing/tools';
import { PAINTED_EDGE, type Painted, paint, styleCode } from './style';

const tools = () => fakeTools({ style: fakePainter });
const settings = (changes: Record<string, unknown> = {}) => StyleSettings.parse({ style: 'dusk', ...changes });
const copy = (raster: Raster): Raster => ({ ...raster, data: raster.data.slice() });
const at16 = (raster: Raster): Raster => ({
  ...raster,
  depth: 16,
  data: Uint16Array.from(raster.data, (value) => value * 257),
});
const mean = ({ data, channels }: Raster, channel: number) => {
  let sum = 0;
  for (let i = channel; i < data.length; i += channels) sum += data[i]!;
  return sum / (data.length / channels);
};

test('at full strength the picture has the style’s tones, in 8 and in 16 bits', async () => {
  const scene = testScene(150, 100, 1);
  for (const [raster, max] of [
    [copy(scene), 255],
    [at16(scene), 65_535],
  ] as const) {
    const done = await paint(raster, settings(), tools());
    expect(done?.raster).toBe(raster);
    // Values outside the range are cut off, so the mean is not exact.
    expect(mean(raster, 0) / max).toBeCloseTo(0.3, 1);
    expect(mean(raster, 1) / max).toBeCloseTo(0.2, 1);
    expect(mean(raster, 2) / max).toBeCloseTo(0.5, 1);
  }
});

test('strength 0 changes nothing, and any other value gives a mix of the photo and the painting', async () => {
  const scene = testScene(90, 70, 2);
  expect(await paint(copy(scene), settings({ strength: 0 }), tools())).toBeNull();
  const painted = copy(scene);
  await paint(painted, settings(), tools());
  await fc.assert(
    fc.asyncProperty(fc.double({ min: 0.01, max: 1, noNaN: true }), async (strength) => {
      const half = copy(scene);
      await paint(half, settings({ strength }), tools());
      for (let i = 0; i < half.data.length; i += 97) {
        const wanted = scene.data[i]! + strength * (painted.data[i]! - scene.data[i]!);
        expect(Math.abs(half.data[i]! - wanted)).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 10 },
  );
});

test('outside the mask every bit stays; inside, the mask sets the strength', async () => {
  const scene = testScene(97, 61, 5);
  const painted = copy(scene);
  await paint(painted, settings(), tools());
  const mask: Mask = {
    width: 97,
    height: 61,
    // A ramp from 0 on the left to 255 on the right; 0 in the upper half.
    read: (rect, out) => {
      for (let i = 0; i < out.length; i++) {
        const x = rect.x + (i % rect.width);
        const y = rect.y + Math.floor(i / rect.width);
        out[i] = y < 30 ? 0 : Math.round((255 * x) / 96);
      }
    },
    any: () => true,
    coverage: () => 0.25,
  };
  const done = copy(scene);
  await paint(done, settings(), tools(), { mask });
  for (let i = 0; i < done.data.length; i++) {
    const pixel = Math.floor(i / 3);
    const share = Math.floor(pixel / 97) < 30 ? 0 : (pixel % 97) / 96;
    if (share === 0) expect(done.data[i]).toBe(scene.data[i]);
    else {
      const wanted = scene.data[i]! + share * (painted.data[i]! - scene.data[i]!);
      expect(Math.abs(done.data[i]! - wanted)).toBeLessThanOrEqual(1.5);
    }
  }
});

test('another strength, mask or choice of colours does not paint again; another brush or style does', async () => {
  const scene = testScene(130, 90, 6);
  const kept = new Map<string, Painted>();
  const paintings = {
    find: (key: string) => kept.get(key) ?? null,
    keep: (key: string, painted: Painted) => void kept.set(key, painted),
  };
  const passes = async (change: Record<string, unknown>) => {
    const lent = tools();
    const [again, fresh] = [copy(scene), copy(scene)];
    await paint(again, settings(change), lent, { paintings });
    await paint(fresh, settings(change), tools());
    // The picture is the same with and without the cache.
    expect(again.data).toEqual(fresh.data);
    return lent.tiles.length;
  };
  expect(await passes({})).toBeGreaterThan(0);
  expect(await passes({ strength: 0.4 })).toBe(0);
  expect(await passes({ keepColours: true })).toBe(0);
  expect(await passes({ strength: 0.7, keepColours: true, mix: { style: 'snow', share: 0 } })).toBe(0);
  expect(await passes({ brush: 2 })).toBeGreaterThan(0);
  expect(await passes({ style: 'snow' })).toBeGreaterThan(0);
  expect(await passes({ mix: { style: 'snow', share: 0.5 } })).toBeGreaterThan(0);
});

test('a photo that keeps its colours changes only in lightness; a grey one stays grey', async () => {
  const scene = testScene(120, 80, 3);
  const kept = copy(scene);
  await paint(kept, settings({ keepColours: true, style: 'snow' }), tools());
  let lighter = 0;
  for (let i = 0; i < scene.data.length; i += 3) {
    const [before, after] = [scene, kept].map(({ data }) => [data[i]!, data[i + 1]!, data[i + 2]!] as const);
    lighter += lumaOf(...after!) - lumaOf(...before!);
    // The differences between the channels stay if nothing is cut off.
    if (Math.max(...after!) < 255 && Math.min(...after!) > 0) {
      expect(Math.abs(after![0] - after![1] - (before![0] - before![1]))).toBeLessThanOrEqual(1);
    }
  }
  expect(lighter).toBeGreaterThan(0);
  const grey = toGrey(scene);
  expect((await paint(copy(grey), settings({ keepColours: true }), tools()))?.raster.channels).toBe(1);
  const coloured = (await paint(copy(grey), settings(), tools()))!.raster;
  expect(coloured.channels).toBe(3);
  expect(mean(coloured, 2)).toBeGreaterThan(mean(coloured, 1));
});

test('a large picture is painted reduced, depending on the brush, and enlarged again', async () => {
  for (const brush of [1, 2, 4]) {
    const wide = createRaster(PAINTED_EDGE * 2, 64, 3, 8);
    wide.data.fill(100);
    const lent = tools();
    const done = await paint(wide, settings({ brush }), lent);
    expect([done?.raster.width, done?.raster.height]).toEqual([PAINTED_EDGE * 2, 64]);
    const right = Math.max(...lent.tiles.map(({ x, width }) => x + width));
    expect(Math.abs(right - PAINTED_EDGE / brush)).toBeLessThan(PAINTED_EDGE / 100);
  }
});

test('the strokes of a much enlarged painting are drawn sharply, except for display', async () => {
  const both = () => fakeTools({ style: fakePainter, upscale: fakeUpscaler(2, 'crisp') });
  const wide = (width: number) => {
    const raster = createRaster(width, 48, 3, 8);
    raster.data.fill(100);
    return raster;
  };
  const generatorOf = async (raster: Raster, isReduced: boolean, lent = both()) =>
    (await paint(raster, settings(), lent, { isReduced }))!.report.generator;
  expect(await generatorOf(wide(PAINTED_EDGE * 2), false)).toBe('fake-style, fake-upscale');
  expect(await generatorOf(wide(PAINTED_EDGE * 2), true)).toBe('fake-style');
  expect(await generatorOf(wide(PAINTED_EDGE * 2), false, tools())).toBe('fake-style');
  expect(await generatorOf(wide(PAINTED_EDGE + 100), false)).toBe('fake-style');
  const { raster } = (await paint(wide(PAINTED_EDGE * 2), settings(), both()))!;
  expect([raster.width, raster.height]).toEqual([PAINTED_EDGE * 2, 48]);
});

test('two styles are mixed by their shares, and a picture of the user replaces a preset', () => {
  const lent = tools();
  const own = { by: '0'.repeat(64), values: [1, 0, 0] };
  expect([...styleCode(settings({ mix: { style: 'snow', share: 0.5 } }), lent)].map((each) => each.toFixed(2))).toEqual(
    ['0.55', '0.50', '0.70'],
  );
  expect([...styleCode(settings({ style: 'Aunt Ada’s quilt', code: own }), lent)]).toEqual([1, 0, 0]);
});

test('an unknown style is refused, and so is a code of another generator', () => {
  const lent = tools();
  expect(() => styleCode(settings({ style: 'nonsense' }), lent)).toThrowError(
    expect.objectContaining({ code: 'STYLE_UNKNOWN' }),
  );
  const foreign = { by: 'f'.repeat(64), values: [1, 0, 0] };
  expect(() => styleCode(settings({ code: foreign }), lent)).toThrowError(
    expect.objectContaining({ code: 'STYLE_UNKNOWN' }),
  );
  expect(() => styleCode(settings(), fakeTools())).toThrowError(expect.objectContaining({ code: 'GENERATOR_MISSING' }));
});
