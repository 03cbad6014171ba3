import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROOT } from './build.mjs';
import { electronProgram, fetchElectron, whyNoFetch, whyNoSandbox, whyNoWindow } from './electron.mjs';
import { showWindow, splitArguments } from './start.mjs';

const NAME =
  process.platform === 'darwin' ? 'Electron.app' : process.platform === 'win32' ? 'electron.exe' : 'electron';
const isWindows = process.platform === 'win32';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'emulsion-start-'));
  writeFileSync(join(folder, 'package.json'), '{ "version": "45.4.1" }');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('npm start', () => {
  it.each([
    [[], undefined, []],
    [['photo.jpg', '--port', '80'], undefined, ['photo.jpg', '--port', '80']],
    [['--host', 'browser', 'photo.jpg'], 'browser', ['photo.jpg']],
    [['photo.jpg', '--host=electron'], 'electron', ['photo.jpg']],
    [['--host'], '', []],
  ])('splits %j', (parameters, host, rest) => {
    expect(splitArguments(parameters)).toEqual({ host, rest });
  });

  it.each([
    ['linux', {}, 1000, 'there is no display'],
    ['linux', { DISPLAY: '' }, 1000, 'there is no display'],
    ['linux', { DISPLAY: ':0' }, 0, 'it does not run as root with its sandbox on'],
    ['linux', { DISPLAY: ':0' }, 1000, undefined],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 1000, undefined],
    ['darwin', {}, 501, undefined],
    ['win32', {}, undefined, undefined],
  ])('on %s with %j as %s: %s', (platform, env, uid, why) => {
    expect(whyNoWindow({ platform, env, uid })).toBe(why);
  });

  it.each([
    ['20.19.0', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.0.0', true],
  ])('fetches Electron with Node %s: %s', (version, can) => {
    expect(whyNoFetch(version) === undefined).toBe(can);
  });
});

/** The script of a package that does what `script` says; `finish()` leaves what a complete one leaves. */
function installer(script: string): void {
  const body = `
    const { mkdirSync, writeFileSync } = require('node:fs');
    const { dirname, join } = require('node:path');
    const program = join(__dirname, 'dist', ${JSON.stringify(programName())});
    const half = () => { mkdirSync(dirname(program), { recursive: true }); writeFileSync(program, ''); };
    const finish = () => {
      half();
      writeFileSync(join(__dirname, 'dist', 'version'), '45.4.1');
      writeFileSync(join(__dirname, 'path.txt'), ${JSON.stringify(programName())});
    };
    ${script}`;
  writeFileSync(join(folder, 'install.js'), body);
}
const programName = () => (process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : NAME);

/** What a download that ended half-way leaves behind. */
function halfExtracted(): void {
  const program = join(folder, 'dist', programName());
  mkdirSync(join(program, '..'), { recursive: true });
  writeFileSync(program, '');
}

describe('Electron', () => {
  it('counts as fetched only when all of it is extracted, in the version of the package', async () => {
    halfExtracted();
    writeFileSync(join(folder, 'dist', 'version'), '45.4.1');
    expect(electronProgram(folder)).toBeUndefined();
    installer('finish();');
    expect(await fetchElectron(folder)).toEqual({ program: join(folder, 'dist', programName()) });
    expect(electronProgram(folder)).toBe(join(folder, 'dist', programName()));
    writeFileSync(join(folder, 'dist', 'version'), '45.3.0');
    expect(electronProgram(folder)).toBeUndefined();
  });

  it('is fetched from scratch after half of it was extracted', async () => {
    halfExtracted();
    writeFileSync(join(folder, 'dist', 'left-over'), '');
    installer('finish();');
    await fetchElectron(folder);
    expect(readdirSync(join(folder, 'dist'))).not.toContain('left-over');
  });

  it('names the reason of a failed download, and leaves nothing half-done', async () => {
    installer(
      "half(); console.error('RequestError: getaddrinfo ENOTFOUND github.com\\n    at dns.js'); process.exit(1);",
    );
    expect(await fetchElectron(folder)).toEqual({
      why: 'it could not be fetched (RequestError: getaddrinfo ENOTFOUND github.com)',
      isInterrupted: false,
    });
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  it('is given up when it does not arrive', async () => {
    installer('half(); setInterval(() => {}, 1000);');
    expect(await fetchElectron(folder, 300)).toMatchObject({ why: expect.stringContaining('did not arrive') });
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });
});

describe.skipIf(isWindows)('a window that does not open', () => {
  const dies = () => {
    const program = join(folder, 'electron');
    // As Chromium ends where it has no sandbox.
    writeFileSync(program, '#!/bin/sh\nkill -TRAP $$\n');
    chmodSync(program, 0o755);
    return program;
  };
  const linux = (allows: boolean) => ({ platform: 'linux', allowsNamespaces: () => allows });

  it('names the missing sandbox and what to do about it', async () => {
    const program = dies();
    const shown = await showWindow(program, [], { machine: linux(false) });
    expect(shown).toMatchObject({ why: expect.stringContaining('does not allow its sandbox') });
    expect(shown).toMatchObject({ why: expect.stringContaining(`chmod 4755 '${join(folder, 'chrome-sandbox')}'`) });
    expect(await showWindow(program, [], { machine: linux(true) })).toEqual({ why: 'it stopped at once (SIGTRAP).' });
  });

  it('had its sandbox if its helper has the rights of root', { skip: process.getuid?.() !== 0 }, () => {
    const helper = join(folder, 'chrome-sandbox');
    writeFileSync(helper, '');
    chmodSync(helper, 0o755);
    expect(whyNoSandbox(join(folder, 'electron'), linux(false))).toBeDefined();
    chmodSync(helper, 0o4755);
    expect(whyNoSandbox(join(folder, 'electron'), linux(false))).toBeUndefined();
    expect(whyNoSandbox(join(folder, 'electron'), { ...linux(false), platform: 'darwin' })).toBeUndefined();
  });
});

describe.skipIf(isWindows)('Ctrl-C', () => {
  /** Runs a call of the scripts in a process group of its own, as in a terminal. Waits until `ready` exists. */
  async function inTerminal(call: string, ready: string): Promise<ChildProcess> {
    const script = join(folder, 'driver.mjs');
    const from = (name: string) => JSON.stringify(pathToFileURL(join(ROOT, 'scripts', name)).href);
    writeFileSync(
      script,
      `import { runProgram } from ${from('run-program.mjs')};
      import { fetchElectron } from ${from('electron.mjs')};
      console.log(JSON.stringify(await ${call}));`,
    );
    const child = spawn(process.execPath, [script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    await vi.waitFor(() => expect(existsSync(join(folder, ready))).toBe(true), { timeout: 30_000 });
    return child;
  }

  /** To the whole group, as a terminal does it, and to the script again, as npm does it. */
  async function interrupt(child: ChildProcess): Promise<unknown> {
    let out = '';
    child.stdout!.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    process.kill(-child.pid!, 'SIGINT');
    process.kill(child.pid!, 'SIGINT');
    await ended;
    return JSON.parse(out);
  }

  it('reaches the program once, which ends in order', async () => {
    const program = join(folder, 'program.mjs');
    const at = (name: string) => JSON.stringify(join(folder, name));
    // Like Electron, it dies at the second signal; its end takes a moment.
    writeFileSync(
      program,
      `import { writeFileSync } from 'node:fs';
      process.once('SIGINT', () => setTimeout(() => { writeFileSync(${at('tidy')}, ''); process.exit(0); }, 500));
      setInterval(() => {}, 1000);
      writeFileSync(${at('ready')}, '');`,
    );
    const child = await inTerminal(`runProgram(process.execPath, [${JSON.stringify(program)}], {})`, 'ready');
    expect(await interrupt(child)).toMatchObject({ code: 0, isInterrupted: true });
    expect(existsSync(join(folder, 'tidy'))).toBe(true);
  });

  it('ends a download and removes what has arrived', async () => {
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    installer("half(); writeFileSync(require('node:os').tmpdir() + '/part.zip', ''); setInterval(() => {}, 1000);");
    vi.stubEnv('TMPDIR', temporary);
    const child = await inTerminal(`fetchElectron(${JSON.stringify(folder)})`, join('dist', programName()));
    vi.unstubAllEnvs();
    expect(await interrupt(child)).toMatchObject({ isInterrupted: true });
    expect(existsSync(join(folder, 'dist'))).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readFileSync(join(folder, 'package.json'), 'utf8')).toContain('45.4.1');
  });
});
