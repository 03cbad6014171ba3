import { defineConfig, type Project } from '@playwright/test';
import { electronProgram, whyNoWindow } from './scripts/start.mjs';

const { platform, env } = process;
const hasElectron =
  electronProgram() !== undefined && whyNoWindow({ platform, env, uid: process.getuid?.() }) === undefined;

/**
 * Stories of the window, which run in every host that has one: all but those of the command line. A story that ends the
 * program is skipped in Electron, where the window would end with it.
 */
const NOT_OF_THE_WINDOW = [
  'command-line.spec.ts',
  'generators-command.spec.ts',
  'providers-command.spec.ts',
  'batch-command.spec.ts',
  'synthesise-command.spec.ts',
  'queue.spec.ts',
  'storage.spec.ts',
];

/** Stories of what the desktop sees, which only the stand-in can tell. */
const OF_THE_STAND_IN = /e2e[\\/]electron[\\/]/;

/** Stories of the window that other stories tell in the browser host already, as far as it is the same in both. */
const ELECTRON_ALONE = /@electron-only/;

/** Stories that load the whole machine, or measure what it takes: each would disturb the others, and they it. */
const ALONE = /@alone/;

/** The projects of a host. Each run clears the folders of its projects, so that the two parts need one each. */
const inHost = (name: string, project: Project): Project[] => [
  { ...project, name, grepInvert: [ALONE, ELECTRON_ALONE], outputDir: 'out/test/e2e' },
  { ...project, name: `${name}-alone`, grep: ALONE, outputDir: 'out/test/e2e-alone', workers: 1 },
];

/**
 * The stories run against the built browser host in an installed Chromium (`CHROMIUM_PATH`). Those with the tag `@electron`
 * run once more in the built program of Electron's host, under the stand-in of `e2e/electron`, and those with `@electron-only`
 * there alone; those of the window run in Electron itself where its binary is there and can show one. Three run at a time, since many wait for a timer or a program that
 * starts: two would leave a core of two idle. Those marked `@alone` are projects of their own, which `scripts/test.mjs` runs
 * by themselves before the others.
 */
export default defineConfig({
  testDir: 'e2e',
  fullyParallel: true,
  workers: 3,
  // For a machine that has other things to do: what takes longer has stopped.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  projects: [
    ...inHost('browser', { testIgnore: OF_THE_STAND_IN }),
    { name: 'electron', grep: /@electron/, outputDir: 'out/test/e2e-electron' },
    ...(hasElectron ? inHost('electron-binary', { testIgnore: [...NOT_OF_THE_WINDOW, OF_THE_STAND_IN] }) : []),
  ],
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH,
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        // What Chromium itself asks its maker would be counted as ours, see scripts/isolated.mjs.
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      ],
    },
    // A trace of every story takes a fifteenth of the time, and its pictures a third: `--trace on` where one is needed.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
});
