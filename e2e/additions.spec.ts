import { join } from 'node:path';
import sharp from 'sharp';
import { toGrey } from '../main/restoration/testing/rasters';
import { testScene } from '../main/restoration/testing/scene';
import { expect, test, writeScene } from './host';
import { settled } from './settled';

test('a photo is enlarged for a print: the file has the announced size and resolution', async ({ page, host }) => {
  const path = await writeScene(host.album, 'postcard.jpg', { width: 320, height: 240, damaged: false });
  await host.open();
  await host.offer(path);
  const card = page.getByTestId('step-upscale');
  await card.getByRole('switch').click();
  await expect(card.getByTestId('size-outcome')).toHaveText('640 × 480 px, 2×');
  await expect(page.getByTestId('photo-size')).toHaveText('320 × 240 → 640 × 480 px');
  await card.getByTestId('segment-exact').click();
  await card.getByTestId('size-unit').selectOption('print');
  await expect(card.getByTestId('size-longer')).toHaveValue('5.4');
  await card.getByTestId('size-longer').fill('8 ');
  await card.getByTestId('size-longer').press('Enter');
  await card.getByTestId('size-dpi').fill('254');
  await card.getByTestId('size-dpi').press('Enter');
  await expect(card.getByTestId('size-outcome')).toHaveText('800 × 600 px, 2.5×');
  await card.getByTestId('size-longer').fill('300');
  await card.getByTestId('size-longer').press('Enter');
  await expect(card.getByTestId('size-outcome')).toContainText('The limit is 16×');
  await page.keyboard.press('Control+z');
  await expect(card.getByTestId('size-outcome')).toHaveText('800 × 600 px, 2.5×');
  await page.getByTestId('tab-history').click();
  await expect(page.getByTestId('history').locator('[aria-current]')).toContainText('8 cm at 254 dpi');
  await settled(page);

  await page.getByTestId('export').click();
  const saved = test.info().outputPath('print.jpg');
  await host.exportTo(saved);
  const { width, height, density, xmp } = await sharp(saved).metadata();
  expect([width, height, density]).toEqual([800, 600, 254]);
  expect(xmp?.toString()).toContain('upscale (upscaler-x4)');
});

test('a black and white photo is coloured with a chosen palette; window and file say that the colours are generated', async ({
  page,
  host,
}) => {
  const path = join(host.album, 'wedding.png');
  const { data, width, height } = toGrey(testScene(640, 480, 3));
  await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(path);
  await host.open();
  await host.offer(path);
  const card = page.getByTestId('step-colorise');
  await expect(card).toContainText('This is a black and white photo.');
  await expect(card).toContainText('generated');
  // What is judged below are the colours alone.
  await page.getByTestId('step-repair').getByRole('switch').uncheck();
  // They are offered, and never added unasked.
  await expect(card.getByRole('switch')).not.toBeChecked();
  await expect(page.getByTestId('imagined-after')).toHaveCount(0);

  await page.getByTestId('segment-variants').click();
  const palettes = ['natural', 'warm', 'cool'].map((name) => page.getByTestId(`variant-colours-${name}`));
  for (const palette of palettes) await expect(palette.locator('img')).toBeVisible();
  await palettes[1]!.click();
  await expect(card.getByRole('switch')).toBeChecked();
  await expect(card.getByRole('radio', { name: 'Warm' })).toBeChecked();
  await page.getByTestId('segment-result').click();
  await settled(page);
  await expect(page.getByTestId('imagined-after')).toHaveText('Generated colours');

  // The person knows better: the middle was as blue as the sky. What is picked from the photo can be given too.
  await card.getByTestId('hints-begin').click();
  const layer = page.getByTestId('hint-layer');
  await page.getByTestId('hint-colours').click();
  await page.getByTestId('hint-usual-sky').click();
  await page.keyboard.press('Escape');
  await layer.focus();
  await layer.press('ArrowRight');
  await layer.press('ArrowLeft');
  await layer.press('Enter');
  await expect(card.getByTestId('hint-count')).toHaveText('1 colour given');
  await settled(page);
  await page.getByTestId('hint-pick').click();
  await layer.click({ position: { x: 300, y: 200 } });
  await expect(page.getByTestId('hint-paint')).toHaveAttribute('aria-pressed', 'true');
  await layer.click({ position: { x: 320, y: 220 } });
  await expect(page.getByTestId('hint')).toHaveCount(2);
  await page.getByTestId('hint-remove').click();
  await layer.click({ position: { x: 320, y: 220 } });
  await expect(page.getByTestId('hint')).toHaveCount(1);
  await page.getByTestId('hints-done').click();
  await expect(layer).toHaveCount(0);
  await settled(page);

  await page.getByTestId('export').click();
  const saved = test.info().outputPath('coloured.png');
  await host.exportTo(saved);
  const file = sharp(saved);
  expect((await file.metadata()).xmp?.toString()).toContain('<emulsion:Imagined>colours</emulsion:Imagined>');
  const { data: colours, info } = await file.raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([640, 480, 3]);
  let worst = 0;
  let chroma = 0;
  for (let i = 0; i < data.length; i++) {
    const [red, green, blue] = [colours[3 * i]!, colours[3 * i + 1]!, colours[3 * i + 2]!];
    worst = Math.max(worst, Math.abs(0.299 * red + 0.587 * green + 0.114 * blue - data[i]!));
    chroma += (Math.max(red, green, blue) - Math.min(red, green, blue)) / data.length;
  }
  expect(worst, 'levels by which the luma has changed').toBeLessThanOrEqual(0.51);
  expect(chroma, 'levels between the channels').toBeGreaterThan(4);
  const middle = 3 * (240 * 640 + 320);
  expect(colours[middle + 2]! - colours[middle]!, 'blue over red where blue was given').toBeGreaterThan(15);
});
