import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { expect, test } from './host';
import { drag, type Grid, placer, read } from './painting';
import { settled } from './settled';

const SIZE = { width: 640, height: 480 };

/** A wall with a fine texture, light on the left and dark on the right; spots on the left, and eyes with red pupils below. */
async function wall(path: string): Promise<string> {
  const { width, height } = SIZE;
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const grain = 9 * Math.sin(1.7 * x) * Math.cos(1.3 * y + 0.2 * x);
    let colour = x < 320 ? [176, 168, 158] : [84, 80, 76];
    if (Math.hypot(x - 150, y - 120) < 14 || Math.hypot(x - 150, y - 220) < 14) colour = [30, 28, 26];
    for (const eye of [440, 540]) {
      if (Math.hypot(x - eye, y - 400) < 34) colour = [222, 172, 146];
      if (Math.hypot(x - eye, y - 400) < 10) colour = [210, 40, 52];
    }
    for (let c = 0; c < 3; c++) data[3 * i + c] = colour[c]! + grain;
  }
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
  return path;
}

const meanOf = ({ data }: Grid, x: number, y: number) => {
  let sum = 0;
  for (let row = y - 4; row <= y + 4; row++)
    for (let column = x - 4; column <= x + 4; column++) sum += data[3 * (row * SIZE.width + column)]!;
  return sum / 81;
};
const pixel = ({ data }: Grid, x: number, y: number) => [
  ...data.subarray(3 * (y * SIZE.width + x), 3 * (y * SIZE.width + x) + 3),
];
const lookedAt = (page: Page) => page.getByTestId('viewer').getAttribute('data-view');

test('spots are healed and cloned from a source, part is erased again, red eyes are corrected; Space and the middle button move the photo', {
  tag: '@electron',
}, async ({ page, host }) => {
  const path = await wall(test.info().outputPath('wall.png'));
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('proposal')).toBeVisible();
  // The wall is no faded print.
  await page.getByTestId('step-tone').getByRole('switch').first().click();
  await page.keyboard.press('1');
  await page.getByTestId('repair-place').click();
  const place = await placer(page, SIZE);
  await page.getByTestId('fill-with').selectOption('heal');
  const repairs = page.getByTestId('local-repair');

  // Without a source nothing is drawn, and the reason is said.
  await drag(page, [place(140, 120), place(160, 120)]);
  await expect(page.getByTestId('notice-info')).toContainText('Alt-click where the texture should come from');
  await expect(repairs).toHaveCount(0);

  // From the dark side; the place keeps the brightness around it.
  const altClick = async (x: number, y: number) => {
    await page.keyboard.down('Alt');
    await page.mouse.click(...place(x, y));
    await page.keyboard.up('Alt');
  };
  await altClick(450, 120);
  await expect(page.getByTestId('source-mark')).toBeVisible();
  await drag(page, [place(150, 120), place(154, 120)]);
  await expect(repairs).toHaveCount(1);
  await expect(repairs.first()).toContainText('healed');
  await page.getByTestId('fill-with').selectOption('clone');
  await drag(page, [place(150, 220), place(154, 220)]);
  await expect(repairs).toHaveCount(2);
  await expect(repairs.last()).toContainText('cloned');
  await drag(page, [place(250, 300), place(260, 300)]);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(repairs).toHaveCount(2);

  // The eraser takes back what lies right of the middle of the cloned spot.
  await page.keyboard.press('e');
  await drag(page, [place(174, 200), place(174, 240)]);
  await page.getByTestId('tool-eye').click();
  await page.mouse.click(...place(446, 396));
  await expect(repairs).toHaveCount(3);
  await page.mouse.click(...place(250, 60));
  await expect(page.getByTestId('notice-info').last()).toContainText('No red eye found there');
  await settled(page);

  // Neither leaves a stroke behind.
  await page.getByTestId('tool-brush').click();
  await page.keyboard.press('2');
  for (const by of ['Space', 'middle'] as const) {
    const before = await lookedAt(page);
    await page.mouse.move(...place(300, 240));
    if (by === 'Space') await page.keyboard.down('Space');
    await page.mouse.down({ button: by === 'Space' ? 'left' : 'middle' });
    await page.mouse.move(...place(340, 260), { steps: 4 });
    await page.mouse.up({ button: by === 'Space' ? 'left' : 'middle' });
    if (by === 'Space') await page.keyboard.up('Space');
    await expect.poll(() => lookedAt(page)).not.toBe(before);
  }
  await expect(repairs).toHaveCount(3);

  const saved = test.info().outputPath('healed.png');
  await page.getByTestId('export').click();
  await host.exportTo(saved);
  const [result, original] = [await read(saved), await read(path)];
  expect(Math.abs(meanOf(result, 150, 120) - meanOf(original, 150, 160))).toBeLessThan(8);
  expect(Math.abs(meanOf(result, 148, 220) - meanOf(original, 448, 220))).toBeLessThan(8);
  expect(pixel(result, 168, 220)).toEqual(pixel(original, 168, 220));
  const [red, green] = pixel(result, 440, 400);
  expect(red! - green!).toBeLessThan(10);
  expect(pixel(result, 540, 400)).toEqual(pixel(original, 540, 400));
  expect(pixel(result, 255, 300)).toEqual(pixel(original, 255, 300));
  const xmp = (await sharp(saved).metadata()).xmp?.toString() ?? '';
  expect(xmp).not.toContain('compositeWithTrainedAlgorithmicMedia');
});

test('the brush lands where the pointer is, at 125, 150 and 175 % and at any zoom of the page', async ({
  page,
  host,
}) => {
  const path = await wall(test.info().outputPath('wall.png'));
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.getByTestId('step-tone').getByRole('switch').first().click();
  await page.getByTestId('repair-place').click();
  await page.getByTestId('fill-with').selectOption('clone');
  const screen = await page.context().newCDPSession(page);
  const scales = [
    { deviceScaleFactor: 1.25, width: 1152, height: 720 },
    { deviceScaleFactor: 1.5, width: 1280, height: 800 },
    { deviceScaleFactor: 1.75, width: 1097, height: 686 },
    // The same screen with the page at 90 %.
    { deviceScaleFactor: 0.9, width: 1600, height: 1000 },
  ];
  for (const [index, scale] of scales.entries()) {
    await screen.send('Emulation.setDeviceMetricsOverride', { ...scale, mobile: false });
    await expect.poll(() => page.evaluate(() => devicePixelRatio)).toBeCloseTo(scale.deviceScaleFactor);
    const zoomOf = async () => Number((await lookedAt(page))!.split(' ')[2]);
    // The photo fits its new pane.
    await expect
      .poll(async () => {
        const { width, height } = (await page.getByTestId('viewer').boundingBox())!;
        return Math.min((width - 32) / SIZE.width, (height - 32) / SIZE.height) - (await zoomOf());
      })
      .toBeCloseTo(0, 3);
    await settled(page);
    const zoom = await zoomOf();
    const place = await placer(page, SIZE, zoom);
    await page.keyboard.down('Alt');
    await page.mouse.click(...place(500, 60 + 80 * index));
    await page.keyboard.up('Alt');
    await page.mouse.click(...place(80, 60 + 80 * index));
    await expect(page.getByTestId('local-repair')).toHaveCount(index + 1);
  }
  await settled(page);
  const saved = test.info().outputPath('dots.png');
  await page.getByTestId('export').click();
  await host.exportTo(saved);
  const [result, original] = [await read(saved), await read(path)];
  for (const index of scales.keys()) {
    const middle = 60 + 80 * index;
    let [x, y, count] = [0, 0, 0];
    for (let row = middle - 35; row < middle + 35; row++) {
      for (let column = 30; column < 130; column++) {
        if (pixel(result, column, row).every((value, c) => Math.abs(value - pixel(original, column, row)[c]!) < 40))
          continue;
        x += column;
        y += row;
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(600);
    expect(Math.abs(x / count - 80)).toBeLessThan(1.2);
    expect(Math.abs(y / count - middle)).toBeLessThan(1.2);
  }
});
