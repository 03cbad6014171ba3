import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import sharp from 'sharp';
import { damageScene } from '../main/restoration/testing/damage';
import { toGrey } from '../main/restoration/testing/rasters';
import { testScene } from '../main/restoration/testing/scene';
import { giantPng, type Run, run, start } from './command-line';

async function hashes(folder: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort()) {
    sums[name] = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  }
  return sums;
}

const folder = () => test.info().outputPath();

async function writeScene(path: string, width: number, height: number, damaged: boolean): Promise<void> {
  const clean = testScene(width, height, 3);
  const { data, channels } = damaged ? damageScene(clean, 3).raster : clean;
  await mkdir(join(path, '..'), { recursive: true });
  await sharp(data, { raw: { width, height, channels } }).toFile(path);
}

test('a folder is restored into mirrored folders, and no original changes', async () => {
  const scans = join(folder(), 'scans');
  await writeScene(join(scans, 'creased.png'), 320, 240, true);
  await mkdir(join(scans, 'album'));
  await writeScene(join(scans, 'album', 'creased.jpg'), 320, 240, true);
  await writeFile(join(scans, 'notes.txt'), 'Aunt Ada, 1931');
  const before = {
    ...(await hashes(join(scans, 'album'))),
    note: (await readFile(join(scans, 'notes.txt'))).toString(),
  };

  const { code, records } = await run(['restore', scans, '--out', join(folder(), 'out'), '--json']);

  expect(code).toBe(0);
  expect(records.at(-1)).toMatchObject({ type: 'summary', failed: 0, skipped: 1, interrupted: false });
  expect(await readdir(join(folder(), 'out'))).toEqual(['album', 'creased.png']);
  expect(await readdir(join(folder(), 'out', 'album'))).toEqual(['creased.jpg']);
  expect({
    ...(await hashes(join(scans, 'album'))),
    note: (await readFile(join(scans, 'notes.txt'))).toString(),
  }).toEqual(before);
  const xmp = (await sharp(join(folder(), 'out', 'creased.png')).metadata()).xmp?.toString() ?? '';
  expect(xmp).toContain('compositeWithTrainedAlgorithmicMedia');
});

test('every photo that fails is named with a code, the exit code says so, and nothing is written', async () => {
  const bad = join(folder(), 'bad');
  await mkdir(bad);
  await writeScene(join(folder(), 'whole.jpg'), 320, 240, false);
  const whole = await readFile(join(folder(), 'whole.jpg'));
  await writeFile(join(bad, 'half.jpg'), whole.subarray(0, whole.length / 2));
  await writeFile(join(bad, 'empty.jpg'), '');
  await writeFile(join(bad, 'letter.jpg'), 'Dear Ada, the photo is in the other envelope.\n'.repeat(40));
  await writeFile(join(bad, 'giant.png'), giantPng(30_000, 30_000));
  const out = join(folder(), 'out');

  const data = join(folder(), 'data');
  const folderRun = await run(['restore', bad, '--out', out, '--json'], { EMULSION_LOG: '', EMULSION_USER_DATA: data });
  expect(folderRun.code).toBe(1);
  // The log has the same failures, by the names of the files alone, and the stacks of the engine.
  const log = await readFile(join(data, 'logs', 'emulsion.log'), 'utf8');
  const logged = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const failed = logged.filter((record) => record.process === 'command line');
  expect(failed.map(({ facts }) => facts.file).sort()).toEqual(['empty.jpg', 'giant.png', 'half.jpg', 'letter.jpg']);
  const inEngine = logged.filter((record) => record.process === 'engine');
  expect(inEngine.map(({ code }) => code)).toContain('PHOTO_DAMAGED');
  for (const { stack } of inEngine) expect(stack[1]).toMatch(/^at .*\.js:\d+:\d+/);
  expect(log).not.toContain(folder());
  expect(log).not.toContain('bad/');
  const codes = Object.fromEntries(
    folderRun.records
      .filter((record) => record.type === 'failed')
      .map((record) => [String(record.input).split('/').at(-1), record.code]),
  );
  expect(codes).toEqual({
    'half.jpg': 'PHOTO_DAMAGED',
    'empty.jpg': 'FILE_EMPTY',
    'letter.jpg': 'NOT_A_PHOTO',
    'giant.png': 'PHOTO_TOO_LARGE',
  });
  for (const record of folderRun.records.filter((entry) => entry.type === 'failed')) {
    expect(String(record.message)).toMatch(/^[A-Z].*\.$/);
  }

  const missing = await run(['restore', join(bad, 'nowhere.jpg'), '--out', out, '--json']);
  expect(missing.code).toBe(1);
  expect(missing.records[0]).toMatchObject({ type: 'failed', code: 'FILE_MISSING' });
  expect(existsSync(out)).toBe(false);

  const blocked = await run(['restore', join(folder(), 'whole.jpg'), '--out', join(bad, 'letter.jpg', 'out')]);
  expect(blocked.code).toBe(1);
  expect(blocked.err).toContain('FOLDER_');
});

test('a malformed command is a usage error and starts nothing', async () => {
  for (const args of [
    ['restore'],
    ['restore', 'a.jpg'],
    ['restore', 'a.jpg', '--out', 'x', '--format', 'bmp'],
    ['restore', 'a.jpg', '--out', 'x', '--quality', '101'],
    ['restore', 'a.jpg', '--out', join(folder(), 'x'), '--recipe', 'no-such-recipe'],
    ['restore', 'a.jpg', '--out', join(folder(), 'x'), '--edit', 'no-such.emulsion'],
    ['restore', 'a.jpg', 'b.jpg', '--out', join(folder(), 'x'), '--edit', 'no-such.emulsion'],
    ['restore', folder(), '--out', join(folder(), 'x'), '--edit', 'no-such.emulsion'],
    ['restore', 'a.jpg', '--out', join(folder(), 'x'), '--edit', 'a.emulsion', '--recipe', 'enlarge'],
    ['frobnicate'],
  ]) {
    const { code, err } = await run(args);
    expect(code, args.join(' ')).toBe(2);
    expect(err.length).toBeGreaterThan(0);
  }
  expect(existsSync(join(folder(), 'x'))).toBe(false);
});

test('names never collide: a.jpg and a.png are both written, and a second run overwrites nothing', async () => {
  const scans = join(folder(), 'scans');
  await writeScene(join(scans, 'a.jpg'), 200, 150, false);
  await writeScene(join(scans, 'a.png'), 200, 150, false);
  const args = ['restore', scans, '--out', join(folder(), 'out'), '--format', 'png'];
  expect((await run(args)).code).toBe(0);
  const first = await hashes(join(folder(), 'out'));
  expect(Object.keys(first)).toEqual(['a-2.png', 'a.png']);
  expect((await run(args)).code).toBe(0);
  expect(await hashes(join(folder(), 'out'))).toMatchObject(first);
  expect(await readdir(join(folder(), 'out'))).toHaveLength(4);
});

test('colours and a size are added by options or by a recipe file; colour photos keep their colours', async () => {
  const scans = join(folder(), 'scans');
  await writeScene(join(scans, 'colour.png'), 320, 240, false);
  const grey = toGrey(testScene(320, 240, 5));
  await sharp(grey.data, { raw: { width: 320, height: 240, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(join(scans, 'grey.png'));
  const channels = async (out: string, name: string) => {
    const { width, height, channels: count } = await sharp(join(folder(), out, name)).metadata();
    return [width, height, count];
  };

  const asked = await run([
    'restore',
    scans,
    '--out',
    join(folder(), 'asked'),
    '--colour',
    '--enlarge',
    '480px',
    '--json',
  ]);
  expect(asked.code).toBe(0);
  const done = (name: string) =>
    (
      asked.records.find((record) => String(record.input).endsWith(name))!.reports as {
        kind: string;
        outcome: string;
      }[]
    )
      .filter(({ outcome }) => outcome === 'done')
      .map(({ kind }) => kind);
  expect(done('grey.png')).toEqual(expect.arrayContaining(['colorise', 'upscale']));
  expect(done('colour.png')).not.toContain('colorise');
  expect(await channels('asked', 'grey.png')).toEqual([480, 360, 3]);
  expect(await channels('asked', 'colour.png')).toEqual([480, 360, 3]);

  const recipe = join(folder(), 'double.json');
  const settings = { scale: 2, variant: 'crisp' };
  const steps = [{ kind: 'upscale', settings }];
  await writeFile(recipe, JSON.stringify({ format: 1, id: 'double', name: 'Double', gate: 'always', steps }));
  const doubled = await run([
    'restore',
    join(scans, 'grey.png'),
    '--out',
    join(folder(), 'doubled'),
    '--recipe',
    recipe,
  ]);
  expect(doubled.code).toBe(0);
  expect(await channels('doubled', 'grey.png')).toEqual([640, 480, 1]);

  const wrong = await run(['restore', scans, '--out', join(folder(), 'wrong'), '--enlarge', '5x']);
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain('2x, 4x');
});

test('recipes are saved with changes, shown, used and removed; --set changes the proposal', async () => {
  const env = { EMULSION_USER_DATA: join(folder(), 'data') };
  const emulsion = (...args: string[]) => run(args, env);
  const photo = join(folder(), 'scans', 'creased.png');
  await writeScene(photo, 320, 240, true);

  const set = ['--set', 'repair.enabled=false', '--set', 'upscale.enabled=true', '--set', 'upscale.target=480px'];
  const save = ['recipes', 'save', 'My prints', '--from', 'scratched-print', '--gate', 'always'];
  const saved = await emulsion(...save, ...set, '--json');
  expect(saved.code).toBe(0);
  expect(saved.records).toMatchObject([{ type: 'saved', recipe: { id: 'my-prints', name: 'My prints' } }]);
  expect((await emulsion(...save)).code).toBe(1);

  const listed = await emulsion('recipes', '--json');
  expect(listed.records.at(-1)).toMatchObject({ type: 'recipe', shipped: false, recipe: { id: 'my-prints' } });
  expect((await emulsion('recipes')).out).toContain('My prints (your own)');
  const shown = await emulsion('recipes', 'show', 'My prints');
  expect(shown.out).toMatch(/repair .*\(switched off\)/);
  expect(shown.out).toContain('target=480px');

  // What is shown as JSON is a recipe file.
  const file = join(folder(), 'mine.json');
  const json = await emulsion('recipes', 'show', 'my-prints', '--json');
  expect(json.records).toEqual([saved.records[0]!.recipe]);
  await writeFile(file, json.out.replace('"grow"', '"gorw"'));
  const validated = await emulsion('recipes', 'validate', file, '--json');
  expect(validated.code).toBe(1);
  expect(validated.records).toMatchObject([
    {
      type: 'invalid',
      file,
      problems: [{ path: 'steps[0].settings.gorw', message: expect.stringContaining('“grow”') }],
    },
  ]);

  const restore = ['restore', photo, '--out', join(folder(), 'out'), '--json'];
  const misspelt = await emulsion(...restore, '--recipe', file);
  expect(misspelt.code).toBe(2);
  expect(misspelt.err).toContain('“grow”');
  const outcomes = ({ records }: Run) =>
    Object.fromEntries(
      (records[0]!.reports as { kind: string; outcome: string }[]).map(({ kind, outcome }) => [kind, outcome]),
    );
  const mine = await emulsion(...restore, '--recipe', 'my-prints', '--set', 'restore.enabled=false');
  expect(mine.records[0]).toMatchObject({ outcome: 'restored', output: { width: 480, height: 360 } });
  const expected = { repair: 'off', restore: 'off', tone: 'done', upscale: 'done' };
  expect(outcomes(mine)).toEqual(expected);
  const batch = ['batch', join(folder(), 'scans'), '--out', join(folder(), 'all'), '--json'];
  expect(outcomes(await emulsion(...batch, '--recipe', 'my-prints', '--set', 'restore.enabled=false'))).toEqual(
    expected,
  );
  const switches = ['--set', 'repair.enabled=true', '--set', 'repair.sensitivity=0.7', '--set', 'tone.enabled=false'];
  const proposed = await emulsion(...restore, ...switches);
  expect(outcomes(proposed)).toMatchObject({ repair: 'done', tone: 'off' });

  for (const [setting, reason] of [
    ['repair.sensitivty=0.7', 'Did you mean “sensitivity”'],
    ['repair.sensitivity=7', 'from 0 to 1'],
    ['upscale.scale=4', '--set upscale.enabled=true'],
  ] as const) {
    const refused = await emulsion(...restore, '--set', setting);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(reason);
    expect(refused.records).toMatchObject([{ type: 'error', code: 'BAD_REQUEST' }]);
  }

  expect((await emulsion('recipes', 'remove', 'enlarge')).code).toBe(2);
  expect((await emulsion('recipes', 'remove', 'my-prints')).code).toBe(0);
  expect((await emulsion(...restore, '--recipe', 'my-prints')).records).toMatchObject([{ code: 'RECIPE_UNKNOWN' }]);
});

test('every command has a page of help', async () => {
  const page = await run(['help', 'recipes', 'save']);
  expect(page.code).toBe(0);
  expect(page.out).toBe((await run(['recipes', 'save', '--help'])).out);
  expect(page.out).toMatch(/^NAME\n {2}emulsion recipes save - /);
  expect((await run(['help', 'frobnicate'])).code).toBe(2);
});

test('bash completes with the printed script', async () => {
  test.skip(process.platform === 'win32', 'bash is not part of Windows');
  const script = join(folder(), 'emulsion.bash');
  await writeFile(script, (await run(['completion', 'bash'])).out);
  const completed = execFileSync(
    'bash',
    [
      '-c',
      `source "$0"; COMP_WORDS=(emulsion restore --recipe fad); COMP_CWORD=3; _emulsion; echo "\${COMPREPLY[@]}"`,
      script,
    ],
    { encoding: 'utf8' },
  );
  expect(completed).toBe('faded-colour-print\n');
});

test('Ctrl-C ends with 130 and leaves no partial file', async () => {
  await writeScene(join(folder(), 'scans', 'large.jpg'), 640, 480, true);
  const { child, done } = start(['restore', join(folder(), 'scans'), '--out', join(folder(), 'out')]);
  child.stderr?.once('data', () => child.kill('SIGINT'));
  const { code, out } = await done;
  expect(code).toBe(130);
  expect(out).toContain('Interrupted');
  expect(existsSync(join(folder(), 'out')) ? await readdir(join(folder(), 'out')) : []).toEqual([]);
});

test('analyse changes nothing and says what is needed; generators lists the cards', async () => {
  await writeScene(join(folder(), 'photos', 'creased.png'), 320, 240, true);
  const { code, records } = await run(['analyse', join(folder(), 'photos', 'creased.png'), '--json']);
  expect(code).toBe(0);
  expect(records[0]).toMatchObject({ type: 'analysis', analysis: { nothingToDo: false } });
  expect(await readdir(join(folder(), 'photos'))).toEqual(['creased.png']);

  const generators = await run(['generators', '--json']);
  expect(generators.code).toBe(0);
  expect(generators.records.map((record) => [record.id, record.state])).toEqual(
    expect.arrayContaining([
      ['damage-detector', 'ready'],
      ['inpainter', 'ready'],
    ]),
  );
});

test('damaged places are listed, and masks written: exactly the pixels that a restoration changes', async () => {
  const photo = join(folder(), 'scans', 'creased.png');
  await writeScene(photo, 320, 240, true);
  const mask = join(folder(), 'masks', 'creased-mask.png');
  const listed = await run(['analyse', photo, '--list', '--mask-out', mask, '--json']);
  expect(listed.code).toBe(0);
  const [analysis] = listed.records as {
    places: { kind: string; pixels: number; x: number; y: number }[];
    mask: string;
  }[];
  expect(analysis!.mask).toBe(mask);
  expect(analysis!.places.length).toBeGreaterThan(0);
  expect(analysis!.places[0]).toMatchObject({
    kind: expect.stringMatching(/^(line|area|loss)$/),
    certainty: expect.any(Number),
  });
  const told = await run(['analyse', photo, '--list']);
  expect(told.out).toMatch(/1\. [a-z ]+ at \d+, \d+/);

  const only = ['--set', 'restore.enabled=false', '--set', 'tone.enabled=false', '--set', 'repair.enabled=true'];
  const out = join(folder(), 'out');
  const restored = await run([
    'restore',
    photo,
    '--out',
    out,
    ...only,
    '--mask-out',
    join(folder(), 'beside'),
    '--json',
  ]);
  expect(restored.code).toBe(0);
  expect(restored.records[0]).toMatchObject({ mask: join(folder(), 'beside', 'creased.png') });
  const raw = async (path: string, channels: 1 | 3) =>
    sharp(path)
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer();
  const [before, after] = [await raw(photo, 3), await raw(join(out, 'creased.png'), 3)];
  const white = await raw(join(folder(), 'beside', 'creased.png'), 1);
  expect(await raw(mask, 1)).toEqual(white);
  for (let i = 0; i < white.length; i++) {
    const isChanged = [0, 1, 2].some((c) => before[3 * i + c] !== after[3 * i + c]);
    if (isChanged) expect(white[i]).toBeGreaterThan(0);
  }
  expect(white.some((value) => value > 0)).toBe(true);
});

test('JSON records keep every field and stay English; people are answered in Portuguese', async () => {
  const scans = join(folder(), 'scans');
  await writeScene(join(scans, 'creased.jpg'), 320, 240, true);
  const turned = await sharp(join(scans, 'creased.jpg')).withMetadata({ orientation: 6 }).toBuffer();
  await writeFile(join(scans, 'creased.jpg'), turned);
  await writeFile(join(scans, 'cut.jpg'), turned.subarray(0, turned.length / 2));
  await writeFile(join(scans, 'notes.txt'), 'Aunt Ada, 1931');
  const known = JSON.parse(await readFile(new URL('json-records.json', import.meta.url), 'utf8')) as typeof commands;
  const commands = {
    restore: ['restore', scans, '--out', join(folder(), 'out')],
    batch: ['batch', scans, '--out', join(folder(), 'batch')],
    'batch --dry-run': ['batch', scans, '--out', join(folder(), 'dry'), '--dry-run'],
    analyse: ['analyse', join(scans, 'creased.jpg')],
    recipes: ['recipes'],
  };
  const portuguese = { LC_ALL: 'pt_BR.UTF-8', EMULSION_USER_DATA: join(folder(), 'user') };
  for (const [name, args] of Object.entries(commands)) {
    const { records, err } = await run([...args, '--json'], portuguese);
    for (const [type, fields] of Object.entries(known[name as keyof typeof known])) {
      const record = records.find((each) => each.type === type);
      expect(record, `${name}: ${type}`).toBeDefined();
      expect(lost(fields, record, type), name).toEqual([]);
    }
    expect(JSON.stringify(records)).not.toMatch(/imagem|arquivo|danificad/);
    if (name === 'restore') expect(err).toContain('O arquivo está incompleto');
  }
  const shown = await run(commands.analyse, portuguese);
  expect(shown.out).toMatch(/sim {2}upscale: Foto pequena \(0,1 megapixels\)/);
  expect((await run(commands.analyse, { ...portuguese, LC_ALL: 'C' })).out).toMatch(
    /yes {2}upscale: Small photo \(0\.1 megapixels\)/,
  );
});

/** Fields of a record that are not there any more, or of another type. An empty list or null fits any. */
function lost(before: unknown, now: unknown, path: string): string[] {
  if (typeof before === 'string') {
    const type = now === null ? 'null' : typeof now;
    return before === type || before === 'null' || type === 'null' ? [] : [`${path}: ${before}, now ${type}`];
  }
  if (Array.isArray(before)) {
    if (!Array.isArray(now)) return [`${path}: a list`];
    if (before.length === 0 || now.length === 0) return [];
    // Entries may come before the one that is known: a new kind of step, for example.
    const each = now.map((entry) => lost(before[0], entry, `${path}[]`));
    return each.find(({ length }) => length === 0) ?? each[0]!;
  }
  if (typeof now !== 'object' || now === null) return [`${path}: an object`];
  return Object.entries(before as object).flatMap(([key, each]) =>
    Object.hasOwn(now, key) ? lost(each, (now as Record<string, unknown>)[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}

test('nothing leaves the computer, and no library records what was done', async () => {
  await writeScene(join(folder(), 'scans', 'creased.png'), 320, 240, true);
  const log = join(folder(), 'network.log');
  const watcher = new URL('./refuse-network.mjs', import.meta.url).href;
  const [home, temporary] = [join(folder(), 'home'), join(folder(), 'temporary')];
  for (const each of [home, temporary]) await mkdir(each);
  const { code } = await run(['restore', join(folder(), 'scans'), '--out', join(folder(), 'out')], {
    NODE_OPTIONS: `--import ${watcher}`,
    EMULSION_NETWORK_LOG: log,
    HOME: home,
    TMPDIR: temporary,
  });
  expect(code).toBe(0);
  // onnxruntime would leave a log, and a database of events to be sent.
  expect(await readdir(temporary)).toEqual([]);
  expect(await readdir(home)).toEqual([]);
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  // Each process says that it is watched, so that an empty log cannot pass for a quiet one.
  expect(lines.filter((line) => line.startsWith('watching')).length).toBeGreaterThanOrEqual(2);
  expect(lines.filter((line) => !line.startsWith('watching'))).toEqual([]);
});
