import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { findings } from './axe';
import { expect, test, writeScene } from './host';
import { settled, sharpened } from './settled';

const title = (page: Page) => page.getByTestId('result').getByRole('heading', { level: 1 });
const verdict = (page: Page) => page.getByTestId('result-facts').getByTestId('verdict');
const tile = (page: Page, name: string) => page.getByTestId('result-grid').getByRole('button', { name });

test('a batch is reviewed by keys: originals kept, photos redone and edited, and a restart knows it all', {
  tag: '@electron',
}, async ({ page, restartable: host }) => {
  const scans = join(host.album, 'scans');
  const names = ['a.png', 'b.png', 'c.png'];
  for (const [seed, name] of names.entries()) {
    await writeScene(scans, name, { width: 240, height: 180, damaged: name !== 'a.png', seed: seed + 1 });
  }
  const source = (name: string) => readFile(join(scans, name));
  const result = (name: string) => readFile(join(scans, 'Restored', name));
  await host.open();
  await page.keyboard.press('Control+b');
  await host.chooseFolder('scans', () => page.getByTestId('choose-input').click());
  await page.getByTestId('start-batch').click();
  // The photos are there before their results are.
  await expect(page.getByTestId('batch-row').last().getByRole('img').first()).toHaveJSProperty('naturalWidth', 240);
  await expect(page.getByTestId('batch-summary')).toHaveAttribute('data-status', 'done');
  const first = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await result(name)]))) as Record<
    string,
    Buffer
  >;
  expect(first['a.png']).toEqual(await source('a.png'));

  await page.getByTestId('review-results').click();
  await expect(tile(page, 'a.png')).toBeFocused();
  await expect(page.getByTestId('result-grid').getByRole('button')).toHaveCount(3);
  expect(await findings(page), 'grid').toEqual([]);
  await page.keyboard.press('Enter');
  await expect(title(page)).toHaveText('a.png');
  await expect(page.getByTestId('result-same')).toBeVisible();
  await page.keyboard.press('k');
  await expect(verdict(page)).toContainText('Original kept');
  await page.keyboard.press('Space');
  await expect(title(page)).toHaveText('b.png');
  await expect(page.getByTestId('compare-slider')).toBeVisible();
  await sharpened(page);
  await page.keyboard.press('m');
  await expect(page.getByTestId('repaired')).toBeVisible();
  expect(await findings(page), 'large').toEqual([]);
  await page.keyboard.press('m');

  await page.keyboard.press('k');
  await expect(verdict(page)).toContainText('Original kept');
  expect(await result('b.png')).toEqual(await source('b.png'));
  // The former result comes back, and goes again.
  await page.keyboard.press('Control+z');
  await expect(verdict(page)).toHaveText('Reviewed');
  expect(await result('b.png')).toEqual(first['b.png']);

  for (const name of ['b.png', 'c.png']) {
    if (name !== 'b.png') await page.keyboard.press('ArrowRight');
    await expect(title(page)).toHaveText(name);
    await page.keyboard.press('r');
    await page.getByTestId('redo-recipe').selectOption('gentle-clean-up');
    expect(await findings(page), 'other settings').toEqual([]);
    await page.getByTestId('redo-confirm').click();
    await expect(verdict(page)).toContainText('Redone');
    expect(await result(name)).not.toEqual(first[name]);
  }

  // What somebody else has done to a result is asked about.
  const own = await result('c.png');
  await writeFile(join(scans, 'Restored', 'c.png'), await source('a.png'));
  await page.keyboard.press('k');
  await expect(page.getByTestId('agree-dialog')).toContainText('c.png');
  expect(await findings(page), 'changed by somebody else').toEqual([]);
  await page.getByTestId('agree-leave').click();
  expect(await result('c.png')).toEqual(await source('a.png'));
  await writeFile(join(scans, 'Restored', 'c.png'), own);

  await page.keyboard.press('e');
  await expect(page.getByTestId('of-batch')).toContainText('scans');
  await settled(page);
  await page.keyboard.press('r');
  await page.getByTestId('export').click();
  await expect(page.getByTestId('export-dialog')).toContainText('Replaces c.png');
  expect(await findings(page), 'export into the batch').toEqual([]);
  await page.getByTestId('export-confirm').click();
  await expect(page.getByTestId('notice-done').last()).toContainText('Saved in the batch: c.png');
  await page.getByTestId('back-to-batch').click();
  await expect(verdict(page)).toContainText('Edited');
  // It is compared with the original as it is turned.
  await expect(page.getByTestId('compare-slider')).toBeVisible();
  const edited = await result('c.png');

  await host.restart('SIGKILL');
  await page.keyboard.press('Control+b');
  await page.getByTestId('show-batch').click();
  await page.getByTestId('segment-grid').click();
  await expect(tile(page, 'a.png')).toHaveAccessibleDescription(/Original kept/);
  await expect(tile(page, 'b.png')).toHaveAccessibleDescription(/Redone/);
  await expect(tile(page, 'c.png')).toHaveAccessibleDescription(/Edited/);
  await page.getByTestId('segment-original').click();
  await expect(page.getByTestId('result-grid').getByRole('button')).toHaveCount(1);
  expect(await result('c.png')).toEqual(edited);
  expect(await result('a.png')).toEqual(await source('a.png'));
});
