import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, type Page } from '@playwright/test';
import { childrenOf, type RestartableHost } from '../hosts';
import type { Computer } from './computer';
import { type Program, startProgram } from './program';
import { openTab, type Tab } from './tab';

/** The built program of Electron's host under the stand-in, for which the test is the desktop. */
export interface ElectronHost extends RestartableHost {
  /** The one that runs now. */
  readonly program: Program;
  readonly tab: Tab;
  readonly data: string;
  /** Starts the program and waits for its window. */
  start(...parameters: string[]): Promise<void>;
  /** Starts the program without waiting, for a story of a start that comes to nothing. */
  launch(how?: { env?: NodeJS.ProcessEnv; parameters?: readonly string[] }): Program;
  /** Another start on the same data while the first one runs; it has no tab. */
  startAgain(parameters: readonly string[], cwd?: string): Program;
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

export async function inStandIn(page: Page, album: string, data: string, computer: Computer) {
  const tab = await openTab(page);
  let program: Program | undefined;
  const running = (): Program => {
    if (program === undefined) throw new Error('The program has not been started.');
    return program;
  };
  const answerOpen = async (filePaths: string[]) => {
    const dialog = await running().dialog('showOpenDialog');
    await dialog.answer({ canceled: false, filePaths });
  };
  const host: ElectronHost = {
    album,
    tab,
    data,
    get program() {
      return running();
    },
    async start(...parameters) {
      program = startProgram({ data, tab, parameters, computer });
      await Promise.race([
        expect(page.getByTestId('menu')).toBeVisible(),
        program.ended.then((code) => {
          throw new Error(`The program has ended with ${code}:\n${running().output}`);
        }),
      ]);
    },
    launch(how) {
      program = startProgram({ data, tab, computer, ...how });
      return program;
    },
    startAgain: (parameters, cwd) => startProgram({ data, tab: null, parameters, computer, cwd }),
    async open() {
      await host.start();
      await expect(page.getByTestId('empty')).toBeVisible();
    },
    async restart(how) {
      if (how === 'SIGTERM') await running().quit();
      else running().kill(how);
      await running().ended;
      await tab.empty();
      await host.start();
    },
    killEngine() {
      for (const pid of childrenOf(running().pid)) process.kill(pid, 'SIGKILL');
    },
    async report(open) {
      const { shell } = running().desktop;
      const before = shell.length;
      await open();
      await expect.poll(() => shell.length).toBe(before + 1);
      expect(shell.at(-1)!.action).toBe('openPath');
      // In the person's own browser.
      const report = await page.context().browser()!.newPage();
      await report.goto(pathToFileURL(shell.at(-1)!.path).href);
      return report;
    },
    async offer(...paths) {
      await page.keyboard.press('ControlOrMeta+o');
      await answerOpen(paths);
    },
    async choose(name) {
      await page.getByTestId('open').click();
      await answerOpen([join(album, name)]);
    },
    async chooseFolder(name, ask) {
      await ask();
      await answerOpen([join(album, name)]);
    },
    exportTo: (path) => host.saved(path, () => page.getByTestId('export-confirm').click()),
    async saved(path, handOver) {
      await handOver();
      const dialog = await running().dialog('showSaveDialog');
      await dialog.answer({ canceled: false, filePath: path });
      await expect.poll(() => exists(path), { intervals: [100] }).toBe(true);
      return (dialog.options.defaultPath ?? '').split(/[\\/]/).at(-1)!;
    },
  };
  return {
    host,
    /** Whether a window can be on the screen. */
    isShown: () => program !== undefined && !program.hasEnded,
    /** @param isFailed then the program may be waiting for an answer that nobody gives. */
    async close(isFailed: boolean) {
      // A story that has ended the program has looked at the end itself.
      if (program === undefined || program.hasEnded) return;
      if (isFailed) {
        program.kill('SIGKILL');
        await program.ended;
        return;
      }
      expect(program.openDialogs, 'dialogs that nobody has answered').toEqual([]);
      await program.quit();
      const code = await program.ended;
      if (code !== 0) throw new Error(`The program has ended with ${code}:\n${program.output}`);
      expect(program.desktop.errorBoxes, 'error boxes').toEqual([]);
    },
  };
}
