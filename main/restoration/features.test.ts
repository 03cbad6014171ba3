import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Face } from '../../contract/photo';
import { AT_THRESHOLD, STEPS_PER_LOGIT } from '../../document/evidence';
import { spareFeatures } from './features';

const SIZE = { width: 200, height: 200 };
/** A face in the middle: eyes at (80, 80) and (120, 80), the mouth between (85, 130) and (115, 130). */
const FACE: Face = {
  x: 0.25,
  y: 0.2,
  width: 0.5,
  height: 0.6,
  certainty: 0.99,
  points: [
    { x: 0.4, y: 0.4 },
    { x: 0.6, y: 0.4 },
    { x: 0.5, y: 0.52 },
    { x: 0.425, y: 0.65 },
    { x: 0.575, y: 0.65 },
  ],
};
const steps = (logits: number) => AT_THRESHOLD + Math.round(logits * STEPS_PER_LOGIT);

interface Mark {
  x: number;
  y: number;
  width: number;
  height: number;
  logits: number;
}

function planeWith(...marks: Mark[]): Uint8Array {
  const plane = new Uint8Array(SIZE.width * SIZE.height);
  for (const { x, y, width, height, logits } of marks) {
    for (let row = y; row < y + height; row++)
      plane.fill(steps(logits), row * SIZE.width + x, row * SIZE.width + x + width);
  }
  return plane;
}

const at = (plane: Uint8Array, x: number, y: number) => plane[y * SIZE.width + x]!;

test.each([
  ['the left eye', 77, 78],
  ['the right eye', 117, 78],
  ['the mouth', 97, 128],
])('what looks a little like damage on %s is spared', (_, x, y) => {
  const plane = planeWith({ x, y, width: 6, height: 4, logits: 1 });
  spareFeatures(plane, SIZE, [FACE]);
  expect(Math.max(...plane)).toBeLessThan(AT_THRESHOLD);
});

test('certain damage on an eye stays, and so does everything beside eyes and mouth', () => {
  const plane = planeWith(
    { x: 78, y: 79, width: 3, height: 3, logits: 3.5 },
    { x: 98, y: 95, width: 4, height: 4, logits: 0.5 },
  );
  const before = plane.slice();
  spareFeatures(plane, SIZE, [FACE]);
  expect(at(plane, 79, 80)).toBeGreaterThanOrEqual(AT_THRESHOLD);
  expect(at(plane, 99, 96)).toBe(at(before, 99, 96));
});

test('of a crack that crosses an eye what is certain stays, and the eye beside it is kept', () => {
  const plane = planeWith(
    { x: 70, y: 76, width: 20, height: 8, logits: 1 },
    { x: 78, y: 20, width: 4, height: 150, logits: 3 },
  );
  const before = plane.slice();
  spareFeatures(plane, SIZE, [FACE]);
  for (let y = 20; y < 170; y++) expect(at(plane, 79, y)).toBeGreaterThanOrEqual(AT_THRESHOLD);
  expect(at(plane, 74, 80)).toBeLessThan(AT_THRESHOLD);
  expect(at(plane, 79, 40)).toBe(at(before, 79, 40));
});

test('evidence is never raised, none is made, and faces at the edge of a picture are no trouble', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const face = fc
    .record({
      x: unit,
      y: unit,
      width: unit,
      height: unit,
      points: fc.array(fc.record({ x: unit, y: unit }), { minLength: 5, maxLength: 5 }),
    })
    .map((each): Face => ({ ...each, certainty: 0.9 }));
  fc.assert(
    fc.property(fc.array(face, { maxLength: 4 }), fc.uint8Array({ minLength: 600, maxLength: 600 }), (faces, plane) => {
      const before = plane.slice();
      spareFeatures(plane, { width: 30, height: 20 }, faces);
      plane.forEach((value, index) => {
        expect(value).toBeLessThanOrEqual(before[index]!);
        expect(value === 0).toBe(before[index] === 0);
      });
    }),
    { numRuns: 60 },
  );
});
