import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  buildEngine,
  fixtureCard,
  installFixture,
  synthesiserCard,
  temporaryFolder,
} from '../../main/engine/test-support';
import type { Card } from '../../main/generators/card';
import { mapPixels } from '../../main/restoration/testing/rasters';
import { testScene } from '../../main/restoration/testing/scene';
import { writePng } from './pictures';
import type { Report, Row } from './report';

const SHIPPED = join(import.meta.dirname, '../../models');
const FIXTURES = join(import.meta.dirname, 'fixtures');
let built: Awaited<ReturnType<typeof buildEngine>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let main: typeof import('./index').main;
let models: string;

beforeAll(async () => {
  [built, folder] = await Promise.all([buildEngine(), temporaryFolder()]);
  // Simulates a computer without Python and without other people's weights.
  process.env.EMULSION_PYTHON = join(folder.path, 'no-python');
  process.env.EMULSION_TRAINING_CACHE = join(folder.path, 'cache');
  ({ main } = await import('./index'));
  for (const [name, count] of [
    ['kodak', 2],
    ['cid22', 1],
    ['old', 1],
  ] as const) {
    for (let i = 1; i <= count; i++) {
      const scene = { width: 160, height: 120, data: testScene(160, 120, i).data as Uint8Array };
      await writePng(scene, join(folder.path, 'data', 'eval', name, `${i}.png`));
    }
  }
  models = join(folder.path, 'models');
  const detector = await fixtureCard('detector', { id: 'damage-detector', task: 'detect', halo: 4 });
  await installFixture(models, {
    ...detector,
    input: { ...detector.input, channels: 'luma' },
    output: { ...detector.output, channels: ['lines', 'blobs'] },
    thresholds: { lines: 0.5, blobs: 0.5 },
  });
  const inpainter = await fixtureCard('inpainter', { task: 'inpaint' });
  await installFixture(models, { ...inpainter, input: { ...inpainter.input, channels: 'rgb+mask' } });
  const upscaler = await fixtureCard('double', { task: 'upscale', variant: 'faithful' });
  const enlarged = { ...upscaler, output: { ...upscaler.output, scale: 2 } };
  await installFixture(models, { ...enlarged, id: 'upscaler-x2' });
  await installFixture(models, { ...enlarged, id: 'upscaler-x2-crisp', variant: 'crisp' });
  // Pixels brighter than their surroundings become blue and red.
  const painter = { ...detector, id: 'coloriser', task: 'colorise' as const, thresholds: null };
  const output = { ...detector.output, channels: 'cbcr' as const };
  await installFixture(models, { ...painter, input: { ...detector.input, channels: 'luma' }, output });
  const strength = { name: 'strength', label: 'Expected error', min: 0, max: 0.3, default: 0.05 };
  await installFixture(models, await fixtureCard('restorer', { task: 'restore', halo: 1, extraInputs: [strength] }));
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  delete process.env.EMULSION_PYTHON;
  delete process.env.EMULSION_TRAINING_CACHE;
  await Promise.all([built.remove(), folder.remove()]);
});

/** Runs the command and returns its exit code and output. */
async function evaluate(...args: string[]): Promise<{ code: number; out: string; told: string }> {
  vi.restoreAllMocks();
  const out = vi.spyOn(console, 'log').mockImplementation(() => {});
  const told = vi.spyOn(console, 'error').mockImplementation(() => {});
  const code = await main(args, built.entry);
  const lines = (spy: typeof out) => spy.mock.calls.map(([line]) => String(line)).join('\n');
  return { code, out: lines(out), told: lines(told) };
}

const onData = (...args: string[]) =>
  evaluate('--data', join(folder.path, 'data'), '--models', models, '--threads', '1', ...args);

function find(rows: readonly Row[], wanted: string, metric: string): Row {
  const row = rows.find((each) => each.case === wanted && each.metric === metric);
  if (!row) throw new Error(`there is no row ${wanted}, ${metric}`);
  return row;
}

describe('npm run evaluate', () => {
  it('measures every generator through the engine, and says what it cannot measure', async () => {
    const { code, out } = await onData('--json');
    expect(code).toBe(0);
    const { generators, notes } = JSON.parse(out) as Report;
    expect(Object.keys(generators).sort()).toEqual([
      'coloriser',
      'damage-detector',
      'film',
      'inpainter',
      'restorer',
      'upscaler-x2',
      'upscaler-x2-crisp',
    ]);
    const absent = (id: string) => `${id} is not measured: it is not installed`;
    const missing = ['OpenCV', 'LPIPS', absent('damage-synthesiser'), absent('face-finder')];
    missing.push(absent('fading'), 'Real damage is not filled');
    missing.push(...['night', 'style', 'upscaler-x4-crisp', 'upscaler-x4'].map(absent));
    expect(notes).toEqual(missing.map((each) => expect.stringContaining(each)));
    for (const { rows, secondsPerMegapixel } of Object.values(generators)) {
      expect(secondsPerMegapixel).toBeGreaterThan(0);
      for (const { case: name, metric, value } of rows) {
        // There are no LPIPS weights and no captions here.
        if (metric === 'LPIPS' || name === 'captions') expect(value).toBeNull();
        else expect(Number.isFinite(value)).toBe(true);
      }
    }
    // A step that needs no generator is measured too, and leaves clean photographs alone.
    expect(find(generators.film!.rows, 'kodak, clean', 'changed, by itself').value).toBe(0);
    const { rows } = generators.restorer!;
    const noise = find(rows, 'noise 25', 'PSNR');
    // The fixture blurs by its strength input, so this shows that the engine measures the noise and passes it on.
    expect(noise.value! - noise.baselines['as it came']!).toBeGreaterThan(2);
    expect(noise.baselines['non-local means (OpenCV)']).toBeNull();
    for (const level of noise.told!) expect(Math.abs(level - 25)).toBeLessThan(5);
    expect(find(rows, 'noise 50', 'restore proposed').value).toBe(100);
    expect(find(rows, 'clean', 'restore proposed').value).toBe(0);
    expect(find(rows, 'clean', 'SSIM').pictures).toHaveLength(2);
    // The fixture fills with mid grey, which is no better than a guess and the same for every width.
    const hole = find(generators.inpainter!.rows, '16 px', 'PSNR in the hole');
    expect(hole.value).toBeGreaterThan(5);
    expect(hole.value).toBeLessThan(20);
    // The fixture repeats pixels. On soft pictures this is slightly worse than bicubic resampling.
    const doubled = find(generators['upscaler-x2']!.rows, 'kodak', 'PSNR of the luma');
    expect(doubled.value!).toBeGreaterThan(15);
    expect(doubled.value!).toBeLessThan(doubled.baselines.bicubic!);
    const crisp = find(generators['upscaler-x2-crisp']!.rows, 'kodak, spoilt', 'PSNR of the luma');
    expect(Object.keys(crisp.baselines).sort()).toEqual(['bicubic', 'faithful']);
    expect(crisp.value).toBeCloseTo(crisp.baselines.faithful!, 9);
    expect(crisp.value!).toBeLessThan(doubled.value!);
    const colours = generators.coloriser!.rows;
    expect(find(colours, 'cid22', 'colourfulness').value!).toBeGreaterThan(100);
    expect(find(colours, 'kodak', 'PSNR').value!).toBeLessThan(find(colours, 'kodak', 'PSNR').baselines.grey!);
    // The fixture finds only pixels brighter than their surroundings.
    expect(find(generators['damage-detector']!.rows, 'plain', 'precision').value).toBeGreaterThan(0.3);
    if (process.platform === 'linux') expect(generators.restorer!.peakMegabytes).toBeGreaterThan(50);
  }, 240_000);

  it('measures one generator, in the tables of docs/quality.md, and writes its contact sheet', async () => {
    const sheets = join(folder.path, 'sheets');
    const json = await onData('--only', 'inpainter', '--limit', '1', '--json', '--sheets', sheets);
    expect(json.code).toBe(0);
    const report = join(folder.path, 'report.json');
    await writeFile(report, json.out);
    const { code, out } = await evaluate('--report', report, '--markdown');
    expect(code).toBe(0);
    expect(out).toMatch(/^\| inpainter \| 2 px \| 4 px \| 8 px \| 16 px \| mixed \| mixed, grey \|$/m);
    expect(out).toMatch(/^\| PSNR in the hole, dB( \| \d+\.\d\d){6} \|$/m);
    expect(out).toMatch(/^\| – Telea \(OpenCV\)( \| not measured){6} \|$/m);
    const { width, height } = await import('./pictures').then((each) =>
      each.readPicture(join(sheets, 'inpainter.png')),
    );
    expect([width, height]).toEqual([3 * 160 + 16, 120]);
  });

  it('fills real damage prepared by the kit, and compares it with the truth', async () => {
    const holes = join(folder.path, 'cache', 'holes');
    const plain = (value: number) => ({ width: 64, height: 48, data: new Uint8Array(3 * 64 * 48).fill(value) });
    const hole = Uint8Array.from({ length: 64 * 48 }, (_, i) => (i % 64 > 28 && i % 64 < 34 ? 255 : 0));
    const crack = { ...plain(200), data: plain(200).data.map((value, i) => (hole[Math.floor(i / 3)] ? 10 : value)) };
    await writePng(crack, join(holes, '000.png'));
    await writePng({ width: 64, height: 48, data: hole }, join(holes, '000.hole.png'));
    // The fixture fills with mid grey, which is right for this hole.
    const truth = { ...crack, data: crack.data.map((value) => (value === 10 ? 128 : value)) };
    await writePng(truth, join(holes, '000.truth.png'));
    await writeFile(join(holes, 'holes.json'), JSON.stringify({ version: 1, cases: [{ name: '000' }] }));
    const whole = await onData('--only', 'inpainter', '--limit', '1', '--json');
    await rm(join(holes, '000.truth.png'));
    const broken = await onData('--only', 'inpainter', '--limit', '1', '--json');
    await rm(holes, { recursive: true });
    const { rows } = (JSON.parse(whole.out) as Report).generators.inpainter!;
    expect(find(rows, 'real damage', 'PSNR in the hole').value).toBeGreaterThan(40);
    expect(find(rows, '16 px', 'PSNR in the hole').value).toBeLessThan(20);
    expect((JSON.parse(broken.out) as Report).notes.join()).toMatch(/Real damage is not filled.*holes cannot be read/);
  });

  it('measures real damage by fold, before drawn damage, and says what it leaves out', async () => {
    const data = join(folder.path, 'data with real damage');
    const grey = (width: number, height: number, value: (x: number, y: number) => number) =>
      Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
    const scratch = grey(160, 120, (x, y) => (y >= 60 && y < 63 && x >= 20 && x < 140 ? 255 : 0));
    const print = (marks: Uint8Array) => ({
      width: 160,
      height: 120,
      data: Uint8Array.from({ length: 3 * marks.length }, (_, i) => (marks[Math.floor(i / 3)] ? 255 : 90)),
    });
    await writePng(print(scratch), join(data, 'eval', 'kodak', '1.png'));
    const notes = {
      lines: [
        {
          points: [
            [20, 61],
            [139, 61],
          ],
          kind: 'scratch',
        },
      ],
      keep: [
        {
          points: [
            [10, 10],
            [60, 10],
            [60, 30],
            [10, 30],
          ],
          what: 'caption',
        },
      ],
    };
    for (const stem of ['held-out', 'learnt', 'other-size', 'broken', 'no-picture']) {
      await writePng(print(scratch), join(data, 'eval', 'old', `${stem}.png`));
      await writePng({ width: 160, height: 120, data: scratch }, join(data, 'eval', 'real', `${stem}.mask.png`));
      await writeFile(join(data, 'eval', 'real', `${stem}.json`), JSON.stringify(notes));
    }
    const small = { width: 16, height: 12, data: new Uint8Array(16 * 12) };
    await writePng(small, join(data, 'eval', 'real', 'other-size.mask.png'));
    await writeFile(join(data, 'eval', 'real', 'broken.json'), '{"lines": [');
    await writeFile(join(data, 'eval', 'old', 'no-picture.png'), 'this is no picture');
    const stems = ['absent', 'held-out', 'other-size', 'learnt', 'broken', 'no-picture'];
    await writeFile(join(data, 'eval', 'real', 'index.tsv'), stems.map((stem) => `${stem}\t3\ty\n`).join(''));
    await writeFile(join(data, 'eval', 'real', 'folds.tsv'), 'stem\tfold\nheld-out\t2\nlearnt\t0\n');
    const captions = join(folder.path, 'cache', 'captions');
    await writePng(print(scratch), join(captions, '000.png'));
    await writePng({ width: 160, height: 120, data: scratch }, join(captions, '000.creases.png'));
    const writing = grey(160, 120, (x, y) => (y >= 10 && y < 14 && x < 80 ? 255 : 0));
    await writePng({ width: 160, height: 120, data: writing }, join(captions, '000.writing.png'));
    const cases = ['000', '001'].map((name) => ({ name, medium: 'ink' }));
    await writeFile(join(captions, 'captions.json'), JSON.stringify({ version: 1, cases }));
    const sheets = join(folder.path, 'sheets');
    const options = ['--data', data, '--models', models, '--threads', '1', '--sheets', sheets, '--json'];
    const { code, out } = await evaluate(...options, '--only', 'damage-detector');
    await rm(captions, { recursive: true });
    expect(code).toBe(0);
    const { generators, notes: said } = JSON.parse(out) as Report;
    for (const wanted of [
      /absent/,
      /other-size.*16 x 12 px.*160 x 120 px/,
      /broken\.json/,
      /no-picture/,
      /Caption 001/,
    ])
      expect(said.filter((sentence) => wanted.test(sentence))).toHaveLength(1);
    const { rows } = generators['damage-detector']!;
    // The fixture finds pixels brighter than their surroundings, which are exactly the scratch.
    expect(rows[0]).toMatchObject({ case: 'real, all 2', data: '2 real photographs' });
    for (const name of ['real, all 2', 'real, fold 2', 'real, folds 0 and 1']) {
      expect(find(rows, name, 'F1').value).toBeGreaterThan(0.9);
      expect(find(rows, name, 'lines found').value).toBeGreaterThan(0.9);
      expect(find(rows, name, 'writing touched').value).toBe(0);
    }
    expect(find(rows, 'real, all 2', 'kept regions hurt')).toMatchObject({ value: 0, of: 2 });
    const [right, missed] = ['right', 'missed'].map((each) => find(rows, 'real, all 2', `proposal ${each}`));
    expect(right!.value! + missed!.value!).toBe(2);
    expect(find(rows, 'captions, ink', 'lines found').value).toBeGreaterThan(0.9);
    expect(find(rows, 'captions', 'writing touched').value).toBe(0);
    expect(find(rows, 'captions, pencil', 'lines found').value).toBeNull();
    const { readPicture } = await import('./pictures');
    expect((await readPicture(join(sheets, 'damage-detector-real-1.png'))).width).toBeGreaterThan(1600);
    const report = join(folder.path, 'real.json');
    await writeFile(report, out);
    const tables = (await evaluate('--report', report, '--markdown')).out;
    expect(tables).toMatch(
      /^\| damage-detector, real damage \| real, all 2 \| real, fold 2 \| real, folds 0 and 1 \| captions/m,
    );
    expect(tables).toMatch(/^\| kept regions hurt \| 0 of 2 \| 0 of 1 \| 0 of 1 \|/m);
    expect(tables).toMatch(/^\| damage-detector \| plain \| hard \| clean, kodak \|$/m);
  }, 120_000);

  describe('with feature graphs', () => {
    const cache = process.env.EMULSION_TRAINING_CACHE;
    beforeAll(async () => {
      process.env.EMULSION_TRAINING_CACHE = join(folder.path, 'cache with graphs');
      const { graphsFolder } = await import('./python');
      await cp(FIXTURES, graphsFolder(SHIPPED), { recursive: true });
    });
    afterAll(() => {
      process.env.EMULSION_TRAINING_CACHE = cache;
    });

    it('paints in each style that ships, one line of the sheet each, and gets closer to the painting', async () => {
      const painters = join(folder.path, 'painters');
      await cp(join(SHIPPED, 'style'), join(painters, 'style'), { recursive: true });
      const presets = join(painters, 'style', 'presets.json');
      await writeFile(presets, JSON.stringify(JSON.parse(await readFile(presets, 'utf8')).slice(0, 2)));
      const data = join(folder.path, 'data with paintings');
      const red = mapPixels(testScene(150, 130, 5), (r, g, b) => [0.5 + r / 2, g / 3, b / 3]);
      await writePng({ ...red, data: red.data as Uint8Array }, join(data, 'styles', 'hokusai-great-wave.png'));
      for (const [i, name] of ['5', '15'].entries()) {
        const scene = { width: 160, height: 120, data: testScene(160, 120, i).data as Uint8Array };
        await writePng(scene, join(data, 'eval', 'kodak', `${name}.png`));
      }
      const sheets = join(folder.path, 'sheets');
      const options = ['--data', data, '--models', painters, '--threads', '1', '--json', '--sheets', sheets];
      const { code, out } = await evaluate(...options, '--only', 'style', '--limit', '1');
      expect(code).toBe(0);
      const { rows, secondsPerMegapixel } = (JSON.parse(out) as Report).generators.style!;
      expect(secondsPerMegapixel).toBeGreaterThan(0);
      expect(find(rows, 'time', 'seconds per megapixel').value).toBe(secondsPerMegapixel);
      const kept = rows.filter(({ metric }) => metric === 'SSIM to the photo');
      expect(kept).toHaveLength(2);
      for (const { value } of kept) {
        expect(value!).toBeGreaterThan(0.1);
        expect(value!).toBeLessThan(0.98);
      }
      // The fixture takes the mean colours for the style.
      const style = find(rows, '256 px of kodak', 'style distance');
      expect(style.value!).toBeLessThan(style.baselines['as it came']! / 2);
      expect(style.pictures).toHaveLength(1);
      const { measured } = JSON.parse(await readFile(join(SHIPPED, 'style', 'card.json'), 'utf8')) as Card;
      const { name, value } = measured.find(({ metric }) => metric.startsWith('style distance, 256 px'))!.baseline!;
      expect(style.baselines[name]).toBe(value);
      // Only one of the two styles has its work in the data folder.
      for (const metric of ['style distance', 'style distance, halved', 'content distance']) {
        const preset = find(rows, 'presets, 512 px of kodak', metric);
        expect(preset.data).toBe('1 presets on 1 pictures');
        expect(preset.value!).toBeGreaterThan(0);
      }
      const content = find(rows, '256 px of kodak', 'content distance');
      expect(content.value!).toBeGreaterThan(0.001);
      expect(content.baselines['as it came']).toBe(0);
      const { readPicture } = await import('./pictures');
      const { width, height } = await readPicture(join(sheets, 'style.png'));
      expect([width, height]).toEqual([160, 3 * 120 + 16]);
    }, 120_000);

    it('compares drawn damage with scans that were not trained on, and with those of the training set', async () => {
      const drawing = join(folder.path, 'drawing');
      await installFixture(drawing, { ...(await synthesiserCard()), id: 'damage-synthesiser' });
      const run = async (...more: string[]) => {
        const { code, out } = await onData('--models', drawing, '--only', 'damage-synthesiser', ...more, '--json');
        expect(code).toBe(0);
        return (JSON.parse(out) as Report).generators['damage-synthesiser']!;
      };
      const where = 'beside held-out scans';
      // Without scans there is nothing to compare with.
      const { rows: none } = await run('--limit', '3');
      expect(find(none, where, 'precision')).toMatchObject({
        value: null,
        baselines: { 'scans of the training set': null },
      });

      const overlays = join(folder.path, 'overlays');
      for (const kind of ['dots', 'spots']) {
        for (let i = 0; i < 40; i++) {
          const half = kind === 'dots' ? 5 + i / 8 : 50 + i / 4;
          const isInside = (at: number) =>
            Math.abs((at % 140) - 70) < half && Math.abs(Math.floor(at / 140) - 70) < half;
          const data = Uint8Array.from({ length: 140 * 140 }, (_, at) => (isInside(at) ? 255 : 0));
          await writePng({ width: 140, height: 140, data }, join(overlays, kind, `${i}.png`));
        }
      }
      const sheets = join(folder.path, 'sheets');
      const { rows, secondsPerMegapixel } = await run('--limit', '60', '--overlays', overlays, '--sheets', sheets);
      expect(secondsPerMegapixel).toBeGreaterThan(0);
      // The fixture draws random grey pixels, which no scan has; the scans resemble one another.
      const scans = 'scans of the training set';
      const [precision, recall] = ['precision', 'recall'].map((metric) => find(rows, where, metric)) as [Row, Row];
      expect(precision.value).toBe(0);
      expect(precision.baselines[scans]).toBeGreaterThan(0.6);
      expect(recall.baselines[scans]).toBeGreaterThan(0.6);
      expect(recall.value!).toBeLessThan(recall.baselines[scans]!);
      const diversity = find(rows, where, 'diversity');
      expect(diversity.value).toBeGreaterThan(0.2);
      expect(diversity.baselines[scans]).toBeCloseTo(1, 0);
      const { readPicture } = await import('./pictures');
      expect(await readPicture(join(sheets, 'damage-synthesiser.png'))).toMatchObject({ width: 10 * 8 + 9 * 8 });
    }, 120_000);
  });

  it('measures how light nights are, and says so if there is no such style', async () => {
    const nights = join(folder.path, 'nights');
    await cp(join(SHIPPED, 'style'), join(nights, 'style'), { recursive: true });
    // A generator that returns pictures is no night, even if it says so.
    await installFixture(nights, {
      ...(await fixtureCard('identity', { task: 'style', variant: 'night' })),
      id: 'night',
    });
    const light = async () => {
      const { code, out } = await onData('--models', nights, '--only', 'night', '--json');
      expect(code).toBe(0);
      return find((JSON.parse(out) as Report).generators.night!.rows, 'kodak', 'mean luma');
    };
    const none = await light();
    expect(none.value).toBeNull();
    const presets = join(nights, 'style', 'presets.json');
    const [first] = JSON.parse(await readFile(presets, 'utf8')) as object[];
    await writeFile(presets, JSON.stringify([{ ...first, id: 'night' }]));
    const { value, baselines } = await light();
    expect(baselines['by day']).toBeCloseTo(none.baselines['by day']!, 9);
    expect(baselines['by day']).toBeGreaterThan(30);
    // The Great Wave is not a night, but it differs from the day.
    expect(Math.abs(value! - baselines['by day']!)).toBeGreaterThan(1);
  }, 60_000);

  it('says which report it cannot read', async () => {
    const broken = join(folder.path, 'broken.json');
    await writeFile(broken, '{"machine": "a computer", "gener');
    for (const file of [broken, join(folder.path, 'missing.json')]) {
      const { code, told } = await evaluate('--report', file);
      expect(code).toBe(1);
      expect(told).toContain(file);
    }
  });

  it.each([
    ['no folder', []],
    ['an unknown generator', ['--data', '.', '--only', 'colouriser']],
    ['an unknown option', ['--data', '.', '--fast']],
    ['no number', ['--data', '.', '--limit', '0']],
    ['sheets inside the repository', ['--data', '.', '--sheets', join(import.meta.dirname, 'sheets')]],
  ])('does not understand %s', async (_, args) => {
    const { code, told } = await evaluate(...args);
    expect(code).toBe(2);
    expect(told).toContain('npm run evaluate');
  });

  it('says which pictures are missing', async () => {
    const empty = join(folder.path, 'empty');
    await mkdir(empty);
    const { code, told } = await evaluate('--data', empty);
    expect(code).toBe(1);
    expect(told).toContain(join(empty, 'kodak'));
  });
});
