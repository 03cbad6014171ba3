import { expect, test } from 'vitest';
import type { StepReport } from '../../contract/photo';
import { ChangeTracker, changedPixels, eitherMask, scaleMask } from './changes';
import { createRaster, type Raster } from './raster';

const marked = ({ width, data }: Raster) =>
  [...data].flatMap((value, i) => (value ? [`${i % width},${Math.floor(i / width)}`] : []));
const copy = (raster: Raster): Raster => ({ ...raster, data: raster.data.slice() });
const report = (kind: StepReport['kind']) => ({ kind }) as StepReport;

test('every pixel with another value is marked, also by one level of 16 bits in one channel', () => {
  const before = createRaster(3, 2, 3, 16);
  const after = copy(before);
  after.data[3 * 4 + 2] = 1;
  expect(marked(changedPixels(before, after))).toEqual(['1,1']);
  expect(() => changedPixels(before, createRaster(2, 2, 3, 16))).toThrow(RangeError);
});

test('a grey photo that got colours has changed only where they differ from its grey', () => {
  const grey = { ...createRaster(2, 1, 1, 8), data: Uint8Array.of(10, 20) };
  const coloured = { ...createRaster(2, 1, 3, 8), data: Uint8Array.of(10, 10, 10, 20, 20, 21) };
  expect(marked(changedPixels(grey, coloured))).toEqual(['1,0']);
});

test('no change gets lost in another size', () => {
  const mask = createRaster(7, 5, 1, 8);
  mask.data[3 * 7 + 5] = 255;
  expect(marked(scaleMask(mask, 2, 2))).toEqual(['1,1']);
  const large = scaleMask(mask, 14, 10);
  expect(marked(large)).toEqual(['10,6', '11,6', '10,7', '11,7']);
  expect(scaleMask(mask, 7, 5)).toBe(mask);
  expect(marked(eitherMask(mask, scaleMask(large, 7, 5)))).toEqual(['5,3']);
});

test('enlarging is no change: what came before it is enlarged, and what follows is compared with the enlarged picture', () => {
  const raster = createRaster(4, 4, 1, 8);
  const tracker = new ChangeTracker(raster);
  raster.data[0] = 9;
  tracker.step({ raster, reports: [report('repair')] });
  const large = createRaster(8, 8, 1, 8);
  large.data.fill(77);
  tracker.step({ raster: large, reports: [report('repair'), report('upscale')] });
  expect(marked(tracker.of(large))).toEqual(['0,0', '1,0', '0,1', '1,1']);
  large.data[63] = 0;
  tracker.step({ raster: large, reports: [report('repair'), report('upscale'), report('style')] });
  expect(marked(tracker.of(large))).toEqual(['0,0', '1,0', '0,1', '1,1', '7,7']);
});
