import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pictureUrl } from '../../contract/pictures';
import type { Recipe } from '../../contract/recipe';
import { unpackEvidence } from '../../document/evidence';
import { compileMask, DETECTED_MASK } from '../../document/mask';
import { scanFor } from '../../document/scan';
import type { Card } from '../generators/card';
import type { Raster } from '../restoration/raster';
import { damageScene } from '../restoration/testing/damage';
import { withNoise } from '../restoration/testing/degradations';
import { testScene } from '../restoration/testing/scene';
import { forkEngine } from './launch';
import type { EngineEdit, EngineProcess, Requests } from './protocol';
import { createEngine, type Engine, type EngineLimits } from './supervisor';
import { buildEngine, fixtureCard, installFixture, temporaryFolder } from './test-support';

let built: Awaited<ReturnType<typeof buildEngine>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** A scratched photo, and a larger one on which the detector is at work for a while. */
let scratched: string;
let large: string;
/** For tests that leave it as it was. */
let shared: ReturnType<typeof start>;
const engines: Engine[] = [];

beforeAll(async () => {
  [built, folder] = await Promise.all([buildEngine(), temporaryFolder()]);
  const damaged = damageScene(testScene(360, 270, 1), 1).raster;
  scratched = await writePng('scratched', damaged);
  large = join(folder.path, 'large.png');
  await sharp(scratched).resize(1000, 750, { kernel: 'nearest' }).png({ compressionLevel: 1 }).toFile(large);
  await install('good');
  shared = start();
  engines.pop();
});
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())));
afterAll(async () => {
  await shared.engine.close();
  await Promise.all([built.remove(), folder.remove()]);
});

async function writePng(name: string, { data, width, height, channels }: Raster): Promise<string> {
  const path = join(folder.path, `${name}.png`);
  await sharp(data, { raw: { width, height, channels } }).withMetadata().png().toFile(path);
  return path;
}

/** A models folder with a detector, which may be another net than the right one, and an inpainter. */
async function install(name: string, detector = 'detector', changes: Partial<Card> = {}): Promise<string> {
  const models = join(folder.path, 'models', name);
  const base = await fixtureCard(detector);
  await installFixture(models, {
    ...base,
    task: 'detect',
    // Many small tiles, so that a test can come between them.
    tile: 64,
    halo: 16,
    input: { ...base.input, channels: detector === 'detector' ? 'luma' : 'rgb' },
    output: { ...base.output, channels: detector === 'detector' ? ['lines', 'blobs'] : 'rgb' },
    thresholds: { lines: 0.5, blobs: 0.5 },
    ...changes,
  });
  const inpainter = await fixtureCard('inpainter', { task: 'inpaint' });
  await installFixture(models, { ...inpainter, input: { ...inpainter.input, channels: 'rgb+mask' } });
  const strength = { name: 'strength', label: 'Expected error', min: 0, max: 0.3, default: 0.05 };
  await installFixture(models, await fixtureCard('restorer', { task: 'restore', halo: 1, extraInputs: [strength] }));
  return models;
}

function start({
  models = join(folder.path, 'models', 'good'),
  memory,
  limits,
}: {
  models?: string;
  memory?: number;
  limits?: Partial<EngineLimits>;
} = {}) {
  const processes: EngineProcess[] = [];
  const launch = forkEngine(built.entry);
  const engine = createEngine({
    launch: () => {
      const process = launch();
      processes.push(process);
      return process;
    },
    options: { models, provider: 'cpu', threads: 1, memory },
    onStatus: () => {},
    limits: { backoff: 0.01, ...limits },
  });
  engines.push(engine);
  return { engine, processes };
}

/** A fresh output folder. */
async function outputs(): Promise<string> {
  const path = join(folder.path, `out-${Math.random().toString(36).slice(2)}`);
  await mkdir(path);
  return path;
}

const repairAlways: Recipe = {
  format: 1,
  id: 'test',
  name: 'Test',
  gate: 'always',
  steps: [{ kind: 'repair', enabled: true, settings: { sensitivity: 0.5, grow: 1, keepWriting: true } }],
};
const nothing: Recipe = { ...repairAlways, steps: [{ ...repairAlways.steps[0]!, enabled: false }] };

const restoreRequest = (path: string, target: string, recipe: Recipe | null): Requests['restore']['request'] => ({
  path,
  recipe,
  format: 'png',
  quality: 90,
  metadata: 'all',
  target: { folder: target, stem: 'restored' },
});

const open = (engine: Engine, path: string) => engine.request('open', { photoId: 'p', path, name: 'photo.png' });
const sha = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
const pixels = async (path: string | Uint8Array) =>
  sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });

/** Calls back once, when a job reports progress in the middle of a pass. */
function whenComputing(act: () => void): { onProgress: (progress: { done: number; stage: string }) => void } {
  let acted = false;
  return {
    onProgress: ({ done }) => {
      if (acted || done === 0) return;
      acted = true;
      act();
    },
  };
}

/** Whether a pixel is filled: the fixture fills with mid grey, over which the photo's grain is laid. */
const isFilled = ([red, green, blue]: ArrayLike<number> & Iterable<number>) =>
  red === green && red === blue && Math.abs(red! - 128) <= 12;

describe('one photo', () => {
  it('is opened, analysed, previewed, shown and exported', async () => {
    const { engine } = shared;
    const before = await sha(scratched);
    const photo = await open(engine, scratched);
    expect(photo).toMatchObject({ width: 360, height: 270, channels: 3, depth: 8, format: 'png' });

    const analysis = await engine.request('analyse', { photoId: 'p' });
    expect(analysis.damage).toBeGreaterThan(0);

    const rendering = await engine.request('render', { photoId: 'p', recipe: repairAlways, size: 'preview' });
    expect(rendering).toMatchObject({ width: 360, height: 270, reports: [{ kind: 'repair', outcome: 'done' }] });
    expect(rendering.masked).toBeGreaterThan(0);
    expect(rendering.reports[0]).toMatchObject({ generator: 'inpainter', provider: 'cpu' });

    const query = { photoId: 'p', revision: rendering.revision, x: 0, y: 0, w: 360, h: 270, width: 360, height: 270 };
    const shown = await Promise.all(
      (['original', 'result', 'mask'] as const).map((layer) =>
        engine.request('picture', { ...query, layer, sensitivity: 0.5, grow: 1 }),
      ),
    );
    expect(shown.every(({ bytes }) => bytes.length > 100)).toBe(true);
    expect(shown[2]?.type).toBe('image/png');

    const target = await outputs();
    const written = await engine.request('export', {
      photoId: 'p',
      recipe: repairAlways,
      format: 'png',
      quality: 90,
      metadata: 'all',
      orientation: 1,
      target: { folder: target, stem: 'photo' },
    });
    expect(written.path).toBe(join(target, 'photo.png'));
    expect(written.bytes).toBe((await stat(written.path)).size);
    expect(await sha(scratched)).toBe(before);

    // Inside the mask everything is filled, outside nothing has changed.
    const mask = await sharp(shown[2]?.bytes).greyscale().raw().toBuffer();
    const { data: original } = await pixels(scratched);
    const { data: restored } = await pixels(written.path);
    let outside = 0;
    for (let i = 0; i < mask.length; i++) {
      const triple = (data: Buffer) => [...data.subarray(3 * i, 3 * i + 3)];
      if (mask[i] !== 0) expect(isFilled(triple(restored))).toBe(true);
      else if (!triple(restored).every((value, c) => value === original[3 * i + c])) outside += 1;
    }
    expect(outside).toBe(0);
  });

  it('is denoised by the measured amount, and its alpha channel stays', async () => {
    const { engine } = shared;
    const { data, width, height } = withNoise(testScene(360, 270, 2), 12);
    const path = join(folder.path, 'noisy.png');
    const alpha = Buffer.from(Array.from({ length: width * height }, (_, i) => (i * 7) % 256));
    await sharp(data, { raw: { width, height, channels: 3 } })
      .joinChannel(alpha, { raw: { width, height, channels: 1 } })
      .png()
      .toFile(path);
    const target = await outputs();
    const { analysis, reports, output } = await engine.request('restore', restoreRequest(path, target, null));
    expect(analysis.noise).toBeGreaterThan(10);
    expect(analysis.noise).toBeLessThan(14);
    expect(reports.find(({ kind }) => kind === 'restore')).toMatchObject({ outcome: 'done', generator: 'restorer' });
    const after = await sharp(output!.path).raw().toBuffer({ resolveWithObject: true });
    expect(after.info.channels).toBe(4);
    expect(alpha.every((value, i) => after.data[4 * i + 3] === value)).toBe(true);
    // The fixture blurs by ten times the strength: 12 of 255 levels are nearly half of it, of which 0.8 are made.
    const i = 100 * width + 100;
    const sum = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => data[3 * (i + dy * width + dx)]!));
    const mean = sum.reduce((one, other) => one + other, 0) / 9;
    const share = (after.data[4 * i]! - data[3 * i]!) / (mean - data[3 * i]!);
    expect(share).toBeCloseTo(0.8 * 10 * (analysis.noise / 255), 0);
    expect(share).toBeGreaterThan(0.2);
  });

  it('computes nothing twice', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const request = { photoId: 'p', recipe: repairAlways, size: 'preview' } as const;
    const first = await engine.request('render', request);
    expect((await engine.request('render', request)).revision).toBe(first.revision);
    // A small photo is its own preview.
    expect((await engine.request('render', { ...request, size: 'full' })).revision).toBe(first.revision);
    const stages: string[] = [];
    await engine.request(
      'render',
      { ...request, recipe: nothing },
      { onProgress: ({ stage, done }) => void (stage === 'analysing' && done > 0 && stages.push(stage)) },
    );
    expect(stages).toEqual([]);
  });

  const openWide = async () => {
    const path = join(folder.path, 'wide.png');
    await sharp({ create: { width: 3000, height: 1000, channels: 3, background: '#557799' } })
      .png()
      .toFile(path);
    await open(shared.engine, path);
    return shared.engine;
  };

  it('previews a large photo at up to two megapixels, and exports it at full size', async () => {
    const engine = await openWide();
    const preview = await engine.request('render', { photoId: 'p', recipe: nothing, size: 'preview' });
    expect(preview.width * preview.height).toBeLessThanOrEqual(2_000_000);
    expect(preview.width / preview.height).toBeCloseTo(3, 1);
    const full = await engine.request('render', { photoId: 'p', recipe: nothing, size: 'full' });
    expect([full.width, full.height]).toEqual([3000, 1000]);
    const region = { x: 2900, y: 900, w: 100, h: 100, width: 50, height: 50 };
    for (const { revision } of [preview, full]) {
      const { bytes } = await engine.request('picture', { photoId: 'p', layer: 'result', revision, ...region });
      const { data, info } = await pixels(bytes);
      expect([info.width, info.height, ...data.subarray(0, 3)]).toEqual([50, 50, 0x55, 0x77, 0x99]);
    }
  });

  it('previews a photo at the size at which the window shows it, and again if the window grows', async () => {
    const engine = await openWide();
    const sizes: [number, number][] = [];
    for (const shown of [600_000, 650_000, 900_000, 400_000, 9_000_000]) {
      const body = { photoId: 'p', recipe: nothing, size: 'preview', shown } as const;
      const { width, height } = await engine.request('render', body);
      sizes.push([shown, Math.round((width * height) / 10_000) / 100]);
    }
    expect(sizes).toEqual([
      [600_000, 0.6],
      [650_000, 0.6],
      [900_000, 0.9],
      [400_000, 0.9],
      [9_000_000, 2],
    ]);
  });

  it('caches the results of steps: going back is free, going on starts there', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const tone = (strength: number) =>
      ({ kind: 'tone', enabled: true, settings: { strength, cast: 1, contrast: 1 } }) as const;
    const both = (strength: number): Recipe => ({ ...repairAlways, steps: [...repairAlways.steps, tone(strength)] });
    const steps: (string | null)[] = [];
    const render = (recipe: Recipe) =>
      engine.request(
        'render',
        { photoId: 'p', recipe, size: 'preview' },
        { onProgress: ({ step }) => void steps.push(step) },
      );
    const first = await render(both(1));
    expect(new Set(steps.splice(0))).toContain('repair');
    const repaired = await render(repairAlways);
    expect(repaired.reports).toMatchObject([{ kind: 'repair', outcome: 'done', seconds: first.reports[0]!.seconds }]);
    const weaker = await render(both(0.4));
    expect(new Set(steps)).not.toContain('repair');
    expect(weaker.reports.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['repair', 'done'],
      ['tone', 'done'],
    ]);
    // The same picture as when it is computed from the start.
    const region = { x: 0, y: 0, w: 360, h: 270, width: 360, height: 270, lossless: 1 };
    const shown = async (revision: number) =>
      (await pixels((await engine.request('picture', { photoId: 'p', layer: 'result', revision, ...region })).bytes))
        .data;
    const kept = await shown(weaker.revision);
    await open(engine, scratched);
    await engine.request('analyse', { photoId: 'p' });
    expect((await shown((await render(both(0.4))).revision)).equals(kept)).toBe(true);
  });

  it('serves lossless tiles, exact differences and a histogram', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const { revision } = await engine.request('render', { photoId: 'p', recipe: repairAlways, size: 'full' });
    const { data: original } = await pixels(scratched);
    const tile = { photoId: 'p', x: 256, y: 0, w: 104, h: 256, width: 104, height: 256, lossless: 1 };
    const shown = await engine.request('picture', { ...tile, layer: 'original', revision: 0 });
    const { data } = await pixels(shown.bytes);
    for (let y = 0; y < 256; y += 17) {
      const row = original.subarray((y * 360 + 256) * 3, (y * 360 + 360) * 3);
      expect(data.subarray(y * 104 * 3, (y + 1) * 104 * 3).equals(row)).toBe(true);
    }
    const whole = { photoId: 'p', x: 0, y: 0, w: 360, h: 270, width: 360, height: 270 };
    const result = await pixels(
      (await engine.request('picture', { ...whole, layer: 'result', revision, lossless: 1 })).bytes,
    );
    const difference = await pixels(
      (await engine.request('picture', { ...whole, layer: 'difference', revision, against: 0, gain: 4 })).bytes,
    );
    const expected = original.map((sample, i) => Math.min(255, 4 * Math.abs(sample - result.data[i]!)));
    expect(difference.data.equals(expected)).toBe(true);
    expect(expected.some((value) => value > 0)).toBe(true);

    const histogram = await engine.request('histogram', { photoId: 'p', revision });
    expect(histogram.luma.reduce((sum, count) => sum + count, 0)).toBe(360 * 270);
    await expect(engine.request('histogram', { photoId: 'p', revision: 7 })).rejects.toMatchObject({
      code: 'UNKNOWN_PHOTO',
    });
  });

  it.each([
    [2, [360, 270], (x: number, y: number) => [359 - x, y]],
    [3, [360, 270], (x: number, y: number) => [359 - x, 269 - y]],
    [4, [360, 270], (x: number, y: number) => [x, 269 - y]],
    [5, [270, 360], (x: number, y: number) => [y, x]],
    [6, [270, 360], (x: number, y: number) => [269 - y, x]],
    [7, [270, 360], (x: number, y: number) => [269 - y, 359 - x]],
    [8, [270, 360], (x: number, y: number) => [y, 359 - x]],
  ] as const)('exports with orientation %i as it is shown', async (orientation, size, place) => {
    const { engine } = shared;
    await open(engine, scratched);
    const target = { folder: await outputs(), stem: 'turned' };
    const request = { photoId: 'p', recipe: nothing, format: 'png', quality: 90, metadata: 'all' } as const;
    const { path } = await engine.request('export', { ...request, orientation, target });
    const { data: original } = await pixels(scratched);
    const { data, info } = await pixels(path);
    expect([info.width, info.height]).toEqual(size);
    expect((await sharp(path).metadata()).orientation ?? 1).toBe(1);
    for (const [x, y] of [
      [0, 0],
      [359, 0],
      [17, 269],
      [211, 123],
    ] as const) {
      const [toX, toY] = place(x, y) as [number, number];
      const from = 3 * (y * 360 + x);
      const to = 3 * (toY * info.width + toX);
      expect([...data.subarray(to, to + 3)]).toEqual([...original.subarray(from, from + 3)]);
    }
  });

  it('detects damage first if the mask is requested first', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const region = { x: 0, y: 0, w: 360, h: 270, width: 90, height: 68 };
    const { bytes } = await engine.request('picture', { photoId: 'p', layer: 'mask', revision: 0, ...region });
    const { max } = (await sharp(bytes).stats()).channels[0]!;
    expect(max).toBe(255);
  });

  it('is released when it is closed', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    await engine.request('close', { photoId: 'p' });
    await expect(engine.request('analyse', { photoId: 'p' })).rejects.toMatchObject({ code: 'UNKNOWN_PHOTO' });
  });
});

describe('many photos', () => {
  it('rest for one another, and are shown, computed and exported as if they had not', async () => {
    // Half a megabyte for pixels: less than two of these photos.
    const { engine } = start({ memory: 1 });
    const ids = ['a', 'b', 'c'];
    for (const photoId of ids) {
      await engine.request('open', { photoId, path: scratched, name: `${photoId}.png` });
      await engine.request('analyse', { photoId });
    }
    const whole = { revision: 0, x: 0, y: 0, w: 360, h: 270 };
    const original = (photoId: string, width: number) =>
      engine.request('picture', {
        ...{ ...whole, photoId, layer: 'original', width, height: (width * 3) / 4, lossless: 1 },
      });
    const [first, last] = [await original('a', 360), await original('c', 360)];
    expect(first.bytes).toEqual(last.bytes);
    // A thumbnail needs no pixels but those that are kept.
    const small = await engine.request('picture', { ...whole, photoId: 'b', layer: 'original', width: 96, height: 72 });
    expect(await sharp(small.bytes).metadata()).toMatchObject({ width: 96, height: 72 });
    const results = [];
    for (const photoId of ids) {
      const { revision } = await engine.request('render', { photoId, recipe: repairAlways, size: 'full' });
      const query = { ...whole, photoId, revision, layer: 'result', width: 360, height: 270, lossless: 1 } as const;
      results.push((await engine.request('picture', query)).bytes);
      expect((await engine.request('histogram', { photoId, revision: 0 })).luma).toHaveLength(256);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    const written = await engine.request('export', {
      photoId: 'b',
      recipe: repairAlways,
      format: 'png',
      quality: 90,
      metadata: 'all',
      orientation: 1,
      target: { folder: await outputs(), stem: 'photo' },
    });
    expect((await pixels(written.path)).data).toEqual((await pixels(results[0]!)).data);
  });
});

describe('restore', () => {
  it('repairs and reports its passes', async () => {
    const { engine } = shared;
    const target = await outputs();
    const answer = await engine.request('restore', restoreRequest(scratched, target, repairAlways));
    expect(answer.output).toMatchObject({ path: join(target, 'restored.png'), width: 360, height: 270 });
    expect(answer.passes.map(({ generator }) => generator)).toEqual(['detector', 'inpainter']);
    expect(answer.passes[0]?.tiles).toBeGreaterThan(10);
    expect(await readdir(target)).toEqual(['restored.png']);
  });

  it('applies changes to the recipe or to the proposal', async () => {
    const { engine } = shared;
    const masked = async (grow: number) => {
      const request = restoreRequest(scratched, await outputs(), repairAlways);
      return (await engine.request('restore', { ...request, changes: [{ kind: 'repair', settings: { grow } }] }))
        .masked;
    };
    expect(await masked(6)).toBeGreaterThan(await masked(0));

    const request = restoreRequest(scratched, await outputs(), null);
    const plain = await engine.request('restore', request);
    const tone = (reports: typeof plain.reports) => reports.find(({ kind }) => kind === 'tone');
    expect(tone(plain.reports)!.outcome).not.toBe('done');
    const changes = [{ kind: 'tone', enabled: true, settings: { strength: 0 } }] as const;
    const { reports } = await engine.request('restore', { ...request, changes });
    expect(tone(reports)).toMatchObject({
      outcome: 'done',
      messages: expect.arrayContaining([{ key: 'did.tone.nothing' }]),
    });
  });

  it('only analyses if nothing is to be written', async () => {
    const { engine } = shared;
    const answer = await engine.request('restore', { ...restoreRequest(scratched, '', null), target: null });
    expect(answer).toMatchObject({ output: null, reports: [], photo: { width: 360 } });
    expect(answer.analysis.needs).not.toHaveLength(0);
  });

  it('copies the file byte for byte if there is nothing to do', async () => {
    const { engine } = shared;
    const target = await outputs();
    const { output } = await engine.request('restore', restoreRequest(scratched, target, nothing));
    expect(await sha(output!.path)).toBe(await sha(scratched));
  });

  it('changes no pixel if there is nothing to do and another format is requested', async () => {
    const { engine } = shared;
    const target = await outputs();
    const request = { ...restoreRequest(scratched, target, nothing), format: 'tiff' } as const;
    const { output } = await engine.request('restore', request);
    expect(output?.path).toMatch(/restored\.tif$/);
    expect((await pixels(output!.path)).data).toEqual((await pixels(scratched)).data);
  });

  it('writes a part of the photo, and refuses one that lies outside', async () => {
    const { engine } = shared;
    const target = await outputs();
    const request = restoreRequest(scratched, target, nothing);
    const crop = { x: 30, y: 40, width: 100, height: 60 };
    const { output } = await engine.request('restore', { ...request, crop, orientation: 6 });
    expect(output).toMatchObject({ width: 60, height: 100 });
    const part = await sharp(scratched).extract({ left: 30, top: 40, width: 100, height: 60 }).removeAlpha().toBuffer();
    const turned = await sharp(part).rotate(90).raw().toBuffer();
    expect(Buffer.compare((await pixels(output!.path)).data, turned)).toBe(0);
    const outside = { ...request, crop: { ...crop, x: 5000 } };
    await expect(engine.request('restore', outside)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      reason: [{ key: 'failures.cropOutside' }],
    });
  });

  it('cuts the print out of its page before everything else, and the edit is about the print', async () => {
    const { engine } = shared;
    const rect = { x: 30, y: 40, width: 200, height: 120 };
    const part = join(folder.path, 'part.png');
    await sharp(scratched).extract({ left: 30, top: 40, width: 200, height: 120 }).png().toFile(part);
    const scan = scanFor({ crop: rect }, { width: 360, height: 270 });
    const points = [60, 50, 1, 90, 70, 1];
    const stroke = { kind: 'stroke' as const, mode: 'paint' as const, size: 20, hardness: 1, points };
    const edit: EngineEdit = { mask: [...DETECTED_MASK, stroke], repairs: [], bitmaps: new Map() };
    const of = async (path: string, more: object) => {
      const request = { ...restoreRequest(path, await outputs(), repairAlways), edit, ...more };
      const answer = await engine.request('restore', request);
      return { ...answer, pixels: (await pixels(answer.output!.path)).data };
    };
    const [print, alone] = [await of(scratched, { scan }), await of(part, {})];
    expect(print.output).toMatchObject({ width: 200, height: 120 });
    // As if the print had been the whole photo: its analysis, the mask and the result.
    expect(print.analysis.damage).toBe(alone.analysis.damage);
    expect(print.masked).toBe(alone.masked);
    expect(Buffer.compare(print.pixels, alone.pixels)).toBe(0);
    // A print is no copy of its file, also where nothing is done.
    const copied = await engine.request('restore', {
      ...restoreRequest(scratched, await outputs(), nothing),
      wish: { crop: rect },
    });
    expect(Buffer.compare((await pixels(copied.output!.path)).data, (await pixels(part)).data)).toBe(0);
    const outside = { ...restoreRequest(scratched, await outputs(), nothing), wish: { crop: { ...rect, x: 300 } } };
    await expect(engine.request('restore', outside)).rejects.toMatchObject({
      code: 'CROP_IMPOSSIBLE',
      reason: [{ key: 'failures.cropOutside', values: { width: 360, height: 270 } }],
    });
  });

  it('gives small pictures before and after and of what was repaired, cropped and turned with an edited result', async () => {
    const { engine } = shared;
    const staged = { thumbnails: 90 };
    const request = { ...restoreRequest(scratched, await outputs(), repairAlways), staged };
    const { thumbnails } = await engine.request('restore', request);
    const opacity = async (png: Uint8Array | null | undefined) => sharp(png!).extractChannel(3).raw().toBuffer();
    const whole = await opacity(thumbnails?.mask);
    expect(whole.length).toBe(360 * 270);
    expect(Math.max(...whole)).toBe(255);
    expect(Math.min(...whole)).toBe(0);
    const unneeded = await engine.request('restore', { ...request, recipe: nothing });
    expect(unneeded.thumbnails?.mask).toBeNull();

    await engine.request('open', { photoId: 'edited', path: scratched, name: 'edited.png' });
    const shape = { orientation: 6, crop: { x: 0, y: 0, width: 120, height: 60 }, rating: null };
    const about = { format: 'png', quality: 90, metadata: 'all', target: request.target!, staged } as const;
    const written = await engine.request('export', { photoId: 'edited', recipe: repairAlways, ...shape, ...about });
    expect(written).toMatchObject({ width: 60, height: 120 });
    // It waits for its name.
    expect(written.path).toMatch(/\.emulsion-part$/);
    for (const side of ['before', 'after'] as const) {
      expect(await sharp(written.thumbnails![side]).metadata()).toMatchObject({ width: 45, height: 90 });
    }
    const part = await sharp(whole, { raw: { width: 360, height: 270, channels: 1 } })
      .extract({ left: 0, top: 0, width: 120, height: 60 })
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    const turned = await sharp(part, { raw: { width: 120, height: 60, channels: 1 } })
      .rotate(90)
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    expect(Buffer.compare(await opacity(written.thumbnails!.mask), turned)).toBe(0);
    await rm(written.path);
    await engine.request('close', { photoId: 'edited' });
  });

  it('shows a written result beside its photo, as it is cropped and turned', async () => {
    const { engine } = shared;
    const crop = { x: 30, y: 40, width: 100, height: 60 };
    const request = restoreRequest(scratched, await outputs(), nothing);
    const { output } = await engine.request('restore', { ...request, crop, orientation: 6 });
    const shownAs = { crop, orientation: 6 };
    const photo = await engine.request('open', { photoId: 'beside', path: scratched, name: 'a.png', shownAs });
    expect(photo).toMatchObject({ width: 60, height: 100 });
    const { revision, ...size } = await engine.request('openResult', { photoId: 'beside', path: output!.path });
    expect(size).toEqual({ width: 60, height: 100 });
    const whole = { photoId: 'beside', x: 0, y: 0, w: 60, h: 100, width: 60, height: 100, lossless: 1 };
    const picture = (layer: 'original' | 'result' | 'difference', of: number) =>
      engine.request('picture', { ...whole, layer, revision: of, against: 0, gain: 64 });
    const raw = async (layer: 'original' | 'result') =>
      sharp((await picture(layer, layer === 'original' ? 0 : revision)).bytes)
        .raw()
        .toBuffer();
    expect(Buffer.compare(await raw('original'), await raw('result'))).toBe(0);
    const difference = await sharp((await picture('difference', revision)).bytes)
      .raw()
      .toBuffer();
    expect(Math.max(...difference)).toBe(0);
    await engine.request('close', { photoId: 'beside' });
  });

  it('makes a small upright picture of a file, also of one that breaks off or has to be decoded in full', async () => {
    const { engine } = shared;
    const bytes = await sharp(scratched).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const files: [string, Uint8Array][] = [
      ['small.jpg', bytes],
      ['cut.jpg', bytes.subarray(0, bytes.length * 0.8)],
      ['small.tif', await sharp(bytes).tiff().withMetadata({ orientation: 6 }).toBuffer()],
    ];
    for (const [name, content] of files) {
      const path = join(folder.path, name);
      await writeFile(path, content);
      const small = await engine.request('thumbnail', { path, edge: 120 });
      expect(await sharp(small).metadata(), name).toMatchObject({ format: 'jpeg', width: 90, height: 120 });
    }
    const path = join(folder.path, 'small.txt');
    await writeFile(path, 'Dear diary');
    await expect(engine.request('thumbnail', { path, edge: 120 })).rejects.toMatchObject({ code: 'NOT_A_PHOTO' });
  });

  it('a result with more pixels than its format can hold is refused before anything is computed', async () => {
    const { engine } = shared;
    const wide = join(folder.path, 'wide.png');
    await sharp({ create: { width: 17_000, height: 16, channels: 3, background: '#808080' } })
      .png()
      .toFile(wide);
    const target = await outputs();
    const request = { ...restoreRequest(wide, target, repairAlways), format: 'webp' } as const;
    const stages = new Set<string>();
    const onProgress = ({ stage }: { stage: string }) => void stages.add(stage);
    await expect(engine.request('restore', request, { onProgress })).rejects.toMatchObject({
      code: 'FORMAT_UNSUPPORTED',
      reason: [{ key: 'failures.tooLargeForFormat', values: { format: 'WebP', size: 16_383 } }],
    });
    expect([...stages]).not.toContain('computing');
    expect(await readdir(target)).toEqual([]);
  });

  it.each([
    ['a text file', 'NOT_A_PHOTO', (path: string) => writeFile(path, 'Dear diary, this is not a photo at all.')],
    ['an empty file', 'FILE_EMPTY', (path: string) => writeFile(path, '')],
    ['no file', 'FILE_MISSING', async () => {}],
    [
      'half a file',
      'PHOTO_DAMAGED',
      async (path: string) => {
        const bytes = await readFile(scratched);
        await writeFile(path, bytes.subarray(0, bytes.length / 2));
      },
    ],
  ])('refuses %s with %s and writes nothing', async (_, code, make) => {
    const path = join(folder.path, 'hostile.png');
    await rm(path, { force: true });
    await make(path);
    const { engine } = shared;
    const target = await outputs();
    await expect(engine.request('restore', restoreRequest(path, target, nothing))).rejects.toMatchObject({ code });
    expect(await readdir(target)).toEqual([]);
  });
});

describe('generators', () => {
  it.each([
    ['NaN', 'nan', 'OUTPUT_INVALID', {}],
    ['one flat value', 'constant', 'OUTPUT_INVALID', {}],
    ['a file that was altered', 'detector', 'GENERATOR_DAMAGED', { sha256: 'f'.repeat(64) }],
  ])('a detector with %s stops the job and nothing is written', async (_, net, code, changes) => {
    const models = await install(`bad-${net}`, net, changes);
    const { engine } = start({ models });
    const target = await outputs();
    await expect(engine.request('restore', restoreRequest(scratched, target, repairAlways))).rejects.toMatchObject({
      code,
    });
    expect(await readdir(target)).toEqual([]);
  });

  it('a step without its generator is refused by name', async () => {
    const { engine } = start({ models: join(folder.path, 'models', 'none') });
    const target = await outputs();
    await expect(engine.request('restore', restoreRequest(scratched, target, repairAlways))).rejects.toMatchObject({
      code: 'GENERATOR_MISSING',
    });
    expect(await engine.request('generators', null)).toEqual([]);
  });

  it('are listed with their status', async () => {
    const { engine } = start();
    const list = await engine.request('generators', null);
    expect(list.map(({ id, state }) => [id, state])).toEqual([
      ['detector', 'ready'],
      ['inpainter', 'ready'],
      ['restorer', 'ready'],
    ]);
  });

  it('are read from another folder after the options change', async () => {
    const { engine } = start({ models: join(folder.path, 'models', 'none') });
    await engine.request('generators', null);
    engine.configure({ models: join(folder.path, 'models', 'good'), provider: 'cpu', threads: 1, memory: 512 });
    expect(await engine.request('generators', null)).toHaveLength(3);
    await open(engine, scratched);
    expect((await engine.request('analyse', { photoId: 'p' })).damage).toBeGreaterThan(0);
    expect(engine.status()).toMatchObject({ provider: 'cpu', threads: 1, memory: 512 });
  });
});

describe('while a job runs', () => {
  it('requests for pictures are answered', async () => {
    const { engine } = start();
    await open(engine, large);
    const order: string[] = [];
    let picture: Promise<unknown> = Promise.resolve();
    const query = {
      photoId: 'p',
      layer: 'original',
      revision: 0,
      x: 0,
      y: 0,
      w: 80,
      h: 60,
      width: 80,
      height: 60,
    } as const;
    expect(pictureUrl('', query)).toContain('original');
    const job = engine
      .request(
        'analyse',
        { photoId: 'p' },
        whenComputing(() => {
          picture = engine.request('picture', query).then(() => order.push('picture'));
        }),
      )
      .then(() => order.push('job'));
    await job;
    await picture;
    expect(order).toEqual(['picture', 'job']);
  });

  it('cancelling stops it between tiles in the same process, and nothing is written', async () => {
    const { engine, processes } = start();
    const controller = new AbortController();
    const target = await outputs();
    const job = engine.request('restore', restoreRequest(large, target, repairAlways), {
      signal: controller.signal,
      ...whenComputing(() => controller.abort()),
    });
    await expect(job).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(target)).toEqual([]);
    await engine.request('restore', restoreRequest(scratched, target, nothing));
    expect(processes).toHaveLength(1);
  });

  it('cancelling removes a waiting job from the queue at once', async () => {
    const { engine } = start();
    const controller = new AbortController();
    await open(engine, large);
    const order: string[] = [];
    // With the first at work, the second can only be waiting.
    const first = engine
      .request(
        'analyse',
        { photoId: 'p' },
        whenComputing(() => controller.abort()),
      )
      .then(() => order.push('first'));
    const second = engine
      .request('analyse', { photoId: 'p' }, { signal: controller.signal })
      .catch(({ code }) => order.push(code));
    await Promise.all([first, second]);
    expect(order).toEqual(['CANCELLED', 'first']);
  });

  it('progress runs from 0 to 1, with a remaining time', async () => {
    const { engine } = start();
    const seen: { done: number; secondsLeft: number | null }[] = [];
    await engine.request('restore', restoreRequest(large, await outputs(), repairAlways), {
      onProgress: (progress) => void seen.push(progress),
    });
    const done = seen.map((progress) => progress.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done[0]).toBe(0);
    expect(done.at(-1)).toBeGreaterThanOrEqual(0.9);
    expect(seen.some(({ secondsLeft }) => secondsLeft !== null && secondsLeft > 0)).toBe(true);
  });
});

describe('when the process fails', () => {
  it('a crash in the middle of a job is reported, and the open photo is available again', async () => {
    const { engine, processes } = start();
    await open(engine, large);
    const job = engine.request(
      'analyse',
      { photoId: 'p' },
      whenComputing(() => process.kill(processes[0]!.pid!, 'SIGKILL')),
    );
    await expect(job).rejects.toMatchObject({ code: 'ENGINE_CRASHED', detail: expect.stringContaining('SIGKILL') });
    const analysis = await engine.request('analyse', { photoId: 'p' });
    expect(analysis.megapixels).toBeCloseTo(0.75);
    expect(processes).toHaveLength(2);
  });

  it('a net that never ends is stopped by the watchdog', async () => {
    const models = await install('hanging', 'endless');
    const { engine, processes } = start({ models, limits: { silence: 5, busy: 2 } });
    await open(engine, scratched);
    await expect(engine.request('analyse', { photoId: 'p' })).rejects.toMatchObject({ code: 'ENGINE_HUNG' });
    await expect(engine.request('generators', null)).resolves.toHaveLength(3);
    expect(processes).toHaveLength(2);
  });

  it('a net that never ends can be cancelled', async () => {
    const models = await install('hanging', 'endless');
    const { engine, processes } = start({ models, limits: { cancel: 0.5 } });
    const controller = new AbortController();
    await open(engine, scratched);
    // The first stretch announced is the loading of the net, the second one its first tile.
    let stretches = 0;
    processes[0]!.onMessage(({ type }) => {
      if (type === 'busy' && ++stretches === 2) controller.abort();
    });
    const job = engine.request('analyse', { photoId: 'p' }, { signal: controller.signal });
    await expect(job).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(engine.request('generators', null)).resolves.toHaveLength(3);
    expect(processes).toHaveLength(2);
  });

  it('an engine that cannot start is reported with its reason', async () => {
    const engine = createEngine({
      launch: forkEngine(join(folder.path, 'missing.js')),
      options: { models: '', provider: 'cpu', threads: 0 },
      onStatus: () => {},
      limits: { backoff: 0.01 },
    });
    engines.push(engine);
    await expect(engine.request('generators', null)).rejects.toMatchObject({
      code: 'ENGINE_CRASHED',
      detail: expect.stringContaining('missing.js'),
    });
  });

  it.each([
    ['the app is gone', (child: ReturnType<typeof fork>) => child.disconnect()],
    ['it is asked to', (child: ReturnType<typeof fork>) => void child.kill('SIGTERM')],
  ])('it ends by itself when %s', async (_, end) => {
    const child = fork(built.entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    await once(child, 'message');
    const exit = once(child, 'exit');
    end(child);
    expect((await exit)[0]).toBe(0);
  });
});

describe('manual changes', () => {
  const square = (left: number, top: number, side: number) => ({
    kind: 'area' as const,
    shape: 'rectangle' as const,
    mode: 'add' as const,
    points: [left, top, left + side, top, left + side, top + side, left, top + side],
  });
  const edit = (change: Partial<EngineEdit> = {}): EngineEdit => ({
    mask: [],
    repairs: [],
    bitmaps: new Map(),
    ...change,
  });
  const resultOf = async (engine: Engine, revision: number) => {
    const query = { photoId: 'p', revision, x: 0, y: 0, w: 360, h: 270, width: 360, height: 270 };
    const { bytes } = await engine.request('picture', { ...query, layer: 'result', lossless: 1 });
    return (await pixels(bytes)).data;
  };
  const isGrey = (data: Buffer, x: number, y: number) => isFilled(data.subarray(3 * (y * 360 + x)));

  it('exactly the pixels of the mask are filled', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const { data: original } = await pixels(scratched);
    const mask = [square(40, 50, 20), { ...square(45, 55, 5), mode: 'subtract' as const }];
    const { revision } = await engine.request('render', {
      photoId: 'p',
      recipe: repairAlways,
      size: 'full',
      edit: edit({ mask }),
    });
    const result = await resultOf(engine, revision);
    for (let y = 0; y < 270; y++) {
      for (let x = 0; x < 360; x++) {
        const inside = x >= 40 && x < 60 && y >= 50 && y < 70 && !(x >= 45 && x < 50 && y >= 55 && y < 60);
        if (inside) expect(isGrey(result, x, y)).toBe(true);
        else expect(result[3 * (y * 360 + x)]).toBe(original[3 * (y * 360 + x)]);
      }
    }
  });

  it('the mask of what was changed marks exactly these pixels, in an export and without a window', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const given = edit({
      mask: [square(40, 50, 20)],
      repairs: [{ id: 'spot', enabled: true, mask: [square(100, 100, 10)] }],
    });
    const request = { recipe: repairAlways, edit: given, format: 'png', quality: 90, metadata: 'all' } as const;
    const target = { folder: await outputs(), stem: 'photo' };
    const changing = { ...request, orientation: 1 as const, saveChanges: true, target };
    const exported = await engine.request('export', { photoId: 'p', ...changing });
    const restored = await engine.request('restore', { path: scratched, ...changing });
    expect(exported.changes?.path).toBe(join(target.folder, 'photo-changes.png'));
    const { data: original } = await pixels(scratched);
    for (const [result, mask] of [
      [exported.path, exported.changes!.path],
      [restored.output!.path, restored.changed!.path],
    ] as const) {
      const { data } = await pixels(result);
      const marks = await sharp(mask).toColourspace('b-w').raw().toBuffer();
      const differs = marks.map((_, i) =>
        data.subarray(3 * i, 3 * i + 3).equals(original.subarray(3 * i, 3 * i + 3)) ? 0 : 255,
      );
      expect(marks.equals(differs)).toBe(true);
      expect([marks[60 * 360 + 50], marks[105 * 360 + 105], marks[0]]).toEqual([255, 255, 0]);
    }
  });

  it('an estimate is about what the file then has, and shows the mark that it gets', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const about = {
      photoId: 'p',
      recipe: repairAlways,
      format: 'jpeg',
      quality: 80,
      metadata: 'all',
      orientation: 1,
    } as const;
    await engine.request('render', { photoId: 'p', recipe: repairAlways, size: 'full' });
    for (const choice of [{}, { size: { unit: 'longer', longer: 180 } as const }, { format: 'png' as const }]) {
      const guess = await engine.request('estimate', { ...about, ...choice });
      const target = { folder: await outputs(), stem: 'photo' };
      const { path, bytes } = await engine.request('export', { ...about, ...choice, target });
      const { width, height, xmp } = await sharp(path).metadata();
      expect([guess.width, guess.height]).toEqual([width, height]);
      expect(guess.bytes / bytes).toBeGreaterThan(0.8);
      expect(guess.bytes / bytes).toBeLessThan(1.25);
      for (const { value } of guess.mark!.filter(({ name }) => name !== 'emulsion:Steps')) {
        expect(xmp!.toString()).toContain(value);
      }
    }
  });

  it('a local repair needs no step, is recorded in the file, and can be switched off', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const { data: original } = await pixels(scratched);
    const repair = { id: 'spot', enabled: true, mask: [square(100, 100, 10)] };
    const request = { photoId: 'p', recipe: nothing, size: 'full' } as const;
    const on = await engine.request('render', { ...request, edit: edit({ repairs: [repair] }) });
    expect(isGrey(await resultOf(engine, on.revision), 105, 105)).toBe(true);
    expect(on.reports).toMatchObject([{ kind: 'repair', outcome: 'done', generator: 'inpainter' }]);
    const off = await engine.request('render', {
      ...request,
      edit: edit({ repairs: [{ ...repair, enabled: false }] }),
    });
    expect(await resultOf(engine, off.revision)).toEqual(original);
    expect(off.reports).toMatchObject([{ kind: 'repair', outcome: 'off' }]);

    const written = await engine.request('export', {
      photoId: 'p',
      recipe: nothing,
      edit: edit({ repairs: [repair] }),
      format: 'png',
      quality: 90,
      metadata: 'all',
      orientation: 1,
      target: { folder: await outputs(), stem: 'photo' },
    });
    expect(isGrey((await pixels(written.path)).data, 105, 105)).toBe(true);
    expect((await sharp(written.path).metadata()).xmp?.toString()).toContain('compositeWithTrainedAlgorithmicMedia');
  });

  it('a healed place names no generator and sets no mark of one, beside a filled one it does', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const healed = {
      id: 'healed',
      enabled: true,
      mask: [square(100, 100, 10)],
      source: { blend: 'heal' as const, dx: 40, dy: 30 },
    };
    const filled = { id: 'filled', enabled: true, mask: [square(200, 100, 10)] };
    const written = async (...repairs: EngineEdit['repairs']) => {
      const { path, reports } = await engine.request('export', {
        photoId: 'p',
        recipe: nothing,
        edit: edit({ repairs }),
        format: 'png',
        quality: 90,
        metadata: 'all',
        orientation: 1,
        target: { folder: await outputs(), stem: 'photo' },
      });
      return { reports, data: (await pixels(path)).data, xmp: (await sharp(path).metadata()).xmp?.toString() ?? '' };
    };
    const { data: original } = await pixels(scratched);
    const alone = await written(healed);
    expect(alone.reports).toMatchObject([
      { kind: 'repair', outcome: 'done', generator: null, messages: [{ key: 'did.repair.healed' }] },
    ]);
    expect(alone.xmp).not.toContain('compositeWithTrainedAlgorithmicMedia');
    expect(alone.data).not.toEqual(original);
    // Batches and the command line make the same of it.
    const restored = await engine.request('restore', {
      path: scratched,
      recipe: nothing,
      edit: edit({ repairs: [healed] }),
      format: 'png',
      quality: 90,
      metadata: 'all',
      target: { folder: await outputs(), stem: 'photo' },
    });
    expect((await pixels(restored.output!.path)).data).toEqual(alone.data);
    expect(restored.reports).toMatchObject([{ kind: 'repair', generator: null }]);
    const both = await written(healed, filled);
    expect(both.reports[0]).toMatchObject({ generator: 'inpainter' });
    expect(both.xmp).toContain('compositeWithTrainedAlgorithmicMedia');
    // The mask of the step is empty, so that only the place by hand was filled.
    const step = await engine.request('render', {
      photoId: 'p',
      recipe: repairAlways,
      size: 'full',
      edit: edit({ repairs: [filled] }),
    });
    expect(step.reports[0]).toMatchObject({ kind: 'repair', generator: 'inpainter' });
  });

  it('finds the red pupil under a click, and none elsewhere', async () => {
    const { engine } = shared;
    const data = Buffer.alloc(80 * 60 * 3, 180);
    for (let i = 0; i < 80 * 60; i++) {
      if (Math.hypot((i % 80) - 30, Math.floor(i / 80) - 25) < 6) data.set([210, 30, 45], 3 * i);
    }
    const path = join(await outputs(), 'flash.png');
    await sharp(data, { raw: { width: 80, height: 60, channels: 3 } })
      .png()
      .toFile(path);
    await open(engine, path);
    const { eyes } = await engine.request('redEyes', { photoId: 'p', at: { x: 32, y: 24, reach: 20 } });
    expect(eyes).toHaveLength(1);
    const repair = { id: 'eye', enabled: true, redEye: true as const, mask: eyes };
    const { revision } = await engine.request('render', {
      photoId: 'p',
      recipe: nothing,
      size: 'full',
      edit: edit({ repairs: [repair] }),
    });
    const query = { photoId: 'p', revision, x: 0, y: 0, w: 80, h: 60, width: 80, height: 60 };
    const { bytes } = await engine.request('picture', { ...query, layer: 'result', lossless: 1 });
    const [red, green] = (await pixels(bytes)).data.subarray(3 * (25 * 80 + 30));
    expect(red! - green!).toBeLessThan(10);
    expect(await engine.request('redEyes', { photoId: 'p', at: { x: 70, y: 50, reach: 8 } })).toEqual({ eyes: [] });
    // No finder of faces is installed here.
    expect(await engine.request('redEyes', { photoId: 'p', at: null })).toEqual({ eyes: [] });
  });

  it('a step added later does not absorb local repairs', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const repairs = [{ id: 'spot', enabled: true, mask: [square(100, 100, 10)] }];
    const tone = { kind: 'tone', enabled: true, settings: { strength: 1, cast: 1, contrast: 1 } } as const;
    const both: Recipe = { ...repairAlways, steps: [...repairAlways.steps, tone] };
    const ask = (recipe: Recipe, given: EngineEdit) =>
      engine.request('render', { photoId: 'p', recipe, size: 'full', edit: given });
    await ask(repairAlways, edit({ mask: [square(10, 10, 4)], repairs }));
    const after = await resultOf(engine, (await ask(both, edit({ mask: [square(10, 10, 4)] }))).revision);
    await open(engine, scratched);
    const fresh = await resultOf(engine, (await ask(both, edit({ mask: [square(10, 10, 4)] }))).revision);
    expect(after).toEqual(fresh);
  });

  it('a mask exported as PNG and imported again is unchanged', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const mask = [DETECTED_MASK[0]!, square(200, 10, 40), { kind: 'feather' as const, radius: 4 }];
    const written = await engine.request('exportMask', {
      photoId: 'p',
      recipe: repairAlways,
      edit: edit({ mask }),
      target: { folder: await outputs(), stem: 'mask' },
    });
    const png = await sharp(written.path).metadata();
    expect(png).toMatchObject({ width: 360, height: 270, channels: 1, depth: 'uchar' });
    const packed = await engine.request('readMask', { photoId: 'p', path: written.path });
    const id = createHash('sha256').update(packed).digest('hex');
    const back = [{ kind: 'bitmap' as const, mode: 'replace' as const, id }];
    const ask = (given: EngineEdit) =>
      engine.request('render', { photoId: 'p', recipe: repairAlways, size: 'full', edit: given });
    const one = await resultOf(engine, (await ask(edit({ mask }))).revision);
    const other = await resultOf(engine, (await ask(edit({ mask: back, bitmaps: new Map([[id, packed]]) }))).revision);
    expect(other).toEqual(one);
    await expect(engine.request('readMask', { photoId: 'p', path: large })).rejects.toMatchObject({
      code: 'MASK_SIZE',
      message: expect.stringMatching(/1000 × 750.*360 × 270/),
    });
  });

  it('the page derives the same mask from the evidence', async () => {
    const { engine } = shared;
    await open(engine, scratched);
    const query = { photoId: 'p', revision: 0, x: 0, y: 0, w: 360, h: 270, width: 360, height: 270 };
    const [{ bytes }, shown] = await Promise.all([
      engine.request('picture', { ...query, layer: 'evidence' }),
      engine.request('picture', { ...query, layer: 'mask', sensitivity: 0.5, grow: 1 }),
    ]);
    const evidence = unpackEvidence(bytes);
    const source = {
      width: 360,
      height: 270,
      evidence,
      settings: { sensitivity: 0.5, grow: 1, keepWriting: true },
      bitmaps: new Map(),
    };
    const mask = new Uint8Array(360 * 270);
    compileMask(DETECTED_MASK, source).read({ x: 0, y: 0, width: 360, height: 270 }, mask);
    expect(Buffer.from(mask)).toEqual(await sharp(shown.bytes).greyscale().raw().toBuffer());
  });
});
