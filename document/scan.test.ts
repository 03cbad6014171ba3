import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wholeArea } from './quad';
import { areaOf, faultOf, isSameScan, largestTurned, printSize, scanFor, turnedRect } from './scan';

const page = { width: 400, height: 300 };

describe('a print on a page', () => {
  test('can be cut out where its corners go around an area of the page', () => {
    expect(faultOf({ corners: wholeArea(page) }, page)).toBeNull();
    const [a, b, c, d] = turnedRect({ x: 50, y: 40, width: 200, height: 150 }, 12);
    expect(faultOf({ corners: [a, b, c, d] }, page)).toBeNull();
    // Lying on its side: it still goes clockwise.
    expect(faultOf({ corners: [b, c, d, a] }, page)).toBeNull();
  });

  test('is refused outside the page, crossed, bent inwards, mirrored, too small and too large', () => {
    const [a, b, c, d] = wholeArea(page);
    expect(faultOf({ corners: [[-3, 0], b, c, d] }, page)).toBe('outside');
    // A border that was found may miss the edge of the page by half a per cent.
    expect(faultOf({ corners: [[-2, 0], b, c, d] }, page)).toBeNull();
    expect(faultOf({ corners: [b, a, c, d] }, page)).toBe('corners');
    expect(faultOf({ corners: [a, b, [100, 80], d] }, page)).toBe('corners');
    expect(faultOf({ corners: [b, a, d, c] }, page)).toBe('corners');
    expect(faultOf({ corners: [a, a, a, a] }, page)).toBe('corners');
    expect(faultOf({ corners: turnedRect({ x: 5, y: 5, width: 7, height: 90 }, 0) }, page)).toBe('small');
    expect(faultOf({ corners: [a, b, c, d], size: { width: 30_000, height: 30_000 } }, page)).toBe('large');
    expect(faultOf({ corners: [a, b, c, d], size: { width: 1200, height: 900 } }, page)).toBe('large');
    expect(faultOf({ corners: [a, b, c, d], size: { width: 800, height: 900 } }, page)).toBeNull();
    expect(faultOf({ corners: wholeArea({ width: 1, height: 1 }) }, { width: 1, height: 1 })).toBe('small');
  });

  test('has the size of its area, unless it is given', () => {
    const corners = turnedRect({ x: 50, y: 40, width: 200, height: 150 }, 12);
    expect(printSize({ corners })).toEqual({ width: 200, height: 150 });
    expect(printSize({ corners, size: { width: 100, height: 75 } })).toEqual({ width: 100, height: 75 });
    expect(isSameScan({ corners }, { corners, size: { width: 200, height: 150 } })).toBe(true);
    expect(isSameScan({ corners }, { corners, size: { width: 100, height: 75 } })).toBe(false);
    expect(isSameScan({ corners }, null)).toBe(false);
    expect(isSameScan(undefined, null)).toBe(true);
  });
});

describe('a picture that is straightened', () => {
  test('is as large as it can be, within the page and in its proportions', () => {
    const side = fc.integer({ min: 20, max: 500 });
    fc.assert(
      fc.property(side, side, fc.double({ min: -45, max: 45, noNaN: true }), (width, height, degrees) => {
        const sheet = { width, height };
        const rect = largestTurned(sheet, degrees);
        expect(rect.width / rect.height).toBeCloseTo(width / height, 6);
        const corners = turnedRect(rect, degrees).flat();
        const margins = corners.map((value, i) => Math.min(value, (i % 2 === 0 ? width : height) - value));
        expect(Math.min(...margins)).toBeGreaterThan(-1e-9);
        expect(Math.min(...margins)).toBeLessThan(1e-6);
        expect(areaOf(turnedRect(rect, degrees))).toBeCloseTo(rect.width * rect.height, 4);
      }),
    );
  });

  test('turns clockwise: the frame on the page turns the other way', () => {
    const [topLeft, topRight] = scanFor({ straighten: 10 }, page)!.corners;
    expect(topRight[1]).toBeLessThan(topLeft[1]);
  });

  test('is the whole page without a wish, and what is cropped is turned about its middle', () => {
    expect(scanFor({}, page)).toBeNull();
    expect(scanFor({ straighten: 0, crop: null }, page)).toBeNull();
    const crop = { x: 10, y: 20, width: 100, height: 60 };
    expect(scanFor({ crop }, page)).toEqual({ corners: turnedRect(crop, 0) });
    const { corners } = scanFor({ crop, straighten: 5 }, page)!;
    expect(corners.reduce((sum, [x]) => sum + x, 0) / 4).toBeCloseTo(60, 9);
    expect(corners.reduce((sum, [, y]) => sum + y, 0) / 4).toBeCloseTo(50, 9);
  });
});
