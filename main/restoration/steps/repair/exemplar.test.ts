import { describe, expect, test } from 'vitest';
import { random } from '../../testing/random';
import { fillByExample, type HolePicture } from './exemplar';

const SIZE = 96;

/** Diagonal stripes with some grain. */
function stripes(size = SIZE): Float32Array {
  const next = random(3);
  const data = new Float32Array(3 * size * size);
  for (let i = 0; i < size * size; i++) {
    const [x, y] = [i % size, Math.floor(i / size)];
    const value = 128 + 80 * Math.sign(Math.sin((x + y) / 3)) + 6 * (next() - 0.5);
    data.set([value, 0.8 * value, 0.5 * value], 3 * i);
  }
  return data;
}

/** The stripes with a square hole, filled with grey. */
function holed({ left = 32, top = 32, side = 32 } = {}): HolePicture & { truth: Float32Array } {
  const truth = stripes();
  const data = truth.slice();
  const mask = new Uint8Array(SIZE * SIZE);
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) {
      mask[y * SIZE + x] = 1;
      data.fill(110, 3 * (y * SIZE + x), 3 * (y * SIZE + x) + 3);
    }
  }
  return { width: SIZE, height: SIZE, data, mask, truth };
}

function errorIn({ data, mask }: HolePicture, truth: Float32Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 1) continue;
    for (let c = 0; c < 3; c++) sum += Math.abs(data[3 * i + c]! - truth[3 * i + c]!);
    count += 3;
  }
  return sum / count;
}

test('stripes continue across a hole, and nothing outside it changes', async () => {
  const picture = holed();
  const before = errorIn(picture, picture.truth);
  expect(await fillByExample(picture, { seed: 1 })).toBe(true);
  expect(errorIn(picture, picture.truth)).toBeLessThan(before / 3);
  for (let i = 0; i < picture.mask.length; i++) {
    if (picture.mask[i] === 0) expect(picture.data[3 * i]).toBe(picture.truth[3 * i]);
  }
});

test('the same seed gives the same filling', async () => {
  const fill = async (seed: number) => {
    const picture = holed();
    await fillByExample(picture, { seed });
    return [...picture.data];
  };
  const first = await fill(1);
  expect(await fill(1)).toEqual(first);
  expect(await fill(2)).not.toEqual(first);
});

test('a hole at the corner is filled as well', async () => {
  const picture = holed({ left: 0, top: 0 });
  const before = errorIn(picture, picture.truth);
  expect(await fillByExample(picture, { seed: 1 })).toBe(true);
  expect(errorIn(picture, picture.truth)).toBeLessThan(before / 2);
});

test('other damage is no source and stays as it is', async () => {
  const picture = holed();
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < SIZE; x++) {
      picture.mask[y * SIZE + x] = 2;
      picture.data.set([255, 0, 255], 3 * (y * SIZE + x));
    }
  }
  await fillByExample(picture, { seed: 1 });
  for (let i = 0; i < picture.mask.length; i++) {
    const [red, green, blue] = picture.data.subarray(3 * i, 3 * i + 3);
    if (picture.mask[i] === 2) expect([red, green, blue]).toEqual([255, 0, 255]);
    // Neither the stripes nor their means are ever magenta.
    if (picture.mask[i] === 1) expect(blue! - green!).toBeLessThan(30);
  }
});

describe('without sources', () => {
  test.each([
    ['a picture that is all hole', SIZE, SIZE, 1],
    ['a picture smaller than a patch', 5, 40, 0],
    ['a picture one pixel wide', 1, 60, 0],
  ])('%s keeps its filling', async (_, width, height, around) => {
    const mask = new Uint8Array(width * height).fill(around);
    mask[Math.floor(mask.length / 2)] = 1;
    const data = new Float32Array(3 * width * height).fill(77);
    expect(await fillByExample({ width, height, data, mask }, { seed: 1 })).toBe(false);
    expect(data.every((value) => value === 77)).toBe(true);
  });
});

test('a cancel in the middle of the search changes nothing', async () => {
  const picture = holed();
  const before = picture.data.slice();
  let calls = 0;
  const breathe = async () => {
    if (++calls === 5) throw new Error('cancelled');
  };
  await expect(fillByExample(picture, { seed: 1, breathe })).rejects.toThrow('cancelled');
  expect(picture.data).toEqual(before);
});
