import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaceSettings, RepairSettings, type StyleSettings } from '../../contract/recipe';
import { EmulsionError } from '../errors';
import type { Card } from '../generators/card';
import type { Answers } from '../generators/inspect/card';
import { isRunnable } from '../generators/runnable';
import type { GeneratorStore } from '../generators/store';
import { openPhoto } from '../photos/open';
import { encodeReduced } from '../photos/raster';
import { fromLab, toLab } from '../restoration/colour';
import { addDetector } from '../restoration/damage';
import { annotationsOf } from '../restoration/foreign';
import type { Mask } from '../restoration/mask';
import { createRaster, type Raster, type Rect } from '../restoration/raster';
import { colorise } from '../restoration/steps/colorise/colorise';
import { restoreFaces } from '../restoration/steps/faces/faces';
import { inpaint } from '../restoration/steps/repair/inpaint';
import { restore } from '../restoration/steps/restore/restore';
import type { StepRun } from '../restoration/steps/step';
import { style } from '../restoration/steps/style';
import { paint } from '../restoration/steps/style/style';
import { planEnlargement, upscale } from '../restoration/steps/upscale/upscale';
import { damageMap } from '../restoration/testing/damage-map';
import type { StepTools, Wanted } from '../restoration/tools';
import { EXAMPLE_EDGE, examplePath, keepExample } from '../userdata/examples';
import { Job } from './job';
import { OpenPhotos } from './open-photos';
import { addStandIn, ownForEachTest, STANDINS } from './standin-support';
import { JobTools } from './tools';

/*
 * Nets from elsewhere in their steps: from the file to the photo. What comes out is known of each stand-in, and computed
 * here once more.
 */

const own = ownForEachTest();

interface Added {
  store: GeneratorStore;
  card: Card;
  tools: StepTools;
  wanted: Wanted;
}

/** Adds a stand-in with its proposals, and gives the tools of a job to whom it is known. */
async function add(name: string, answers: Answers = {}): Promise<Added> {
  const { store, id, installed } = await addStandIn(join(own.folder.path, 'models'), name, answers);
  if (!installed) throw new Error(`${name} cannot be run`);
  expect(isRunnable(installed.card)).toBe(true);
  const tools = new JobTools(new Job('1', () => {}), store, own.sessions, null, { examples: examples(), threads: 1 });
  return { store, card: installed.card, tools, wanted: { id } };
}

const examples = () => join(own.folder.path, 'examples');

/** A picture whose values are smooth, so that it has no grain. */
function drawn(width: number, height: number, value: (c: number, x: number, y: number) => number, depth: 8 | 16 = 8) {
  const raster = createRaster(width, height, 3, depth);
  const most = depth === 8 ? 255 : 65535;
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) raster.data[3 * i + c] = Math.round(most * value(c, i % width, Math.floor(i / width)));
  return raster;
}

const valueAt = ({ data, width, channels, depth }: Raster, c: number, x: number, y: number) =>
  data[(y * width + x) * channels + (channels === 3 ? c : 0)]! / (depth === 8 ? 255 : 65535);

const STEP = 1 / 255;

/** The largest distance from an expected picture, where it is judged. */
function worst(
  raster: Raster,
  expected: (c: number, x: number, y: number) => number,
  isJudged: (x: number, y: number) => boolean = () => true,
): number {
  let most = 0;
  for (let y = 0; y < raster.height; y++)
    for (let x = 0; x < raster.width; x++)
      for (let c = 0; c < 3; c++)
        if (isJudged(x, y)) most = Math.max(most, Math.abs(valueAt(raster, c, x, y) - expected(c, x, y)));
  return most;
}

/** A mask of rectangles. */
function maskOf(width: number, height: number, holes: readonly Rect[]): Mask {
  const has = (x: number, y: number) =>
    holes.some((hole) => x >= hole.x && y >= hole.y && x < hole.x + hole.width && y < hole.y + hole.height);
  return {
    width,
    height,
    any: ({ x, y, width: across, height: down }) =>
      holes.some(
        (hole) => x < hole.x + hole.width && hole.x < x + across && y < hole.y + hole.height && hole.y < y + down,
      ),
    read: (rect, bytes) => {
      for (let y = 0; y < rect.height; y++)
        for (let x = 0; x < rect.width; x++) bytes[y * rect.width + x] = has(rect.x + x, rect.y + y) ? 255 : 0;
    },
    coverage: () => 0,
  } satisfies Partial<Mask> as unknown as Mask;
}

const slope = (c: number, x: number, y: number) => 0.2 + 0.0006 * x + 0.0004 * y + 0.1 * c;

describe('repair', () => {
  const hole = { x: 330, y: 300, width: 30, height: 24 };
  /** The mean of what a net sees of the picture around the hole: a square without what it does not see. */
  const meanOf = (c: number, side: number) => {
    const left = Math.round(hole.x + hole.width / 2 - side / 2);
    const top = Math.round(hole.y + hole.height / 2 - side / 2);
    let [sum, count] = [0, 0];
    for (let y = top; y < top + side; y++)
      for (let x = left; x < left + side; x++) {
        const grown = 3;
        if (x >= hole.x - grown && x < hole.x + hole.width + grown)
          if (y >= hole.y - grown && y < hole.y + hole.height + grown) continue;
        sum += slope(c, x, y);
        count++;
      }
    return sum / count;
  };
  const isDeep = (x: number, y: number) =>
    x >= hole.x + 5 && x < hole.x + hole.width - 5 && y >= hole.y + 5 && y < hole.y + hole.height - 5;
  const isInside = (x: number, y: number) =>
    x >= hole.x && x < hole.x + hole.width && y >= hole.y && y < hole.y + hole.height;

  it.each([
    ['lama_fp32', 512, 1],
    ['migan_pipeline_v2', 256, 1],
    ['migan', 256, 1],
    ['lama_4ch', 256, 1],
    ['fill-known-255', 256, 1],
    ['fill-tinted', 256, 0.9],
  ] as const)('%s fills the hole by what is around it, and nothing else', async (name, side, tint) => {
    const { tools, wanted, card } = await add(name);
    // What is in the hole must not matter.
    const raster = drawn(700, 600, (c, x, y) => (isInside(x, y) ? 1 : slope(c, x, y)), 16);
    const before = raster.data.slice();
    const report = await inpaint(raster, maskOf(700, 600, [hole]), tools, { wanted });
    expect(report).toMatchObject({ generator: card.id, tiles: 1, tile: side });
    expect(worst(raster, (c) => tint * meanOf(c, side), isDeep)).toBeLessThan(STEP);
    let changed = 0;
    for (let i = 0; i < before.length; i++) {
      const pixel = Math.floor(i / 3);
      if (before[i] !== raster.data[i] && !isInside(pixel % 700, Math.floor(pixel / 700))) changed++;
    }
    expect(changed).toBe(0);
    // Just inside its edge, the filling is as bright as what is outside.
    const edge = (x: number, y: number) => isInside(x, y) && y === hole.y && Math.abs(x - 345) < 4;
    const step = (c: number) => Math.abs(tint * meanOf(c, side) - slope(c, 345, hole.y));
    expect(worst(raster, slope, edge)).toBeLessThan(0.3 * Math.max(step(0), step(1), step(2)) + STEP);
  });

  it('fills what is repaired by hand too, whether or not the step runs', async () => {
    const { store, card } = await add('lama_fp32');
    const photos = new OpenPhotos((job, colour) => new JobTools(job, store, own.sessions, colour), 2 ** 28);
    const path = join(own.folder.path, 'grey.png');
    const grey = drawn(300, 200, (_, x, y) => (Math.hypot(x - 100, y - 100) < 9 ? 1 : 0.4));
    await writeFile(path, await encodeReduced(grey, 900, null));
    await photos.open(new Job('1', () => {}), { photoId: 'p', path, name: 'grey.png' });
    const mask = [{ kind: 'stroke', mode: 'paint', size: 30, hardness: 1, points: [100, 100, 1] }] as const;
    const settings = RepairSettings.parse({ generator: card.id });
    const { reports, revision } = await photos.render(new Job('2', () => {}), {
      ...{ photoId: 'p', size: 'full' },
      recipe: {
        ...{ format: 1, id: 'r', name: 'R', gate: 'always' },
        steps: [{ kind: 'repair', enabled: false, settings }],
      },
      edit: {
        mask: [],
        repairs: [{ id: 'a', enabled: true, mask: structuredClone(mask) as never }],
        bitmaps: new Map(),
      },
    });
    expect(reports).toMatchObject([{ kind: 'repair', outcome: 'done', generator: card.id }]);
    const histogram = await photos.histogram({ photoId: 'p', revision });
    expect(histogram.red[255]).toBe(0);
  });

  it('shows a large hole reduced, and long damage piece by piece', async () => {
    const { tools, wanted } = await add('lama_fp32');
    const large = { x: 300, y: 200, width: 260, height: 240 };
    const long = { x: 20, y: 700, width: 860, height: 3 };
    const raster = drawn(900, 760, () => 0.4);
    for (const { x, y, width, height } of [large, long])
      for (let row = y; row < y + height; row++)
        raster.data.fill(255, 3 * (row * 900 + x), 3 * (row * 900 + x + width));
    const report = await inpaint(raster, maskOf(900, 760, [large, long]), tools, { wanted });
    expect(worst(raster, () => 0.4)).toBeLessThan(STEP);
    expect(report.tiles).toBeGreaterThan(2);
  });
});

/** Fine texture, with a different phase in each channel. */
const texture = (c: number, x: number, y: number) => 0.3 + 0.4 * (((x * 7 + y * 13 + c * 11) % 31) / 31);
type Pixel = (c: number, x: number, y: number) => number;
const blurred =
  (of: Pixel, reach: number): Pixel =>
  (c, x, y) => {
    let sum = 0;
    for (let dy = -reach; dy <= reach; dy++) for (let dx = -reach; dx <= reach; dx++) sum += of(c, x + dx, y + dy);
    return sum / (2 * reach + 1) ** 2;
  };
const lumaOf = (of: Pixel, x: number, y: number) => 0.299 * of(0, x, y) + 0.587 * of(1, x, y) + 0.114 * of(2, x, y);

describe('restore', () => {
  const [WIDTH, HEIGHT] = [150, 120];
  /** Away from the edge: the net and the program continue the picture there in their own ways. */
  const isInner = (x: number, y: number) => x >= 16 && y >= 16 && x < WIDTH - 16 && y < HEIGHT - 16;
  const noise = { noise: 12, compression: 5 };

  async function restored(name: string, answers: Answers = {}, of: Pixel = texture) {
    const { tools, card } = await add(name, answers);
    const raster = drawn(WIDTH, HEIGHT, of, 16);
    const settings = { strength: 1, keepGrain: false, generator: card.id };
    return { raster, card, report: await restore(raster, noise, settings, tools) };
  }

  it.each(['drunet_color', 'ffdnet_color'])('%s is told how strong the noise is', async (name) => {
    const { raster, report } = await restored(name);
    expect(report?.sigma).toBeCloseTo(13, 5);
    const soft = blurred(texture, 2);
    const expected: Pixel = (c, x, y) => texture(c, x, y) + (13 / 50) * (soft(c, x, y) - texture(c, x, y));
    expect(worst(raster, expected, isInner)).toBeLessThan(STEP);
  });

  it('pairlie takes a number that a person sets, within its bounds, and says which', async () => {
    const { tools, card, store } = await add('pairlie', { task: 'restore' });
    expect((await store.list())[0]!.inputs).toEqual([
      {
        name: 'exposure',
        label: 'exposure',
        min: card.extraInputs[0]!.min,
        max: card.extraInputs[0]!.max,
        default: 0.2,
      },
    ]);
    const lightened =
      (by: number): Pixel =>
      (c, x, y) =>
        texture(c, x, y) + by * (Math.sqrt(texture(c, x, y)) - texture(c, x, y));
    const run = async (inputs: Record<string, number> | undefined, expected: number) => {
      const raster = drawn(WIDTH, HEIGHT, texture, 16);
      const settings = { strength: 1, keepGrain: false, generator: card.id, ...(inputs && { inputs }) };
      const report = await restore(raster, noise, settings, tools);
      expect(worst(raster, lightened(expected), isInner)).toBeLessThan(STEP);
      return report;
    };
    expect(await run(undefined, 0.2)).not.toHaveProperty('inputs');
    const set = await run({ exposure: 0.35, unknown: 3 }, 0.35);
    expect(set?.inputs).toEqual({ exposure: 0.35 });
    expect(annotationsOf(set!)).toEqual([{ key: 'did.foreign.input', values: { name: 'exposure', value: 0.35 } }]);
    const { max } = card.extraInputs[0]!;
    expect((await run({ exposure: 100 }, max))?.inputs).toEqual({ exposure: max });
  });

  it('fbcnn_color returns more than the picture', async () => {
    const { raster, card } = await restored('fbcnn_color');
    expect(card.output.name).toBe('output');
    const soft = blurred(texture, 1);
    let [sum, count] = [0, 0];
    for (let y = 0; y < 31; y++)
      for (let x = 0; x < 31; x++)
        for (let c = 0; c < 3; c++, count++) sum += Math.abs(texture(c, x, y) - soft(c, x, y));
    const expected: Pixel = (c, x, y) => texture(c, x, y) + (sum / count) * (soft(c, x, y) - texture(c, x, y));
    expect(worst(raster, expected, isInner)).toBeLessThan(STEP);
  });

  it('nafnet_sidd sees a little of the whole, and its tiles are blended', async () => {
    const { raster, card, report } = await restored('nafnet_sidd');
    expect(card).toMatchObject({ global: 'weak', overlap: 32 });
    expect(report?.tiles).toBe(1);
    const soft = blurred(texture, 1);
    const mean = 0.3 + (0.4 * 15) / 31;
    const expected: Pixel = (c, x, y) => soft(c, x, y) + 0.05 * (mean - 0.5);
    expect(worst(raster, expected, isInner)).toBeLessThan(STEP);
  });

  it.each([
    ['residual', 'the noise'],
    ['nhwc-free', 'the picture'],
  ])('%s returns %s', async (name) => {
    const { raster } = await restored(name);
    expect(worst(raster, blurred(texture, 1), isInner)).toBeLessThan(STEP);
  });

  it('grey-denoise changes the luma alone', async () => {
    const { raster } = await restored('grey-denoise');
    const soft = blurred(texture, 1);
    const expected: Pixel = (c, x, y) => texture(c, x, y) + lumaOf(soft, x, y) - lumaOf(texture, x, y);
    expect(worst(raster, expected, isInner)).toBeLessThan(STEP);
  });

  it('sharpen-bgr and bounded-correction keep their range', async () => {
    const cross: Pixel = (c, x, y) =>
      1.2 * texture(c, x, y) -
      0.05 * (texture(c, x - 1, y) + texture(c, x + 1, y) + texture(c, x, y - 1) + texture(c, x, y + 1));
    const { raster } = await restored('sharpen-bgr');
    expect(worst(raster, (c, x, y) => Math.min(1, cross(c, x, y)), isInner)).toBeLessThan(STEP);
    await own.folder.remove();
    const soft = blurred(texture, 1);
    const bounded = await restored('bounded-correction');
    const expected: Pixel = (c, x, y) => texture(c, x, y) + 0.2 * Math.tanh(5 * (soft(c, x, y) - texture(c, x, y)));
    expect(worst(bounded.raster, expected, isInner)).toBeLessThan(STEP);
  });

  it('padding-baked runs at the one size at which it does not move the picture', async () => {
    const { raster, report } = await restored('padding-baked');
    expect(report?.tile).toBe(64);
    expect(worst(raster, texture)).toBeLessThan(STEP / 10);
  });

  it('a net that sees the whole gets it at once, and reduced if it is large', async () => {
    const { raster, report, card } = await restored('normalises-first', { task: 'restore' });
    expect(card.global).toBe('whole');
    expect(report).toMatchObject({ tiles: 1 });
    expect(report?.seen).toBeUndefined();
    const statistics = [0, 1, 2].map((c) => {
      let [sum, squares] = [0, 0];
      for (let y = 0; y < HEIGHT; y++)
        for (let x = 0; x < WIDTH; x++) {
          sum += texture(c, x, y);
          squares += texture(c, x, y) ** 2;
        }
      const mean = sum / (WIDTH * HEIGHT);
      return { mean, deviation: Math.sqrt(squares / (WIDTH * HEIGHT) - mean ** 2) };
    });
    const inverted: Pixel = (c, x, y) => {
      const { mean, deviation } = statistics[c]!;
      return 0.5 + 0.5 * Math.tanh((-0.6 * (texture(c, x, y) - mean)) / deviation);
    };
    expect(worst(raster, inverted)).toBeLessThan(STEP);
    await own.folder.remove();
    // A ramp over the whole width, which is known to have the deviation of an even distribution.
    const { tools, card: again } = await add('normalises-first', { task: 'restore' });
    const ramp: Pixel = (_, x) => 0.2 + (0.6 * x) / 1599;
    const large = drawn(1600, 200, ramp, 16);
    const settings = { strength: 1, keepGrain: false, generator: again.id };
    const done = await restore(large, noise, settings, tools);
    expect(done?.seen).toEqual({ width: 1024, height: 128 });
    const expected: Pixel = (c, x) => 0.5 + 0.5 * Math.tanh((-0.6 * (ramp(c, x, 0) - 0.5)) / (0.6 / Math.sqrt(12)));
    expect(worst(large, expected, (x) => x > 8 && x < 1591)).toBeLessThan(STEP);
  });
});

describe('colorise', () => {
  const SETTINGS = { strength: 1, variant: 'natural' } as const;

  async function colorised(name: string, grey: number, answers: Answers = {}) {
    const { tools, card } = await add(name, answers);
    const raster = drawn(300, 200, () => grey, 16);
    const done = await colorise(raster, { ...SETTINGS, generator: card.id }, tools);
    return { raster: done!.raster, card };
  }

  it('ddcolor: its a and b with the lightness of the photo', async () => {
    const { raster } = await colorised('ddcolor', 0.5);
    const colour = fromLab(toLab(0.5, 0.5, 0.5)[0], 8.19, 17.65);
    expect(worst(raster, (c) => colour[c]!)).toBeLessThan(STEP);
  });

  it('ddcolor: a colour that sRGB does not have is made paler, not lighter', async () => {
    const { raster } = await colorised('ddcolor', 0);
    expect(worst(raster, () => 0)).toBeLessThan(2 * STEP);
  });

  it.each([0.5, 0.25])('colorization_siggraph17 takes lightness: grey %d', async (grey) => {
    const { raster } = await colorised('colorization_siggraph17', grey);
    const [lightness] = toLab(grey, grey, grey);
    const n = (lightness - 50) / 100;
    const colour = fromLab(lightness, 20 * n + 5, 30 * n + 10);
    expect(worst(raster, (c) => colour[c]!)).toBeLessThan(STEP);
  });

  it.each(['deoldify_artistic', 'deoldify-art'])('%s: its colours with the luma of the photo', async (name) => {
    const grey = 100 / 255;
    const { raster } = await colorised(name, grey);
    const given = [1.12 * grey, grey, 0.82 * grey];
    const luma = 0.299 * given[0]! + 0.587 * given[1]! + 0.114 * given[2]!;
    expect(worst(raster, (c) => grey + given[c]! - luma)).toBeLessThan(STEP);
  });

  it('two-chroma: Cb and Cr, which are nothing for grey', async () => {
    const { raster } = await colorised('two-chroma', 0.4, { task: 'colorise' });
    expect(worst(raster, () => 0.4)).toBeLessThan(STEP);
  });
});

describe('upscale', () => {
  async function enlarged(name: string, of: Pixel, settings: object = {}, answers: Answers = {}) {
    const { tools, card } = await add(name, answers);
    const raster = drawn(90, 60, of, 16);
    const all = { scale: 2, variant: 'faithful', generator: card.id, ...settings } as const;
    const plan = planEnlargement(all, raster, tools);
    return { ...(await upscale(raster, plan, tools)), plan, card };
  }
  const smooth: Pixel = (c, x, y) => 0.2 + 0.003 * x + 0.002 * y + 0.1 * c;
  /** The same at a larger size, away from the edge. */
  const larger =
    (times: number): Pixel =>
    (c, x, y) =>
      smooth(c, (x + 0.5) / times - 0.5, (y + 0.5) / times - 0.5);
  const inner = (times: number) => (x: number, y: number) =>
    x > 8 * times && y > 8 * times && x < 82 * times && y < 52 * times;

  it.each([
    ['2x-homogeneous', 2],
    ['up2x-pro', 2],
    ['luma-x2', 2],
    ['realesrgan-x4', 4],
  ] as const)('%s enlarges %d times', async (name, scale) => {
    const { raster, plan } = await enlarged(name, smooth, { scale });
    expect(plan.passes).toHaveLength(1);
    expect(raster.width).toBe(90 * scale);
    const overshoots = name === 'realesrgan-x4' ? (value: number) => 1.02 * value - 0.01 : (value: number) => value;
    expect(worst(raster, (c, x, y) => overshoots(larger(scale)(c, x, y)), inner(scale))).toBeLessThan(STEP);
  });

  it.each(['2x_Standin_unshuffle_fp16', '2x-int8', 'swin_unet_art_scale2x', '2x-cuts-odd'])(
    '%s: a flat picture stays flat',
    async (name) => {
      const { raster } = await enlarged(name, () => 0.4);
      expect(worst(raster, () => 0.4)).toBeLessThan(STEP);
    },
  );

  it('luma-x2: the luma is that of the net, also where a pure colour has no room for it', async () => {
    const stripes: Pixel = (c, x) =>
      [
        [1, 0, 0],
        [1, 1, 1],
        [0, 0, 1],
        [0.1, 0.6, 0.1],
      ][Math.floor(x / 3) % 4]![c]!;
    const { raster } = await enlarged('luma-x2', stripes);
    let most = 0;
    for (let x = 16; x < 164; x++) {
      const at = (x + 0.5) / 2 - 0.5;
      const [from, share] = [Math.floor(at), at - Math.floor(at)];
      const expected = (1 - share) * lumaOf(stripes, from, 0) + share * lumaOf(stripes, from + 1, 0);
      const [red, green, blue] = [0, 1, 2].map((c) => valueAt(raster, c, x, 60));
      most = Math.max(most, Math.abs(0.299 * red! + 0.587 * green! + 0.114 * blue! - expected));
    }
    expect(most).toBeLessThan(STEP / 4);
  });

  describe.each([
    ['2x-global', 1500, 60, 3],
    ['2x-global-64', 150, 60, 15],
  ] as const)('%s sees the whole picture', (name, width, height, least) => {
    const run = async (of: Pixel, wide: number, high: number) => {
      const { tools, card } = await add(name);
      const plan = planEnlargement(
        { scale: 2, variant: 'faithful', generator: card.id },
        { width: wide, height: high },
        tools,
      );
      return upscale(drawn(wide, high, of, 16), plan, tools);
    };

    it('that fits at once', async () => {
      // Mirrored to what the net takes, it keeps its mean.
      const { raster, report } = await run(() => 0.4, 60, 50);
      expect(report).toMatchObject({ tiles: 1 });
      expect(annotationsOf(report)).toEqual([]);
      expect(worst(raster, () => 0.4 - 0.03)).toBeLessThan(STEP);
    });

    it('in parts that fade into each other, and that is said', async () => {
      const { raster, report } = await run((_, x) => 0.2 + (0.6 * x) / width, width, height);
      expect(raster).toMatchObject({ width: 2 * width, height: 2 * height });
      expect(report.tiles).toBeGreaterThanOrEqual(least - 1);
      expect(annotationsOf(report)).toMatchObject([{ key: 'did.foreign.cut', values: { count: report.tiles } }]);
      let steepest = 0;
      for (let x = 1; x < raster.width; x++)
        steepest = Math.max(steepest, Math.abs(valueAt(raster, 0, x, height) - valueAt(raster, 0, x - 1, height)));
      expect(steepest).toBeLessThan(name === '2x-global' ? STEP : 2 * STEP);
    });
  });

  it('any size, by a net of another scale and resampling', async () => {
    const by = async (name: string, longer: number) => enlarged(name, smooth, { target: { unit: 'pixels', longer } });
    // Three times by four, and five times by twice four.
    for (const [name, times, passes] of [
      ['4x-Standin-compact-fp32', 3, 1],
      ['2x-homogeneous', 5, 3],
      ['luma-x2', 1.5, 1],
    ] as const) {
      const { raster, plan } = await by(name, 90 * times);
      expect(plan.passes).toHaveLength(passes);
      expect(raster).toMatchObject({ width: 90 * times, height: 60 * times });
      if (name !== '4x-Standin-compact-fp32')
        expect(worst(raster, larger(times), inner(times))).toBeLessThan(1.5 * STEP);
      await own.folder.remove();
    }
  });
});

describe('style', () => {
  const SETTINGS = { style: 'none', strength: 1, keepColours: false, brush: 1 };
  const pixel: Pixel = (c, x, y) => 0.5 + 0.2 * Math.sin((x + 40 * c) / 23) * Math.cos(y / 31);
  const statisticsOf = (of: Pixel, width: number, height: number) =>
    [0, 1, 2].map((c) => {
      let [sum, squares] = [0, 0];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          sum += of(c, x, y);
          squares += of(c, x, y) ** 2;
        }
      const mean = sum / (width * height);
      return { mean, deviation: Math.sqrt(squares / (width * height) - mean ** 2) };
    });

  it('candy: blue comes first, and the whole picture is seen at its one size', async () => {
    const { tools, card } = await add('candy');
    const raster = drawn(720, 720, pixel, 16);
    const painted = await paint(raster, { ...SETTINGS, generator: card.id }, tools);
    expect(painted?.report).toMatchObject({ tiles: 1, tile: 720 });
    const statistics = statisticsOf(pixel, 720, 720);
    const [scale, bias] = [
      [70, 60, 80],
      [140, 128, 100],
    ];
    const expected: Pixel = (c, x, y) => {
      const { mean, deviation } = statistics[c]!;
      const value = 1.1 * ((scale![2 - c]! * (pixel(c, x, y) - mean)) / deviation + bias![2 - c]!);
      return Math.max(0, Math.min(1, value / 255));
    };
    expect(worst(painted!.raster, expected)).toBeLessThan(STEP);
  });

  it('mosaic-scaler: the range is in the net itself', async () => {
    const { tools, card } = await add('mosaic-scaler');
    const painted = await paint(drawn(720, 720, pixel, 16), { ...SETTINGS, generator: card.id }, tools);
    const statistics = statisticsOf(pixel, 720, 720);
    // In blue, green and red.
    const [scale, bias, means] = [
      [0.5, 0.4, 0.5],
      [0.2, 0.1, -0.2],
      [103.939, 116.779, 123.68],
    ];
    const expected: Pixel = (c, x, y) => {
      const { mean, deviation } = statistics[c]!;
      const value = (scale![2 - c]! * (pixel(c, x, y) - mean)) / deviation + bias![2 - c]!;
      return Math.max(0, Math.min(1, (150 * Math.tanh(value) + means![2 - c]!) / 255));
    };
    expect(worst(painted!.raster, expected)).toBeLessThan(STEP);
  });

  it('AnimeGANv3: channels last, a multiple of eight', async () => {
    const { tools, card } = await add('AnimeGANv3_Hayao_36');
    const raster = drawn(160, 120, pixel, 16);
    const painted = await paint(raster, { ...SETTINGS, generator: card.id }, tools);
    const statistics = statisticsOf(pixel, 160, 120);
    const expected: Pixel = (c, x, y) => {
      const [value, mean] = [2 * pixel(c, x, y) - 1, 2 * statistics[c]!.mean - 1];
      return (Math.tanh(1.6 * (value - mean) + mean) + 1) / 2;
    };
    expect(worst(painted!.raster, expected)).toBeLessThan(STEP);
  });

  it('adain copies the style of a picture, and says so if there is none', async () => {
    const { tools, card } = await add('adain');
    const without = { ...SETTINGS, generator: card.id };
    const picture = join(own.folder.path, 'rug.png');
    await writeFile(
      picture,
      await encodeReduced(
        drawn(700, 350, (c) => [0.7, 0.4, 0.5][c]!, 16),
        900,
        null,
      ),
    );
    const example = await keepExample(examples(), picture, async (path) =>
      encodeReduced((await openPhoto(path)).raster, EXAMPLE_EDGE, null),
    );
    expect(example.name).toBe('rug.png');
    expect(await tools.example(example)).toMatchObject({ width: 512, height: 256, channels: 3, depth: 8 });
    const settings = { ...without, example };
    const painted = await paint(drawn(160, 120, pixel, 16), settings, tools);
    const statistics = statisticsOf(pixel, 160, 120);
    const expected: Pixel = (c, x, y) => pixel(c, x, y) - statistics[c]!.mean + [0.7, 0.4, 0.5][c]!;
    expect(worst(painted!.raster, expected)).toBeLessThan(STEP);

    // Before anything is changed, it is said what is missing.
    const require = async (of: Partial<StyleSettings>) =>
      style.require!({ tools } as StepRun, { ...without, ...of } as StyleSettings);
    await require({ example });
    await expect(require({})).rejects.toMatchObject({ reason: [{ key: 'failures.styleWithoutPicture' }] });
    const unknown = { sha256: 'f'.repeat(64), name: 'shawl.jpg' };
    const notHere = [{ key: 'failures.exampleNotHere', values: { name: 'shawl.jpg' } }];
    await expect(require({ example: unknown })).rejects.toMatchObject({ code: 'STYLE_UNKNOWN', reason: notHere });
    await writeFile(examplePath(examples(), example.sha256), 'no picture');
    await expect(require({ example })).rejects.toMatchObject({ reason: [{ key: 'failures.exampleDamaged' }] });
  });
});

describe('detect', () => {
  it('scratch-logits adds what it finds to what was found, and takes nothing away', async () => {
    const { tools, wanted, card } = await add('scratch-logits', { task: 'detect', outputRange: 'logits' });
    expect(card.output.activation).toBe('sigmoid');
    const raster = drawn(200, 150, (_, x) => (x === 80 ? 0.9 : 0.5));
    const lines = new Uint8Array(200 * 150);
    lines[10 * 200 + 10] = 250;
    const plane = new Uint8Array(0);
    const before = damageMap(200, 150, { lines, areas: plane, losses: plane, writing: plane });
    const after = await addDetector(before, raster, tools, wanted);
    // |x - blur| · 40 - 3 on the line, and beside it.
    const probability = (distance: number) => 1 / (1 + Math.exp(-(40 * distance - 3)));
    for (const [x, distance] of [
      [80, 0.4 * 0.8],
      [81, 0.4 * 0.2],
      [120, 0],
    ] as const)
      expect(Math.abs(after.lines[75 * 200 + x]! / 255 - probability(distance))).toBeLessThan(2 * STEP);
    expect(after.lines[10 * 200 + 10]).toBe(250);
    expect(before.lines[75 * 200 + 80]).toBe(0);
  });
});

describe('faces', () => {
  /** A face that lies in the picture as in the template of 512 pixels, so that nothing is turned or enlarged. */
  const points = [
    [192.98, 239.95],
    [318.9, 240.19],
    [256.63, 314.02],
    [201.26, 371.41],
    [313.09, 371.15],
  ].map(([x, y]) => ({ x: x! / 512, y: y! / 512 }));
  const face = { x: 0.25, y: 0.25, width: 0.5, height: 0.55, certainty: 1, points };
  const chosenFace = [{ x: 0.5, y: 0.5 }];
  const pixel: Pixel = (c, x, y) => 0.5 + 0.2 * Math.sin(x / 5 + c) * Math.cos(y / 7);
  /** Where the mask is whole. */
  const isInside = (x: number, y: number) => x > 190 && x < 320 && y > 200 && y < 350;

  it('codeformer: faithful, the face stays; free, it is the mean of 9 x 9 pixels; the rest of the photo stays', async () => {
    const { tools, card } = await add('codeformer');
    const settings = (fidelity: number) =>
      FaceSettings.parse({ generator: card.id, strength: 1, fidelity, chosen: chosenFace });
    const faithful = drawn(512, 512, pixel, 16);
    const before = faithful.data.slice();
    expect(await restoreFaces(faithful, [face], settings(1), tools)).toMatchObject({
      restored: 1,
      report: { generator: card.id, provider: 'cpu' },
    });
    expect(worst(faithful, pixel)).toBeLessThan(STEP);
    const free = drawn(512, 512, pixel, 16);
    await restoreFaces(free, [face], settings(0), tools);
    const mean: Pixel = (c, x, y) => {
      let sum = 0;
      for (let dy = -4; dy <= 4; dy++) for (let dx = -4; dx <= 4; dx++) sum += pixel(c, x + dx, y + dy);
      return sum / 81;
    };
    expect(worst(free, mean, isInside)).toBeLessThan(STEP);
    for (const at of [0, 3 * (100 * 512 + 20), 3 * (511 * 512 + 511)]) expect(free.data[at]).toBe(before[at]);
  });

  it('vqfr: the picture is not its first output', async () => {
    const { tools, card } = await add('vqfr');
    const raster = drawn(512, 512, pixel, 16);
    const settings = FaceSettings.parse({ generator: card.id, strength: 1, chosen: chosenFace });
    expect(await restoreFaces(raster, [face], settings, tools)).toMatchObject({ restored: 1 });
    expect(worst(raster, pixel)).toBeLessThan(0.5);
  });

  it('a square net without sliders restores faces too, if a person says that it is for faces', async () => {
    const { tools, card } = await add('square-512', { task: 'face' });
    const raster = drawn(512, 512, pixel, 16);
    const settings = FaceSettings.parse({ generator: card.id, strength: 0, chosen: chosenFace });
    expect(await restoreFaces(raster, [face], settings, tools)).not.toHaveProperty('report');
    expect(await restoreFaces(raster, [face], { ...settings, strength: 1 }, tools)).toMatchObject({ restored: 1 });
  });
});

describe('short memory', () => {
  /** Tools whose generators have no memory for more pixels, and the sizes at which they were tried. */
  function cramped(tools: StepTools, pixels: number) {
    const tried: string[] = [];
    const runTiles: StepTools['runTiles'] = (pass) => {
      tried.push(`${pass.width} x ${pass.height}`);
      if (pass.width * pass.height > pixels) return Promise.reject(new EmulsionError('OUT_OF_MEMORY'));
      return tools.runTiles(pass);
    };
    const lent = new Proxy(tools, {
      get: (target, name) => {
        if (name === 'runTiles') return runTiles;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return { lent, tried };
  }
  const said = (width: number, height: number) => [{ key: 'did.foreign.short', values: { width, height } }];

  it('a whole picture is restored smaller, and that is said', async () => {
    const { tools, card } = await add('normalises-first', { task: 'restore' });
    const ramp: Pixel = (_, x) => 0.2 + (0.6 * x) / 599;
    const raster = drawn(600, 200, ramp, 16);
    const { lent, tried } = cramped(tools, 32_000);
    const settings = { strength: 1, keepGrain: false, generator: card.id };
    const done = await restore(raster, { noise: 12, compression: 5 }, settings, lent);
    expect(tried).toEqual(['600 x 200', '424 x 141', '300 x 100']);
    expect(annotationsOf(done!, done!.seen)).toEqual(said(300, 100));
    const expected: Pixel = (c, x) => 0.5 + 0.5 * Math.tanh((-0.6 * (ramp(c, x, 0) - 0.5)) / (0.6 / Math.sqrt(12)));
    expect(worst(raster, expected, (x) => x > 8 && x < 591)).toBeLessThan(2 * STEP);
  });

  it('so is one painted, coloured or filled', async () => {
    const style = await add('AnimeGANv3_Hayao_36');
    const paper = cramped(style.tools, 40_000);
    const settings = { style: 'none', strength: 1, keepColours: false, brush: 1, generator: style.card.id };
    const painted = await paint(drawn(300, 200, texture, 16), settings, paper.lent);
    expect(paper.tried).toEqual(['300 x 200', '212 x 141']);
    expect(annotationsOf(painted!.report)).toEqual(said(212, 141));
    expect(painted!.raster).toMatchObject({ width: 300, height: 200 });
    await own.folder.remove();

    const colours = await add('deoldify_artistic');
    const glass = cramped(colours.tools, 100_000);
    const by = { strength: 1, variant: 'natural', generator: colours.card.id } as const;
    const coloured = await colorise(
      drawn(600, 600, () => 100 / 255, 16),
      by,
      glass.lent,
    );
    expect(glass.tried).toEqual(['384 x 384', '256 x 256']);
    expect(annotationsOf(coloured!.report)).toEqual(said(256, 256));
    const luma = (0.299 * 1.12 + 0.587 + 0.114 * 0.82) * (100 / 255);
    const expected: Pixel = (c) => 100 / 255 + [1.12, 1, 0.82][c]! * (100 / 255) - luma;
    expect(worst(coloured!.raster, expected)).toBeLessThan(STEP);
    await own.folder.remove();

    const filler = await add('migan_pipeline_v2');
    const wall = cramped(filler.tools, 20_000);
    const holes = [
      { x: 100, y: 100, width: 20, height: 20 },
      { x: 600, y: 450, width: 20, height: 20 },
    ];
    const raster = drawn(800, 600, () => 0.4);
    for (const hole of holes)
      for (let y = hole.y; y < hole.y + 20; y++)
        raster.data.fill(255, 3 * (y * 800 + hole.x), 3 * (y * 800 + hole.x + 20));
    const report = await inpaint(raster, maskOf(800, 600, holes), wall.lent, { wanted: filler.wanted });
    // The second hole is not tried at sizes that were too large for the first.
    expect(wall.tried).toEqual(['256 x 256', '181 x 181', '128 x 128', '128 x 128']);
    expect(annotationsOf(report)).toEqual(said(128, 128));
    expect(worst(raster, () => 0.4)).toBeLessThan(1.5 * STEP);
  });

  it('a net of one size cannot be helped, and nothing is tried for ever', async () => {
    const { tools, card } = await add('ddcolor');
    const { lent, tried } = cramped(tools, 100);
    const by = { strength: 1, variant: 'natural', generator: card.id } as const;
    await expect(
      colorise(
        drawn(300, 200, () => 0.5),
        by,
        lent,
      ),
    ).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(tried).toEqual(['512 x 512']);
  });
});

/** Stand-ins that no step takes yet; the inspector says what they are. */
const UNUSED = ['linear-light', 'modnet', 'pairlie', 'scrfd-boxes', 'two-classes', 'u2net', 'zero_dce'];
/** Stand-ins that are refused, see `standins.test.ts`; one is tried in a process of its own, see `inspector.test.ts`. */
const REFUSED = [
  'batch-of-four',
  'classifier',
  'endless',
  'foreign-operator',
  'pad',
  'rawdenoise',
  'rgba',
  'sam-decoder',
  'two-frames',
  'two-pictures',
  'weights-outside',
  'yunet-2022',
];

describe('stand-ins', () => {
  it('are all in a step here, or used by none, or refused', async () => {
    const here = await readFile(import.meta.filename, 'utf8');
    const others = await Promise.all(
      ['imported.test.ts', 'face-finder.test.ts'].map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
    );
    const names = (await readdir(STANDINS)).filter((name) => name.endsWith('.onnx')).map((name) => name.slice(0, -5));
    const left = names.filter((name) => !UNUSED.includes(name) && !REFUSED.includes(name));
    expect(left.filter((name) => ![here, ...others].some((test) => test.includes(`'${name}'`)))).toEqual([]);
    expect([...UNUSED, ...REFUSED].filter((name) => !names.includes(name))).toEqual([]);
  });

  it('of a task that no step has are added, and not run', async () => {
    await expect(add('zero_dce')).rejects.toThrow('zero_dce cannot be run');
    await expect(add('two-classes')).rejects.toThrow('two-classes cannot be run');
  });
});
