import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Corners, inverse, isConvex, ontoPage, project, uprightSize, wholeArea } from '../../document/quad';
import { createRaster, maxValue, type Raster } from '../restoration/raster';
import { to16Bit, toGrey } from '../restoration/testing/rasters';
import { testScene } from '../restoration/testing/scene';
import { cutOut } from './warp';

const scene = testScene(120, 90, 4);
const pages: Raster[] = [scene, to16Bit(scene), toGrey(scene)];
const anyPage = fc.constantFrom(...pages);

/** A rectangle around a middle, turned clockwise. */
function turned(x: number, y: number, width: number, height: number, degrees: number): Corners {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const at = (across: number, down: number) =>
    [
      x + (across * width * cos - down * height * sin) / 2,
      y + (across * width * sin + down * height * cos) / 2,
    ] as const;
  return [at(-1, -1), at(1, -1), at(1, 1), at(-1, 1)];
}

/** A page whose samples follow a function of the place, 0..1. */
function drawn(width: number, height: number, depth: 8 | 16, value: (x: number, y: number) => number): Raster {
  const raster = createRaster(width, height, 1, depth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      raster.data[y * width + x] = Math.round(value(x + 0.5, y + 0.5) * maxValue(raster));
    }
  }
  return raster;
}

const anyQuad = fc
  .tuple(
    ...Array.from({ length: 4 }, () =>
      fc.tuple(fc.double({ min: 0, max: 30, noNaN: true }), fc.double({ min: 0, max: 25, noNaN: true })),
    ),
  )
  .map(
    ([one, two, three, four]): Corners => [
      [one![0], one![1]],
      [120 - two![0], two![1]],
      [120 - three![0], 90 - three![1]],
      [four![0], 90 - four![1]],
    ],
  );

describe('the projection', () => {
  test('takes corners to corners and back', () => {
    fc.assert(
      fc.property(anyQuad, (corners) => {
        const onto = ontoPage(corners, { width: 80, height: 70 });
        for (const [i, corner] of wholeArea({ width: 80, height: 70 }).entries()) {
          const there = project(onto, corner);
          expect(there[0]).toBeCloseTo(corners[i]![0], 6);
          expect(there[1]).toBeCloseTo(corners[i]![1], 6);
          const back = project(inverse(onto), there);
          expect(back[0]).toBeCloseTo(corner[0], 6);
          expect(back[1]).toBeCloseTo(corner[1], 6);
        }
      }),
    );
  });

  test('knows which corners make an area', () => {
    expect(isConvex(turned(50, 50, 30, 20, 200))).toBe(true);
    const [one, two, three, four] = wholeArea(scene);
    expect(isConvex([one, three, two, four])).toBe(false);
    expect(isConvex([one, two, [30, 20], four])).toBe(false);
    expect(isConvex([one, one, three, four])).toBe(false);
    expect(() => cutOut(scene, [one, three, two, four])).toThrow(RangeError);
  });
});

describe('an area on whole pixels', () => {
  const anyRect = fc
    .tuple(fc.nat(119), fc.nat(89), fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 90 }))
    .map(([x, y, width, height]) => ({ x, y, width: Math.min(width, 120 - x), height: Math.min(height, 90 - y) }));

  test('is copied bit by bit, also turned by quarters and mirrored', () => {
    fc.assert(
      fc.property(anyPage, anyRect, fc.nat(3), fc.boolean(), (page, { x, y, width, height }, quarters, mirrored) => {
        const upright: Corners = [
          [x, y],
          [x + width, y],
          [x + width, y + height],
          [x, y + height],
        ];
        const order = mirrored ? [1, 0, 3, 2] : [0, 1, 2, 3];
        const corners = order.map((_, i) => upright[order[(i + quarters) % 4]!]!) as unknown as Corners;
        const cut = cutOut(page, corners);
        const onto = ontoPage(corners, cut);
        expect([cut.width, cut.height]).toEqual(quarters % 2 === 0 ? [width, height] : [height, width]);
        for (let v = 0; v < cut.height; v++) {
          for (let u = 0; u < cut.width; u++) {
            const [fromX, fromY] = project(onto, [u + 0.5, v + 0.5]);
            const from = (Math.floor(fromY) * page.width + Math.floor(fromX)) * page.channels;
            for (let c = 0; c < page.channels; c++) {
              if (cut.data[(v * cut.width + u) * page.channels + c] !== page.data[from + c])
                throw new Error(`${u}, ${v}`);
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('any area', () => {
  test('of one colour stays of that colour', () => {
    fc.assert(
      fc.property(
        anyQuad,
        fc.nat(65535),
        fc.constantFrom<8 | 16>(8, 16),
        fc.tuple(fc.integer({ min: 1, max: 160 }), fc.integer({ min: 1, max: 120 })),
        (corners, value, depth, [width, height]) => {
          const page = createRaster(120, 90, 3, depth);
          const sample = depth === 8 ? value >> 8 : value;
          page.data.fill(sample);
          expect(cutOut(page, corners, { width, height }).data.every((each) => each === sample)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('is the same in strips', () => {
    fc.assert(
      fc.property(anyPage, anyQuad, fc.integer({ min: 1, max: 200 }), (page, corners, height) => {
        const size = { width: 40, height };
        const whole = cutOut(page, corners, size);
        const strips: number[] = [];
        for (let top = 0; top < height; top += 7) {
          strips.push(...cutOut(page, corners, size, { top, count: Math.min(7, height - top) }).data);
        }
        expect(strips).toEqual([...whole.data]);
      }),
      { numRuns: 20 },
    );
  });

  test('comes back when it is turned there and back', () => {
    const page = drawn(160, 160, 16, (x, y) => 0.5 + 0.2 * Math.sin(x / 3) + 0.2 * Math.cos(y / 4 + x / 9));
    fc.assert(
      fc.property(fc.double({ min: -45, max: 45, noNaN: true }), (degrees) => {
        const there = cutOut(page, turned(80, 80, 120, 120, degrees));
        const back = cutOut(there, turned(60, 60, 60, 60, -degrees));
        let worst = 0;
        for (let y = 0; y < 60; y++) {
          for (let x = 0; x < 60; x++) {
            worst = Math.max(worst, Math.abs(back.data[y * 60 + x]! - page.data[(y + 50) * 160 + x + 50]!) / 65535);
          }
        }
        expect(worst).toBeLessThan(0.006);
      }),
      { numRuns: 20 },
    );
  });

  test('keeps straight lines straight, and where they belong', () => {
    // A soft line between opposite sides of the area has to be the straight line between the same places of the picture.
    fc.assert(
      fc.property(anyQuad, (corners) => {
        const size = { width: 100, height: 80 };
        const onto = ontoPage(corners, size);
        const [x0, y0] = project(onto, [20, 0]);
        const [x1, y1] = project(onto, [70, 80]);
        const length = Math.hypot(x1 - x0, y1 - y0);
        const page = drawn(120, 90, 16, (x, y) => {
          const away = ((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length;
          return Math.exp((-away * away) / 8);
        });
        const cut = cutOut(page, corners, size);
        for (const y of [20, 40, 60]) {
          const row = cut.data.subarray(y * 100, (y + 1) * 100);
          const brightest = row.indexOf(Math.max(...row));
          expect(Math.abs(brightest + 0.5 - (20 + (50 * (y + 0.5)) / 80))).toBeLessThan(1.6);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('has the size that it has on the page', () => {
    expect(uprightSize(turned(60, 45, 61, 40, 13))).toEqual({ width: 61, height: 40 });
    expect(
      uprightSize([
        [0, 0],
        [0.2, 0],
        [0.2, 0.2],
        [0, 0.2],
      ]),
    ).toEqual({ width: 1, height: 1 });
  });

  test('repeats the edge of the page outside of it', () => {
    const page = drawn(20, 20, 8, () => 0.6);
    expect(new Set(cutOut(page, turned(10, 10, 60, 60, 12)).data)).toEqual(new Set([153]));
  });
});

describe('a smaller picture', () => {
  test.each([1.5, 3, 7, 20])('averages %s times finer detail', (times) => {
    const page = drawn(400, 400, 8, (x, y) => ((Math.floor(x) + Math.floor(y)) % 2 === 0 ? 0.2 : 0.8));
    const side = Math.round(300 / times);
    const { data } = cutOut(page, turned(200, 200, 280, 280, 11), { width: side, height: side });
    expect(Math.max(...data) - Math.min(...data)).toBeLessThan(12);
    const sum = Array.from(data).reduce((total, each) => total + each, 0);
    expect(sum / data.length).toBeCloseTo(127.5, 0);
  });

  test('keeps its place when it is made much smaller', () => {
    const page = drawn(640, 640, 16, (x, y) => (x + y / 2) / 1000);
    const { data, width } = cutOut(page, turned(320, 320, 400, 400, 30), { width: 25, height: 25 });
    const onto = ontoPage(turned(320, 320, 400, 400, 30), { width: 25, height: 25 });
    for (let y = 0; y < 25; y++) {
      for (let x = 0; x < 25; x++) {
        const [fromX, fromY] = project(onto, [x + 0.5, y + 0.5]);
        expect(Math.abs(data[y * width + x]! / 65535 - (fromX + fromY / 2) / 1000)).toBeLessThan(0.001);
      }
    }
  });
});
