import { describe, expect, test, vi } from 'vitest';
import { EmulsionError } from '../errors';
import { analyse } from './analysis';
import {
  COARSE_PIXELS,
  DAMAGE_PLANES,
  type DamageMap,
  detectDamage,
  detectInBothPasses,
  FINE_PIXELS,
  FinePass,
  needsFinePass,
  SINGLE_PASS_PIXELS,
} from './damage';
import { createMask, writingLeft } from './mask';
import { createRaster, type Raster } from './raster';
import { sameSamples, to16Bit, toGrey } from './testing/rasters';
import { fakeDetector, fakeFourPlaneDetector, fakeTools } from './testing/tools';
import type { StepTools } from './tools';

type Colour = readonly [number, number, number];
const GREY: Colour = [128, 128, 128];
const BLACK: Colour = [0, 0, 0];
const WHITE: Colour = [255, 255, 255];
const INK: Colour = [0, 0, 255];

/** A picture with the given colour of each pixel; mid grey where it is undefined. */
function draw(width: number, height: number, colour: (x: number, y: number) => Colour | null): Raster {
  const raster = createRaster(width, height, 3, 8);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) raster.data.set(colour(x, y) ?? GREY, i);
  }
  return raster;
}

const fourPlanes = () => fakeTools({ detect: fakeFourPlaneDetector });
const settings = { sensitivity: 0.5, grow: 0 };

function maskOf(map: DamageMap, { width, height }: { width: number; height: number }): Uint8Array {
  const out = new Uint8Array(width * height);
  createMask(map, settings, { width, height }).read({ x: 0, y: 0, width, height }, out);
  return out;
}

describe('a detector of lines and blobs', () => {
  test('runs once, on luma only; its blobs are areas, and other planes are empty', async () => {
    const tools = fakeTools({ detect: fakeDetector });
    const raster = draw(2000, 1200, (x) => (x === 0 ? WHITE : null));
    const map = await detectDamage(raster, tools);
    expect(map.width * map.height).toBeLessThanOrEqual(SINGLE_PASS_PIXELS);
    expect(map.width * map.height).toBeGreaterThan(0.99 * SINGLE_PASS_PIXELS);
    expect([map.lines.length, map.areas.length]).toEqual([map.width * map.height, map.width * map.height]);
    expect([map.losses.length, map.writing.length]).toEqual([0, 0]);
    expect(map).toMatchObject({
      linesAndBlobsOnly: true,
      summary: null,
      coarse: null,
      fullWidth: 2000,
      fullHeight: 1200,
    });
    expect(needsFinePass(map)).toBe(false);
    expect(sameSamples((await detectInBothPasses(raster, tools)).lines, map.lines)).toBe(true);
    expect(writingLeft(map)).toBe(0);
  });
});

describe('a detector of lines, areas, losses and writing', () => {
  test('puts each kind into its plane, and takes thresholds and limits from the card', async () => {
    const raster = draw(40, 8, (x) => [BLACK, [225, 225, 225] as const, WHITE, INK, null][Math.floor(x / 8)]!);
    const thresholds = { lines: 0.4, areas: 0.3, losses: 0.6, writing: 0.7, needed: 0.02, seed_logits: 2 };
    const map = await detectDamage(raster, fakeTools({ detect: { ...fakeFourPlaneDetector, thresholds } }));
    for (const [index, kind] of DAMAGE_PLANES.entries()) {
      const row = [...map[kind].subarray(0, 40)];
      expect(row.map((value) => value > 128)).toEqual(row.map((_, x) => Math.floor(x / 8) === index));
    }
    expect(map.thresholds).toEqual({ lines: 0.4, areas: 0.3, losses: 0.6, writing: 0.7 });
    expect(map.pieces).toEqual({ smallest: 2, seedLogits: 2, flankLogits: 1 });
    expect(map.needed).toBe(0.02);
  });

  test('needs one pass if the whole photo fits into the coarse pass', async () => {
    const tools = fourPlanes();
    const map = await detectInBothPasses(
      draw(1000, 1000, () => null),
      tools,
    );
    expect([map.width, map.height]).toEqual([1000, 1000]);
    expect(map.coarse).toBeNull();
    expect(needsFinePass(map)).toBe(false);
  });

  test('runs two passes over a larger photo: the map of both holds what either pass finds', async () => {
    // A hairline that the coarse pass averages away, and writing and a crease that both passes find.
    const raster = draw(2400, 1800, (x, y) =>
      y === 900 && x < 1000 ? BLACK : y > 1700 && x < 400 ? INK : x > 1400 && x < 1500 ? BLACK : null,
    );
    const tools = fourPlanes();
    const coarse = await detectDamage(raster, tools);
    expect(coarse.width * coarse.height).toBeLessThanOrEqual(COARSE_PIXELS);
    expect(needsFinePass(coarse)).toBe(true);
    expect(maskOf(coarse, raster)[900 * 2400 + 300]).toBe(0);
    expect(maskOf(coarse, raster)[500 * 2400 + 1450]).toBe(255);

    const fine = await new FinePass(raster, coarse).finish(tools);
    expect([fine.width, fine.height]).toEqual([2400, 1800]);
    expect(fine.coarse).toBe(coarse);
    expect(needsFinePass(fine)).toBe(false);
    expect(maskOf(fine, raster)[900 * 2400 + 300]).toBe(255);
    expect(maskOf(fine, raster)[500 * 2400 + 1450]).toBe(255);
    expect(writingLeft(fine)).toBeCloseTo((400 * 99) / (2400 * 1800), 3);
  });

  test('keeps findings of the coarse pass alone, in every plane', async () => {
    const raster = draw(1500, 1000, () => null);
    const tools = fourPlanes();
    const coarse = await detectDamage(raster, tools);
    for (const kind of DAMAGE_PLANES) coarse[kind].fill(200, 0, 100 * coarse.width);
    const fine = await new FinePass(raster, coarse).finish(tools);
    for (const kind of DAMAGE_PLANES) {
      expect(fine[kind][50 * 1500 + 700]).toBe(200);
      expect(fine[kind][900 * 1500 + 700]).toBeLessThan(10);
    }
  });

  test('holds no more than six megapixels of a large photo', async () => {
    const raster = createRaster(4000, 3000, 1, 8);
    const map = await detectInBothPasses(raster, fourPlanes());
    expect(map.width * map.height).toBeLessThanOrEqual(FINE_PIXELS);
    expect(map.width * map.height).toBeGreaterThan(0.99 * FINE_PIXELS);
  });

  test('summarises the whole photo once, for all tiles of both passes', async () => {
    const measure = vi.fn(async (..._args: Parameters<StepTools['measure']>) => Float32Array.of(0.25, 0, 0));
    const tools: StepTools = { ...fourPlanes(), measure };
    const passes: unknown[] = [];
    const raster = draw(1500, 1000, () => BLACK);
    const map = await detectInBothPasses(raster, {
      ...tools,
      runTiles: (pass) => {
        passes.push(pass.vectors?.summary);
        return tools.runTiles(pass);
      },
    });
    expect(measure.mock.calls).toEqual([['detect', raster]]);
    expect(passes).toEqual([map.summary, map.summary]);
    // As certain as the summary vector allows, everywhere.
    expect(new Set(map.lines)).toEqual(new Set([Math.round(255 * (0.98 - 0.9 * 0.25))]));
  });

  test('resumes an interrupted fine pass', async () => {
    const raster = draw(1500, 1000, (x, y) => (x === 700 || y === 300 ? BLACK : null));
    const tools = fourPlanes();
    const coarse = await detectDamage(raster, tools);
    const whole = await new FinePass(raster, coarse).finish(tools);

    const look = new FinePass(raster, coarse);
    const computed: string[] = [];
    const broken = (tiles: number): StepTools => ({
      ...tools,
      runTiles: (pass) => {
        let left = tiles;
        return tools.runTiles({
          ...pass,
          read: (rect, into) => {
            if (left-- === 0) throw new EmulsionError('CANCELLED');
            pass.read(rect, into);
          },
          write: (rect, planes) => {
            computed.push(`${rect.x},${rect.y}`);
            pass.write(rect, planes);
          },
        });
      },
    });
    await expect(look.finish(broken(100))).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(look.finish(broken(50))).rejects.toMatchObject({ code: 'CANCELLED' });
    const map = await look.finish(broken(1e9));
    expect(new Set(computed).size).toBe(computed.length);
    expect(map.report.tiles).toBe(computed.length);
    for (const kind of DAMAGE_PLANES) expect(sameSamples(map[kind], whole[kind])).toBe(true);
  });

  test('reports the missing generator', async () => {
    await expect(
      detectDamage(
        draw(8, 8, () => null),
        fakeTools(),
      ),
    ).rejects.toMatchObject({
      code: 'GENERATOR_MISSING',
    });
  });
});

describe('any photo can be analysed', () => {
  const all = (colour: Colour) => draw(120, 90, () => colour);
  const odd: Record<string, Raster> = {
    'one pixel': draw(1, 1, () => BLACK),
    'one pixel wide': draw(1, 1500, (_, y) => (y < 700 ? BLACK : null)),
    'one pixel high': draw(1500, 1, (x) => (x < 700 ? BLACK : null)),
    white: all(WHITE),
    'damage all over': all(BLACK),
    'writing all over': all(INK),
    grey: toGrey(all(BLACK)),
    '16 bits': to16Bit(all(BLACK)),
    'grey of 16 bits': to16Bit(toGrey(all(WHITE))),
  };
  const covered: Record<string, number> = { 'writing all over': 0, 'one pixel': 0 };
  for (const name of ['one pixel wide', 'one pixel high']) covered[name] = 700 / 1500;

  test.each(Object.entries(odd))('%s', async (name, raster) => {
    const tools = fourPlanes();
    const map = await detectInBothPasses(raster, tools);
    expect(createMask(map, settings, raster).coverage()).toBeCloseTo(covered[name] ?? 1, 10);
    expect(writingLeft(map)).toBe(name === 'writing all over' ? 1 : 0);
    const { damage, needs } = await analyse(raster, map, tools);
    expect(damage).toBeCloseTo(covered[name] ?? 1, 10);
    expect(needs.find(({ kind }) => kind === 'repair')?.needed).toBe((covered[name] ?? 1) > 0);
  });

  test('one pixel wide and too long for one pass', async () => {
    const raster = createRaster(1, 1_200_000, 1, 8);
    const map = await detectInBothPasses(raster, fourPlanes());
    expect([map.width, map.height]).toEqual([1, 1_200_000]);
    expect(createMask(map, settings, raster).coverage()).toBe(1);
  });
});

/** A scene of three hues at every tone from dark to light. */
function colourful(x: number, y: number): Colour {
  const tone = [35, 80, 130, 170, 200][Math.floor(x / 60) % 5]!;
  const tinted = [tone + 12, tone, tone - 12];
  const turn = Math.floor(y / 50) % 3;
  return [tinted[turn]!, tinted[(turn + 1) % 3]!, tinted[(turn + 2) % 3]!];
}

describe('a detector whose thresholds follow the photo', () => {
  const thresholds = {
    ...fakeFourPlaneDetector.thresholds,
    strictness_share: 0.001,
    strictness_certain: 0,
    strictness_per_decade: 1,
    strictness_least: -2,
    strictness_most: 1,
    strictness_least_in_colour: -0.5,
  };
  const tools = () => ({
    ...fakeTools({ detect: { ...fakeFourPlaneDetector, thresholds } }),
    measure: async () => new Float32Array(3),
  });
  /** A grey photo of which this share, in rows from the top, is white and counts as damage. */
  const grey = (share: number) => draw(400, 1000, (_, y) => (y < 1000 * share ? WHITE : GREY));

  test('is lenient with a print that is much damaged and strict with a sound one', async () => {
    const strictness = async (share: number) => (await detectDamage(grey(share), tools())).strictness;
    expect(await strictness(0)).toBe(1);
    expect(await strictness(0.001)).toBeCloseTo(0, 1);
    expect(await strictness(0.01)).toBeCloseTo(-1, 1);
    expect(await strictness(0.3)).toBe(-2);
  });

  test('is stricter with a photo in full colour, and keeps the value of the coarse pass', async () => {
    const photo = draw(1600, 1000, (x, y) => (y < 300 ? WHITE : colourful(x, y)));
    const map = await detectInBothPasses(photo, tools());
    expect(map.coarse).not.toBeNull();
    expect([map.strictness, map.coarse?.strictness]).toEqual([-0.5, -0.5]);
  });
});

test('a repair is proposed from the share on the card on, by the coarse pass; a colour photo needs three times as much, unless it has faded', async () => {
  const scene = (ground: (x: number, y: number) => Colour) =>
    draw(1500, 1000, (x, y) => (y < 20 && x < 1500 && x % 500 < 100 ? WHITE : ground(x, y)));
  const needed = async (raster: Raster, share: number) => {
    const tools = fakeTools({
      detect: { ...fakeFourPlaneDetector, thresholds: { ...fakeFourPlaneDetector.thresholds, needed: share } },
    });
    const measured = { ...tools, measure: async () => new Float32Array(3) };
    const { needs } = await analyse(raster, await detectDamage(raster, measured), measured);
    return needs.find(({ kind }) => kind === 'repair')?.needed;
  };
  // The three white blocks cover 0.4 % of the picture.
  const grey = () => GREY;
  expect(await needed(scene(grey), 0.003)).toBe(true);
  expect(await needed(scene(grey), 0.005)).toBe(false);
  expect(await needed(scene(colourful), 0.0012)).toBe(true);
  expect(await needed(scene(colourful), 0.002)).toBe(false);
  const faded = (x: number, y: number) => colourful(x, y).map((value) => 90 + value / 4) as unknown as Colour;
  expect(await needed(scene(faded), 0.003)).toBe(true);
  expect(await needed(scene(faded), 0.005)).toBe(false);
});

test('a single thing is no damage unless it is as long as a crease; three places are', async () => {
  const tools = { ...fakeTools({ detect: fakeFourPlaneDetector }), measure: async () => new Float32Array(3) };
  const needed = async (raster: Raster) => {
    const { needs } = await analyse(raster, await detectDamage(raster, tools), tools);
    return needs.find(({ kind }) => kind === 'repair')?.needed;
  };
  const scene = (isWhite: (x: number, y: number) => boolean) =>
    draw(600, 400, (x, y) => (isWhite(x, y) ? WHITE : GREY));
  // Each covers more than 0.1 % of the picture, from where a repair is proposed.
  expect(await needed(scene((x, y) => Math.hypot(x - 300, y - 200) < 12))).toBe(false);
  expect(await needed(scene((x, y) => Math.abs(x - 300) < 2 && y > 120 && y < 300))).toBe(true);
  expect(await needed(scene((x, y) => [150, 300, 450].some((middle) => Math.hypot(x - middle, y - 200) < 7)))).toBe(
    true,
  );
});
