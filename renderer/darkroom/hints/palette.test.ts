import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chromaOf, LEAST_APART, MOST_COLOURS, paletteOf } from './palette';

const pictureOf = (colours: readonly (readonly [number, number, number])[]) =>
  Uint8ClampedArray.from(colours.flatMap(([red, green, blue]) => [red, green, blue, 255]));

const chroma = (colour: string) =>
  chromaOf(...([1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [number, number, number]));

test('the colours of a picture are found, the most frequent first', () => {
  const sky = Array.from({ length: 60 }, (_, i) => [120 + (i % 3), 160, 210] as const);
  const leaves = Array.from({ length: 30 }, (_, i) => [70, 110 + (i % 3), 50] as const);
  const skin = Array.from({ length: 10 }, () => [220, 170, 140] as const);
  const grey = Array.from({ length: 200 }, (_, i) => [i, i, i] as const);
  expect(paletteOf(pictureOf([...grey, ...skin, ...leaves, ...sky]))).toEqual(['#79a0d2', '#466f32', '#dcaa8c']);
});

test('a picture without colours has none', () => {
  expect(paletteOf(pictureOf(Array.from({ length: 256 }, (_, i) => [i, i, Math.min(255, i + 2)] as const)))).toEqual(
    [],
  );
  expect(paletteOf(new Uint8ClampedArray(0))).toEqual([]);
});

test('colours of any picture differ, and are not pale', () => {
  const level = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.array(fc.tuple(level, level, level), { maxLength: 120 }), (pixels) => {
      const found = paletteOf(pictureOf(pixels)).map(chroma);
      expect(found.length).toBeLessThanOrEqual(MOST_COLOURS);
      for (const [i, one] of found.entries()) {
        for (const other of found.slice(0, i)) {
          // The mean of a group is rounded to whole levels.
          expect(Math.hypot(one.cb - other.cb, one.cr - other.cr)).toBeGreaterThan(LEAST_APART - 2);
        }
      }
    }),
  );
});
