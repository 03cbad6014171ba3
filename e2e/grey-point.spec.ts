import sharp from 'sharp';
import { expect, test } from './host';
import { placer, read } from './painting';
import { settled } from './settled';

/** A wall that should be grey under a yellow lamp, with a few colours beside it. */
async function yellowRoom(path: string): Promise<string> {
  const [width, height] = [480, 360];
  const data = Buffer.alloc(3 * width * height);
  const colours = [
    [150, 60, 40],
    [60, 110, 60],
    [40, 60, 110],
    [190, 150, 60],
  ]; // prettier-ignore
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grain = ((x * 7 + y * 13) % 5) - 2;
      const wall = [184 - y / 6, 160 - y / 6, 124 - y / 6];
      const colour = x < 320 ? wall : colours[Math.floor(y / 90) % 4]!;
      for (let c = 0; c < 3; c++) data[3 * (y * width + x) + c] = Math.round(colour[c]! + grain);
    }
  }
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(path);
  return path;
}

test('a point that should be grey is picked in the photo, makes it grey, and can be undone', async ({ page, host }) => {
  const photo = await yellowRoom(test.info().outputPath('room.png'));
  await host.open();
  await host.offer(photo);
  const card = page.getByTestId('step-tone');
  const isOn = await card.getByRole('switch').first().isChecked();
  if (!isOn) await card.getByRole('switch').first().click();
  await card.getByRole('button', { name: 'More' }).click();
  await page.keyboard.press('1');
  await settled(page);

  // Esc leaves without a change; so does a click beside the photo.
  await card.getByTestId('grey-pick').click();
  await expect(page.getByTestId('grey-picker')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('grey-picker')).toHaveCount(0);
  await expect(card.getByTestId('grey-picked')).toHaveCount(0);

  await card.getByTestId('grey-pick').click();
  const place = await placer(page, { width: 480, height: 360 });
  await page.mouse.click(...place(100, 60));
  await expect(page.getByTestId('grey-picker')).toHaveCount(0);
  // The mean of a few pixels of the wall, as it was opened.
  await expect(card.getByTestId('grey-picked')).toHaveAccessibleName(/#ae9672|#ad9571|#af9773/);
  await settled(page);
  const saved = test.info().outputPath('grey.png');
  await page.getByTestId('export').click();
  await host.exportTo(saved);
  const result = await read(saved);
  const [r, g, b] = [...result.data.subarray(3 * (60 * 480 + 100), 3 * (60 * 480 + 100) + 3)] as [
    number,
    number,
    number,
  ];
  expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThanOrEqual(4);
  expect(g).toBeGreaterThan(100);

  await page.keyboard.press('ControlOrMeta+z');
  await expect(card.getByTestId('grey-picked')).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+Shift+z');
  await expect(card.getByTestId('grey-picked')).toBeVisible();
  await card.getByTestId('grey-clear').click();
  await expect(card.getByTestId('grey-picked')).toHaveCount(0);
});
