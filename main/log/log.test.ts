import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { logFiles, logPath, openLog } from './file';
import { type LogRecord, log, logged, sendLog } from './log';
import { nameOf, withoutFolders } from './shorten';

let userData: string;
let listeners: NodeJS.UncaughtExceptionListener[];
beforeEach(() => {
  userData = mkdtempSync(join(tmpdir(), 'emulsion-log-'));
  listeners = process.listeners('uncaughtExceptionMonitor');
});
afterEach(() => {
  sendLog('command line', undefined);
  for (const each of process.listeners('uncaughtExceptionMonitor')) {
    if (!listeners.includes(each)) process.off('uncaughtExceptionMonitor', each);
  }
  rmSync(userData, { recursive: true, force: true });
});

const open = (options: Partial<Parameters<typeof openLog>[0]> = {}) =>
  openLog({ userData, process: 'window', setting: '', ...options });
const textOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
/** Without the first, which says what has started. */
const records = (path = logPath(userData)): LogRecord[] =>
  textOf(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter(({ text }) => text !== 'The program has started');

describe('a record', () => {
  it('has time, level, process, code and stack, with those of the causes', () => {
    open();
    const cause = new TypeError('not a function');
    log.failure('A call failed', toEmulsionError(cause), { call: 'photos.open' });
    const [record] = records();
    expect(record).toMatchObject({
      level: 'error',
      process: 'window',
      pid: process.pid,
      text: 'A call failed',
      facts: { call: 'photos.open' },
      code: 'INTERNAL',
      detail: 'not a function',
    });
    expect(Math.abs(Date.now() - Date.parse(record!.time))).toBeLessThan(60_000);
    expect(record!.stack![0]).toBe('EmulsionError INTERNAL');
    expect(record!.stack).toContain('caused by TypeError: not a function');
    expect(record!.stack!.filter((line) => /^at .*log\.test\.ts:\d+/.test(line)).length).toBeGreaterThanOrEqual(1);
  });

  it.each([
    [new EmulsionError('CANCELLED'), 'debug'],
    [new EmulsionError('NOT_A_PHOTO'), 'warn'],
    [new EmulsionError('ENGINE_CRASHED'), 'error'],
    [new EmulsionError('PHOTO_DAMAGED').toFailure(), 'warn'],
    [new RangeError('out of range'), 'error'],
    ['a text', 'error'],
  ])('of the failure %s has the level %s', (error, level) => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    open({ setting: 'debug' });
    log.failure('It failed', error);
    expect(records()[0]!.level).toBe(level);
    const printed = print.mock.calls.map(([line]) => String(line));
    print.mockRestore();
    expect(printed).toEqual([expect.stringContaining('The program has started'), expect.stringContaining('It failed')]);
  });

  it('can be left to the log by a promise', async () => {
    open();
    expect(await Promise.reject(new Error('broken')).catch(logged('It is done without'))).toBeUndefined();
    expect(records()).toMatchObject([{ level: 'warn', text: 'It is done without' }]);
  });
});

describe('folders of the user', () => {
  /** Names as people give them, each of which a log could not contain by chance. */
  const folder = fc
    .array(fc.constantFrom('Oma', ' ', "'", '"', '(', ')', ':', '-', '.', '~', 'ü', '€', '%', ' -> ', '`', ','), {
      minLength: 1,
      maxLength: 6,
    })
    .map((parts) => `secret${parts.join('')}secret`);

  it('never appear, whatever went wrong with a file in them', () => {
    open();
    fc.assert(
      fc.property(fc.array(folder, { minLength: 1, maxLength: 3 }), fc.boolean(), (folders, isWindows) => {
        const path = isWindows ? `C:\\Users\\${folders.join('\\')}\\a.jpg` : `/home/${folders.join('/')}/a.jpg`;
        const relative = folders.join('/');
        const error = Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
        const renaming = new Error(`EXDEV: cross-device link not permitted, rename '${path}' -> '${path}'`);
        const asked = new Error(`ENOENT: no such file or directory, stat '${relative}/a.jpg'`);
        log.failure('It failed', error, { file: path });
        log.failure('It failed', toEmulsionError(renaming), { file: `${relative}/a.jpg` });
        log.failure('It failed', new EmulsionError('FOLDER_MISSING', { detail: asked.message, cause: asked }));
        log.warn('It failed', new EmulsionError('FILE_UNREADABLE', { reason: say('failures.cannotOpen', { path }) }));
        log.warn('It failed', `cannot read file://${path}`);
        log.warn('It failed', new Error(`in s3://${relative}/a.jpg`));
      }),
      { numRuns: 200 },
    );
    const text = logFiles(logPath(userData)).map(textOf).join('');
    expect(text).toContain('a.jpg');
    expect(text).not.toContain('secret');
  });

  it('do not appear in the errors and the stacks of Node', async () => {
    open();
    const folder = join(userData, 'Album of Oma (1950)');
    mkdirSync(folder);
    const module = join(folder, 'broken.mjs');
    writeFileSync(module, 'export default function broken() { throw new Error("broken at last"); }');
    const { default: broken } = await import(/* @vite-ignore */ module);
    try {
      broken();
    } catch (error) {
      log.failure('It failed', error);
    }
    for (const name of ['none.jpg', join('none', 'none.jpg')]) {
      await readFile(join(folder, name)).catch((error) => log.failure('It failed', error));
    }
    expect(textOf(logPath(userData))).toContain('broken.mjs:1');
    expect(textOf(logPath(userData))).toContain("open 'none.jpg'");
    expect(textOf(logPath(userData))).not.toMatch(/Oma|emulsion-log-/);
  });

  it('leave what is no path as it is', () => {
    for (const text of [
      '3/8 tiles',
      'image/jpeg',
      'a / b',
      'at run (engine.js:12:3)',
      'exit code null, signal SIGKILL',
    ]) {
      expect(withoutFolders(text)).toBe(text);
    }
    expect(nameOf('/home/ada/photo.jpg')).toBe('photo.jpg');
    expect(nameOf('C:\\Users\\ada\\')).toBe('ada');
  });
});

describe('the file', () => {
  it('is kept to five, the oldest of which is given up', () => {
    open({ mostBytes: 1000 });
    for (let index = 0; index < 200; index += 1) log.info(`record ${index}`);
    const files = logFiles(logPath(userData));
    expect(files).toHaveLength(5);
    for (const file of files) expect(statSync(file).size).toBeLessThanOrEqual(1000);
    const kept = files.flatMap((file) => records(file).reverse()).map(({ text }) => text);
    expect(kept.length).toBeLessThan(200);
    expect(kept).toEqual(kept.map((_, index) => `record ${199 - index}`));
    expect(existsSync(files[4]!.replace('.4.', '.5.'))).toBe(false);
  });

  it('is not there before there is something to say', () => {
    open({ process: 'command line', least: 'warn' });
    log.info('a restoration has begun');
    expect(existsSync(join(userData, 'logs'))).toBe(false);
    log.warn('a photo failed');
    expect(records()).toMatchObject([{ text: 'a photo failed', process: 'command line' }]);
  });

  it('fails nothing if it cannot be written', () => {
    writeFileSync(join(userData, 'logs'), 'a file in the place of the folder');
    open();
    expect(() => log.error('The disk is full', new Error('ENOSPC'))).not.toThrow();
    sendLog('window', () => {
      throw new Error('the app is gone');
    });
    expect(() => log.error('The disk is full')).not.toThrow();
  });

  it('begins with what has started', () => {
    open();
    const [first] = textOf(logPath(userData)).split('\n');
    expect(JSON.parse(first!)).toMatchObject({
      text: 'The program has started',
      facts: { platform: process.platform },
    });
  });

  it('is only for this user', { skip: process.platform === 'win32' }, () => {
    open();
    log.info('started');
    expect(statSync(logPath(userData)).mode & 0o077).toBe(0);
  });

  it('takes the records of other processes', () => {
    open();
    const record = { time: '', level: 'warn', process: 'engine', pid: 7, text: 'a provider failed' } as const;
    log.pass(record);
    expect(records()).toEqual([record]);
  });

  it('is not written if that was asked for', () => {
    open({ setting: 'off' });
    log.error('It failed', new Error('broken'));
    expect(existsSync(join(userData, 'logs'))).toBe(false);
  });
});
