import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, writeScene } from './host';

test.use({ provoked: /./ });
test('shots', async ({ page, restartable: host }) => {
  test.setTimeout(900_000);
  const scans = join(host.album, 'scans');
  const shot = (name: string) => page.screenshot({ path: `/tmp/eyes-shots/${name}.png` });
  for (let i = 1; i <= 6; i++) {
    const [width, height] = i === 3 ? [360, 480] : [480, 360];
    await writeScene(join(scans, '1931'), `lake ${i}.jpg`, { width, height, damaged: i % 3 !== 1, seed: i });
  }
  const whole = await readFile(await writeScene(host.album, 'whole.jpg', { width: 480, height: 360 }));
  await writeFile(join(scans, 'broken.jpg'), whole.subarray(0, Math.round(whole.length * 0.7)));
  await writeFile(join(scans, 'notes.txt'), 'from the attic');
  await host.open();
  await page.keyboard.press('Control+b');
  await host.chooseFolder('scans', () => page.getByTestId('choose-input').click());
  await page.getByTestId('start-batch').click();
  await expect(page.getByTestId('batch-row').nth(5).getByRole('img').first()).toBeVisible();
  await page.waitForTimeout(1500);
  await page.setViewportSize({ width: 1440, height: 900 });
  await shot('running-list');
  await page.getByTestId('segment-grid').click();
  await page.waitForTimeout(500);
  await shot('running-grid');
  await expect(page.getByTestId('batch-summary')).toHaveAttribute('data-status', 'problems', { timeout: 300_000 });
  await page.getByTestId('review-results').click();
  await page.getByTestId('segment-all').click();
  await page.getByTestId('result-grid').getByRole('button', { name: 'lake 2' }).click();
  await expect(page.getByTestId('compare-slider')).toBeVisible();
  await page.keyboard.press('k');
  await expect(page.getByTestId('result-facts').getByTestId('verdict')).toContainText('Original kept');
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(1500);
  const sizes = [
    [1024, 700],
    [1440, 900],
    [2560, 1440],
  ] as const;
  const looks = [
    ['dark', 'en'],
    ['light', 'pt-BR'],
    ['dark', 'pt-BR'],
    ['light', 'en'],
  ] as const;
  for (const [theme, language] of looks) {
    await page.keyboard.press('Control+,');
    await page.getByRole('dialog').getByTestId(`segment-${theme}`).click();
    await page.getByRole('dialog').getByTestId('language').selectOption(language);
    await page.keyboard.press('Escape');
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      const tag = `${width}-${theme}-${language}`;
      await page.waitForTimeout(600);
      await page.getByTestId('viewer').focus();
      await shot(`large-${tag}`);
      await page.keyboard.press('m');
      await page.keyboard.press('d');
      await page.waitForTimeout(600);
      await shot(`mask-side-${tag}`);
      await page.keyboard.press('s');
      await page.keyboard.press('m');
      if (width !== 2560 || theme === 'dark') {
        await page.keyboard.press('r');
        await page.getByTestId('redo-dialog').waitFor();
        await shot(`redo-${tag}`);
        await page.keyboard.press('Escape');
      }
      await page.keyboard.press('Escape');
      await page.waitForTimeout(500);
      await shot(`grid-${tag}`);
      await page.getByTestId('segment-list').click();
      await page.waitForTimeout(400);
      await shot(`list-${tag}`);
      await page.getByTestId('segment-grid').click();
      await page.getByTestId('result-grid').getByRole('button', { name: 'lake 3' }).click();
      await page.getByTestId('viewer').waitFor();
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByTestId('viewer').focus();
  await page.keyboard.press('e');
  await expect(page.getByTestId('of-batch')).toBeVisible();
  await page.waitForTimeout(6000);
  await shot('editor-1440');
  await page.getByTestId('export').click();
  await shot('editor-export-1440');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1024, height: 700 });
  await shot('editor-1024');
  await page.keyboard.press('?');
  await page.waitForTimeout(300);
  await shot('keys-1024');
  await page.keyboard.press('Escape');
  await page.getByTestId('back-to-batch').click();
  await page.getByTestId('result').getByTestId('back').click();
  await page.getByTestId('result-grid').getByRole('button', { name: 'broken' }).click();
  await page.waitForTimeout(2500);
  await shot('broken-1024');
});
