import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAIR_SIDES } from '../../contract/pictures';
import { createRaster, type Raster } from '../restoration/raster';
import { toGrey } from '../restoration/testing/rasters';
import { testScene } from '../restoration/testing/scene';
import { drawAgeing } from './ageing';
import { DAMAGED, MASK, type Materials } from './damage';
import { createField, drawEllipse, drawPath } from './field';
import { cutClean, makePair, type Pair } from './pair';
import { SeededRandom } from './seeded-random';
import { kindsOf, overlaysFor, sourcesFor } from './sources';

const nothing: Materials = {
  breathe: async () => {},
  overlay: () => Promise.reject(new Error('no overlay was asked for')),
  synthesised: () => Promise.reject(new Error('no generator was asked for')),
};
const SETTINGS = { seed: 4, size: 96, ageing: 1 };

async function pairOf(
  raster: Raster,
  index: number,
  settings: Partial<typeof SETTINGS> = {},
  kinds: Parameters<typeof makePair>[3] = ['drawn'],
  materials = nothing,
): Promise<Pair> {
  const all = { ...SETTINGS, ...settings };
  return makePair(cutClean(raster, null, index, all), index, all, kinds, materials);
}

const scene = testScene(240, 180, 2);
/** One tone of grey. */
function flat(tone: number): Raster {
  const raster = createRaster(160, 160, 1, 8);
  raster.data.fill(tone);
  return raster;
}

describe('a pair', () => {
  it('depends only on its seed and index', async () => {
    const seen = new Set<string>();
    for (const [seed, index] of [
      [1, 0],
      [1, 1],
      [2, 0],
      [10, 11],
      [101, 1],
    ] as const) {
      const [one, other] = [await pairOf(scene, index, { seed }), await pairOf(scene, index, { seed })];
      expect(other).toEqual(one);
      seen.add(Buffer.from(one.damaged.data).toString('base64'));
    }
    expect(seen.size).toBe(5);
  });

  it('is square, and its mask covers the stated share', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(500), fc.integer({ min: 64, max: 130 }), async (index, size) => {
        const pair = await pairOf(scene, index, { size });
        for (const side of PAIR_SIDES) expect(pair[side]).toMatchObject({ width: size, height: size });
        const damaged = pair.mask.data.filter((value: number) => value >= DAMAGED).length;
        expect(pair.coverage).toBeCloseTo(damaged / size ** 2, 5);
        expect(damaged).toBeGreaterThanOrEqual(size ** 2 / 1000);
        expect(Object.values(MASK)).toEqual(expect.arrayContaining([...new Set(pair.mask.data)]));
        for (const { place } of pair.damage) {
          expect(place.x + place.width).toBeLessThanOrEqual(size);
          expect(place.y + place.height).toBeLessThanOrEqual(size);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('marks visible damage, and changes nothing else without ageing', async () => {
    for (let index = 0; index < 20; index++) {
      const { clean, damaged, mask } = await pairOf(flat(index % 2 === 0 ? 60 : 170), index, { ageing: 0 });
      let seen = 0;
      let most = 0;
      for (let i = 0; i < mask.data.length; i++) {
        const change = Math.abs(damaged.data[3 * i + 1]! - clean.data[3 * i + 1]!);
        if (mask.data[i] === MASK.sound) most = Math.max(most, change);
        if (mask.data[i]! >= DAMAGED) seen += change;
      }
      expect(most).toBeLessThanOrEqual(16);
      const marked = mask.data.filter((value: number) => value >= DAMAGED).length;
      expect(seen / marked).toBeGreaterThan(16);
    }
  });

  it('ages according to its strength, and not at all at 0', async () => {
    const changeOf = async (ageing: number) => {
      let sum = 0;
      for (let index = 0; index < 12; index++) {
        const { clean, damaged, mask } = await pairOf(scene, index, { ageing });
        for (let i = 0; i < mask.data.length; i++) {
          if (mask.data[i] !== MASK.sound) continue;
          sum += Math.abs(damaged.data[3 * i]! - clean.data[3 * i]!) / mask.data.length / 12;
        }
      }
      return sum;
    };
    const [none, some, much] = [await changeOf(0), await changeOf(0.4), await changeOf(1)];
    expect(none).toBeLessThan(0.2);
    expect(some).toBeGreaterThan(2);
    expect(much).toBeGreaterThan(1.5 * some);
  });

  it('keeps its ageing at another strength, except for the amount', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0.05, max: 1, noNaN: true }), (seed, strength) => {
        const [one, other] = [drawAgeing(new SeededRandom(seed), strength), drawAgeing(new SeededRandom(seed), 1)];
        const shape = (value: unknown): unknown =>
          value !== null && typeof value === 'object'
            ? Object.entries(value).map(([key, each]) => [key, shape(each)])
            : value === null;
        expect(shape(one)).toEqual(shape(other));
      }),
    );
  });

  it('is cropped from photos of any size and kind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 60, max: 300 }),
        fc.integer({ min: 60, max: 300 }),
        fc.nat(50),
        async (width, height, index) => {
          const { crop, scale } = cutClean(createRaster(width, height, 1, 16), null, index, SETTINGS);
          expect(crop.x + crop.width).toBeLessThanOrEqual(width);
          expect(crop.y + crop.height).toBeLessThanOrEqual(height);
          expect(crop.width).toBe(crop.height);
          expect(scale).toBeCloseTo(SETTINGS.size / crop.width, 3);
          expect(scale).toBeLessThanOrEqual(1.6);
        },
      ),
    );
    expect(() => cutClean(createRaster(300, 59, 3, 8), null, 0, SETTINGS)).toThrow(/need at least/);
    const grey = await pairOf(toGrey(scene), 3, { ageing: 0 });
    expect(grey.clean.channels).toBe(3);
    for (let i = 0; i < 96 * 96; i++) expect(grey.clean.data[3 * i]).toBe(grey.clean.data[3 * i + 2]);
  });
});

describe('overlays', () => {
  it('are lines or areas according to the shape of their parts', async () => {
    const opacity = createField(200, 200);
    drawPath(
      opacity,
      [
        [60, 70],
        [150, 70],
      ],
      () => 3,
    );
    drawEllipse(opacity, [100, 115], [18, 15], 0.4, 1);
    const materials: Materials = { ...nothing, overlay: async () => ({ name: 'both.png', opacity }) };
    const found = new Set<number>();
    for (let index = 0; index < 12; index++) {
      const pair = await pairOf(flat(120), index, { ageing: 0 }, ['overlay'], materials);
      for (const piece of pair.damage) expect(piece).toMatchObject({ kind: 'overlay', overlay: 'both.png' });
      for (const value of pair.mask.data) found.add(value);
    }
    expect([...found].sort((a, b) => a - b)).toEqual(Object.values(MASK).sort((a, b) => a - b));
  });

  it('are used together with drawn damage if both are wanted', async () => {
    const opacity = createField(40, 40);
    drawEllipse(opacity, [20, 20], [6, 6], 0, 1);
    const materials: Materials = {
      ...nothing,
      overlay: async () => ({ name: 'dot.png', opacity }),
      synthesised: async () => opacity,
    };
    const kinds = new Map<string, number>();
    for (let index = 0; index < 40; index++) {
      const { damage } = await pairOf(scene, index, {}, ['drawn', 'overlay', 'synthesised'], materials);
      for (const { kind } of damage) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect([...kinds.keys()].sort()).toEqual(['drawn', 'overlay', 'synthesised']);
    expect(kinds.get('drawn')).toBeGreaterThan(kinds.get('overlay')!);
  });
});

describe('sources', () => {
  it('are used in turn, and others replace unusable ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), fc.nat(5), (count, seed, turn) => {
        const photos = Array.from({ length: count }, (_, i) => i);
        const firsts = photos.map((i) => sourcesFor(photos, seed, turn * count + i).next().value);
        expect([...firsts].sort((a, b) => a! - b!)).toEqual(photos);
        expect(new Set(sourcesFor(photos, seed, turn))).toEqual(new Set(photos));
      }),
    );
    expect(new Set(overlaysFor(['a', 'b', 'c'], 1, 2))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('decide which kinds of damage are available', () => {
    const drawing = { task: 'synthesise', state: 'ready', id: 'g', version: '2' } as Parameters<
      typeof kindsOf
    >[1]['generators'][number];
    const all = { overlays: true, generators: [drawing] };
    expect(kindsOf({ damage: null }, { overlays: false, generators: [] })).toEqual({
      kinds: ['drawn'],
      generator: null,
    });
    expect(kindsOf({ damage: null }, all)).toEqual({
      kinds: ['drawn', 'overlay', 'synthesised'],
      generator: { id: 'g', version: '2' },
    });
    expect(kindsOf({ damage: ['overlay'] }, all)).toEqual({ kinds: ['overlay'], generator: null });
    const damaged = { ...all, generators: [{ ...drawing, state: 'damaged' as const }] };
    expect(kindsOf({ damage: null }, damaged).kinds).toEqual(['drawn', 'overlay']);
    const codeOf = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(codeOf(() => kindsOf({ damage: ['overlay'] }, { overlays: false, generators: [] }))).toBe('BAD_REQUEST');
    expect(codeOf(() => kindsOf({ damage: ['synthesised'] }, { overlays: true, generators: [] }))).toBe(
      'GENERATOR_MISSING',
    );
    expect(codeOf(() => kindsOf({ damage: ['synthesised'] }, damaged))).toBe('GENERATOR_DAMAGED');
  });
});
