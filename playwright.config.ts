import { defineConfig } from '@playwright/test';
import { electronProgram, whyNoWindow } from './scripts/start.mjs';

const { platform, env } = process;
const hasElectron =
  electronProgram() !== undefined && whyNoWindow({ platform, env, uid: process.getuid?.() }) === undefined;

/**
 * Stories of the window, which run in every host that has one: all but those of the command line. A story that ends the
 * program is skipped in Electron, where the window would end with it.
 */
const NOT_OF_THE_WINDOW = ['command-line.spec.ts', 'batch-command.spec.ts', 'queue.spec.ts', 'storage.spec.ts'];

/**
 * The stories run against the built browser host in an installed Chromium (`CHROMIUM_PATH`), and those of the window
 * once more in Electron where its binary is there and can show one.
 */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'out/test/e2e',
  // The engine uses every core; two stories at once would only make each other late.
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  projects: [{ name: 'browser' }, ...(hasElectron ? [{ name: 'electron', testIgnore: NOT_OF_THE_WINDOW }] : [])],
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
      ],
    },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
});
