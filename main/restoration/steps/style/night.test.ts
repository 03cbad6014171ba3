import { expect, test } from 'vitest';
import { StyleSettings } from '../../../../contract/recipe';
import type { Mask } from '../../mask';
import { createRaster, type Raster } from '../../raster';
import { toGrey } from '../../testing/rasters';
import { testScene } from '../../testing/scene';
import { fakeNight, fakePainter, fakeTools } from '../../testing/tools';
import { SEEN_EDGE } from './night';
import { type Painted, paint, requireStyle } from './style';

const tools = () => fakeTools({ style: [fakePainter, fakeNight] });
const settings = (changes: Record<string, unknown> = {}) => StyleSettings.parse({ style: 'night', ...changes });
const copy = (raster: Raster): Raster => ({ ...raster, data: raster.data.slice() });

/** A light sky above a dark ground. */
function view(width: number, height: number, depth: 8 | 16 = 8): Raster {
  const raster = createRaster(width, height, 3, depth);
  const unit = depth === 8 ? 1 : 257;
  raster.data
    .fill(200 * unit, 0, 3 * width * Math.floor(height / 2))
    .fill(80 * unit, 3 * width * Math.floor(height / 2));
  return raster;
}
const pixel = ({ data, width }: Raster, x: number, y: number) => [...data.slice(3 * (y * width + x)).slice(0, 3)];

test('gains and offsets of a small copy light the large picture, and its edges stay sharp', async () => {
  for (const [width, height] of [
    [96, 64],
    [1201, 801],
  ] as const) {
    const lent = tools();
    const done = (await paint(view(width, height), settings(), lent))!;
    expect(done.report.generator).toBe('fake-style');
    expect(Math.max(...lent.tiles.map(({ x, width: wide }) => x + wide))).toBeLessThanOrEqual(SEEN_EDGE);
    const edge = Math.floor(height / 2);
    // 200 becomes a fifth, 80 a half, and blue gets a tenth of 255; also in the rows beside the edge.
    for (const y of [2, edge - 1, edge, height - 2]) {
      const found = pixel(done.raster, width >> 1, y);
      [40, 40, 65.5].forEach((wanted, c) => void expect(Math.abs(found[c]! - wanted)).toBeLessThanOrEqual(1));
    }
  }
});

test('16 bits stay 16 bits, and a grey photo gets the colours of the night', async () => {
  const deep = (await paint(view(64, 48, 16), settings(), tools()))!.raster;
  expect(pixel(deep, 30, 3)).toEqual([10_280, 10_280, 16_834]);
  const grey = (await paint(toGrey(view(64, 48)), settings(), tools()))!.raster;
  expect([grey.channels, ...pixel(grey, 30, 3)]).toEqual([3, 40, 40, 66]);
  const kept = (await paint(toGrey(view(64, 48)), settings({ keepColours: true }), tools()))!.raster;
  expect(kept.channels).toBe(1);
});

test('a picture of one pixel, and one of one row, have their night', async () => {
  for (const [width, height] of [
    [1, 1],
    [700, 1],
    [1, 500],
  ] as const) {
    const day = createRaster(width, height, 3, 8);
    day.data.fill(80);
    const night = (await paint(day, settings(), tools()))!.raster;
    expect([night.width, night.height, ...pixel(night, 0, 0)]).toEqual([width, height, 40, 40, 66]);
  }
});

test('strength 0 changes no bit, and neither does a place outside the mask; a mask over everything is no mask', async () => {
  const scene = testScene(150, 110, 4);
  const still = copy(scene);
  expect(await paint(still, settings({ strength: 0 }), tools())).toBeNull();
  expect(still.data).toEqual(scene.data);
  const over = (share: (i: number) => number): Mask => ({
    width: 150,
    height: 110,
    read: (rect, out) => {
      for (let i = 0; i < out.length; i++)
        out[i] = share((rect.y + Math.floor(i / rect.width)) * 150 + (i % rect.width));
    },
    any: () => true,
    coverage: () => 0.5,
  });
  const [whole, masked, half] = [copy(scene), copy(scene), copy(scene)];
  await paint(whole, settings(), tools());
  await paint(masked, settings(), tools(), { mask: over(() => 255) });
  expect(masked.data).toEqual(whole.data);
  await paint(half, settings(), tools(), { mask: over((i) => (i % 150 < 75 ? 255 : 0)) });
  for (let i = 0; i < half.data.length; i++) {
    const isInside = Math.floor(i / 3) % 150 < 75;
    if (half.data[i] !== (isInside ? whole : scene).data[i]) throw new Error(`sample ${i}`);
  }
});

test('another strength or mask does not ask the generator again', async () => {
  const scene = testScene(130, 90, 6);
  const kept = new Map<string, Painted>();
  const paintings = {
    find: (key: string) => kept.get(key) ?? null,
    keep: (key: string, painted: Painted) => void kept.set(key, painted),
  };
  const first = tools();
  await paint(copy(scene), settings(), first, { paintings });
  expect(first.tiles.length).toBeGreaterThan(0);
  const again = tools();
  const [cached, fresh] = [copy(scene), copy(scene)];
  await paint(cached, settings({ strength: 0.4 }), again, { paintings });
  await paint(fresh, settings({ strength: 0.4 }), tools());
  expect(again.tiles).toEqual([]);
  expect(cached.data).toEqual(fresh.data);
});

test('a night is mixed with a painting by their shares, whichever comes first', async () => {
  const scene = view(90, 60);
  const made = async (change: Record<string, unknown>) => {
    const raster = copy(scene);
    const done = await paint(raster, settings(change), tools());
    return { pixel: pixel(raster, 40, 10), generator: done!.report.generator };
  };
  const [night, snow] = [await made({}), await made({ style: 'snow' })];
  for (const change of [
    { mix: { style: 'snow', share: 0.25 } },
    { style: 'snow', mix: { style: 'night', share: 0.75 } },
  ]) {
    const mixed = await made(change);
    expect(mixed.generator).toBe('fake-style, fake-style');
    mixed.pixel.forEach((value, c) => {
      expect(Math.abs(value - (0.75 * night.pixel[c]! + 0.25 * snow.pixel[c]!))).toBeLessThanOrEqual(1);
    });
  }
  expect((await made({ mix: { style: 'night', share: 0.5 } })).pixel).toEqual(night.pixel);
});

test('without its generator there is no night; a picture of the user may have its name', () => {
  expect(() => requireStyle(settings(), tools())).not.toThrow();
  expect(() => requireStyle(settings({ style: 'dusk', mix: { style: 'night', share: 0.5 } }), tools())).not.toThrow();
  const painter = fakeTools({ style: fakePainter });
  expect(() => requireStyle(settings(), painter)).toThrowError(expect.objectContaining({ code: 'STYLE_UNKNOWN' }));
  const own = { by: '0'.repeat(64), values: [1, 0, 0] };
  expect(() => requireStyle(settings({ code: own }), painter)).not.toThrow();
});
