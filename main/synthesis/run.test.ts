import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SynthesisSettings } from '../../contract/synthesis';
import { Pool } from '../batch/pool';
import { forkEngine } from '../engine/launch';
import { buildEngine, installFixture, synthesiserCard, temporaryFolder } from '../engine/test-support';
import { loadSharp, type SharpModule } from '../photos/sharp';
import { testScene } from '../restoration/testing/scene';
import { createField, drawEllipse } from './field';
import { type PairMade, type SynthesisSetup, synthesise } from './run';

let built: Awaited<ReturnType<typeof buildEngine>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let one: Pool;
let two: Pool;
let photos: string;
let models: string;
let out: string;
let outs = 0;
let sharp: SharpModule;

beforeAll(async () => {
  sharp = await loadSharp();
  [built, folder] = await Promise.all([buildEngine(), temporaryFolder()]);
  models = join(folder.path, 'models');
  await mkdir(models);
  const options = { models, provider: 'cpu', threads: 1 } as const;
  one = new Pool(forkEngine(built.entry), options, 1);
  two = new Pool(forkEngine(built.entry), options, 2);
  photos = join(folder.path, 'photos');
  await mkdir(join(photos, 'album'), { recursive: true });
  for (const [i, name] of ['a.jpg', 'b.png', 'album/c.png'].entries()) await writeScene(join(photos, name), i);
});
beforeEach(() => {
  out = join(folder.path, `pairs ${++outs}`);
});
afterAll(async () => {
  await Promise.all([one.close(), two.close()]);
  await Promise.all([built.remove(), folder.remove()]);
});

async function writeScene(path: string, seed: number): Promise<void> {
  const { data, width, height, channels } = testScene(200, 150, seed);
  await sharp(data, { raw: { width, height, channels } }).toFile(path);
}

function make(
  changes: Partial<Omit<SynthesisSetup, 'settings'>> & { settings?: Partial<SynthesisSettings>; pool?: Pool } = {},
) {
  const { pool = one, settings, ...rest } = changes;
  return synthesise({
    input: photos,
    output: out,
    overlays: null,
    pairs: 4,
    processor: { engines: pool.shape.engines, use: (work) => pool.use(work) },
    signal: new AbortController().signal,
    ...rest,
    settings: SynthesisSettings.parse({ size: 96, ...settings }),
  });
}

/** SHA-256 of every file below a folder. */
async function hashes(top: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    sums[path.slice(top.length + 1)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return sums;
}

const linesOf = async (top: string) => (await readFile(join(top, 'pairs.jsonl'), 'utf8')).trim().split('\n');

describe('making pairs', () => {
  it('gives the same pairs for any number and any number at once, and changes no photo', async () => {
    const before = await hashes(photos);
    expect(await make()).toMatchObject({ made: 4, kept: 0, kinds: ['drawn'], unusable: 0, interrupted: false });
    const few = await hashes(out);
    expect(Object.keys(few)).toHaveLength(4 * 3 + 2);
    const lines = await linesOf(out);

    const first = out;
    out = join(folder.path, 'many');
    await make({ pairs: 9, pool: two });
    const many = await hashes(out);
    const { 'pairs.jsonl': _, ...rest } = few;
    expect(many).toMatchObject(rest);
    expect((await linesOf(out)).slice(0, 4)).toEqual(lines);

    // When more pairs are wanted, the first folder gets only the missing ones.
    out = first;
    const made: PairMade[] = [];
    expect(await make({ pairs: 9, onPair: (pair) => made.push(pair) })).toMatchObject({ made: 5, kept: 4 });
    expect(made.map(({ index }) => index)).toEqual([4, 5, 6, 7, 8]);
    expect(await hashes(out)).toEqual(many);
    expect(await hashes(photos)).toEqual(before);
  });

  it('continues after an interruption, and makes spoilt pairs again', async () => {
    const whole = out;
    await make({ pairs: 5 });
    out = `${out} again`;
    const controller = new AbortController();
    const result = await make({
      pairs: 5,
      signal: controller.signal,
      onPair: ({ index }) => index === 1 && controller.abort(),
    });
    expect(result.interrupted).toBe(true);
    expect(result.made).toBeLessThan(5);
    // As after a power cut in the middle of a line, and with a changed picture.
    const record = join(out, 'pairs.jsonl');
    await writeFile(record, `${await readFile(record, 'utf8')}{"index":2,"fil`);
    await writeFile(join(out, 'mask', '000000.png'), 'not a mask');
    expect(await make({ pairs: 5 })).toMatchObject({ interrupted: false, kept: result.made - 1 });
    expect(await hashes(out)).toEqual(await hashes(whole));
  });

  it('records for each pair its source and what was done to it', async () => {
    await make({ pairs: 3, settings: { format: 'webp' } });
    const photoHashes = await hashes(photos);
    for (const [index, text] of (await linesOf(out)).entries()) {
      const line = JSON.parse(text);
      expect(line).toMatchObject({ index, seed: 1, sha256: photoHashes[line.source] });
      expect(line.damage.length).toBeGreaterThan(0);
      const { data, info } = await sharp(join(out, line.files.mask.name))
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(data.filter((value) => value >= 128).length / (info.width * info.height)).toBeCloseTo(line.coverage, 5);
    }
  });

  it('marks its pictures with their digital source type', async () => {
    await make({ pairs: 1 });
    const xmp = async (side: string) => (await sharp(join(out, side, '000000.png')).metadata()).xmp?.toString() ?? '';
    expect(await xmp('damaged')).toContain('digitalsourcetype/composite<');
    expect(await xmp('mask')).toContain('digitalsourcetype/algorithmicMedia<');
    expect(await xmp('clean')).toContain('<emulsion:TrainingPair>clean<');
    expect(await xmp('clean')).not.toContain('digitalsourcetype');
  });

  it('lists photos that cannot be used, takes others instead and never makes fewer pairs', async () => {
    const mixed = join(folder.path, 'mixed');
    await mkdir(mixed);
    await cp(join(photos, 'a.jpg'), join(mixed, 'good.jpg'));
    const jpeg = await readFile(join(photos, 'a.jpg'));
    await writeFile(join(mixed, 'half.jpg'), jpeg.subarray(0, jpeg.length / 2));
    await writeFile(join(mixed, 'letter.jpg'), 'Dear Ada');
    await writeFile(join(mixed, 'notes.txt'), 'Aunt Ada, 1931');
    await sharp({ create: { width: 40, height: 40, channels: 3, background: 'red' } }).toFile(join(mixed, 'small.png'));
    const told: Record<string, string> = {};
    const result = await make({
      input: mixed,
      pairs: 6,
      onProblem: ({ name, error, stray }) => {
        told[name] = stray ? 'stray' : error.code;
      },
    });
    expect(result).toMatchObject({ made: 6, unusable: 3 });
    expect(told).toEqual({
      'half.jpg': 'PHOTO_DAMAGED',
      'letter.jpg': 'NOT_A_PHOTO',
      'notes.txt': 'stray',
      'small.png': 'PHOTO_TOO_SMALL',
    });
    for (const text of await linesOf(out)) expect(JSON.parse(text).source).toBe('good.jpg');
    await rm(join(mixed, 'good.jpg'));
    out += ' none';
    await expect(make({ input: mixed })).rejects.toMatchObject({ code: 'PHOTOS_UNUSABLE' });
  });
});

describe('the folder', () => {
  it('is refused inside or around the folder of the photos, or if it holds other files', async () => {
    for (const output of [photos, join(photos, 'pairs'), folder.path]) {
      await expect(make({ output })).rejects.toMatchObject({ code: 'OUTPUT_IS_INPUT' });
    }
    expect(await readdir(photos)).toEqual(['a.jpg', 'album', 'b.png']);
    await mkdir(out);
    await writeFile(join(out, 'letter.txt'), 'Dear Ada');
    await expect(make()).rejects.toMatchObject({ code: 'FOLDER_TAKEN' });
    expect(await readdir(out)).toEqual(['letter.txt']);
  });

  it('is refused if its pairs were made with other settings', async () => {
    await make({ pairs: 1 });
    const before = await hashes(out);
    for (const settings of [{ seed: 2 }, { size: 64 }, { ageing: 0.5 }, { format: 'webp' }] as const) {
      await expect(make({ settings })).rejects.toMatchObject({ code: 'PAIRS_DIFFER' });
    }
    const fewer = join(folder.path, 'fewer');
    await mkdir(fewer);
    await cp(join(photos, 'a.jpg'), join(fewer, 'a.jpg'));
    await expect(make({ input: fewer })).rejects.toMatchObject({
      code: 'PAIRS_DIFFER',
      detail: expect.stringContaining('photos'),
    });
    expect(await hashes(out)).toEqual(before);
  });
});

describe('kinds of damage', () => {
  it('come from overlays, without bad ones', async () => {
    const overlays = join(folder.path, 'overlays');
    await mkdir(overlays);
    const dot = createField(60, 60);
    drawEllipse(dot, [30, 30], [9, 9], 0, 1);
    const grey = dot.data.map((value) => 255 * value);
    await sharp(Uint8Array.from(grey), { raw: { width: 60, height: 60, channels: 1 } }).toFile(
      join(overlays, 'dot.png'),
    );
    await writeScene(join(overlays, 'house.png'), 1);
    const bad: string[] = [];
    const result = await make({
      overlays,
      pairs: 5,
      settings: { damage: ['overlay'] },
      onProblem: ({ of, name, error }) => bad.push(`${of} ${name} ${error.code}`),
    });
    expect(result).toMatchObject({ kinds: ['overlay'], made: 5, unusable: 1 });
    expect(bad).toEqual(['overlay house.png MASK_UNSUITABLE']);
    for (const text of await linesOf(out)) {
      for (const { overlay } of JSON.parse(text).damage) expect(overlay).toBe('dot.png');
    }
    await rm(join(overlays, 'dot.png'));
    out += ' none';
    await expect(make({ overlays, settings: { damage: ['overlay'] } })).rejects.toMatchObject({
      code: 'PHOTOS_UNUSABLE',
    });
  });

  it('come from a generator, if it is installed', async () => {
    await expect(make({ settings: { damage: ['synthesised'] } })).rejects.toMatchObject({ code: 'GENERATOR_MISSING' });
    const card = await synthesiserCard();
    await installFixture(models, card);
    try {
      expect(await make({ pairs: 3, settings: { damage: ['synthesised'] } })).toMatchObject({
        kinds: ['synthesised'],
        made: 3,
      });
      const sums = await hashes(out);
      const xmp = (await sharp(join(out, 'damaged', '000000.png')).metadata()).xmp?.toString();
      expect(xmp).toContain('compositeWithTrainedAlgorithmicMedia');
      out += ' again';
      await make({ pairs: 3, settings: { damage: ['synthesised'] }, pool: two });
      expect(await hashes(out)).toEqual(sums);
      out += ' all';
      expect(await make({ pairs: 1 })).toMatchObject({ kinds: ['drawn', 'synthesised'] });
    } finally {
      await rm(join(models, card.id), { recursive: true });
    }
  });
});
