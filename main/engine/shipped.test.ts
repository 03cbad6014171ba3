import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ColourHint } from '../../contract/edit';
import type { UpscaleSettings } from '../../contract/recipe';
import { GeneratorStore } from '../generators/store';
import { findFaces } from '../restoration/faces';
import { createRaster, type Raster, readSrgb } from '../restoration/raster';
import { colorise } from '../restoration/steps/colorise/colorise';
import { planEnlargement, upscale } from '../restoration/steps/upscale/upscale';
import { toGrey } from '../restoration/testing/rasters';
import { testScene } from '../restoration/testing/scene';
import { fakeTools } from '../restoration/testing/tools';
import type { StepTools } from '../restoration/tools';
import { Sessions } from './sessions';
import { runTilePass, type TileNet } from './tiles';
import { factsOf } from './tools';
import { Verdicts } from './verdicts';

type P = { x: number; y: number };

/** What the generators that ship promise of every picture, on the engine that runs them. */

const store = new GeneratorStore(fileURLToPath(new URL('../../models', import.meta.url)));
const sessions = new Sessions({
  provider: 'cpu',
  threads: 1,
  avoid: [],
  budget: 1 << 30,
  verdicts: new Verdicts(undefined),
  onUse: () => {},
  onProvider: () => {},
  busy: () => {},
});
beforeAll(() => store.refresh());
afterAll(() => sessions.release());

/** Tools of a step with the generators that ship, in tiles with edges of at most `edge` pixels. */
function tools(edge?: number): StepTools {
  return {
    ...fakeTools(),
    generator: (task, wanted) => {
      const card = store.find(task, wanted)?.card;
      return card ? factsOf(card) : null;
    },
    runTiles: async (pass) => {
      const net = await sessions.acquire(store.find(pass.task, pass.wanted)!);
      const card = { ...net.card, tile: edge ?? net.card.tile };
      const run: TileNet['run'] = (...args) => net.run(...args);
      return runTilePass({ card, provider: net.provider, run }, pass, {
        breathe: () => Promise.resolve(),
        busy: () => {},
      });
    },
  };
}

test('the face finder finds the one face of a drawn scene, at any size, also mirrored, and none where there is none', async () => {
  const nets = await sessions.faceNets(store.faceFinder()!);
  const facesIn = (raster: Raster) => {
    const { width, height } = raster;
    const planes = new Float32Array(3 * width * height);
    readSrgb(raster, { x: 0, y: 0, width, height }, null, planes);
    return findFaces(planes, width, height, nets, () => Promise.resolve());
  };
  const mirrored = ({ width, height, data, ...rest }: Raster): Raster => ({
    ...rest,
    width,
    height,
    data: data.map((_, i) => {
      const pixel = Math.floor(i / 3);
      const x = pixel % width;
      return data[3 * (pixel - x + width - 1 - x) + (i % 3)]!;
    }),
  });
  for (const [width, height] of [
    [400, 300],
    [900, 640],
  ] as const) {
    const scene = testScene(width, height, 2);
    const [face, ...others] = await facesIn(scene);
    expect(others).toEqual([]);
    expect(face!.certainty).toBeGreaterThan(0.85);
    // The face of the girl, under her hat.
    expect(face!.y + face!.height / 2).toBeCloseTo(0.46, 1);
    const [leftEye, rightEye, nose, leftMouth, rightMouth] = face!.points as [P, P, P, P, P];
    expect(leftEye.x).toBeLessThan(nose.x);
    expect(nose.x).toBeLessThan(rightEye.x);
    expect(leftMouth.x).toBeLessThan(rightMouth.x);
    expect(Math.max(leftEye.y, rightEye.y)).toBeLessThan(nose.y);
    expect(nose.y).toBeLessThan(Math.min(leftMouth.y, rightMouth.y));
    const [twin] = await facesIn(mirrored(scene));
    expect(twin!.x).toBeCloseTo(1 - face!.x - face!.width, 2);
    expect(twin!.points[0]!.x).toBeCloseTo(1 - rightEye.x, 2);
  }
  const grey = createRaster(300, 200, 3, 8);
  grey.data.fill(128);
  expect(await facesIn(grey)).toEqual([]);
  expect(await facesIn(createRaster(1, 400, 3, 8))).toEqual([]);
});

const UPSCALERS = ([2, 4] as const).flatMap((scale) =>
  (['faithful', 'crisp'] as const).map((variant): [UpscaleSettings] => [{ scale, variant }]),
);

describe.each(UPSCALERS)('the upscaler %o', (settings) => {
  const enlarged = async (photo: Raster, edge?: number) => {
    const lent = tools(edge);
    return (await upscale(photo, planEnlargement(settings, photo, lent), lent)).raster;
  };

  test('is installed for its own scale, not as two passes of another', () => {
    expect(planEnlargement(settings, { width: 10, height: 10 }, tools()).passes).toHaveLength(1);
  });

  test('adds nothing to a flat picture', async () => {
    for (const colour of [
      [0, 0, 0],
      [255, 255, 255],
      [128, 128, 128],
      [203, 152, 127],
      [52, 101, 203],
    ]) {
      const photo = createRaster(40, 30, 3, 8);
      for (let i = 0; i < photo.data.length; i++) photo.data[i] = colour[i % 3]!;
      const { data } = await enlarged(photo);
      let worst = 0;
      for (let i = 0; i < data.length; i++) worst = Math.max(worst, Math.abs(data[i]! - colour[i % 3]!));
      expect(worst, `levels beside ${colour}`).toBeLessThanOrEqual(1);
    }
  });

  test('shifts no colour: blocks of 32 pixels keep their mean within one level, or two along an edge', async () => {
    const photo = testScene(192, 144, 4);
    const large = await enlarged(photo);
    const side = 32 / settings.scale;
    const shifts: number[][] = [];
    for (let y = 0; y + side <= photo.height; y += side) {
      for (let x = 0; x + side <= photo.width; x += side) {
        const before = meanOf(photo, x, y, side);
        const after = meanOf(large, x * settings.scale, y * settings.scale, 32);
        shifts.push(after.map((value, c) => value - before[c]!));
      }
    }
    const worst = shifts.map((shift) => Math.max(...shift.map(Math.abs)));
    expect(Math.max(...worst)).toBeLessThanOrEqual(2);
    expect(worst.filter((each) => each <= 1).length / worst.length).toBeGreaterThan(0.98);
    for (const c of [0, 1, 2]) {
      const all = shifts.reduce((sum, shift) => sum + shift[c]!, 0) / shifts.length;
      expect(Math.abs(all), 'of the whole picture').toBeLessThan(0.15);
    }
  });

  test('has no seams: small and large tiles give the same result', async () => {
    const photo = testScene(150, 110, 6);
    const [whole, tiled] = [await enlarged(photo, 256), await enlarged(photo, 64)];
    let worst = 0;
    for (let i = 0; i < whole.data.length; i++) worst = Math.max(worst, Math.abs(whole.data[i]! - tiled.data[i]!));
    expect(worst).toBeLessThanOrEqual(1);
  });
});

function meanOf({ data, width }: Raster, left: number, top: number, side: number): number[] {
  const sums = [0, 0, 0];
  for (let y = top; y < top + side; y++) {
    for (let i = 3 * (y * width + left); i < 3 * (y * width + left + side); i++) sums[i % 3]! += data[i]!;
  }
  return sums.map((sum) => sum / side ** 2);
}

describe('the coloriser', () => {
  const coloured = async (photo: Raster, variant: 'natural' | 'warm' | 'cool') =>
    (await colorise({ ...photo, data: photo.data.slice() }, { strength: 1, variant }, tools()))!.raster;

  test('gives clearly different palettes: the warm one redder, the cool one bluer', async () => {
    const photo = toGrey(testScene(240, 180, 2));
    const redder = async (variant: 'natural' | 'warm' | 'cool') => {
      const { data } = await coloured(photo, variant);
      let sum = 0;
      for (let i = 0; i < data.length; i += 3) sum += data[i]! - data[i + 2]!;
      return (3 * sum) / data.length;
    };
    const [natural, warm, cool] = [await redder('natural'), await redder('warm'), await redder('cool')];
    expect(warm - natural).toBeGreaterThan(3);
    expect(natural - cool).toBeGreaterThan(3);
  });

  test('takes a colour given for a place: it is painted there, and far away nothing changes', async () => {
    const photo = toGrey(testScene(300, 220, 2));
    const painted = async (list: ColourHint[]) => {
      const copy = { ...photo, data: photo.data.slice() };
      const given = { list, full: { width: 600, height: 440 } };
      const done = await colorise(copy, { strength: 1, variant: 'natural' }, tools(), given);
      return done!.raster;
    };
    const without = await painted([]);
    const bluer = ({ data }: Raster, x: number, y: number) => {
      let sum = 0;
      for (let j = y - 3; j <= y + 3; j++) {
        for (let i = x - 3; i <= x + 3; i++) sum += data[3 * (j * 300 + i) + 2]! - data[3 * (j * 300 + i)]!;
      }
      return sum / 49;
    };
    for (const [colour, sign] of [
      ['#4060c8', 1],
      ['#c86040', -1],
    ] as const) {
      const hinted = await painted([{ colour, radius: 12, points: [120, 120] }]);
      const [there, far] = [
        bluer(hinted, 60, 60) - bluer(without, 60, 60),
        bluer(hinted, 280, 200) - bluer(without, 280, 200),
      ];
      expect(sign * there, colour).toBeGreaterThan(20);
      expect(Math.abs(far), colour).toBeLessThan(3);
    }
  });

  test('colours a picture of any size', async () => {
    for (const [width, height] of [
      [1, 1],
      [9, 200],
      [900, 12],
    ] as const) {
      const { data } = await coloured(toGrey(testScene(width, height, 1)), 'natural');
      expect(data).toHaveLength(3 * width * height);
    }
  });
});
