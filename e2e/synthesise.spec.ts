import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { findings } from './axe';
import { expect, type Host, test, writeScene } from './host';

async function fillClean({ album }: Host): Promise<string> {
  const clean = join(album, 'clean');
  for (const seed of [1, 2, 3]) {
    await writeScene(join(clean, '1931'), `lake ${seed}.png`, { width: 480, height: 360, damaged: false, seed });
  }
  return clean;
}

/** A white line on black. */
async function writeOverlay(folder: string): Promise<void> {
  await mkdir(folder);
  const data = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i >> 6 === 30 ? 255 : 0));
  await sharp(data, { raw: { width: 64, height: 64, channels: 1 } }).toFile(join(folder, 'line.png'));
}

/** Chooses the folder of clean photos in the page's own dialog. */
async function chooseClean(page: Page): Promise<void> {
  await page.getByTestId('choose-clean').click();
  const dialog = page.getByTestId('files-dialog');
  await dialog.getByText('clean', { exact: true }).click();
  await expect(dialog.getByText('1931')).toBeVisible();
  await page.getByTestId('choose-folder').click();
}

const pictures = (page: Page) => page.getByTestId('pair').getByRole('img');
const preview = (page: Page) => page.getByTestId('pairs-preview');
const status = (page: Page) => page.getByTestId('pairs-status');

/** What the pictures in sight come from. */
const sources = async (page: Page) =>
  Promise.all((await pictures(page).all()).map((picture) => picture.getAttribute('src')));

test('pairs are previewed, adjusted, made, and resumed', async ({ page, browserHost: host }) => {
  test.slow();
  const clean = await fillClean(host);
  await host.open();
  await page.getByTestId('menu').click();
  await page.getByRole('menuitem', { name: 'Training pairs' }).click();
  await expect(page.getByTestId('pairs-empty')).toBeVisible();
  expect(await findings(page), 'empty').toEqual([]);

  await chooseClean(page);
  await expect(preview(page)).toHaveAttribute('data-phase', 'ready');
  await expect(page.getByTestId('pairs-photos')).toHaveText('From 3 photos');
  await expect(pictures(page)).toHaveCount(6);
  for (const picture of await pictures(page).all()) await expect(picture).toHaveJSProperty('naturalWidth', 512);
  await expect(page.getByTestId('pair').first()).toContainText('% damaged');
  expect(await findings(page), 'previewed').toEqual([]);

  // The same settings are the same pictures, other settings are others; masks are to be seen as well.
  const before = await sources(page);
  await page.getByTestId('pairs-size').selectOption('128');
  await expect(preview(page)).toHaveAttribute('data-phase', 'making');
  await expect(preview(page)).toHaveAttribute('data-phase', 'ready');
  expect(await sources(page)).not.toEqual(before);
  for (const picture of await pictures(page).all()) await expect(picture).toHaveJSProperty('naturalWidth', 128);
  await page.getByTestId('other-pairs').click();
  await expect(page.getByTestId('pairs-seed')).toHaveValue('2');
  await expect(preview(page)).toHaveAttribute('data-phase', 'ready');
  await page.getByTestId('segment-mask').click();
  await expect(pictures(page).first()).toHaveAttribute('alt', /^Mask, pair 1, from 1931\/lake/);
  await page.getByTestId('segment-damaged').click();

  // Pictures of damage come from a folder of one's own.
  await writeOverlay(join(host.album, 'dust'));
  await page.getByRole('switch', { name: 'From pictures of damage' }).click();
  const dialog = page.getByTestId('files-dialog');
  await dialog.getByText('dust', { exact: true }).click();
  await expect(dialog).toContainText('1 photo');
  await page.getByTestId('choose-folder').click();
  await expect(page.getByTestId('choose-overlays')).toContainText('dust');
  await expect(preview(page)).toHaveAttribute('data-phase', 'ready');
  await page.getByRole('switch', { name: 'From pictures of damage' }).click();

  // Nothing to draw, nothing to make.
  for (const name of ['Drawn', 'From the generator']) {
    const kind = page.getByRole('switch', { name });
    // The second one is there to be pressed where a generator is installed.
    if (await kind.isChecked()) await kind.click();
  }
  await expect(page.getByTestId('pairs-setup')).toContainText('Choose at least one kind of damage.');
  await expect(page.getByTestId('make-pairs')).toBeDisabled();
  await page.getByRole('switch', { name: 'Drawn' }).click();
  await expect(preview(page)).toHaveAttribute('data-phase', 'ready');

  await page.getByTestId('pairs-count').fill('400');
  await page.getByTestId('pairs-count').press('Enter');
  await page.getByTestId('pairs-below').fill('pairs');
  await page.getByRole('button', { name: 'Make 400 pairs' }).click();
  await expect(status(page)).toContainText('of 400 pairs');
  await expect(page.getByRole('progressbar', { name: 'Pairs made' })).toBeVisible();
  expect(await findings(page), 'making').toEqual([]);
  await expect(page.getByRole('progressbar', { name: 'Pairs made' })).not.toHaveAttribute('aria-valuenow', '0');
  // It goes on elsewhere, and is there again after the page was loaded anew.
  await page.getByTestId('back').click();
  await page.getByTestId('status-pairs').click();
  await expect(status(page)).toHaveAttribute('data-status', 'running');
  await page.getByTestId('stop-pairs').click();
  await expect(status(page)).toHaveAttribute('data-status', 'cancelled');
  await expect(status(page)).toContainText('of 400 pairs');
  const lines = async () => (await readFile(join(host.album, 'pairs', 'pairs.jsonl'), 'utf8')).trim().split('\n');
  const made = (await lines()).length;
  expect(made).toBeLessThan(400);

  await page.getByTestId('pairs-count').fill(String(made + 4));
  await page.getByTestId('pairs-count').press('Enter');
  await page.getByTestId('make-pairs').click();
  await expect(status(page)).toHaveAttribute('data-status', 'done');
  await expect(status(page).getByTitle(join(host.album, 'pairs')).first()).toBeVisible();
  expect(await lines()).toHaveLength(made + 4);
  expect(await readdir(join(host.album, 'pairs', 'mask'))).toHaveLength(made + 4);
  expect((await readdir(clean, { recursive: true })).sort()).toEqual(
    ['1931', ...[1, 2, 3].map((n) => join('1931', `lake ${n}.png`))].sort(),
  );
  expect(await findings(page), 'done').toEqual([]);
});

test('problems are shown beside the setting that causes them', async ({ page, browserHost: host }) => {
  const clean = await fillClean(host);
  await host.open();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('training');
  await page.keyboard.press('Enter');
  await chooseClean(page);
  // No photo has so many pixels.
  await page.getByTestId('pairs-size').selectOption('1024');
  await expect(preview(page)).toHaveAttribute('data-phase', 'failed');
  await expect(preview(page)).toContainText('too few pixels');
  await expect(page.getByTestId('make-pairs')).toBeDisabled();
  await page.getByTestId('pairs-size').selectOption('128');
  await expect(preview(page)).toHaveAttribute('data-phase', 'ready');

  await page.getByTestId('pairs-count').fill('2');
  await page.getByTestId('pairs-count').press('Enter');
  await page.getByTestId('pairs-below').fill('a/b');
  await expect(page.getByTestId('make-pairs')).toBeDisabled();
  await page.getByTestId('pairs-below').fill('clean');
  await page.getByTestId('make-pairs').click();
  await expect(status(page)).toHaveAttribute('data-status', 'failed');
  await expect(status(page)).toContainText('must be outside the folders with the photos');
  expect(await findings(page), 'failed').toEqual([]);
  await rm(clean, { recursive: true });
  await page.getByTestId('pairs-below').fill('pairs');
  await page.getByTestId('make-pairs').click();
  await expect(status(page)).toContainText('is missing');
});
