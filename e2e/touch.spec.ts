import type { CDPSession, Page } from '@playwright/test';
import { expect, test, writeScene } from './host';
import { at, editMask, exportMask, placer } from './painting';
import { settled } from './settled';

test.use({ hasTouch: true });

type Finger = readonly [number, number];
const SIZE = { width: 900, height: 675 };

/** Moves fingers from the first to the second positions, in a few steps. */
async function touch(session: CDPSession, from: readonly Finger[], to: readonly Finger[], steps = 8): Promise<void> {
  const at = (share: number) =>
    from.map(([x, y], id) => ({ id, x: x + (to[id]![0] - x) * share, y: y + (to[id]![1] - y) * share }));
  // One finger after the other, as on a real screen.
  for (let count = 1; count <= from.length; count++) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0).slice(0, count) });
  }
  for (let step = 1; step <= steps; step++) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(step / steps) });
  }
  for (let count = from.length - 1; count >= 0; count--) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: at(1).slice(0, count) });
  }
}

/** The view: the photo pixel in the middle of the pane, and the zoom. */
async function looked(page: Page) {
  const [x, y, scale] = (await page.getByTestId('viewer').getAttribute('data-view'))!.split(' ').map(Number);
  return { x: x!, y: y!, scale: scale! };
}

test('two fingers zoom around their midpoint and pan; one finger paints while a tool is active', async ({
  page,
  host,
}) => {
  await editMask(page, host, await writeScene(host.album, 'meadow.png', { ...SIZE, damaged: false }));
  await page.keyboard.press('Escape');
  await page.keyboard.press('2');
  const session = await page.context().newCDPSession(page);
  // The tools take room beside the viewer.
  let middle: Finger = [0, 0];
  let centre: Finger = [0, 0];
  const measure = async () => {
    const box = (await page.getByTestId('viewer').boundingBox())!;
    middle = [box.x + box.width / 2, box.y + box.height / 2];
    centre = [middle[0] + 120, middle[1] - 60];
  };
  await measure();
  const photoAt = async ([x, y]: Finger) => {
    const view = await looked(page);
    return [view.x + (x - middle[0]) / view.scale, view.y + (y - middle[1]) / view.scale] as const;
  };

  // Spreading to twice the distance around a point off the middle keeps that point in place.
  const apart = (by: number, [x, y]: Finger = centre): Finger[] => [
    [x - by, y - by / 2],
    [x + by, y + by / 2],
  ];
  for (const hasTool of [false, true]) {
    if (hasTool) {
      await page.keyboard.press('b');
      await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
      await measure();
    }
    const [before, under] = [await looked(page), await photoAt(centre)];
    await touch(session, apart(60), apart(120));
    const [after, still] = [await looked(page), await photoAt(centre)];
    expect(after.scale / before.scale).toBeCloseTo(2, 1);
    expect(Math.hypot(still[0] - under[0], still[1] - under[1]), 'photo pixels that the place has moved').toBeLessThan(
      2,
    );

    // Moving both fingers the same way moves the photo and keeps the zoom.
    await touch(session, apart(80), apart(80, [centre[0] - 90, centre[1] + 40]));
    const moved = await looked(page);
    expect(moved.scale).toBeCloseTo(after.scale, 5);
    expect((after.x - moved.x) * after.scale).toBeCloseTo(-90, 0);
    expect((after.y - moved.y) * after.scale).toBeCloseTo(40, 0);
    await touch(session, apart(120), apart(60));
    await page.keyboard.press('2');
  }
  // The gestures painted nothing.
  await expect(page.getByRole('button', { name: /^undo$/i })).toBeDisabled();

  await page.keyboard.press('1');
  const place = await placer(page, SIZE);
  await touch(session, [place(200, 300)], [place(500, 300)]);
  await expect(page.getByRole('button', { name: /^undo$/i })).toBeEnabled();
  await page.keyboard.press('n');
  for (const [x, y] of [
    [600, 400],
    [700, 400],
    [700, 500],
  ] as const) {
    await touch(session, [place(x, y)], [place(x, y)], 1);
  }
  // Zooming in between removes no corner, and adds none.
  await touch(session, apart(60), apart(90));
  await page.keyboard.press('1');
  await page.getByTestId('mask-tool').focus();
  await page.keyboard.press('Enter');
  const { mask } = await exportMask(page, host, 'touched.png');
  expect([at(mask, 200, 300), at(mask, 350, 300), at(mask, 500, 300), at(mask, 350, 340)]).toEqual([255, 255, 255, 0]);
  expect([at(mask, 690, 410), at(mask, 610, 490), at(mask, 400, 200)]).toEqual([255, 0, 0]);

  // Without a tool one finger moves the photo.
  await page.keyboard.press('Escape');
  await settled(page);
  await page.keyboard.press('2');
  const before = await looked(page);
  // Away from the boundary of the split view, which can be dragged too.
  await touch(session, [[middle[0] - 200, middle[1]]], [[middle[0] - 130, middle[1]]]);
  const after = await looked(page);
  expect((before.x - after.x) * after.scale).toBeCloseTo(70, 0);
});
