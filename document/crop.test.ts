import { expect, test } from 'vitest';
import { cropIn, keptPart } from './crop';

const photo = { width: 400, height: 300 };

test('the largest part beside what is missing is kept', () => {
  const bottom = [
    { x: 160, y: 200, width: 240, height: 8 },
    { x: 0, y: 208, width: 400, height: 92 },
  ];
  expect(keptPart(bottom, photo)).toEqual({ x: 0, y: 0, width: 400, height: 200 });
  expect(keptPart([{ x: 250.5, y: 0, width: 149.5, height: 300 }], photo)).toEqual({
    x: 0,
    y: 0,
    width: 250,
    height: 300,
  });
  expect(keptPart([{ x: 0, y: 0, width: 400, height: 90 }], photo)).toEqual({ x: 0, y: 90, width: 400, height: 210 });
  expect(keptPart([{ x: 0, y: 4, width: 400, height: 296 }], photo)).toBeNull();
  expect(keptPart([], photo)).toBeNull();
});

test('a crop lies in the result at its scale, and inside it', () => {
  const crop = { x: 10, y: 20, width: 100, height: 50 };
  expect(cropIn(crop, photo, photo)).toEqual(crop);
  expect(cropIn(crop, photo, { width: 800, height: 600 })).toEqual({ x: 20, y: 40, width: 200, height: 100 });
  expect(cropIn({ x: 350, y: 0, width: 100, height: 300 }, photo, photo)).toEqual({
    x: 350,
    y: 0,
    width: 50,
    height: 300,
  });
  expect(cropIn({ x: 400, y: 0, width: 10, height: 10 }, photo, photo)).toBeNull();
});
