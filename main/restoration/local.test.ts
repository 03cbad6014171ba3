import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LocalRepair } from '../../contract/edit';
import { EmulsionError } from '../errors';
import { LocalRepairs } from './local';
import type { Raster } from './raster';
import { copyOf, to16Bit } from './testing/rasters';
import { testScene } from './testing/scene';
import { type FakeGenerator, fakeInpainter, fakeTools } from './testing/tools';

const full = { width: 90, height: 70 };

function spot(id: string, x: number, y: number, enabled = true, hardness = 1): LocalRepair {
  const stroke = { kind: 'stroke', mode: 'paint', size: 12, hardness, points: [x, y, 1, x + 8, y, 1] } as const;
  return { id, enabled, mask: [{ ...stroke, points: [...stroke.points] }] };
}

const tools = () => fakeTools({ inpaint: fakeInpainter });

async function shown(raster: Raster, repairs: readonly LocalRepair[]): Promise<Raster> {
  const copy = copyOf(raster);
  await new LocalRepairs(copy, full).show(repairs, tools());
  return copy;
}

/** Whether a pixel is outside the squares of 12 pixels around the two ends of a spot's stroke. */
const isFarFrom = (x: number, y: number, i: number) => {
  const px = i % full.width;
  const py = Math.floor(i / full.width);
  return px < x - 7 || px > x + 15 || py < y - 7 || py > y + 7;
};

test('only the painted pixels change, at any depth, and only tiles near them are computed', async () => {
  for (const raster of [testScene(90, 70, 4), to16Bit(testScene(90, 70, 4))]) {
    const copy = copyOf(raster);
    const lent = tools();
    expect(await new LocalRepairs(copy, full).show([spot('a', 30, 30)], lent)).toBe(true);
    let changed = 0;
    for (let i = 0; i < raster.data.length; i++) {
      if (copy.data[i] === raster.data[i]) continue;
      changed++;
      expect(isFarFrom(30, 30, Math.floor(i / 3))).toBe(false);
    }
    expect(changed).toBeGreaterThan(100);
    expect(lent.tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0)).toBeLessThan(30 * 20);
  }
});

test('a soft brush blends the original and the filling', async () => {
  const raster = testScene(90, 70, 4);
  const hard = await shown(raster, [spot('a', 30, 30)]);
  const soft = await shown(raster, [spot('a', 30, 30, true, 0)]);
  let between = 0;
  for (let i = 0; i < raster.data.length; i++) {
    const [before, after, blended] = [raster.data[i]!, hard.data[i]!, soft.data[i]!];
    if (blended !== before && blended !== after && Math.abs(after - before) > 20) between++;
    // The filling's surroundings differ slightly, since less of them is masked.
    expect(blended).toBeGreaterThanOrEqual(Math.min(before, after) - 30);
    expect(blended).toBeLessThanOrEqual(Math.max(before, after) + 30);
  }
  expect(between).toBeGreaterThan(10);
});

test('each way to fill a place gives another picture, and going back gives the first again', async () => {
  const raster = testScene(90, 70, 4);
  const live = copyOf(raster);
  const repairs = new LocalRepairs(live, full);
  const results = new Map<string, Uint8Array | Uint16Array>();
  for (const filling of [undefined, 'texture', 'otherTexture', 'smooth', undefined] as const) {
    await repairs.show([{ ...spot('a', 30, 30), filling }], tools());
    const known = results.get(filling ?? 'automatic');
    if (known) expect(live.data).toEqual(known);
    results.set(filling ?? 'automatic', live.data.slice());
  }
  expect(results.get('texture')).not.toEqual(results.get('automatic'));
  expect(results.get('otherTexture')).not.toEqual(results.get('texture'));
  // It is a narrow place, which is filled smoothly unless texture is chosen.
  expect(results.get('smooth')).toEqual(results.get('automatic'));
  await repairs.show([], tools());
  expect(live.data).toEqual(raster.data);
});

test('switching on and off, in any order, gives the same as computing from the start', async () => {
  const raster = testScene(90, 70, 4);
  const spots = [spot('a', 20, 20), spot('b', 26, 24), spot('c', 60, 50), spot('d', 22, 22)];
  const states = fc.array(fc.subarray(spots), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(states, async (sequence) => {
      const live = copyOf(raster);
      const repairs = new LocalRepairs(live, full);
      for (const state of sequence) await repairs.show(state, tools());
      expect(live.data).toEqual((await shown(raster, sequence.at(-1)!)).data);
      const bare = copyOf(live);
      repairs.takeOff(bare);
      expect(bare.data).toEqual(raster.data);
      await repairs.show([], tools());
      expect(live.data).toEqual(raster.data);
    }),
    { numRuns: 40 },
  );
});

test('a computed repair is not computed again when it is switched on', async () => {
  const repairs = new LocalRepairs(testScene(90, 70, 4), full);
  await repairs.show([spot('a', 30, 30)], tools());
  await repairs.show([spot('a', 30, 30, false)], tools());
  const lent = tools();
  expect(await repairs.show([spot('a', 30, 30)], lent)).toBe(true);
  expect(lent.tiles).toEqual([]);
  expect(await repairs.show([spot('a', 30, 30)], lent)).toBe(false);
});

test('a failed repair leaves nothing behind, and those before it stay', async () => {
  const raster = testScene(90, 70, 4);
  const live = copyOf(raster);
  const repairs = new LocalRepairs(live, full);
  const lent = tools();
  let calls = 0;
  const failing = {
    ...lent,
    runTiles: async (pass: Parameters<typeof lent.runTiles>[0]) => {
      if (++calls === 1) return lent.runTiles(pass);
      await lent.runTiles(pass);
      throw new EmulsionError('CANCELLED');
    },
  };
  await expect(repairs.show([spot('a', 20, 20), spot('b', 60, 50)], failing)).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  expect(live.data).toEqual((await shown(raster, [spot('a', 20, 20)])).data);
});

test('on a larger raster the same place is repaired', async () => {
  const large = testScene(180, 140, 4);
  const repaired = await shown(large, [spot('a', 30, 30)]);
  let changed = 0;
  for (let i = 0; i < large.data.length; i += 3) {
    if (repaired.data[i] === large.data[i]) continue;
    changed++;
    const x = Math.floor(((i / 3) % 180) / 2);
    const y = Math.floor(i / 3 / 180 / 2);
    expect(isFarFrom(30, 30, y * 90 + x)).toBe(false);
  }
  expect(changed).toBeGreaterThan(300);
});

test('the generator that the repair step names fills them, another one anew, and one that is not here is named', async () => {
  const white: FakeGenerator = { ...fakeInpainter, id: 'white', run: (input) => input.map(() => 1) };
  const both = fakeTools({ inpaint: [fakeInpainter, white] });
  const original = testScene(90, 70, 4);
  const raster = copyOf(original);
  const repairs = new LocalRepairs(raster, full);
  const at = 3 * (30 * 90 + 34);
  await repairs.show([spot('a', 30, 30)], both, { id: 'white' });
  // White, with the grain of the picture.
  for (const value of raster.data.subarray(at, at + 3)) expect(value).toBeGreaterThan(245);
  expect(repairs.works).toMatchObject([{ pass: { generator: 'white' } }]);
  expect(await repairs.show([spot('a', 30, 30)], both)).toBe(true);
  expect(repairs.works).toMatchObject([{ pass: { generator: 'fake-inpaint' } }]);
  expect(raster.data).toEqual((await shown(original, [spot('a', 30, 30)])).data);
  // As nothing was removed for good, both are only put back.
  const tiles = both.tiles.length;
  await repairs.show([spot('a', 30, 30)], both, { id: 'white' });
  expect(both.tiles).toHaveLength(tiles);
  await expect(repairs.show([spot('a', 30, 30)], both, { id: 'gone' })).rejects.toMatchObject({
    code: 'GENERATOR_MISSING',
    reason: [{ key: 'failures.generatorNotHere', values: { id: 'gone', kind: 'repair' } }],
  });
  expect(await repairs.show([], both, { id: 'gone' })).toBe(true);
  expect(raster.data).toEqual(original.data);
});

test('healed and cloned places need no generator, name none, and a later one sees what an earlier one has left', async () => {
  const raster = testScene(90, 70, 4);
  const nothing = fakeTools({});
  const copy = copyOf(raster);
  const source = (blend: 'heal' | 'clone', dx: number, dy: number) => ({ source: { blend, dx, dy } });
  const first = { ...spot('a', 20, 20), ...source('clone', 30, 20) };
  const second = { ...spot('b', 60, 20), ...source('clone', -40, 0) };
  const repairs = new LocalRepairs(copy, full);
  await repairs.show([first, second], nothing);
  expect(repairs.works).toEqual([{ by: 'clone' }, { by: 'clone' }]);
  const at = (data: Raster['data'], x: number, y: number) => [...data.subarray(3 * (90 * y + x), 3 * (90 * y + x) + 3)];
  expect(at(copy.data, 22, 20)).toEqual(at(raster.data, 52, 40));
  expect(at(copy.data, 62, 20)).toEqual(at(raster.data, 52, 40));
  // Without the first, the second takes what was there before.
  await repairs.show([{ ...first, enabled: false }, second], nothing);
  expect(at(copy.data, 62, 20)).toEqual(at(raster.data, 22, 20));
  await repairs.show([{ ...first, ...source('heal', 30, 20) }], nothing);
  expect(repairs.works).toEqual([{ by: 'heal' }]);
  await repairs.show([], nothing);
  expect(copy.data).toEqual(raster.data);
});

test('on a larger copy of the photo the source is as far away as on the photo', async () => {
  const raster = testScene(180, 140, 4);
  const copy = copyOf(raster);
  const repair: LocalRepair = { ...spot('a', 20, 20), source: { blend: 'clone', dx: 30, dy: 20 } };
  await new LocalRepairs(copy, full).show([repair], fakeTools({}));
  const at = (data: Raster['data'], x: number, y: number) => [
    ...data.subarray(3 * (180 * y + x), 3 * (180 * y + x) + 3),
  ];
  expect(at(copy.data, 44, 41)).toEqual(at(raster.data, 104, 81));
});

test('what the eraser takes out of a repair is as before, and a repair that is erased as a whole counts for nothing', async () => {
  const raster = testScene(90, 70, 4);
  const eraser = { kind: 'stroke', mode: 'erase', size: 12, hardness: 1, points: [38, 30, 1] } as const;
  const part = { ...spot('a', 30, 30), mask: [...spot('a', 30, 30).mask, { ...eraser, points: [...eraser.points] }] };
  const whole = { ...part, mask: [...part.mask, { ...eraser, size: 60, points: [34, 30, 1] }] };
  const copy = copyOf(raster);
  const repairs = new LocalRepairs(copy, full);
  await repairs.show([part], tools());
  const at = (data: Raster['data'], x: number) => [...data.subarray(3 * (90 * 30 + x), 3 * (90 * 30 + x) + 3)];
  expect(at(copy.data, 40)).toEqual(at(raster.data, 40));
  expect(at(copy.data, 27)).not.toEqual(at(raster.data, 27));
  await repairs.show([whole], tools());
  expect(copy.data).toEqual(raster.data);
  expect(repairs.works).toEqual([]);
});
