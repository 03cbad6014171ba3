import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FaceNets, findFaces } from './faces';
import { random } from './testing/random';

/**
 * Fake nets that take a white square on black for a face: the brighter a place is in its middle and the darker at its
 * corners, the more certain. They correct nothing.
 */
function fakeNets(): FaceNets & { seen: number[] } {
  const seen: number[] = [];
  const chanceOf = (planes: Float32Array, start: number, width: number, edge: number) => {
    const at = (x: number, y: number) => (planes[start + Math.floor(y) * width + Math.floor(x)]! + 1) / 2;
    const corners = [at(0, 0), at(edge - 1, 0), at(0, edge - 1), at(edge - 1, edge - 1)];
    return Math.max(0, Math.min(1, at(edge / 2, edge / 2) - Math.max(...corners)));
  };
  const look = (edge: number) => async (squares: Float32Array, count: number) => {
    seen.push(count);
    const faces = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) faces[2 * i + 1] = chanceOf(squares, i * 3 * edge * edge, edge, edge);
    return { boxes: new Float32Array(4 * count), faces, points: new Float32Array(10 * count).fill(0.5) };
  };
  return {
    seen,
    propose: async (planes, width, height) => {
      const [columns, rows] = [Math.max(0, Math.ceil((width - 11) / 2)), Math.max(0, Math.ceil((height - 11) / 2))];
      const faces = new Float32Array(2 * rows * columns);
      for (let i = 0; i < rows * columns; i++) {
        const [x, y] = [2 * (i % columns), 2 * Math.floor(i / columns)];
        faces[rows * columns + i] = chanceOf(planes, y * width + x, width, 12);
      }
      return { boxes: new Float32Array(4 * rows * columns), faces, rows, columns };
    },
    refine: look(24),
    judge: look(48),
    thresholds: { propose: 0.6, refine: 0.6, judge: 0.6 },
    smallest: 12,
  };
}

const still = () => Promise.resolve();

function withSquare(width: number, height: number, x: number, y: number, edge: number): Float32Array {
  const planes = new Float32Array(3 * width * height);
  for (let c = 0; c < 3; c++) {
    for (let row = y; row < y + edge; row++)
      planes.fill(1, (c * height + row) * width + x, (c * height + row) * width + x + edge);
  }
  return planes;
}

test('a face is found where it is, at any place and size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        x: fc.integer({ min: 20, max: 90 }),
        y: fc.integer({ min: 20, max: 60 }),
        edge: fc.integer({ min: 14, max: 40 }),
      }),
      async ({ x, y, edge }) => {
        const faces = await findFaces(withSquare(160, 120, x, y, edge), 160, 120, fakeNets(), still);
        const inside = faces.filter(
          (face) =>
            Math.abs((face.x + face.width / 2) * 160 - (x + edge / 2)) < edge / 2 + 1 &&
            Math.abs((face.y + face.height / 2) * 120 - (y + edge / 2)) < edge / 2 + 1,
        );
        expect(inside.length).toBeGreaterThan(0);
        for (const face of faces) {
          for (const value of [face.x, face.y, face.x + face.width, face.y + face.height, face.certainty]) {
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(1 + 1e-6);
          }
          // The fake points are in the middle of the square, also after it was mirrored.
          for (const point of face.points) expect(point.x * 160).toBeCloseTo((face.x + face.width / 2) * 160, 3);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('nothing is found in a plain picture or one smaller than a face, and no net is asked in vain', async () => {
  const nets = fakeNets();
  expect(await findFaces(new Float32Array(3 * 100 * 80).fill(0.5), 100, 80, nets, still)).toEqual([]);
  expect(await findFaces(new Float32Array(3), 1, 1, nets, still)).toEqual([]);
  expect(nets.seen).toEqual([]);
});

test('a net that proposes sees the mean of what each pixel of a reduced copy covers', async () => {
  const [width, height] = [173, 91];
  const next = random(7);
  const planes = Float32Array.from({ length: 3 * width * height }, next);
  const copies: { planes: Float32Array; width: number; height: number }[] = [];
  const nets = fakeNets();
  const watched: FaceNets = {
    ...nets,
    smallest: 17,
    propose: (copy, ...size) => {
      copies.push({ planes: copy, width: size[0], height: size[1] });
      return nets.propose(copy, ...size);
    },
  };
  await findFaces(planes, width, height, watched, still);
  expect(copies.length).toBeGreaterThan(3);
  for (const copy of copies) {
    const [across, down] = [width / copy.width, height / copy.height];
    const covered = (from: number, step: number, pixel: number) =>
      Math.max(0, Math.min(from + step, pixel + 1) - Math.max(from, pixel));
    for (const [c, x, y] of [
      [0, 0, 0],
      [1, copy.width - 1, copy.height - 1],
      [2, copy.width >> 1, copy.height >> 1],
      [0, copy.width - 1, 1],
    ] as const) {
      let sum = 0;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const share = covered(x * across, across, column) * covered(y * down, down, row);
          if (share > 0) sum += (share * (planes[(c * height + row) * width + column]! * 255 - 127.5)) / 128;
        }
      }
      expect(copy.planes[(c * copy.height + y) * copy.width + x]).toBeCloseTo(sum / across / down, 5);
    }
  }
});

test('a cancel between two looks ends the search', async () => {
  const cancelled = () => Promise.reject(new Error('cancelled'));
  await expect(findFaces(withSquare(160, 120, 50, 40, 30), 160, 120, fakeNets(), cancelled)).rejects.toThrow(
    'cancelled',
  );
});
