import { describe, expect, test } from 'vitest';
import type { ColourHint } from '../../../../contract/edit';
import { ColoriseSettings } from '../../../../contract/recipe';
import { analyse } from '../../analysis';
import { createRaster, type Raster } from '../../raster';
import { copyOf, sameSamples } from '../../testing/rasters';
import { type FakeGenerator, fakeTools } from '../../testing/tools';
import type { StepRun } from '../step';
import { hintPlanes } from './hints';
import { colorise } from './index';

const RED = '#c83c32';
const dot = (x: number, y: number, radius = 1, colour = RED): ColourHint => ({ colour, radius, points: [x, y] });

/** The marked pixels of a small picture, as `x,y`. */
function marked(list: ColourHint[], full = { width: 100, height: 60 }, small = { width: 50, height: 30 }): string[] {
  const count = small.width * small.height;
  const { planes } = hintPlanes({ list, full }, small, new Float32Array(count).fill(0.5));
  return Array.from({ length: count }, (_, i) => i)
    .filter((i) => planes[i + 2 * count] === 1)
    .map((i) => `${i % small.width},${Math.floor(i / small.width)}`);
}

describe('hints', () => {
  test('mark the pixel that they lie in, however small they are', () => {
    expect(marked([dot(0, 0, 0.5)])).toEqual(['0,0']);
    expect(marked([dot(99.9, 59.9, 0.5)])).toEqual(['49,29']);
    expect(marked([dot(41, 21, 0.5)], { width: 4000, height: 2400 })).toEqual(['0,0']);
  });

  test('mark what lies within their radius, along their whole line', () => {
    expect(marked([dot(21, 21, 2)])).toEqual(['10,9', '9,10', '10,10', '11,10', '10,11']);
    const line = marked([{ colour: RED, radius: 1, points: [11, 21, 31, 21, 31, 41] }]);
    expect(line).toContain('10,10');
    expect(line).toContain('15,15');
    expect(line).not.toContain('10,15');
    expect(line).toHaveLength(11 + 10);
  });

  test('hold the colour without its brightness; a later one covers an earlier one', () => {
    const small = { width: 4, height: 1 };
    const list = [dot(0.5, 0.5, 0.6, '#0000ff'), dot(2.5, 0.5, 0.6, '#0000ff'), dot(2.5, 0.5, 0.6, '#808080')];
    const { planes } = hintPlanes({ list, full: small }, small, new Float32Array(4).fill(0.3));
    expect(planes[0]).toBeCloseTo(1, 3); // Cb + 0.5 of blue
    expect(planes[4]).toBeCloseTo(0.5 - 0.0813, 3);
    expect([planes[2], planes[6]].map((value) => value!.toFixed(4))).toEqual(['0.5000', '0.5000']);
    expect([...planes.subarray(8)]).toEqual([1, 0, 1, 0]);
  });

  test('outside of the picture are counted, and so are colours that its brightness cannot hold', () => {
    const small = { width: 20, height: 10 };
    const luma = new Float32Array(200).fill(0.5).fill(0.98, 100);
    const count = (list: ColourHint[]) => hintPlanes({ list, full: small }, small, luma);
    expect(count([dot(-5, 2, 2), dot(5, 2, 2), dot(25, 30, 4)])).toMatchObject({ outside: 2, tooStrong: 0 });
    expect(count([dot(5, 8, 1, '#0000ff'), dot(5, 2, 1, '#505a8c')])).toMatchObject({ outside: 0, tooStrong: 1 });
    // Only its middle is outside.
    expect(count([dot(-1, 5, 3)])).toMatchObject({ outside: 0 });
  });
});

/** Takes the colours of hints where they are, and none elsewhere. */
const hinted: FakeGenerator = {
  inputs: 4,
  outputs: 2,
  takes: 'luma+hints',
  run: (input, width, height) => {
    const count = width * height;
    return Float32Array.from({ length: 2 * count }, (_, i) =>
      input[3 * count + (i % count)] === 1 ? input[count + i]! : 0.5,
    );
  },
};
const unhinted: FakeGenerator = {
  inputs: 1,
  outputs: 2,
  run: (input) => new Float32Array(2 * input.length).fill(0.55),
};

describe('the step', () => {
  const photo = createRaster(90, 70, 1, 8);
  for (let i = 0; i < photo.data.length; i++) photo.data[i] = 130 + (i % 20);
  const full = { width: 180, height: 140 };

  async function coloured(generator: FakeGenerator, list?: ColourHint[]) {
    const tools = fakeTools({ colorise: generator });
    const analysis = await analyse(photo, null, tools);
    const run: StepRun = {
      raster: copyOf(photo),
      analysis,
      damage: null,
      tools,
      ...(list && { hints: { list, full } }),
    };
    const { raster, did } = await colorise.apply(run, ColoriseSettings.parse({}));
    return { raster, said: [did].flat().map(({ key, values }) => (values ? `${key} ${values.count}` : key)) };
  }
  const redder = ({ data, width }: Raster, x: number, y: number) =>
    data[3 * (y * width + x)]! - data[3 * (y * width + x) + 2]!;

  test('gives the generator the hints at their places, in pixels of the photo', async () => {
    const { raster, said } = await coloured(hinted, [dot(101, 61, 8)]);
    expect(redder(raster, 50, 30)).toBeGreaterThan(40);
    expect(redder(raster, 40, 30)).toBe(0);
    expect(redder(raster, 50, 45)).toBe(0);
    expect(said).toEqual(['did.colorise.done', 'did.colorise.hints 1']);
  });

  test('is the same to the bit without hints, with none, and with hints that lie outside', async () => {
    const without = await coloured(hinted);
    for (const list of [[], [dot(900, 10, 4)]]) {
      const { raster } = await coloured(hinted, list);
      expect(sameSamples(raster.data, without.raster.data)).toBe(true);
    }
    expect(without.said).toEqual(['did.colorise.done']);
  });

  test('says what became of hints that could not be used as they are', async () => {
    expect((await coloured(hinted, [dot(900, 10, 4), dot(20, 20, 4)])).said).toEqual([
      'did.colorise.done',
      'did.colorise.hints 1',
      'did.colorise.outside 1',
    ]);
    expect((await coloured(hinted, [dot(20, 20, 4, '#0000ff')])).said).toContain('did.colorise.tooStrong 1');
    expect((await coloured(unhinted, [dot(20, 20), dot(40, 40)])).said).toEqual([
      'did.colorise.done',
      'did.colorise.noHints 2',
    ]);
  });
});
