import { describe, expect, test } from 'vitest';
import { compileMask, FrameMask } from '../../../../document/mask';
import { createRaster, type Raster } from '../../raster';
import { maskOf } from '../../testing/masks';
import { copyOf, to16Bit, toGrey } from '../../testing/rasters';
import { findRedEye, findRedEyes, takeRedOut } from './red-eye';

type Colour = readonly [number, number, number];
const SKIN: Colour = [222, 172, 146];
const RED: Colour = [205, 38, 52];
const RUDDY: Colour = [206, 128, 112];

interface Eye {
  x: number;
  y: number;
  /** Radius of the pupil. */
  radius: number;
  pupil?: Colour;
}

/** A face with eyes: skin with some grain, whites, a brown iris, a red pupil with a highlight; a mouth below. */
function face(eyes: readonly Eye[], skin: Colour = SKIN, size = 160): Raster {
  const raster = createRaster(size, size, 3, 8);
  for (let i = 0; i < size * size; i++) {
    const [x, y] = [i % size, Math.floor(i / size)];
    const grain = ((Math.imul(i + 7, 2654435761) >>> 24) - 128) / 24;
    let colour: Colour = skin;
    if (Math.hypot((x - size / 2) / 26, (y - size * 0.8) / 7) < 1) colour = [176, 70, 78];
    for (const { x: ex, y: ey, radius, pupil = RED } of eyes) {
      const away = Math.hypot(x + 0.5 - ex, y + 0.5 - ey);
      if (Math.hypot((x - ex) / (4 * radius), (y - ey) / (2.2 * radius)) < 1) colour = [226, 220, 214];
      if (away < 2 * radius) colour = [96, 70, 52];
      if (away < radius) colour = pupil;
      if (Math.hypot(x + 0.5 - ex + radius / 3, y + 0.5 - ey + radius / 3) < Math.max(1, radius / 4))
        colour = [250, 250, 250];
    }
    for (let c = 0; c < 3; c++) raster.data[3 * i + c] = Math.max(0, Math.min(255, Math.round(colour[c]! + grain)));
  }
  return raster;
}

const full = { width: 160, height: 160 };
const corrected = (raster: Raster, area: NonNullable<ReturnType<typeof findRedEye>>): Raster => {
  const copy = copyOf(raster);
  const source = { ...full, evidence: null, settings: { sensitivity: 0, grow: 0 }, bitmaps: new Map() };
  takeRedOut(copy, new FrameMask(compileMask([area], source), copy), { x: 0, y: 0, ...full });
  return copy;
};
const at = ({ data }: Raster, x: number, y: number) => [...data.subarray(3 * (160 * y + x), 3 * (160 * y + x) + 3)];

describe('a red pupil', () => {
  test.each<[string, Eye, Colour]>([
    ['small', { x: 60, y: 60, radius: 3 }, SKIN],
    ['of middle size, on ruddy skin', { x: 60, y: 60, radius: 6 }, RUDDY],
    ['large', { x: 70, y: 60, radius: 11 }, SKIN],
    ['dull', { x: 60, y: 60, radius: 6, pupil: [120, 44, 50] }, SKIN],
  ])('%s is found by a click beside its middle, loses its red and keeps its highlight', (_, eye, skin) => {
    const raster = face([eye], skin);
    const area = findRedEye(raster, { x: eye.x + 2, y: eye.y - 1, reach: 36 })!;
    expect(area).not.toBeNull();
    const result = corrected(raster, area);
    let [left, others] = [0, 0];
    for (let i = 0; i < 160 * 160; i++) {
      const [x, y] = [i % 160, Math.floor(i / 160)];
      const away = Math.hypot(x + 0.5 - eye.x, y + 0.5 - eye.y);
      const [red, green, blue] = [0, 1, 2].map((c) => result.data[3 * i + c]!) as [number, number, number];
      if (away < eye.radius - 1 && red - Math.max(green, blue) > 12) left++;
      // The iris and the rest of the face keep their bits.
      if (away > eye.radius + 1 && [0, 1, 2].some((c) => result.data[3 * i + c] !== raster.data[3 * i + c])) others++;
    }
    expect([left, others]).toEqual([0, 0]);
    const [hx, hy] = [Math.floor(eye.x - eye.radius / 3), Math.floor(eye.y - eye.radius / 3)];
    expect(at(result, hx, hy)).toEqual(at(raster, hx, hy));
  });

  test('is the nearest of two, and both are found where faces say the eyes are', () => {
    const raster = face([
      { x: 50, y: 60, radius: 5 },
      { x: 110, y: 60, radius: 5 },
    ]);
    const middle = (area: { points: number[] } | null) =>
      area &&
      Math.round(area.points.reduce((sum, value, i) => sum + (i % 2 === 0 ? value : 0), 0) / (area.points.length / 2));
    expect(middle(findRedEye(raster, { x: 56, y: 62, reach: 70 }))).toBe(50);
    expect(middle(findRedEye(raster, { x: 105, y: 62, reach: 70 }))).toBe(110);
    const points = [50, 110, 80, 60, 100].map((x, i) => ({ x: x / 160, y: (i < 2 ? 63 : 110) / 160 }));
    const found = findRedEyes(raster, [{ x: 0.2, y: 0.2, width: 0.6, height: 0.7, certainty: 1, points }]);
    expect(found.map(middle)).toEqual([50, 110]);
  });

  test('is found and corrected in 16 bit like in 8', () => {
    const raster = to16Bit(face([{ x: 60, y: 60, radius: 6 }]));
    const area = findRedEye(raster, { x: 60, y: 60, reach: 36 })!;
    const [red, green] = at(corrected(raster, area), 63, 62);
    expect(red! - green!).toBeLessThan(3000);
  });
});

test.each([
  ['a brown eye', face([{ x: 60, y: 60, radius: 6, pupil: [24, 20, 18] }])],
  ['bare skin', face([])],
  ['ruddy skin', face([], RUDDY)],
  ['a grey photo', toGrey(face([{ x: 60, y: 60, radius: 6 }]))],
])('nothing is found in %s', (_, raster) => {
  expect(findRedEye(raster, { x: 60, y: 60, reach: 36 })).toBeNull();
});

test('a mouth is no eye, and no piece that is cut off is one', () => {
  expect(findRedEye(face([]), { x: 80, y: 128, reach: 40 })).toBeNull();
  expect(findRedEye(face([]), { x: 60, y: 128, reach: 16 })).toBeNull();
});

test('pixels outside of the mask keep their bits, however red they are', () => {
  const raster = createRaster(20, 20, 3, 8);
  for (let i = 0; i < 400; i++) raster.data[3 * i] = 220;
  const copy = copyOf(raster);
  expect(
    takeRedOut(
      copy,
      maskOf(raster, (x) => x < 10),
      { x: 0, y: 0, width: 20, height: 20 },
    ),
  ).toBe(true);
  for (let i = 0; i < 400; i++) expect(copy.data[3 * i]).toBe(i % 20 < 10 ? 0 : 220);
});
