import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largestTurned, turnedRect } from '../../../document/scan';
import {
  cornersOf,
  type Frame,
  fineAngle,
  frameOf,
  HANDLE_NAMES,
  HANDLES,
  intoPage,
  isInside,
  isRectangle,
  moved,
  ratioOf,
  resized,
  sizeOf,
  thirdsOf,
  turnedTo,
  wholeFrame,
  withRatio,
} from './frame';

const page = { width: 400, height: 300 };
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const anyFrame = fc
  .record({
    x: number(20, 380),
    y: number(20, 280),
    width: number(10, 500),
    height: number(10, 500),
    angle: number(-180, 180),
  })
  .map((frame) => intoPage(frame, page));
const anyPlace = fc.record({ x: number(-200, 600), y: number(-200, 500) });

describe('a frame', () => {
  test('stays on the page, whatever is done to it', () => {
    fc.assert(
      fc.property(
        anyFrame,
        anyPlace,
        fc.constantFrom(...HANDLE_NAMES),
        number(-180, 180),
        (frame, at, handle, angle) => {
          expect(isInside(frame, page)).toBe(true);
          expect(isInside(moved(frame, at, page), page)).toBe(true);
          expect(isInside(resized(frame, handle, at, page, null), page)).toBe(true);
          expect(isInside(turnedTo(frame, angle, { width: 400, height: 300 }, page), page)).toBe(true);
          const locked = withRatio(frame, 1.5, page);
          expect(isInside(locked, page)).toBe(true);
          const dragged = resized(locked, handle, at, page, 1.5);
          expect(isInside(dragged, page)).toBe(true);
          expect(dragged.width / dragged.height).toBeCloseTo(1.5, 6);
        },
      ),
    );
  });

  test('follows a handle, and keeps its opposite side or corner', () => {
    const frame: Frame = { x: 200, y: 150, width: 120, height: 80, angle: 20 };
    for (const handle of HANDLE_NAMES) {
      const [alongX, alongY] = HANDLES[handle];
      const corners = cornersOf(frame);
      const at = cornersOf({ ...frame, width: 150, height: 100 });
      const place = { x: 200, y: 150 };
      for (const [i, [cornerX, cornerY]] of at.entries()) {
        // The handle of a side is dragged to where its middle would be.
        const [sideX, sideY] = [[-1, 1, 1, -1][i]!, [-1, -1, 1, 1][i]!];
        if (alongX !== 0 && sideX !== alongX) continue;
        if (alongY !== 0 && sideY !== alongY) continue;
        const share = alongX !== 0 && alongY !== 0 ? 1 : 0.5;
        place.x += share * (cornerX - 200);
        place.y += share * (cornerY - 150);
      }
      const next = resized(frame, handle, place, page, null);
      expect(next.width).toBeCloseTo(alongX === 0 ? 120 : 135, 6);
      expect(next.height).toBeCloseTo(alongY === 0 ? 80 : 90, 6);
      const now = cornersOf(next);
      const opposite = [0, 1, 2, 3].filter(
        (i) => [-1, 1, 1, -1][i] !== alongX && [-1, -1, 1, 1][i] !== alongY && alongX !== 0 && alongY !== 0,
      );
      for (const i of opposite) {
        expect(now[i]![0]).toBeCloseTo(corners[i]![0], 6);
        expect(now[i]![1]).toBeCloseTo(corners[i]![1], 6);
      }
    }
  });

  test('slides along the edge of the page, and has a least size', () => {
    const frame: Frame = { x: 100, y: 100, width: 100, height: 100, angle: 0 };
    const whole = (next: Frame) => Object.values(next).map((value) => Math.round(value * 1000) / 1000);
    expect(whole(moved(frame, { x: -500, y: 30 }, page))).toEqual([50, 130, 100, 100, 0]);
    expect(resized(frame, 'bottomRight', { x: 0, y: 0 }, page, null)).toMatchObject({
      width: 8,
      height: 8,
      x: 54,
      y: 54,
    });
    expect(resized(frame, 'right', { x: 900, y: 0 }, page, null).width).toBeCloseTo(350, 4);
  });

  test('of the whole page is as large as it can be at any angle, and whole again without one', () => {
    const turned = turnedTo(wholeFrame(page), 7, page, page);
    expect(turned.width).toBeCloseTo(largestTurned(page, 7).width, 6);
    expect(turnedTo(turned, 0, page, page)).toEqual(wholeFrame(page));
  });

  test('is found again from its corners, also on its side', () => {
    const onItsSide: Frame = { x: 180, y: 140, width: 120, height: 60, angle: 93 };
    const again = frameOf(cornersOf(onItsSide));
    for (const [name, value] of Object.entries(onItsSide)) expect(again[name as keyof Frame]).toBeCloseTo(value, 6);
    expect(isRectangle(cornersOf(onItsSide))).toBe(true);
    const [a, b, c, d] = turnedRect({ x: 10, y: 10, width: 100, height: 50 }, 3);
    expect(isRectangle([a, b, [c[0] + 2, c[1]], d])).toBe(false);
  });
});

test('an angle is fine beside the nearest quarter turn', () => {
  expect([0, 3, -3, 45, 46, 90, 93, 180, -90, -178].map(fineAngle)).toEqual([0, 3, -3, 45, -44, 0, 3, 0, 0, 2]);
});

test('proportions lie down or stand, and decide the size of a print in perspective', () => {
  expect(ratioOf('3:2', false, page)).toBe(1.5);
  expect(ratioOf('3:2', true, page)).toBeCloseTo(2 / 3, 9);
  expect(ratioOf('original', false, { width: 300, height: 400 })).toBeCloseTo(4 / 3, 9);
  expect(ratioOf('free', false, page)).toBeNull();
  const corners = [
    [50, 40],
    [250, 60],
    [260, 200],
    [40, 190],
  ] as const;
  const { width, height } = sizeOf(corners, 1.5);
  expect(width / height).toBeCloseTo(1.5, 2);
  expect(sizeOf(corners, null)).toEqual({ width: 220, height: 150 });
});

test('thirds follow the perspective', () => {
  const [first] = thirdsOf([
    [0, 0],
    [90, 0],
    [90, 60],
    [0, 60],
  ]);
  expect(first!.flat().map(Math.round)).toEqual([30, 0, 30, 60]);
});
