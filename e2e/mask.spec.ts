import { expect, test, writeScene } from './host';
import { at, changes, drag, editMask, exportMask, type Grid, piecesOf, placer, read, valuesOf } from './painting';

test('paint, erase, lasso, undo, redo; the mask is exported and imported; exactly the painted pixels are filled', {
  tag: '@electron-only',
}, async ({ page, host }) => {
  const size = { width: 520, height: 400 };
  const path = await writeScene(host.album, 'harbour.png', { ...size, damaged: false });
  await editMask(page, host, path);
  let place = await placer(page, size);
  await drag(page, [place(100, 100), place(300, 100)]);
  await page.keyboard.press('e');
  await drag(page, [place(200, 60), place(200, 140)]);
  await page.keyboard.press('l');
  await drag(page, [place(400, 200), place(500, 200), place(500, 300), place(400, 300), place(400, 205)]);
  await page.keyboard.press('Control+z');
  const { mask: undone } = await exportMask(page, host, 'undone.png');
  expect([at(undone, 120, 100), at(undone, 200, 100), at(undone, 280, 100), at(undone, 450, 250)]).toEqual([
    255, 0, 255, 0,
  ]);
  await page.keyboard.press('Control+Shift+z');
  // At another zoom the brush is as large on the photo as before.
  await page.keyboard.press('2');
  place = await placer(page, size, 2);
  await page.keyboard.press('b');
  await drag(page, [place(320, 330), place(360, 330)]);
  const { path: file, mask } = await exportMask(page, host, 'mask.png');
  expect([mask.width, mask.height]).toEqual([size.width, size.height]);
  expect([at(mask, 450, 250), at(mask, 340, 330), at(mask, 340, 345), at(mask, 340, 352)]).toEqual([255, 255, 255, 0]);

  // Cleared, and taken back from the file.
  await page.getByTestId('mask-change').click();
  await page.getByTestId('mask-clear').click();
  await page.keyboard.press('Escape');
  await page.getByTestId('mask-input').setInputFiles(file);
  await expect(page.getByTestId('notice-done').last()).toContainText('Mask mask.png applied');
  const { mask: again } = await exportMask(page, host, 'again.png');
  expect(again.data.equals(mask.data)).toBe(true);
  await page.getByTestId('mask-done').click();

  await page.getByTestId('export').click();
  const saved = test.info().outputPath('restored.png');
  await host.exportTo(saved);
  const { outside, inside } = changes(await read(path), await read(saved), valuesOf(mask));
  expect(outside, 'pixels changed outside of what was painted').toBe(0);
  expect(inside, 'pixels filled').toBeGreaterThan(5000);
});

test('polygon, pen, feathering; the mask fits another photo of the same size, and no photo of another size', async ({
  page,
  host,
}) => {
  const size = { width: 540, height: 450 };
  const first = await writeScene(host.album, 'first.png', { ...size, damaged: false });
  const second = await writeScene(host.album, 'second.png', { ...size, damaged: false, seed: 5 });
  await editMask(page, host, first);
  const place = await placer(page, size);
  await page.keyboard.press('n');
  for (const corner of [place(400, 120), place(520, 120), place(520, 220), place(400, 220)]) {
    await page.mouse.click(...corner);
  }
  await page.keyboard.press('Enter');

  // A pen that is hardly pressed draws a thinner line than the mouse.
  await page.keyboard.press('b');
  await drag(page, [place(120, 330), place(280, 330)]);
  const pen = await page.context().newCDPSession(page);
  const penAt = async (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', x: number, y: number) => {
    const [left, top] = place(x, y);
    const lifted = type === 'mouseReleased';
    await pen.send('Input.dispatchMouseEvent', {
      type,
      x: left,
      y: top,
      button: 'left',
      buttons: lifted ? 0 : 1,
      clickCount: 1,
      pointerType: 'pen',
      force: lifted ? 0 : 0.3,
    });
  };
  await penAt('mousePressed', 120, 400);
  for (let x = 130; x <= 280; x += 10) await penAt('mouseMoved', x, 400);
  await penAt('mouseReleased', 280, 400);
  const { mask: hard } = await exportMask(page, host, 'hard.png');
  const thickness = (mask: Grid, x: number, from: number, to: number) => {
    let rows = 0;
    for (let y = from; y < to; y++) if (at(mask, x, y) >= 128) rows++;
    return rows;
  };
  expect(at(hard, 460, 170)).toBe(255);
  expect(thickness(hard, 200, 280, 370)).toBeGreaterThan(30);
  expect(thickness(hard, 200, 370, 440)).toBeGreaterThan(0);
  expect(thickness(hard, 200, 370, 440)).toBeLessThan(thickness(hard, 200, 280, 370) / 2);

  expect([at(hard, 396, 170), at(hard, 404, 170)]).toEqual([0, 255]);
  await page.getByTestId('mask-change').click();
  await page.getByTestId('mask-feather').click();
  await page.keyboard.press('Escape');
  const { mask: soft } = await exportMask(page, host, 'soft.png');
  const [outer, inner] = [at(soft, 398, 170), at(soft, 402, 170)];
  expect(outer).toBeGreaterThan(0);
  expect(inner).toBeGreaterThan(outer);
  expect(inner).toBeLessThan(255);

  await host.offer(second);
  await expect(page.getByTestId('photo-name')).toHaveText('second.png');
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.getByTestId('mask-files').click();
  await page.getByRole('menuitem', { name: 'Use the mask of first.png' }).click();
  await expect(page.getByTestId('notice-done').last()).toContainText('first.png');
  const { mask: reused } = await exportMask(page, host, 'reused.png');
  expect(reused.data.equals(soft.data)).toBe(true);

  const small = await writeScene(host.album, 'small.png', { width: 64, height: 48, damaged: false });
  await page.getByTestId('mask-input').setInputFiles(small);
  await expect(page.getByTestId('notice-error')).toContainText('must have the same size');
  const { mask: kept } = await exportMask(page, host, 'kept.png');
  expect(kept.data.equals(soft.data)).toBe(true);
});

test('a click on a detected scratch removes only that one from the mask', async ({ page, host }) => {
  const size = { width: 560, height: 420 };
  await editMask(page, host, await writeScene(host.album, 'creased.png', size));
  const { mask } = await exportMask(page, host, 'found.png');
  const pieces = piecesOf(mask).filter((piece) => piece.length > 60);
  expect(pieces.length).toBeGreaterThan(1);
  // One in the middle of the photo is not under the tools.
  const distance = (piece: number[]) => {
    const index = piece[Math.floor(piece.length / 2)]!;
    return Math.hypot((index % size.width) - size.width / 2, Math.floor(index / size.width) - size.height / 2);
  };
  const [chosen] = pieces.sort((a, b) => distance(a) - distance(b));
  const index = chosen![Math.floor(chosen!.length / 2)]!;
  await page.keyboard.press('w');
  const place = await placer(page, size);
  await page.mouse.click(...place(index % size.width, Math.floor(index / size.width)));
  await expect(page.getByRole('button', { name: /^undo$/i })).toBeEnabled();
  const { mask: without } = await exportMask(page, host, 'without.png');
  const inChosen = new Set(chosen);
  let removed = 0;
  for (let i = 0; i < size.width * size.height; i++) {
    const [was, is] = [mask.data[i * mask.channels]!, without.data[i * without.channels]!];
    if (was === is) continue;
    expect(inChosen.has(i) && is === 0, `pixel ${i} of another piece has changed`).toBe(true);
    removed++;
  }
  expect(removed).toBeGreaterThan(30);
});

test('a local repair is made and switched off again', async ({ page, host }) => {
  const size = { width: 480, height: 360 };
  const path = await writeScene(host.album, 'garden.png', { ...size, damaged: false, seed: 16 });
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('nothing-to-repair')).toBeVisible();
  await page.keyboard.press('1');
  await page.getByTestId('repair-place').click();
  const place = await placer(page, size);
  await drag(page, [place(200, 240), place(260, 240)]);
  await drag(page, [place(420, 300), place(440, 340)]);
  const repairs = page.getByTestId('local-repair');
  await expect(repairs).toHaveCount(2);
  await expect(page.getByTestId('status-job')).toHaveCount(0);
  await page.getByTestId('mask-done').click();

  const exported = async (name: string) => {
    const saved = test.info().outputPath(name);
    await page.getByTestId('export').click();
    await host.exportTo(saved);
    return read(saved);
  };
  const original = await read(path);
  const differs = (one: Grid, rect: { x: number; y: number; width: number; height: number }) => {
    let count = 0;
    for (let y = rect.y; y < rect.y + rect.height; y++) {
      for (let x = rect.x; x < rect.x + rect.width; x++) if (at(one, x, y) !== at(original, x, y)) count++;
    }
    return count;
  };
  const first = { x: 170, y: 210, width: 120, height: 60 };
  const second = { x: 390, y: 270, width: 80, height: 90 };
  const both = await exported('both.png');
  expect(differs(both, first)).toBeGreaterThan(300);
  expect(differs(both, second)).toBeGreaterThan(300);
  expect(differs(both, { x: 0, y: 0, ...size })).toBe(differs(both, first) + differs(both, second));
  await repairs.first().getByRole('switch').click();
  const one = await exported('one.png');
  expect(differs(one, first)).toBe(0);
  expect(differs(one, second)).toBe(differs(both, second));

  // By the keys: the second is taken up, moved above the first and put down.
  await repairs.nth(1).getByTestId('grip').focus();
  for (const [key, told] of [
    ['Space', /(?<! picked up), position 2 of 2/],
    ['ArrowUp', /, position 1 of 2/],
    ['Space', /dropped, position 1 of 2/],
  ] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole('status').filter({ hasText: told })).toHaveCount(1);
  }
  await expect(repairs.first()).toContainText('2');
  await page.keyboard.press('Control+z');
  await expect(repairs.first()).toContainText('1');

  // A place that is repaired when the list is longer than its room comes into sight.
  await page.getByTestId('repair-place').click();
  for (let i = 0; i < 7; i++) await page.mouse.click(...place(150 + 40 * i, 400));
  await expect(repairs).toHaveCount(9);
  await expect(repairs.last()).toBeInViewport();
  await expect(page.getByTestId('status-job')).toHaveCount(0);
});

test('the engine fills exactly the painted pixels, at any zoom and orientation', async ({ page, host }) => {
  const size = { width: 480, height: 360 };
  const path = await writeScene(host.album, 'bridge.png', { ...size, damaged: false });
  await editMask(page, host, path);
  const box = (await page.getByTestId('viewer').boundingBox())!;
  const middle = [box.x + box.width / 2, box.y + box.height / 2] as const;
  const around = (dx: number, dy: number): [number, number] => [middle[0] + dx, middle[1] + dy];
  const draws = [
    async () => {
      await page.keyboard.press('b');
      await drag(page, [around(-211.3, -60), around(-40, 31.7), around(97, -88)]);
    },
    async () => {
      await page.keyboard.press('e');
      await drag(page, [around(-120, -140), around(33, 120)]);
    },
    async () => {
      await page.keyboard.press('l');
      await drag(page, [around(20, 20), around(140, 35), around(90, 150), around(-30, 101), around(20, 24)]);
    },
    async () => {
      await page.keyboard.press('b');
      await page.keyboard.press('{');
      await drag(page, [around(-180, 150), around(170, 141)]);
    },
  ];
  // Fitted, at 100, 200 and about 400 %; turned, mirrored and upside down.
  for (const [index, zoom] of ['0', '1', '2', '2+'].entries()) {
    for (const key of zoom === '2+' ? ['2', '+', '+'] : [zoom]) await page.keyboard.press(key);
    await draws[index]!();
    await page.keyboard.press(['r', 'f', 'r', 'Shift+F'][index]!);
    await draws[(index + 1) % draws.length]!();
  }
  const { mask } = await exportMask(page, host, 'mask.png');

  // The mask alone, one pixel of it on each of the screen's, the way up that the photo was opened.
  for (const key of ['Shift+F', 'Shift+R', 'f', 'Shift+R', '1', 'q']) await page.keyboard.press(key);
  const overlay = page.getByTestId('mask-overlay');
  await expect(overlay).toHaveAttribute('data-complete', 'true');
  const shown = await overlay.evaluate((canvas: HTMLCanvasElement, { width, height }) => {
    const left = Math.round((canvas.width - width) / 2);
    const top = Math.round((canvas.height - height) / 2);
    const { data } = canvas.getContext('2d')!.getImageData(left, top, width, height);
    return Array.from({ length: width * height }, (_, i) => data[4 * i]!);
  }, size);
  const exported = valuesOf(mask);
  const wrong = shown.filter((value, i) => value !== exported[i]).length;
  expect(wrong, 'pixels that are shown otherwise than the engine has them').toBe(0);
  const values = new Set(shown);
  expect(values.has(0) && values.has(255) && values.size > 20, 'bare, covered and soft places').toBe(true);

  await page.getByTestId('mask-done').click();
  await page.getByTestId('export').click();
  const saved = test.info().outputPath('restored.png');
  await host.exportTo(saved);
  const { outside, inside, covered } = changes(await read(path), await read(saved), shown);
  expect(outside, 'pixels changed that were not shown as painted').toBe(0);
  expect(inside / covered, 'share of the painted pixels that were filled').toBeGreaterThan(0.8);
});

test('a very long stroke is one stroke: nothing is lost, and one undo removes it', async ({ page, host }) => {
  const size = { width: 640, height: 480 };
  await editMask(page, host, await writeScene(host.album, 'reeds.png', { ...size, damaged: false }));
  const { mask: before } = await exportMask(page, host, 'before.png');
  const place = await placer(page, size);
  await page.mouse.move(...place(20, 20));
  await page.mouse.down();
  // More points than one stroke may have: line by line over the photo, and a last one apart from them.
  await page.getByTestId('mask-tool').evaluate(
    (surface, [left, top]) => {
      const move = (x: number, y: number) =>
        surface.dispatchEvent(
          new PointerEvent('pointermove', {
            pointerId: 1,
            bubbles: true,
            buttons: 1,
            clientX: left + x,
            clientY: top + y,
          }),
        );
      for (let i = 0; i < 24_000; i++) move(10 + ((i * 5) % 600), 10 + Math.floor(i / 120));
      move(600, 440);
    },
    [place(0, 0)[0], place(0, 0)[1]] as const,
  );
  await page.mouse.up();
  const { mask } = await exportMask(page, host, 'long.png');
  expect([at(mask, 100, 100), at(mask, 600, 200), at(mask, 600, 439)]).toEqual([255, 255, 255]);
  await page.keyboard.press('Shift+H');
  await expect(page.getByTestId('history').getByRole('button')).toHaveText(['Proposal', 'Brush stroke']);
  await page.keyboard.press('Control+z');
  const { mask: without } = await exportMask(page, host, 'without.png');
  expect(without.data.equals(before.data)).toBe(true);
});
