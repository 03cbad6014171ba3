import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Face } from '../../contract/photo';
import { AT_THRESHOLD, STEPS_PER_LOGIT } from '../../document/evidence';
import { mistrustWidePlaces } from './wide';

const SIZE = { width: 200, height: 160 };
const FACE: Face = { x: 0.4, y: 0.4, width: 0.2, height: 0.25, certainty: 0.99, points: [] };
const LENIENT = -1.25;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Above the threshold of the card. */
  logits: number;
}

/** The evidence of a lenient map. */
function planeWith(...boxes: Box[]): Uint8Array {
  const plane = new Uint8Array(SIZE.width * SIZE.height);
  for (const { x, y, width, height, logits } of boxes) {
    const value = AT_THRESHOLD + Math.round((logits - LENIENT) * STEPS_PER_LOGIT);
    for (let row = y; row < y + height; row++) {
      plane.fill(value, row * SIZE.width + x, row * SIZE.width + x + width);
    }
  }
  return plane;
}

const counts = (plane: Uint8Array, x: number, y: number) => plane[y * SIZE.width + x]! >= AT_THRESHOLD;

function judged(faces: Face[], ...boxes: Box[]): Uint8Array {
  const plane = planeWith(...boxes);
  mistrustWidePlaces(plane, SIZE, LENIENT, faces);
  return plane;
}

test('a lower threshold holds for narrow places, not for wide ones', () => {
  const plane = judged(
    [],
    { x: 10, y: 10, width: 100, height: 3, logits: -0.5 },
    { x: 10, y: 40, width: 30, height: 30, logits: -0.5 },
    { x: 60, y: 40, width: 30, height: 30, logits: 0.5 },
  );
  expect(counts(plane, 50, 11)).toBe(true);
  expect(counts(plane, 25, 55)).toBe(false);
  expect(counts(plane, 75, 55)).toBe(true);
});

test('a wide place is judged as a whole: its uncertain part stays with a part that is certain enough', () => {
  const loss = { x: 20, y: 40, width: 40, height: 30, logits: 1 };
  const rest = { x: 60, y: 40, width: 20, height: 30, logits: -0.5 };
  expect(counts(judged([], loss, rest), 70, 55)).toBe(true);
  expect(counts(judged([], { ...loss, width: 10 }, { ...rest, x: 30, width: 50 }), 70, 55)).toBe(false);
});

test('a wide place at the border is as wide as if it went on outside', () => {
  const plane = judged([], { x: 0, y: 0, width: 60, height: 4, logits: -0.5 });
  expect(counts(plane, 30, 1)).toBe(false);
});

test('what is wide and never certain on a head is a thing; a narrow crack across it is damage', () => {
  const bow = { x: 80, y: 45, width: 14, height: 14, logits: 1 };
  const crack = { x: 70, y: 80, width: 60, height: 3, logits: 0.2 };
  const plane = judged([FACE], bow, crack);
  expect(counts(plane, 87, 52)).toBe(false);
  expect(counts(plane, 100, 81)).toBe(true);
  expect(counts(judged([], bow), 87, 52)).toBe(true);
  // Beside a certain crack the rest has to be certain enough by itself.
  const ear = { x: 80, y: 60, width: 12, height: 14, logits: -0.5 };
  const across = { x: 60, y: 64, width: 60, height: 9, logits: 2 };
  expect(counts(judged([FACE], ear, across), 86, 68)).toBe(true);
  expect(counts(judged([FACE], ear, across), 86, 61)).toBe(false);
  // A certain core, and it is a loss.
  expect(counts(judged([FACE], bow, { x: 86, y: 50, width: 3, height: 3, logits: 2 }), 82, 47)).toBe(true);
});

test('evidence only ever falls, never to nothing, and not at all in a strict map', () => {
  const box = fc.record({
    x: fc.integer({ min: 0, max: 150 }),
    y: fc.integer({ min: 0, max: 110 }),
    width: fc.integer({ min: 1, max: 50 }),
    height: fc.integer({ min: 1, max: 50 }),
    logits: fc.double({ min: -2, max: 4, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(box, { maxLength: 5 }), (boxes) => {
      const before = planeWith(...boxes);
      const after = judged([FACE], ...boxes);
      expect(after.every((value, i) => value <= before[i]! && value > 0 === before[i]! > 0)).toBe(true);
      const strict = before.slice();
      mistrustWidePlaces(strict, SIZE, 1.5, [FACE]);
      expect(strict).toEqual(before);
    }),
    { numRuns: 40 },
  );
});
