import sharp from 'sharp';
import { expect, test } from './host';
import { drag, placer, read } from './painting';
import { settled } from './settled';

const [WIDTH, HEIGHT] = [400, 240];

/** A wall in evening light, its left half in the shade. */
async function eveningWall(path: string): Promise<string> {
  const data = Buffer.alloc(3 * WIDTH * HEIGHT);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
    const grain = ((x * 7 + y * 13) % 5) - 2;
    data[i] = [200, 170, 130][i % 3]! * (x < WIDTH / 2 ? 0.3 : 1) + grain;
  }
  await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).toFile(path);
  return path;
}

test('light and colour are set by hand: sliders, white balance, curve; all of it can be undone', {
  tag: '@electron',
}, async ({ page, host }) => {
  const photo = await eveningWall(test.info().outputPath('wall.png'));
  await host.open();
  await host.offer(photo);
  // The tones would make the shade black first.
  const tone = page.getByTestId('step-tone').getByRole('switch').first();
  if (await tone.isChecked()) await tone.click();
  const card = page.getByTestId('step-light');
  await expect(card).toContainText('Set by hand.');
  await card.getByRole('switch').first().click();
  await card.getByRole('button', { name: 'More' }).click();
  await page.keyboard.press('1');
  // Nothing is compared before there is a result.
  await settled(page);

  await card.getByTestId('light-shadows').getByRole('slider').focus();
  await page.keyboard.press('End');
  // A letter after a number is a shortcut, and no part of the number.
  const number = card.getByRole('textbox', { name: 'Shadows' });
  await number.click();
  await page.keyboard.type('80d');
  await expect(page.getByTestId('viewer')).toHaveAttribute('data-mode', 'side');
  await expect(number).toHaveValue('80');
  await page.keyboard.press('s');
  await card.getByTestId('light-shadows').getByRole('slider').focus();
  await page.keyboard.press('End');
  await card.getByTestId('grey-pick').click();
  await page.mouse.click(...(await placer(page, { width: WIDTH, height: HEIGHT }))(360, 100));
  await expect(card.getByTestId('grey-picked')).toBeVisible();

  // A point in the middle of the curve, moved up with the keyboard and then with the mouse.
  await card.getByTestId('curve-add').click();
  const point = card.getByTestId('curve-point');
  await point.focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowUp');
  await expect(point).toHaveAccessibleName(/50.% becomes 55.%/);
  const field = (await card.getByTestId('curve-field').boundingBox())!;
  const dot = (await point.boundingBox())!;
  await page.mouse.move(dot.x + dot.width / 2, dot.y + dot.height / 2);
  await page.mouse.down();
  await page.mouse.move(field.x + field.width * 0.5, field.y + field.height * 0.4, { steps: 4 });
  await page.mouse.up();
  await expect(point).toHaveAccessibleName(/(49|50|51).% becomes (59|60|61).%/);
  await settled(page);

  const saved = test.info().outputPath('light.png');
  await page.getByTestId('export').click();
  await host.exportTo(saved);
  const { data } = await read(saved);
  const at = (x: number, y: number) => [...data.subarray(3 * (y * WIDTH + x), 3 * (y * WIDTH + x) + 3)];
  const sunny = at(360, 100);
  // The picked wall is grey, and the shade beside it is far lighter than a third of it.
  expect(Math.max(...sunny) - Math.min(...sunny)).toBeLessThanOrEqual(5);
  expect(at(100, 100)[1]!).toBeGreaterThan(0.45 * sunny[1]!);

  await point.dblclick();
  await expect(point).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(point).toHaveCount(1);
  await card.getByTestId('curve-reset').click();
  await card.getByTestId('grey-clear').click();
  await card.getByTestId('light-shadows').getByRole('slider').focus();
  await page.keyboard.press('Home');
  await expect(card.getByTestId('light-shadows').getByRole('slider')).toHaveAttribute('aria-valuetext', /^[-−]100/);
});

test('what is to be left alone stays bit for bit, whatever the steps do; this can be undone', async ({
  page,
  host,
}) => {
  const photo = await eveningWall(test.info().outputPath('wall.png'));
  await host.open();
  await host.offer(photo);
  const card = page.getByTestId('step-light');
  await card.getByRole('switch').first().click();
  await page.keyboard.press('1');
  await card.getByTestId('light-exposure').getByRole('slider').focus();
  await page.keyboard.press('End');
  await page.getByTestId('keep-paint').click();
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  const place = await placer(page, { width: WIDTH, height: HEIGHT });
  await drag(page, [place(300, 180), place(380, 180)]);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('left-alone')).toContainText('No step changes what is painted over.');
  await settled(page);

  const saved = test.info().outputPath('kept.png');
  await page.getByTestId('export').click();
  await host.exportTo(saved);
  const [result, original] = [await read(saved), await read(photo)];
  const at = (data: Uint8Array, x: number, y: number) => [
    ...data.subarray(3 * (y * WIDTH + x), 3 * (y * WIDTH + x) + 3),
  ];
  expect(at(result.data, 340, 180)).toEqual(at(original.data, 340, 180));
  expect(at(result.data, 340, 60)[2]!).toBeGreaterThan(at(original.data, 340, 60)[2]! + 40);

  await page.getByTestId('keep-nothing').click();
  await expect(page.getByTestId('keep-nothing')).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(page.getByTestId('keep-nothing')).toBeVisible();
});
