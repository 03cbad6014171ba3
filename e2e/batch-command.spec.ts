import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import sharp from 'sharp';
import { readJournal } from '../main/batch/journal';
import { type Head, headOf } from '../main/batch/journal-lines';
import { BATCH_FOLDER, REPORT_FOLDER } from '../main/batch/journal-state';
import { EMULSION, giantPng, run, start } from './command-line';
import { writeScene } from './host';

const folder = () => test.info().outputPath();
const at = (...names: string[]) => join(folder(), ...names);

/** Every file below a folder with the hash of its content. */
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

async function journal(out: string): Promise<Head[]> {
  const heads: Head[] = [];
  await readJournal(join(out, BATCH_FOLDER), headOf, (head) => heads.push(head));
  return heads;
}

/** What a batch has written, without its own files; asserts that nothing temporary is among it. */
async function outputs(out: string): Promise<string[]> {
  const all = Object.keys(await hashes(out));
  expect(all.filter((name) => /part$|\/lock$|reserve$/.test(name))).toEqual([]);
  return all.filter((name) => !name.startsWith(BATCH_FOLDER) && !name.startsWith(REPORT_FOLDER)).sort();
}

/** Settles a moment after a photo more is there than was, or when the program has ended by itself. */
async function onePhotoMore(out: string, child: ChildProcess): Promise<void> {
  const count = async () => {
    const names = await readdir(out, { recursive: true }).catch(() => []);
    return names.filter((name) => /^box \d.*\.(png|jpg)$/.test(name)).length;
  };
  const before = await count();
  while (child.exitCode === null && child.signalCode === null && (await count()) === before) await sleep(20);
  await sleep(Math.random() * 150);
}

test('killed at thirty moments, it restores each of forty photos once and leaves nothing behind', async () => {
  const scans = at('scans');
  const names: string[] = [];
  for (let index = 0; index < 40; index++) {
    const name = join(`box ${index % 3}`, `${String(index).padStart(2, '0')}.${index % 2 === 0 ? 'png' : 'jpg'}`);
    await writeScene(
      join(scans, dirname(name)),
      `${String(index).padStart(2, '0')}.${index % 2 === 0 ? 'png' : 'jpg'}`,
      {
        width: 200,
        height: 150,
        damaged: index % 3 !== 0,
        seed: index,
      },
    );
    names.push(name);
  }
  const before = await hashes(scans);
  const out = at('out');
  const args = [EMULSION, 'batch', scans, '--out', out, '--jobs', '2', '--no-report'];
  // Nothing is killed while the program itself is built.
  expect((await run(['batch', scans, '--out', out, '--dry-run'])).code).toBe(0);
  let cut = 0;
  for (let kill = 0; kill < 30; kill++) {
    // In a group of its own, so that its engines can be killed with it, as a power cut would.
    const child = spawn(process.execPath, args, { stdio: 'ignore', detached: true });
    const ended = new Promise((resolve) => child.once('close', resolve));
    // Some moments lie in the start, most in the work. However quick the computer is, something must be left to do for
    // the next: soon after one more photo the program has had its time.
    const time = sleep(200 + Math.random() * 1800);
    await Promise.race([ended, time, onePhotoMore(out, child)]);
    if (child.exitCode === null) {
      cut += 1;
      if (kill % 2 === 0) process.kill(-child.pid!, 'SIGKILL');
      else child.kill('SIGKILL');
    }
    await ended;
  }
  expect(cut).toBeGreaterThan(25);

  const last = await run(['batch', scans, '--out', out, '--json']);
  expect(last.code, last.err).toBe(0);
  const summary = last.records.at(-1) as { restored: number; unchanged: number };
  expect(last.records.at(-1)).toMatchObject({ type: 'summary', found: 40, failed: 0, quarantined: 0, waiting: 0 });
  expect(summary.restored + summary.unchanged).toBe(40);

  const heads = await journal(out);
  const done = heads.filter((head) => head.t === 'done').map((head) => (head as { n: string }).n);
  expect(done.sort()).toEqual(names.map((name) => name.split('\\').join('/')).sort());
  expect(heads.filter(({ t }) => t === 'end' || t === 'crash')).toEqual([]);
  expect(await outputs(out)).toEqual([...names].sort());
  for (const name of names) {
    const { width, height } = await sharp(await readFile(join(out, name)))
      .resize(50)
      .toBuffer({ resolveWithObject: true })
      .then(({ info }) => info);
    expect([width, height]).toEqual([50, 38]);
  }
  expect(await hashes(scans)).toEqual(before);
  // And once more: there is nothing left to do.
  const again = await run(['batch', scans, '--out', out, '--json']);
  expect(again.records.filter(({ type }) => type === 'photo')).toEqual([]);
  expect(await outputs(out)).toEqual([...names].sort());
});

test('whatever is in the folder, the batch ends with a report that names it', async () => {
  const scans = at('scans');
  const odd = 'line\nbreak 😀 família.png';
  const deep = join(...Array.from({ length: 14 }, (_, level) => `a-folder-of-depth-${level}`));
  await writeScene(scans, 'good.png', { width: 200, height: 150 });
  await writeScene(scans, odd, { width: 200, height: 150 });
  await writeScene(join(scans, deep), 'deep.png', { width: 200, height: 150 });
  expect(join(scans, deep, 'deep.png').length).toBeGreaterThan(260);
  await writeScene(scans, 'long.png', { width: 200, height: 150 });
  await symlink('..', join(scans, deep, 'up'));
  await symlink('loop', join(scans, 'loop'));
  await writeFile(join(scans, 'giant.png'), giantPng(30_000, 30_000));
  const whole = await readFile(join(scans, 'good.png'));
  await writeFile(join(scans, 'half.png'), whole.subarray(0, whole.length / 2));
  await writeFile(join(scans, 'empty.jpg'), '');
  await writeFile(join(scans, 'notes.txt'), 'Aunt Ada, 1931');
  await writeScene(scans, 'zz-vanishes.png', { width: 200, height: 150 });
  const { child, done } = start(['batch', scans, '--out', at('out'), '--jobs', '1', '--json']);
  // When the first photo is done, all were found; the last one is gone when it is its turn.
  let told = '';
  child.stdout!.on('data', (part: Buffer) => {
    told += part;
    if (told.includes('"type":"photo"')) void rm(join(scans, 'zz-vanishes.png'), { force: true });
  });
  const { code, records } = await done;
  expect(code).toBe(1);
  const failures = records.filter(({ type }) => type === 'failed');
  expect(Object.fromEntries(failures.map((record) => [record.input, record.code]))).toEqual({
    loop: 'FILE_MISSING',
    'giant.png': 'PHOTO_TOO_LARGE',
    'half.png': 'PHOTO_DAMAGED',
    'empty.jpg': 'FILE_EMPTY',
    'zz-vanishes.png': 'FILE_MISSING',
  });
  expect(records.filter(({ type }) => type === 'passed').map(({ input }) => input)).toEqual(['notes.txt']);
  expect(await outputs(at('out'))).toEqual([`${deep}/deep.png`, 'good.png', 'line_break 😀 família.png', 'long.png']);
  const { report } = records.at(-1) as { report: string };
  const page = await readFile(report, 'utf8');
  for (const name of [
    'giant.png',
    'half.png',
    'empty.jpg',
    'zz-vanishes.png',
    'line ⏎ break 😀 família.png',
    'deep.png',
  ]) {
    expect(page, name).toContain(name);
  }
});

test('when an engine is killed, the next one restores its photo', async () => {
  const scans = at('scans');
  for (const name of ['a.png', 'c.png']) await writeScene(scans, name, { width: 200, height: 150 });
  await writeScene(scans, 'b.png', { width: 480, height: 360 });
  const { child, done } = start(['batch', scans, '--out', at('out'), '--jobs', '1', '--json']);
  // With the first photo done, the engine is at work on the second.
  await expect.poll(() => existsSync(at('out', 'a.png')), { intervals: [50] }).toBe(true);
  expect(enginesOf(child.pid!)).toHaveLength(1);
  for (const pid of enginesOf(child.pid!)) process.kill(pid, 'SIGKILL');
  const { code, records } = await done;
  expect(code).toBe(0);
  expect(records.at(-1)).toMatchObject({ found: 3, failed: 0, quarantined: 0, waiting: 0 });
  expect(await outputs(at('out'))).toEqual(['a.png', 'b.png', 'c.png']);
});

function enginesOf(pid: number): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    return [];
  }
}

test('Ctrl-C ends with 130 and a report; the same command resumes; a dry run only lists', async () => {
  const scans = at('scans');
  for (let index = 0; index < 6; index++)
    await writeScene(scans, `${index}.png`, { width: 240, height: 180, seed: index });
  const args = ['batch', scans, '--out', at('out'), '--jobs', '1', '--json'];
  const planned = await run([...args, '--dry-run', '--name', '{name}-new', '--exclude', '5.*']);
  expect(planned.code).toBe(0);
  expect(planned.records.filter(({ type }) => type === 'planned').map(({ output }) => output)).toEqual(
    [0, 1, 2, 3, 4].map((index) => `${index}-new.png`),
  );
  expect(existsSync(at('out'))).toBe(false);

  const { child, done } = start(args);
  child.stdout!.once('data', () => child.kill('SIGINT'));
  const first = await done;
  expect(first.code).toBe(130);
  expect(first.records.at(-1)).toMatchObject({ interrupted: true, failed: 0 });
  expect(existsSync((first.records.at(-1) as { report: string }).report)).toBe(true);
  const sofar = await outputs(at('out'));
  expect(sofar.length).toBeLessThan(6);
  const second = await run(args);
  expect(second.code).toBe(0);
  expect(await outputs(at('out'))).toHaveLength(6);
  expect(second.records.filter(({ type }) => type === 'photo')).toHaveLength(6 - sofar.length);
});

/** A disk in memory of so many bytes; null where this user may mount none. */
function mountDisk(place: string, size: string): (() => void) | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'emulsion-test', place], { stdio: 'ignore' });
    return () => execFileSync('umount', [place]);
  } catch {
    return null;
  }
}

test('on a full or read-only disk the batch stops with 3 and a reason, and resumes once there is room', async () => {
  const scans = at('scans');
  for (let index = 0; index < 8; index++)
    await writeScene(scans, `${index}.png`, { width: 320, height: 240, seed: index });
  const out = at('out');
  await mkdir(out);
  const unmount = mountDisk(out, '1m');
  test.skip(unmount === null, 'NOT TESTED: no small disk can be mounted here');
  const args = ['batch', scans, '--out', out, '--json'];
  try {
    const full = await run(args);
    expect(full.code, full.out).toBe(3);
    expect(full.records.find(({ type }) => type === 'halted')).toMatchObject({ code: 'DISK_FULL' });
    const summary = full.records.at(-1) as {
      restored: number;
      unchanged: number;
      failed: number;
      waiting: number;
      report: string;
    };
    expect(summary).toMatchObject({ phase: 'halted', failed: 0 });
    expect(summary.waiting).toBeGreaterThan(0);
    const page = await readFile(summary.report, 'utf8');
    expect(page).toContain('The disk is full');
    expect(page).toContain('7.png');
    const sofar = await outputs(out);
    expect(sofar).toHaveLength(summary.restored + summary.unchanged);

    execFileSync('mount', ['-o', 'remount,ro', out]);
    const readOnly = await run(args);
    expect(readOnly.code).toBe(3);
    expect(readOnly.records.find(({ type }) => type === 'halted')).toMatchObject({ code: 'FOLDER_UNWRITABLE' });

    execFileSync('mount', ['-o', 'remount,rw,size=50m', out]);
    const rest = await run(args);
    expect(rest.code, rest.err).toBe(0);
    expect(await outputs(out)).toHaveLength(8);
    for (const name of await outputs(out)) expect((await sharp(join(out, name)).metadata()).width).toBe(320);
  } finally {
    unmount?.();
  }
});
