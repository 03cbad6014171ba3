import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { findings } from './axe';
import { expect, test, writeScene } from './host';

/** Drops a file from the system onto the window. */
async function drop(page: Page, path: string, name: string, type: string): Promise<void> {
  const bytes = (await readFile(path)).toString('base64');
  const data = await page.evaluateHandle(
    ([content, file, mime]) => {
      const transfer = new DataTransfer();
      const raw = Uint8Array.from(atob(content!), (char) => char.charCodeAt(0));
      transfer.items.add(new File([raw], file!, { type: mime! }));
      return transfer;
    },
    [bytes, name, type],
  );
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: data });
  await expect(page.getByTestId('drop-target')).toBeVisible();
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

test('drop a scratched photo, see the proposal, compare, export', { tag: '@electron' }, async ({ page, host }) => {
  const path = await writeScene(host.album, 'creased portrait.png');
  await host.open();
  await drop(page, path, 'creased portrait.png', 'image/png');

  const repair = page.getByTestId('step-repair');
  await expect(repair).toContainText(/cover [\d.]+\s?% of the picture/u);
  await expect(repair.getByRole('switch')).toBeChecked();
  await expect(page.getByTestId('photo-name')).toHaveText('creased portrait.png');

  // The full-size result is computed by itself after the preview.
  await expect(page.getByTestId('status-job')).toHaveCount(0);
  const slider = page.getByTestId('compare-slider').getByRole('slider');
  await slider.focus();
  const before = await slider.getAttribute('aria-valuenow');
  await page.keyboard.press('ArrowRight');
  expect(await slider.getAttribute('aria-valuenow')).not.toBe(before);
  for (const mode of ['side', 'original', 'difference', 'split']) {
    await page.getByTestId(`segment-${mode}`).click();
    await expect(page.getByTestId('photo-canvas').first()).toHaveAttribute('data-sharp', 'true');
  }
  await page.getByTestId('mask-toggle').click();
  await expect(page.getByTestId('mask-overlay')).toBeVisible();

  await page.getByTestId('export').click();
  const saved = test.info().outputPath('restored.png');
  expect(await host.exportTo(saved)).toBe('creased portrait-restored.png');

  const restored = sharp(saved);
  const { width, height, xmp } = await restored.metadata();
  expect([width, height]).toEqual([320, 240]);
  expect(xmp?.toString()).toContain('compositeWithTrainedAlgorithmicMedia');
  const [original, result] = await Promise.all([sharp(path).raw().toBuffer(), restored.removeAlpha().raw().toBuffer()]);
  const changed =
    original.reduce((sum, sample, index) => sum + (sample === result[index] ? 0 : 1), 0) / original.length;
  expect(changed, 'share of samples that the repair changed').toBeGreaterThan(0.001);
  expect(changed, 'share of samples that the repair changed').toBeLessThan(0.5);
});

test('a clean photo from the picker gets no proposal, and a step can still be switched on', async ({ page, host }) => {
  await writeScene(host.album, 'clean.jpg', { damaged: false, seed: 16 });
  await host.open();
  await host.choose('clean.jpg');
  await expect(page.getByTestId('nothing-to-repair')).toBeVisible();
  const tone = page.getByTestId('step-tone').getByRole('switch');
  await expect(tone).not.toBeChecked();
  await tone.click();
  await expect(tone).toBeChecked();
});

test('a file that is not a photo gets an error, and the open photo stays', async ({ page, host }) => {
  await writeScene(host.album, 'whole.jpg', { damaged: false });
  await writeFile(join(host.album, 'letter.jpg'), 'Dear Ada, the photo is in the other envelope.\n'.repeat(40));
  await host.open();
  await host.offer(join(host.album, 'whole.jpg'));
  await expect(page.getByTestId('proposal')).toBeVisible();
  await host.offer(join(host.album, 'letter.jpg'));
  await expect(page.getByTestId('notice-error')).toContainText('Not a supported image');
  await expect(page.getByTestId('photo-name')).toHaveText('whole.jpg');
});

test('several photos share a filmstrip; closing one keeps the others and can be undone', async ({ page, host }) => {
  const paths = [
    await writeScene(host.album, 'one.jpg', { damaged: false }),
    await writeScene(host.album, 'two.jpg', { damaged: false, seed: 5 }),
  ];
  await host.open();
  await host.offer(...paths);
  await expect(
    page
      .getByTestId('filmstrip')
      .getByRole('button', { name: /one\.jpg/ })
      .first(),
  ).toBeVisible();
  await page
    .getByTestId('filmstrip')
    .getByRole('button', { name: /close one\.jpg/i })
    .click();
  await expect(page.getByTestId('filmstrip')).toHaveCount(0);
  await expect(page.getByTestId('photo-name')).toHaveText('two.jpg');
  expect(await findings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Open again' }).click();
  await expect(page.getByTestId('photo-name')).toHaveText('one.jpg');
  await expect(page.getByTestId('filmstrip').getByRole('listitem')).toHaveCount(2);
});

test.describe('at the first start', () => {
  test.use({ introduced: false, threads: 0 });

  test('three cards by keyboard appear once; settings are kept and show what is really in use', {
    tag: '@electron-only',
  }, async ({ page, host }) => {
    const path = await writeScene(host.album, 'creased.png');
    await host.open();
    const tour = page.getByTestId('tour');
    await expect(tour).toContainText('Bring a photo');
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await expect(tour).toContainText('Review the proposal');
    await page.keyboard.press('ArrowLeft');
    await expect(tour).toContainText('Bring a photo');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect(tour).toContainText('Fix the rest by hand');
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await expect(tour).toHaveCount(0);
    await page.reload();
    await expect(page.getByTestId('empty')).toBeVisible();
    await expect(tour).toHaveCount(0);

    await page.keyboard.press('Control+,');
    await page.getByTestId('segment-light').click();
    await page.getByTestId('threads-choice').selectOption('1');
    await page.getByTestId('memory-choice').selectOption('512');
    await page.getByRole('switch', { name: /metadata/ }).click();
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
    await host.offer(path);
    await expect(page.getByTestId('step-repair')).toContainText('%');
    await page.keyboard.press('Control+,');
    await expect(page.getByTestId('in-use')).toContainText(/CPU, 1 thread, cache up to 512\sMB/u);
    expect(await findings(page)).toEqual([]);
    await page.getByTestId('reset-settings').click();
    await expect(page.getByTestId('threads-choice')).toHaveValue('0');
    await page.getByTestId('reset-undo').click();
    await expect(page.getByTestId('threads-choice')).toHaveValue('1');
    await page.keyboard.press('Escape');
    await page.getByTestId('export').click();
    await expect(page.getByTestId('export-metadata')).toHaveValue('none');

    // Cleared, the app begins as at the first start, and the photo is still where it was.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+,');
    await page.getByTestId('clear-everything').click();
    expect(await findings(page)).toEqual([]);
    await page.getByTestId('clear-now').click();
    await expect(tour).toContainText('Bring a photo');
    await expect(page.getByTestId('filmstrip')).toHaveCount(0);
    expect((await stat(path)).size).toBeGreaterThan(1000);
  });

  test('the cards do not return after being skipped', async ({ page, host }) => {
    await host.open();
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('tour')).toHaveCount(0);
    await page.reload();
    await expect(page.getByTestId('empty')).toBeVisible();
    await expect(page.getByTestId('tour')).toHaveCount(0);
  });
});
