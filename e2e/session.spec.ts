import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test, writeScene } from './host';
import { settled } from './settled';

test.use({ reopens: true });

const names = (page: Page) =>
  page
    .getByTestId('filmstrip')
    .getByRole('button', { name: /^\w+\.png$/ })
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')));

test('the next start reopens the same photos with the same one selected and its view; missing ones are reported', async ({
  page,
  host,
  browserHost,
  data,
}) => {
  // The one that is looked at is larger than the pane at 200 %.
  await writeScene(host.album, 'two.png', { width: 480, height: 360, damaged: false, seed: 4 });
  const size = { width: 160, height: 120, damaged: false };
  for (const [seed, name] of ['one.png', 'three.png'].entries()) await writeScene(host.album, name, { ...size, seed });
  const upload = await writeScene(test.info().outputPath('elsewhere'), 'four.png', { ...size, seed: 9 });
  await host.open();
  await host.choose('one.png');
  for (const name of ['two.png', 'three.png']) {
    await page.keyboard.press('Control+o');
    await page.getByTestId('files-dialog').getByText(name).click();
    await expect(page.getByTestId('photo-name')).toHaveText(name);
    await expect(page.getByTestId('proposal')).toBeVisible();
  }
  await host.offer(upload);
  await expect(page.getByTestId('photo-name')).toHaveText('four.png');
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.getByTestId('filmstrip').getByRole('button', { name: 'two.png', exact: true }).click();
  await page.keyboard.press('2');
  await page.getByTestId('viewer').focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await settled(page);
  // What is looked at is kept a moment after it has changed.
  const [x, y, scale] = (await page.getByTestId('viewer').getAttribute('data-view'))!.split(' ').map(Number);
  await expect
    .poll(async () => {
      const { photos, active } = JSON.parse(await readFile(join(data, 'session.json'), 'utf8'));
      return { name: photos[active].name, view: photos[active].view };
    })
    .toEqual({ name: 'two.png', view: { x, y, scale } });
  const looked = await page.getByTestId('viewer').screenshot();

  // Loaded anew, the page has all of them back, the upload too.
  await page.reload();
  await expect(page.getByTestId('photo-name')).toHaveText('two.png');
  expect(await names(page)).toEqual(['one.png', 'two.png', 'three.png', 'four.png']);
  await expect(page.getByTestId('zoom')).toHaveText('200 %');
  await settled(page);

  await browserHost.restart('SIGTERM');
  // The notice goes by itself, so it is looked for first.
  await expect(page.getByTestId('notice-info')).toContainText('Uploaded photos are not kept. Upload again: four.png');
  await expect(page.getByTestId('photo-name')).toHaveText('two.png');
  expect(await names(page)).toEqual(['one.png', 'two.png', 'three.png']);
  await expect(page.getByTestId('zoom')).toHaveText('200 %');
  // It leaves by itself.
  await expect(page.getByTestId('notice-info')).toHaveCount(0);
  await settled(page);
  await page.getByTestId('viewer').focus();
  expect((await page.getByTestId('viewer').screenshot()).equals(looked)).toBe(true);

  await rename(join(host.album, 'two.png'), join(host.album, 'moved.jpg'));
  await browserHost.restart('SIGKILL');
  await expect(page.getByTestId('notice-info')).toContainText('No longer found: two.png');
  expect(await names(page)).toEqual(['one.png', 'three.png']);

  // Where the settings say so, nothing is opened.
  await page.keyboard.press('Control+,');
  await expect(page.getByTestId('settings-dialog')).toContainText('Upload other photos again');
  await page.screenshot({ path: test.info().outputPath('settings.png') });
  await page.getByRole('switch', { name: 'Reopen last photos on startup' }).click();
  await page.keyboard.press('Escape');
  const stored = async () => JSON.parse(await readFile(join(data, 'settings.json'), 'utf8')) as { reopen: boolean };
  await expect.poll(async () => (await stored()).reopen).toBe(false);
  await browserHost.restart('SIGTERM');
  await expect(page.getByTestId('empty')).toBeVisible();
});
