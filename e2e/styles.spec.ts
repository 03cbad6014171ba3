import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, type Host, test, writeScene } from './host';
import { drag, placer, read } from './painting';

const SIZE = { width: 320, height: 240 };
const HALF = { width: SIZE.width / 2, height: SIZE.height };

/** Pixels of the two pictures that differ, left and right of a column. */
function differing(one: Buffer, other: Buffer, column: number): { left: number; right: number } {
  const found = { left: 0, right: 0 };
  for (let i = 0; i < SIZE.width * SIZE.height; i++) {
    if (one.compare(other, 3 * i, 3 * i + 3, 3 * i, 3 * i + 3) === 0) continue;
    found[i % SIZE.width < column ? 'left' : 'right'] += 1;
  }
  return found;
}

async function exported(host: Host, page: Parameters<typeof placer>[0], name: string): Promise<Buffer> {
  const path = test.info().outputPath(name);
  await page.keyboard.press('Control+e');
  await page.getByTestId('export-format').selectOption('png');
  await host.exportTo(path);
  // Several of these notices would cover the photo.
  await page.getByTestId('notice-done').getByRole('button', { name: 'Dismiss' }).click();
  return (await read(path)).data;
}

test('a style is chosen from previews of the photo, weakened, mixed, and applied to one half only', async ({
  page,
  host,
}) => {
  const photo = await writeScene(host.album, 'meadow.png', { ...SIZE, damaged: false, seed: 16 });
  await host.open();
  await host.offer(photo);
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.keyboard.press('t');
  const gallery = page.getByTestId('style-gallery');
  const samples = gallery.locator('img');
  await expect.poll(() => gallery.getByRole('listitem').count()).toBeGreaterThan(10);
  // Every style has its picture of the photo, and no two are the same.
  const count = await gallery.getByRole('listitem').count();
  await expect(samples).toHaveCount(count);
  const sources = await samples.evaluateAll((images) => images.map((image) => (image as HTMLImageElement).src));
  expect(new Set(sources).size).toBe(count);

  await page.getByTestId('style-van-gogh-starry-night').click();
  await expect(page.getByTestId('style-card')).toContainText('The Starry Night');
  await expect(page.getByTestId('style-van-gogh-starry-night')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('style-none')).toHaveAttribute('aria-pressed', 'false');
  const before = (await read(photo)).data;
  const whole = await exported(host, page, 'whole.png');
  expect(differing(before, whole, HALF.width).left).toBeGreaterThan(0.9 * HALF.width * HALF.height);
  // What is written says that a trained model has painted it.
  const { xmp } = await sharp(test.info().outputPath('whole.png')).metadata();
  expect(xmp?.toString()).toContain('compositeWithTrainedAlgorithmicMedia');

  const strength = page.getByTestId('style-card').getByRole('slider', { name: 'Strength' });
  await strength.focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowRight');
  const half = await exported(host, page, 'half.png');
  for (let i = 0; i < half.length; i += 31) {
    expect(Math.abs(half[i]! - (before[i]! + whole[i]!) / 2)).toBeLessThanOrEqual(1);
  }
  await strength.focus();
  await page.keyboard.press('End');
  await expect(strength).toHaveAttribute('aria-valuenow', '1');

  await page.getByTestId('style-more').click();
  await page.getByTestId('style-mix').selectOption('munch-the-scream');
  await expect(page.getByTestId('style-share')).toBeVisible();
  const mixed = differing(whole, await exported(host, page, 'mixed.png'), HALF.width);
  expect(mixed.right).toBeGreaterThan(0.5 * HALF.width * HALF.height);
  await page.getByTestId('style-mix').selectOption('none');
  expect((await exported(host, page, 'unmixed.png')).equals(whole)).toBe(true);

  // Only on the left half, by a rectangle.
  await page.keyboard.press('1');
  await page.getByTestId('style-mask').click();
  // Until the tool is there, a drag moves the photo.
  await expect(page.getByRole('application')).toBeVisible();
  await expect(page.getByTestId('tool-defect')).toHaveCount(0);
  await page.keyboard.press('u');
  const place = await placer(page, SIZE);
  await drag(page, [place(-2, -2), place(HALF.width - 1, HALF.height + 1)]);
  await page.getByTestId('mask-done').click();
  const left = await exported(host, page, 'left.png');
  expect(differing(before, left, HALF.width).right).toBe(0);
  expect(differing(whole, left, HALF.width - 2).left).toBe(0);
  await page.getByTestId('style-everywhere').click();
  expect((await exported(host, page, 'everywhere.png')).equals(whole)).toBe(true);
  await page.keyboard.press('Control+z');
  await page.getByTestId('tab-history').click();
  await expect(page.getByTestId('history').locator('[aria-current]')).toHaveText('Style mask');
  await expect(page.getByTestId('history')).toContainText('Style: The Starry Night');
});

test.describe('style previews', () => {
  test.use({ provoked: /404/ });

  test('are rendered again if they are no longer cached', async ({ page, browserHost }) => {
    const refused = new Set<string>();
    await page.route(/\/result\?/, (route) => {
      const url = route.request().url();
      if (!url.includes('lossless') && !refused.has(url)) {
        refused.add(url);
        return route.fulfill({ status: 404 });
      }
      return route.continue();
    });
    await browserHost.open();
    await browserHost.offer(await writeScene(browserHost.album, 'meadow.png', { ...SIZE, damaged: false, seed: 16 }));
    await expect(page.getByTestId('proposal')).toBeVisible();
    await page.keyboard.press('t');
    const samples = page.getByTestId('style-gallery').locator('img');
    const seen = () =>
      samples.evaluateAll((all) => all.filter((image) => (image as HTMLImageElement).naturalWidth > 0));
    await expect.poll(async () => (await seen()).length).toBeGreaterThan(15);
    // One of the samples is the photo without a style, which is no rendering.
    expect(refused.size).toBeGreaterThanOrEqual(15);
  });
});

test('a dropped picture becomes a saved style and is not opened as a photo', async ({ page, host, data }) => {
  await host.open();
  await host.offer(await writeScene(host.album, 'meadow.png', { ...SIZE, damaged: false, seed: 16 }));
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.getByTestId('tab-style').click();
  const quilt = await writeScene(host.album, 'Aunt Ada’s quilt.png', { width: 300, height: 200, seed: 9 });
  const base64 = (await readFile(quilt)).toString('base64');
  const files = await page.evaluateHandle((text) => {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], 'Aunt Ada’s quilt.png', { type: 'image/png' }));
    return transfer;
  }, base64);
  const zone = page.getByTestId('own-style');
  await zone.dispatchEvent('dragenter', { dataTransfer: files });
  await expect(page.getByTestId('drop-target')).toBeVisible();
  await zone.dispatchEvent('drop', { dataTransfer: files });
  await expect(page.getByTestId('style-card')).toContainText('Aunt Ada’s quilt');
  await expect(page.getByTestId('drop-target')).toHaveCount(0);
  await expect(page.getByTestId('filmstrip')).toHaveCount(0);
  const own = page.getByTestId('style-gallery').getByRole('button', { name: /Aunt Ada’s quilt/, pressed: true });
  await expect(own).toBeVisible();

  // What is no picture is told, and nothing else is lost.
  await page.getByTestId('style-input').setInputFiles({
    name: 'notes.png',
    mimeType: 'image/png',
    buffer: Buffer.from('no picture at all'),
  });
  await expect(page.getByTestId('notice-error')).toContainText('notes.png could not be used as a style');
  await expect(page.getByTestId('style-card')).toContainText('Aunt Ada’s quilt');
  const kept = JSON.parse(await readFile(join(data, 'styles', (await stylesIn(data))[0]!), 'utf8'));
  expect(kept.name).toBe('Aunt Ada’s quilt');

  // Taken off the list, it is still what this photo has.
  await own.hover();
  await page.getByRole('button', { name: 'Remove the style Aunt Ada’s quilt' }).click();
  await expect(own).toHaveCount(0);
  await expect.poll(() => stylesIn(data)).toEqual([]);
  await expect(page.getByTestId('style-card')).toContainText('Aunt Ada’s quilt');
});

const stylesIn = (data: string): Promise<string[]> => readdir(join(data, 'styles'));
