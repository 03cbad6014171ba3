import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base, type ElectronApplication, _electron as electron, expect, type Page } from '@playwright/test';
import sharp from 'sharp';
import { damageScene } from '../main/restoration/testing/damage';
import { testScene } from '../main/restoration/testing/scene';
import { startBrowserHost } from '../scripts/browser-host.mjs';
import { electronProgram } from '../scripts/start.mjs';
import { findings } from './axe';
import type { Computer } from './electron/computer';
import { type ElectronHost, inStandIn } from './electron/host';
import { isOfProgram } from './electron/tab';
import { childrenOf, type Host, type RestartableHost } from './hosts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export type { Host, RestartableHost };

/**
 * Every story gets a host of its own with fresh settings, and fails where the page asks for another address or
 * complains. The project `electron` runs those with the tag `@electron` in the built program of Electron's host under a
 * stand-in, and `electron-binary` runs the stories of the window in Electron itself.
 */
export const test = base.extend<{
  host: Host;
  /** The browser host or the stand-in: Electron's own window ends with its program. */
  restartable: RestartableHost;
  browserHost: RestartableHost;
  electronHost: ElectronHost;
  electronApp: ElectronApplication | null;
  /** The folder of the app's own files. */
  data: string;
  /** False: the app is started for the first time. */
  introduced: boolean;
  /** True: what was open is opened again after a restart. */
  reopens: boolean;
  /** What the story provokes, so that it is no complaint. */
  provoked: RegExp | undefined;
  /** The folder with the generators, null: those that ship. Of the browser host alone. */
  generators: string | null;
  /** Of the engine; one, as stories run side by side. */
  threads: number;
  /** What the stand-in's program finds. */
  computer: Computer;
}>({
  computer: [{}, { option: true }],
  threads: [1, { option: true }],
  generators: [null, { option: true }],
  provoked: [undefined, { option: true }],
  introduced: [true, { option: true }],
  reopens: [false, { option: true }],
  data: async ({ introduced, reopens, threads }, use, info) => {
    const data = info.outputPath('data');
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'settings.json'), JSON.stringify({ introduced, reopen: reopens, threads }));
    await use(data);
  },
  electronApp: async ({ data }, use, info) => {
    if (!info.project.name.startsWith('electron-binary')) return use(null);
    const app = await electron.launch({
      executablePath: electronProgram(),
      args: [ROOT, `--user-data-dir=${data}`],
      // Playwright would switch it off, and the program does not run without it.
      chromiumSandbox: true,
    });
    await use(app);
    await app.close();
  },
  page: async ({ page, electronApp }, use) => use(electronApp === null ? page : await electronApp.firstWindow()),
  host: async ({ page, electronApp, data, provoked, generators, computer }, use, info) => {
    const album = info.outputPath('album');
    await mkdir(album, { recursive: true });
    const strangers: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      const isOurs = ['data:', 'blob:', 'app:', 'photo:', 'about:'].includes(protocol) || hostname === '127.0.0.1';
      if (!isOurs && !isOfProgram(request.url())) strangers.push(request.url());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    const { host, isShown, close } = electronApp
      ? inElectron(page, electronApp, album)
      : info.project.name.startsWith('electron')
        ? await inStandIn(page, album, data, computer)
        : await inBrowser(page, album, data, generators);
    await use(host);
    // Whatever state a story ends in, in its theme and language: a story that has failed is told of that alone.
    if (info.errors.length === 0 && isShown() && page.url() !== 'about:blank') {
      expect(await findings(page), 'axe at the end of the story').toEqual([]);
    }
    // What the page says once its host has gone is no complaint.
    const heard = complaints
      .filter((each) => !/ERR_(CONNECTION|EMPTY|INCOMPLETE|FAILED)/.test(each) || !('restart' in host))
      .filter((each) => provoked?.test(each) !== true);
    await close(info.errors.length > 0);
    expect(strangers, 'requests to other addresses than this computer').toEqual([]);
    expect(heard, 'errors in the page').toEqual([]);
  },
  restartable: async ({ host }, use, info) => {
    info.skip(!('restart' in host), 'The program is ended and started anew, and in Electron the window with it.');
    await use(host as RestartableHost);
  },
  browserHost: async ({ host }, use, info) => {
    info.skip(info.project.name.startsWith('electron'), 'This belongs to the browser host.');
    await use(host as RestartableHost);
  },
  electronHost: async ({ host }, use, info) => {
    info.skip(!('program' in host), 'What the desktop shows or does can be seen in the stand-in alone.');
    await use(host as ElectronHost);
  },
});

export { expect };

async function inBrowser(page: Page, album: string, data: string, generators: string | null) {
  const others = generators === null ? [] : ['--models', generators];
  const start = () => startBrowserHost(['--idle', '0', '--root', album, '--user-data', data, ...others]);
  let { child, address } = await start();
  const end = async (signal: NodeJS.Signals) => {
    const ended = new Promise((done) => child.on('close', done));
    child.kill(signal);
    await ended;
  };
  const host: RestartableHost = {
    album,
    async restart(how) {
      await end(how);
      ({ child, address } = await start());
      await page.goto(address);
      await expect(page.getByTestId('menu')).toBeVisible();
    },
    killEngine() {
      for (const pid of childrenOf(child.pid!)) process.kill(pid, 'SIGKILL');
    },
    async report(open) {
      const opened = page.context().waitForEvent('page');
      await open();
      return opened;
    },
    async open() {
      await page.goto(address);
      await expect(page.getByTestId('empty')).toBeVisible();
    },
    async offer(...paths) {
      const isEmpty = await page.getByTestId('empty').isVisible();
      if (!isEmpty) await page.keyboard.press('Control+o');
      await page.getByTestId('file-input').setInputFiles(paths);
    },
    async choose(name) {
      await page.getByTestId('open').click();
      await page.getByTestId('files-dialog').getByText(name).click();
    },
    async chooseFolder(name, ask) {
      await ask();
      const dialog = page.getByTestId('files-dialog');
      await dialog.getByText(name).click();
      // The folder itself is listed now, which has one above it.
      await expect(dialog.getByRole('button', { name: /Parent folder|Pasta acima/ })).toBeVisible();
      await page.getByTestId('choose-folder').click();
    },
    exportTo: (path) => host.saved(path, () => page.getByTestId('export-confirm').click()),
    async saved(path, handOver) {
      const download = page.waitForEvent('download');
      await handOver();
      const file = await download;
      await file.saveAs(path);
      return file.suggestedFilename();
    },
  };
  return { host, isShown: () => true, close: () => end('SIGTERM') };
}

/** The system's dialogs are answered for the person: nothing else of Electron is replaced. */
function inElectron(page: Page, app: ElectronApplication, album: string) {
  const answerOpen = (paths: string[]) =>
    app.evaluate(({ dialog }, filePaths) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths });
    }, paths);
  const host: Host = {
    album,
    async open() {
      await expect(page.getByTestId('empty')).toBeVisible();
    },
    async offer(...paths) {
      await answerOpen(paths);
      await page.keyboard.press('ControlOrMeta+o');
    },
    async choose(name) {
      await answerOpen([join(album, name)]);
      await page.getByTestId('open').click();
    },
    async chooseFolder(name, ask) {
      await answerOpen([join(album, name)]);
      await ask();
    },
    exportTo: (path) => host.saved(path, () => page.getByTestId('export-confirm').click()),
    async saved(path, handOver) {
      await app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = async (...args: unknown[]) => {
          const options = args.at(-1) as { defaultPath?: string };
          (globalThis as { suggested?: string }).suggested = options.defaultPath;
          return { canceled: false, filePath };
        };
      }, path);
      await handOver();
      await expect
        .poll(() =>
          stat(path).then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);
      const suggested = await app.evaluate(() => (globalThis as { suggested?: string }).suggested ?? '');
      return suggested.split(/[\\/]/).at(-1) ?? '';
    },
  };
  return { host, isShown: () => true, close: async () => {} };
}

/** Writes the procedural photograph, damaged or clean, and answers its path. */
export async function writeScene(
  folder: string,
  name: string,
  { width = 320, height = 240, damaged = true, seed = 3 } = {},
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const clean = testScene(width, height, seed);
  const { data, channels } = damaged ? damageScene(clean, seed).raster : clean;
  const path = join(folder, name);
  await sharp(data, { raw: { width, height, channels } }).toFile(path);
  return path;
}
