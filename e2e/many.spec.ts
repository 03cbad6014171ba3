import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { findings } from './axe';
import { expect, test, writeScene } from './host';
import { settled } from './settled';

const strip = (page: Page) => page.getByTestId('filmstrip');
const frame = (page: Page, name: string) => strip(page).getByRole('button', { name, exact: true });
const pressed = (page: Page) => strip(page).locator('[aria-pressed="true"]');

test('settings of one photo go to those that are selected by mouse and keys, and all are exported at once', {
  tag: '@electron',
}, async ({ page, host }) => {
  const paths: string[] = [];
  for (let i = 1; i <= 20; i++) {
    paths.push(await writeScene(host.album, `scan ${i}.png`, { width: 160, height: 120, damaged: false, seed: i }));
  }
  await host.open();
  await host.offer(...paths);
  await expect(strip(page).locator('[data-phase="ready"]')).toHaveCount(20);
  await settled(page);

  // Keys select too: Shift and the arrows from the photo that is shown, Ctrl A all of them.
  await frame(page, 'scan 1.png').click();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(pressed(page)).toHaveCount(3);
  await expect(page.getByTestId('photo-name')).toHaveText('scan 1.png');
  await expect(page.getByTestId('selection-status')).toHaveText('3 photos of 20 selected');
  await page.keyboard.press('Control+a');
  await expect(pressed(page)).toHaveCount(20);
  await frame(page, 'scan 3.png').click({ modifiers: ['ControlOrMeta'] });
  await expect(pressed(page)).toHaveCount(19);
  expect(await findings(page)).toEqual([]);

  await page.getByTestId('step-tone').getByRole('switch').click();
  await page.keyboard.press('Control+Shift+C');
  const dialog = page.getByTestId('copy-dialog');
  await dialog.getByRole('button', { name: 'No steps' }).click();
  await page.getByTestId('copy-tone').check();
  expect(await findings(page)).toEqual([]);
  await page.getByTestId('copy-confirm').click();
  await page.keyboard.press('Control+Shift+V');
  await expect(page.getByTestId('told')).toContainText('Settings pasted to 18 photos');
  await page.keyboard.press('r');

  // What is said of one photo is said of the others too.
  await page.getByTestId('tab-details').click();
  const caption = page.getByTestId('caption');
  await caption.getByLabel('Date taken').fill('the day before');
  await caption.getByLabel('Date taken').press('Enter');
  await expect(caption).toContainText('This is not a date');
  await caption.getByLabel('Date taken').fill('c. 1925');
  await caption.getByLabel('Date taken').press('Enter');
  await expect(caption.getByLabel('Date taken')).toHaveValue('about 1925');
  await caption.getByLabel('People').fill('Ana; Rosa');
  expect(await findings(page)).toEqual([]);
  await page.getByTestId('caption-all').click();
  await expect(page.getByTestId('told')).toContainText('Caption applied to 18 photos');
  await page.getByTestId('tab-restore').click();

  // Exported with names of their own, once for all of them.
  await page.getByTestId('export-selected').click();
  await page.getByTestId('export-place').selectOption('folder');
  const folder = join(host.album, 'Prints');
  await mkdir(folder);
  await host.chooseFolder('Prints', () => page.getByTestId('export-folder').click());
  await page.getByTestId('export-format').selectOption('png');
  await page.getByTestId('export-pattern').fill('{number}');
  await expect(page.getByTestId('export-names')).toContainText('scan 1.png → 01.png');
  expect(await findings(page)).toEqual([]);
  await page.getByTestId('export-pattern').fill('album {number}');
  await page.getByTestId('export-confirm').click();
  await expect(page.getByTestId('notice-done').last()).toContainText('19 photos exported');
  const written = (await readdir(folder)).filter((name) => name.startsWith('album'));
  expect(written.sort()).toEqual(Array.from({ length: 19 }, (_, i) => `album ${String(i + 1).padStart(2, '0')}.png`));
  for (const name of written) {
    const { width, height, xmp } = await sharp(join(folder, name)).metadata();
    expect([width, height]).toEqual([120, 160]);
    expect(xmp!.toString()).toMatch(/>Rosa<[\s\S]*<dcterms:created>1925~</);
  }

  // The photo that was not selected is as it was.
  await frame(page, 'scan 3.png').click();
  await expect(page.getByTestId('step-tone').getByRole('switch')).not.toBeChecked();
  await frame(page, 'scan 4.png').click();
  await expect(page.getByTestId('step-tone').getByRole('switch')).toBeChecked();
  for (let i = 0; i < 3; i++) await page.keyboard.press('Control+z');
  await expect(page.getByTestId('step-tone').getByRole('switch')).not.toBeChecked();
});

test('the light table shows all photos: keys select, rate and open them, stars filter, names sort', {
  tag: '@electron-only',
}, async ({ page, host }) => {
  const names = ['beach.png', 'album 10.png', 'album 9.png', 'lake.png', 'hill.png'];
  const paths: string[] = [];
  for (const [i, name] of names.entries()) {
    paths.push(await writeScene(host.album, name, { width: 160, height: 120, damaged: i === 0, seed: i + 1 }));
  }
  await host.open();
  await host.offer(...paths);
  await expect(strip(page).locator('[data-phase="ready"]')).toHaveCount(5);
  await settled(page);
  await page.keyboard.press('l');
  const tiles = page.getByTestId('tiles');
  const tile = (name: string) => tiles.getByRole('button', { name, exact: true });
  const shown = () =>
    tiles.locator('[data-tile]').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
  await expect(tile('beach.png')).toBeFocused();
  await page.keyboard.press('End');
  await expect(tile('hill.png')).toBeFocused();
  await page.keyboard.press('3');
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(tiles.locator('[data-tile][aria-pressed="true"]')).toHaveCount(2);
  await page.keyboard.press('5');
  await tiles.getByRole('group', { name: 'Rating of lake.png' }).getByRole('button', { name: '4 stars' }).click();
  expect(await findings(page)).toEqual([]);

  await page.getByTestId('sort').selectOption('name');
  expect(await shown()).toEqual(['album 9.png', 'album 10.png', 'beach.png', 'hill.png', 'lake.png']);
  await page.getByTestId('filter-stars').selectOption('4');
  expect(await shown()).toEqual(['album 10.png', 'beach.png', 'lake.png']);
  await page.getByTestId('filter-text').fill('beach');
  expect(await shown()).toEqual(['beach.png']);
  await page.getByTestId('show-all').click();
  await tile('lake.png').dblclick();
  await expect(page.getByTestId('photo-name')).toHaveText('lake.png');
  // The filmstrip has the same order, and the same stars and marks.
  expect(
    await strip(page)
      .locator('[data-frame]')
      .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label'))),
  ).toEqual(['album 9.png', 'album 10.png', 'beach.png', 'hill.png', 'lake.png']);
  await expect(frame(page, 'beach.png')).toHaveAccessibleDescription(/5 stars/);
  await page.keyboard.press('Shift+Digit1');
  await expect(frame(page, 'lake.png')).toHaveAccessibleDescription(/1 star/);
  await page.keyboard.press('Control+z');
  await expect(frame(page, 'lake.png')).toHaveAccessibleDescription(/4 stars/);

  // Pictures from a page come in without a file; those of other computers are not fetched.
  const bytes = (
    await sharp({ create: { width: 90, height: 60, channels: 3, background: '#888' } })
      .png()
      .toBuffer()
  ).toString('base64');
  const drop = (html: string) =>
    page.evaluate((dragged) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData('text/html', dragged);
      dataTransfer.setData('text/uri-list', 'https://example.org/');
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, html);
  await drop('<img src="https://example.org/ada.jpg">');
  await expect(page.getByTestId('notice-info').last()).toContainText('works offline');
  await drop(`<img alt="Aunt Ada" src="data:image/png;base64,${bytes}">`);
  await expect(page.getByTestId('photo-name')).toHaveText('Aunt Ada.png');
});
