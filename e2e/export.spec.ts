import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { findings } from './axe';
import { expect, test, writeScene } from './host';
import { settled } from './settled';

const [WIDTH, HEIGHT] = [480, 360];

test('an export that says what comes out: a preset, proof of the changes, again as last time, before and after', {
  tag: '@electron',
}, async ({ page, host }) => {
  await writeScene(host.album, 'lake.png', { width: WIDTH, height: HEIGHT });
  await host.open();
  await host.choose('lake.png');
  await expect(page.getByTestId('proposal')).toBeVisible();
  const tone = page.getByTestId('step-tone').getByRole('switch').first();
  if (!(await tone.isChecked())) await tone.click();
  await settled(page);

  // A preset that ships, changed a little, becomes one of one's own.
  await page.keyboard.press('Control+e');
  const dialog = page.getByTestId('export-dialog');
  await page.getByTestId('export-preset').selectOption({ label: 'Web: JPEG 2048 px' });
  await expect(page.getByTestId('export-format')).toHaveValue('jpeg');
  await page.getByTestId('export-longer').fill('240');
  await page.getByTestId('export-longer').press('Enter');
  await expect(page.getByTestId('export-estimate')).toContainText(/About \d.*, 240 × 180 pixels/);
  await page.getByTestId('export-preset-menu').click();
  await page.getByRole('menuitem', { name: 'Save as preset…' }).click();
  await page.getByTestId('export-preset-name').fill('For the album');
  await page.getByTestId('export-preset-save').click();
  await expect(page.getByTestId('export-preset')).toContainText('For the album');
  await page.getByTestId('export-more').click();
  await dialog.getByRole('switch', { name: 'Proof of changes' }).click();
  await page.getByTestId('export-place').selectOption('beside');
  // What the mark says is in the file, word for word.
  await page.getByTestId('export-mark').click();
  const mark = (await dialog.getByText(/^emulsion:Steps:/).textContent())!.replace('emulsion:Steps: ', '');
  expect(await findings(page)).toEqual([]);
  await page.getByTestId('export-confirm').click();
  const told = page.getByTestId('notice-done').last();
  await expect(told).toContainText('lake-restored.jpg');
  await expect(told.getByRole('button', { name: 'Copy' })).toBeVisible();

  const at = (name: string) => join(host.album, name);
  const written = await sharp(at('lake-restored.jpg')).metadata();
  expect(written).toMatchObject({ format: 'jpeg', width: 240, height: 180 });
  expect((await readFile(at('lake-restored.jpg'))).toString('latin1')).toContain(mark.split(';')[0]!);
  expect(await sharp(at('lake-restored-changes.png')).metadata()).toMatchObject({
    width: 240,
    height: 180,
    channels: 1,
  });
  const check = () => spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: host.album, encoding: 'utf8' });
  if (process.platform === 'linux') expect(check()).toMatchObject({ status: 0 });

  // Once more without a question, under a fresh name, and in both pictures at once.
  await page.keyboard.press('Control+Shift+S');
  await expect(page.getByTestId('notice-done').last()).toContainText('lake-restored-2.jpg');
  await page.keyboard.press('Control+e');
  await expect(page.getByTestId('export-place')).toHaveValue('beside');
  await page.getByTestId('export-preset').selectOption({ label: 'Before and after, side by side' });
  await expect(page.getByTestId('export-name')).toHaveValue('lake-before-after');
  await page.getByTestId('export-confirm').click();
  await expect(page.getByTestId('notice-done').last()).toContainText('lake-before-after.jpg');
  const gap = Math.round(WIDTH * 0.02);
  expect(await sharp(at('lake-before-after.jpg')).metadata()).toMatchObject({ width: 2 * WIDTH + gap, height: HEIGHT });
  if (process.platform === 'linux') expect(check().stdout).toContain('lake-restored-2.jpg: OK');
  const names = await readdir(host.album);
  expect(names.filter((name) => name.startsWith('lake')).sort()).toEqual([
    'lake-before-after.jpg',
    'lake-restored-2-changes.png',
    'lake-restored-2.jpg',
    'lake-restored-changes.png',
    'lake-restored.jpg',
    'lake.png',
  ]);
});
