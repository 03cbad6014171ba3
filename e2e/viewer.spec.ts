import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { findings } from './axe';
import { expect, test, writeScene } from './host';
import { settled, sharpened } from './settled';

/** The pixels of the canvases as they are on the screen. */
function picturesOf(page: Page): Promise<string[]> {
  return page
    .getByTestId('photo-canvas')
    .evaluateAll((canvases) => canvases.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
}

/** The brightest sample on the first canvas. */
function brightest(page: Page): Promise<number> {
  return page
    .getByTestId('photo-canvas')
    .first()
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.reduce((most, value, i) => (i % 4 === 3 ? most : Math.max(most, value)), 0);
    });
}

async function chooseSide(page: Page, place: 'before' | 'after', name: string | RegExp): Promise<void> {
  await page.getByTestId(`side-${place}`).click();
  await page.getByRole('menuitemradio', { name }).click();
}

test('any two pictures of a photo can be compared, and a variant chosen', async ({ page, host }) => {
  const path = await writeScene(host.album, 'creased.png');
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('step-repair')).toContainText('%');
  await settled(page);
  // A second step, so that there is a picture between the original and the result.
  await page.getByTestId('step-tone').getByRole('switch').click();
  await settled(page);

  await page.getByTestId('segment-original').click();
  await sharpened(page);
  const original = await picturesOf(page);
  await page.getByTestId('segment-result').click();
  await sharpened(page);
  const result = await picturesOf(page);
  expect(result).not.toEqual(original);

  // While the key is held, the original is shown; afterwards the result again.
  await page.keyboard.down('\\');
  await expect.poll(() => picturesOf(page)).toEqual(original);
  await page.keyboard.up('\\');
  await expect.poll(() => picturesOf(page)).toEqual(result);
  const box = (await page.getByTestId('peek').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await expect.poll(() => picturesOf(page)).toEqual(original);
  await page.mouse.up();
  await expect.poll(() => picturesOf(page)).toEqual(result);

  // The changes of the last step only, and no difference between a picture and itself.
  await page.getByTestId('segment-difference').click();
  await settled(page);
  expect(await brightest(page)).toBeGreaterThan(0);
  await chooseSide(page, 'before', /^After: Scratches/);
  await expect(page.getByTestId('side-before')).toContainText('Scratches');
  await settled(page);
  await page.getByTestId('gain').click();
  await page.getByRole('menuitemradio', { name: '64×' }).click();
  await settled(page);
  expect(await brightest(page)).toBeGreaterThan(0);
  expect(await findings(page)).toEqual([]);
  await chooseSide(page, 'before', 'Original');
  await chooseSide(page, 'after', 'Original');
  await settled(page);
  expect(await brightest(page)).toBe(0);

  // Side by side, both move together: with the same picture on both sides they stay equal.
  await page.getByTestId('segment-side').click();
  await sharpened(page);
  const viewer = (await page.getByTestId('viewer').boundingBox())!;
  await page.mouse.move(viewer.x + viewer.width * 0.8, viewer.y + viewer.height * 0.4);
  for (let i = 0; i < 3; i++) await page.mouse.wheel(0, -240);
  await sharpened(page);
  const [left, right] = await picturesOf(page);
  expect(left).toBe(right);
  expect(await findings(page)).toEqual([]);
  await chooseSide(page, 'after', 'Result');
  await settled(page);
  const sides = await picturesOf(page);
  expect(sides[0]).not.toBe(sides[1]);

  // Another recipe.
  await chooseSide(page, 'after', 'Gentle clean-up');
  await settled(page);
  await expect(page.getByTestId('side-after')).toContainText('Gentle clean-up');

  await page.getByTestId('segment-variants').click();
  const cards = page.getByTestId('variants').getByRole('button');
  await expect(page.getByTestId('variants').locator('img')).toHaveCount(await cards.count());
  expect(await cards.count()).toBeGreaterThanOrEqual(4);
  expect(await findings(page)).toEqual([]);
  const sensitivity = page.getByTestId('step-repair').getByRole('slider').first();
  const before = await sensitivity.getAttribute('aria-valuenow');
  await page.getByTestId('variant-strong').click();
  await expect(page.getByTestId('variant-strong')).toHaveAttribute('aria-pressed', 'true');
  await expect(sensitivity).not.toHaveAttribute('aria-valuenow', before!);
  await page.keyboard.press('Control+z');
  await expect(sensitivity).toHaveAttribute('aria-valuenow', before!);
});

test('while the result is still loading, the original is shown and not an empty pane', async ({ page, host }) => {
  const path = await writeScene(host.album, 'creased.png');
  await host.open();
  // While another photo is measured, pictures may have to wait.
  let isHeld = true;
  const held: (() => void)[] = [];
  await page.route(/\/picture\/[^/]+\/result/, async (route) => {
    if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
    await route.continue();
  });
  await host.offer(path);
  await expect(page.getByTestId('step-repair')).toContainText('%');
  await expect(page.getByTestId('status-job')).toHaveCount(0);
  /** Opacity of a pixel right of the middle, on the last canvas. */
  const seen = () =>
    page
      .getByTestId('photo-canvas')
      .last()
      .evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement;
        const context = (element as HTMLCanvasElement).getContext('2d')!;
        return context.getImageData(Math.round(width * 0.6), Math.round(height / 2), 1, 1).data[3];
      });
  await expect.poll(seen).toBe(255);
  // A new canvas, which has shown nothing before.
  await page.keyboard.press('d');
  await expect(page.getByTestId('photo-canvas')).toHaveCount(2);
  await expect.poll(seen).toBe(255);
  await expect(page.getByTestId('photo-canvas').last()).toHaveAttribute('data-sharp', 'false');
  await page.keyboard.press('s');
  await expect(page.getByTestId('photo-canvas')).toHaveCount(1);
  await expect.poll(seen).toBe(255);

  const original = await picturesOf(page);
  isHeld = false;
  for (const go of held) go();
  await settled(page);
  expect(await picturesOf(page)).not.toEqual(original);
});

test('every key is listed, and the palette finds commands without a key', async ({ page, host }) => {
  const path = await writeScene(host.album, 'clean.png', { damaged: false });
  await host.open();
  await page.keyboard.press('?');
  await expect(page.getByTestId('keys-dialog')).toContainText('Ctrl K');
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('Escape');

  await host.offer(path);
  await settled(page);
  await page.getByTestId('viewer').focus();
  await page.keyboard.press('Control+k');
  await expect(page.getByTestId('palette').getByRole('combobox')).toBeFocused();
  expect(await findings(page)).toEqual([]);
  await page.keyboard.type('200');
  await expect(page.getByTestId('palette').getByRole('option')).toHaveCount(1);
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('zoom')).toHaveText(/200/);
  // The focus is where it was before.
  await expect(page.getByTestId('viewer')).toBeFocused();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('nothing of that name');
  await expect(page.getByTestId('palette')).toContainText('No matches');
  expect(await findings(page)).toEqual([]);
  for (let i = 0; i < 20; i++) await page.keyboard.press('Backspace');
  await page.keyboard.type('close photo');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('empty')).toBeVisible();

  await page.getByTestId('menu').hover();
  await page.keyboard.press('Control+z');
});

test('tooltips name the key; the histogram and clipping marks are shown', async ({ page, host }) => {
  const path = await writeScene(host.album, 'creased.png');
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('step-repair')).toContainText('%');
  await settled(page);
  await page.getByTestId('segment-side').hover();
  await expect(page.getByRole('tooltip')).toContainText(/Side by side.*D/);

  await page.getByTestId('tab-details').click();
  const histogram = page.getByTestId('histogram');
  await expect(histogram.getByRole('img')).toHaveAccessibleName(/Result: from tone \d+ to \d+/);
  await expect(histogram.getByTestId('clipped-highlights')).toContainText('%');
  await page.mouse.move(0, 0);
  await page.getByRole('radiogroup', { name: 'Compare' }).getByTestId('segment-original').click();
  await settled(page);
  const plain = await picturesOf(page);
  await page.getByTestId('viewer').focus();
  await page.keyboard.press('j');
  await expect(histogram.getByRole('switch')).toBeChecked();
  await settled(page);
  expect(await picturesOf(page)).not.toEqual(plain);
  expect(await findings(page)).toEqual([]);
});

test('a photo is exported with the rotation that is shown', async ({ page, host }) => {
  const path = await writeScene(host.album, 'clean.png', { damaged: false, seed: 16 });
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('nothing-to-repair')).toBeVisible();
  await settled(page);
  await page.keyboard.press('r');
  await page.keyboard.press('f');
  await settled(page);
  await page.getByTestId('export').click();
  const saved = test.info().outputPath('turned.png');
  await host.exportTo(saved);
  // In two calls, because sharp mirrors before it rotates.
  const right = await sharp(path).rotate(90).png().toBuffer();
  const turned = await sharp(right).flop().removeAlpha().raw().toBuffer();
  const { data, info } = await sharp(saved).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([240, 320]);
  expect(data.equals(turned)).toBe(true);
});
