import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findings } from './axe';
import { expect, test, writeScene } from './host';
import { settled } from './settled';

test.describe('an error of the window', () => {
  test.use({ provoked: /provoked|crash/i });

  test('shows a message, the details and a way to continue that keeps the edits', async ({ page, host }) => {
    await writeScene(host.album, 'pier.png');
    await host.open();
    await host.choose('pier.png');
    await expect(page.getByTestId('step-repair')).toContainText('%');
    await settled(page);
    const tone = page.getByTestId('step-tone').getByRole('switch');
    await tone.click();
    await expect(tone).toBeChecked();

    // The next picture of the prepared photo throws while the page is drawn.
    await page.evaluate(() => {
      window.ResizeObserver = class {
        constructor() {
          throw new Error('provoked');
        }
      } as unknown as typeof ResizeObserver;
    });
    await page.getByTestId('segment-variants').click();
    await page.keyboard.press('s');
    const crash = page.getByTestId('crash');
    await expect(crash).toContainText('your edits are saved');
    await expect(crash).toContainText('INTERNAL');
    await crash.getByText('Details', { exact: true }).click();
    for (const theme of ['dark', 'light']) {
      // The theme is set by hand, since the code that follows the system has gone with the rest of the window.
      await page.locator('html').evaluate((root, value) => {
        root.dataset.theme = value;
      }, theme);
      expect(await findings(page), theme).toEqual([]);
    }
    await page.context().grantPermissions(['clipboard-read']);
    await crash.getByRole('button', { name: 'Copy details' }).click();
    await expect(crash).toContainText('Details copied.');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/INTERNAL.*Error: provoked/s);

    await page.getByRole('button', { name: 'Reload' }).click();
    await host.choose('pier.png');
    await expect(tone).toBeChecked();
  });
});

test('an engine that crashes repeatedly is reported and restarts on request', { tag: '@electron-only' }, async ({
  page,
  host,
  restartable,
  data,
}) => {
  const path = await writeScene(host.album, 'pier.png');
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('step-repair')).toContainText('%');
  await settled(page);
  const provider = page.getByTestId('provider');
  await expect(provider).toContainText('CPU');
  for (let crash = 0; crash < 3; crash++) {
    restartable.killEngine();
    await expect(provider).toHaveText(crash < 2 ? 'Starting again…' : 'Processing is not available');
    // The engine is ready and nothing is computed yet, so nothing is reported.
    if (crash < 2) await expect(provider).toHaveCount(0);
  }
  const notice = page.getByTestId('notice-error');
  await expect(notice).toContainText('keeps crashing');
  await expect(notice).toContainText('ENGINE_FAILED');
  expect(await findings(page)).toEqual([]);
  await notice.getByRole('button', { name: 'Try again' }).click();
  await expect(notice).toHaveCount(0);
  await page.getByTestId('step-tone').getByRole('switch').click();
  await settled(page);
  await expect(provider).toContainText('CPU');
  // The crashes are in the log of the data folder, without the folders of the user.
  const log = await readFile(join(data, 'logs', 'emulsion.log'), 'utf8');
  const crashes = log.split('\n').filter((line) => line.includes('"The engine has ended"'));
  expect(crashes.map((line) => JSON.parse(line).code)).toEqual(['ENGINE_CRASHED', 'ENGINE_CRASHED', 'ENGINE_FAILED']);
  expect(log).not.toContain(host.album);
});
