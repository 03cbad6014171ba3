import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { testScene } from '../main/restoration/testing/scene';
import { expect, test } from './host';
import { at, drag, editMask, exportMask, placer, read } from './painting';

const page = { width: 520, height: 420 };
const print = { width: 300, height: 220 };
const ANGLE = 6;
const middle = { x: 250, y: 215 };

/** Where a place of the print lies on the page, in pixels. */
function onPage(x: number, y: number): [number, number] {
  const [sin, cos] = [Math.sin((ANGLE * Math.PI) / 180), Math.cos((ANGLE * Math.PI) / 180)];
  const [dx, dy] = [x - print.width / 2, y - print.height / 2];
  return [middle.x + dx * cos - dy * sin, middle.y + dx * sin + dy * cos];
}

const pixelsOf = ({ data, width, height }: ReturnType<typeof testScene>) => ({
  data: data as Uint8Array,
  info: { raw: { width, height, channels: 3 as const } },
});

/** A print that lies askew on a page. */
async function writePage(folder: string): Promise<string> {
  const { data, info } = pixelsOf(testScene(print.width, print.height, 3));
  const turned = await sharp(data, info).png().toBuffer();
  const askew = await sharp(turned).ensureAlpha().rotate(ANGLE, { background: '#00000000' }).png().toBuffer({
    resolveWithObject: true,
  });
  const path = join(folder, 'page.png');
  const left = Math.round(middle.x - askew.info.width / 2);
  const top = Math.round(middle.y - askew.info.height / 2);
  await sharp({ create: { ...page, channels: 3, background: '#50545a' } })
    .composite([{ input: askew.data, left, top }])
    .png()
    .toFile(path);
  return path;
}

test('a print that lies askew is cut out by its corners; what is painted follows it, and undo gives back the page', async ({
  page: window,
  host,
}) => {
  const path = await writePage(host.album);
  await editMask(window, host, path);
  // Without what was detected, which differs on the print.
  await window.getByTestId('mask-change').click();
  await window.getByTestId('mask-clear').click();
  await window.keyboard.press('Escape');
  const place = await placer(window, page);
  const [x, y] = onPage(90, 70);
  await drag(window, [place(x - 8, y), place(x + 8, y)]);
  const { mask: before } = await exportMask(window, host, 'before.png');
  expect(at(before, Math.round(x), Math.round(y))).toBe(255);

  // The tool puts the brush away and shows the whole page.
  await window.keyboard.press('c');
  await expect(window.getByTestId('crop-bar')).toBeVisible();
  await expect(window.getByTestId('mask-options')).toBeHidden();
  await window.keyboard.press('1');
  // Its border is proposed.
  await window.keyboard.press('n');
  await expect(window.getByTestId('crop-found')).toHaveText('One print found');
  const [, width, height] = /→ (\d+) × (\d+)/.exec((await window.getByTestId('photo-size').textContent())!)!;
  expect(Math.abs(Number(width) - print.width)).toBeLessThan(6);
  expect(Math.abs(Number(height) - print.height)).toBeLessThan(6);
  await window.keyboard.press('Control+z');
  await window.getByRole('radio', { name: 'Four corners' }).click();
  const placeInTool = await placer(window, page);
  const corners = [
    ['topLeft', [0, 0], [0, 0]],
    ['topRight', [page.width, 0], [print.width, 0]],
    ['bottomRight', [page.width, page.height], [print.width, print.height]],
    ['bottomLeft', [0, page.height], [0, print.height]],
  ] as const;
  for (const [name, from, to] of corners) {
    const handle = (await window.getByTestId(`crop-handle-${name}`).boundingBox())!;
    const [grabX, grabY] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
    const [fromX, fromY] = placeInTool(from[0] - 0.5, from[1] - 0.5);
    expect(Math.hypot(grabX - fromX, grabY - fromY)).toBeLessThan(2);
    const [x, y] = onPage(to[0], to[1]);
    const [toX, toY] = placeInTool(x - 0.5, y - 0.5);
    await window.mouse.move(grabX, grabY);
    await window.mouse.down();
    await window.mouse.move(toX, toY, { steps: 5 });
    if (name === 'topLeft') await expect(window.getByTestId('crop-third')).toHaveCount(4);
    await window.mouse.up();
  }
  await expect(window.getByTestId('crop-third')).toHaveCount(0);
  // A corner goes by the arrow keys too, and what the tool did is undone one by one.
  await window.getByTestId('crop-handle-topLeft').focus();
  const size = window.getByTestId('photo-size');
  const told = await size.textContent();
  await window.keyboard.press('Shift+ArrowLeft');
  await expect(size).not.toHaveText(told!);
  await window.keyboard.press('Control+z');
  await expect(size).toHaveText(told!);
  await window.keyboard.press('Enter');
  await expect(window.getByTestId('crop-bar')).toBeHidden();
  await expect(size).toHaveText(/^30[01] × 22[01]$/);
  await expect(window.getByTestId('proposal')).toBeVisible();

  await window.keyboard.press('b');
  await expect(window.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  const { mask: carried } = await exportMask(window, host, 'carried.png');
  expect(Math.abs(carried.width - print.width)).toBeLessThanOrEqual(1);
  expect(at(carried, 90, 70)).toBe(255);
  const covered = (mask: typeof before) =>
    mask.data.filter((value, i) => i % mask.channels === 0 && value > 127).length;
  expect(covered(carried) / covered(before)).toBeCloseTo(1, 1);
  await window.keyboard.press('Escape');

  // Back to the page, to the pixel.
  await window.keyboard.press('Control+z');
  await expect(size).toHaveText('520 × 420');
  await window.keyboard.press('Control+Shift+z');
  await expect(size).toHaveText(/^30[01] × 22[01]$/);

  await window.getByTestId('export').click();
  const saved = test.info().outputPath('print.png');
  await host.exportTo(saved);
  const result = await read(saved);
  const scene = testScene(print.width, print.height, 3);
  // By means of 10 x 10 pixels, as corners that are set by hand are not exact to a part of a pixel.
  const mean = (value: (x: number, y: number) => number, left: number, top: number) => {
    let sum = 0;
    for (let i = 0; i < 100; i++) sum += value(left + (i % 10), top + Math.floor(i / 10));
    return sum / 100;
  };
  const differences: number[] = [];
  for (let top = 10; top < 210; top += 10) {
    for (let left = 10; left < 290; left += 10) {
      const [now, was] = [
        mean((x, y) => at(result, x, y), left, top),
        mean((x, y) => scene.data[(y * scene.width + x) * 3]!, left, top),
      ];
      differences.push(Math.abs(now - was));
    }
  }
  const typical = differences.reduce((total, each) => total + each, 0) / differences.length;
  expect(typical, 'levels by which the upright print differs').toBeLessThan(4);
});

test('a page of prints becomes photos of their own, each with its own crop and edits, and nothing is written', {
  tag: '@electron-only',
}, async ({ page: window, host }) => {
  const prints = await Promise.all(
    [
      { size: { width: 200, height: 150 }, left: 40, top: 60 },
      { size: { width: 150, height: 200 }, left: 320, top: 150 },
    ].map(async ({ size, left, top }, i) => {
      const { data, info } = pixelsOf(testScene(size.width, size.height, i + 1));
      return { input: await sharp(data, info).png().toBuffer(), left, top };
    }),
  );
  const path = join(host.album, 'album.png');
  await sharp({ create: { ...page, channels: 3, background: '#101114' } })
    .composite(prints)
    .png()
    .toFile(path);
  const before = await readFile(path);
  await host.open();
  await host.offer(path);
  const size = window.getByTestId('photo-size');
  await expect(window.getByTestId('proposal')).toBeVisible();
  await window.keyboard.press('c');
  await window.getByTestId('crop-split').click();
  const frames = window.getByTestId('filmstrip').locator('[data-frame]');
  await expect(window.getByTestId('filmstrip').locator('[data-phase=ready]')).toHaveCount(3);
  expect(await frames.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')))).toEqual([
    'album.png',
    'album-1.png',
    'album-2.png',
  ]);
  // The first is shown, upright and without the lid.
  await expect(size).toHaveText(/^(199|20[01]) × (149|15[01])$/);
  // It is corrected by hand on its page.
  await window.keyboard.press('c');
  await expect(window.getByTestId('crop-bar')).toBeVisible();
  await window.getByTestId('crop-handle-left').focus();
  await window.keyboard.press('Shift+ArrowRight');
  await window.keyboard.press('Enter');
  await expect(window.getByTestId('crop-bar')).toBeHidden();
  await expect(size).toHaveText(/^(189|19[01]) × (149|15[01])$/);
  // The other print is another photo.
  await window.keyboard.press(']');
  await expect(size).toHaveText(/^(149|15[01]) × (199|20[01])$/);
  await expect(window.getByTestId('proposal')).toBeVisible();
  expect(await readFile(path)).toEqual(before);
  expect((await readdir(host.album)).filter((name) => name.startsWith('album'))).toEqual(['album.png']);
});
