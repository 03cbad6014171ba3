import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outlineOf, scaleOf, toneAt } from './tones';

const bins = fc.array(fc.nat(10_000), { minLength: 256, maxLength: 256 });
const of = (luma: number[]) => ({ red: luma, green: luma, blue: luma, luma, shadows: 0, highlights: 0 });

test('the outline starts and ends at the bottom, stays inside, and has a point for every tone', () => {
  fc.assert(
    fc.property(bins, (counts) => {
      const scale = scaleOf([of(counts)]);
      const numbers = outlineOf(counts, scale, 96)
        .slice(1, -1)
        .split('L')
        .map((point) => point.split(' ').map(Number));
      expect(numbers).toHaveLength(258);
      expect(numbers[0]).toEqual([0, 96]);
      expect(numbers.at(-1)).toEqual([255, 96]);
      for (const [x, y] of numbers) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(96);
      }
    }),
  );
});

test('clipped ends do not flatten the rest, and a picture of only black and white is still visible', () => {
  const counts = Array.from({ length: 256 }, () => 10);
  counts[0] = 1_000_000;
  counts[255] = 500_000;
  expect(scaleOf([of(counts)])).toBe(10);
  const ends = counts.map((count, tone) => (tone === 0 || tone === 255 ? count : 0));
  expect(scaleOf([of(ends)])).toBe(1_000_000);
  expect(scaleOf([])).toBe(1);
});

test('the given share of the pixels lies at or below its tone, and less below the previous tone', () => {
  fc.assert(
    fc.property(bins, fc.double({ min: 0.01, max: 1, noNaN: true }), (counts, share) => {
      const tone = toneAt(counts, share);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const upTo = (last: number) => counts.slice(0, last + 1).reduce((sum, count) => sum + count, 0);
      expect(upTo(tone)).toBeGreaterThanOrEqual(total * share - 1e-6);
      if (tone > 0 && total > 0) expect(upTo(tone - 1)).toBeLessThan(total * share);
    }),
  );
});
