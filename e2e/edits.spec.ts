import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJournal, parseSidecar } from '../main/restoration/sidecar';
import { expect, test, writeScene } from './host';
import { at, drag, editMask, exportMask, placer, read } from './painting';
import { settled, sharpened } from './settled';

/** Waits until what is under the hand is on the disk, as far as to a pixel of the photo. */
async function keptUpTo(data: string, x: number, y: number): Promise<void> {
  const folder = join(data, 'edits');
  const kept = async () => {
    const find = async (ending: string) =>
      (await readdir(folder).catch(() => [])).find((name) => name.endsWith(ending));
    const [journal, document] = await Promise.all(
      ['.journal', '.emulsion'].map(async (ending) => {
        const name = await find(ending);
        // It may be about to be replaced.
        return name === undefined ? null : readFile(join(folder, name), 'utf8').catch(() => null);
      }),
    );
    const last = parseJournal(journal ?? '')?.deltas.at(-1) ?? (document == null ? null : parseSidecar(document));
    const drawn = last?.unfinished?.paint;
    if (drawn === undefined || !('points' in drawn)) return false;
    // Points of a stroke have a pressure besides.
    const each = drawn.kind === 'stroke' ? 3 : 2;
    return drawn.points.some(
      (at, i) => i % each === 0 && Math.abs(at - x) <= 2 && Math.abs(drawn.points[i + 1]! - y) <= 2,
    );
  };
  await expect.poll(kept, 'what is under the hand is on the disk').toBe(true);
}

test('after a kill in the middle of a stroke, everything up to the last pause is kept', async ({
  page,
  host,
  restartable,
  data,
}) => {
  const size = { width: 560, height: 300 };
  const path = await writeScene(host.album, 'pier.png', { ...size, damaged: false });
  await editMask(page, host, path);
  const place = await placer(page, size);
  await drag(page, [place(200, 80), place(520, 80)]);

  // Another stroke, in the middle of which the hand rests.
  const drawn = Array.from({ length: 25 }, (_, i) => 160 + 10 * i);
  await page.mouse.move(...place(150, 250));
  await page.mouse.down();
  for (const x of drawn) await page.mouse.move(...place(x, 250));
  await keptUpTo(data, 400, 250);
  await restartable.restart('SIGKILL');
  await page.mouse.up();

  await host.offer(path);
  await expect(page.getByTestId('notice-info')).toContainText('pier.png: unsaved edits were recovered');
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  const { mask } = await exportMask(page, host, 'recovered.png');
  expect(drawn.filter((x) => at(mask, x, 250) !== 255)).toEqual([]);
  expect(at(mask, 450, 80)).toBe(255);

  // What came back is a step of the history like any other.
  await page.keyboard.press('Control+z');
  const { mask: without } = await exportMask(page, host, 'without.png');
  expect([at(without, 250, 250), at(without, 450, 80)]).toEqual([0, 255]);
});

test('after a kill while an outline is being drawn, the outline is kept', async ({ page, host, restartable, data }) => {
  const size = { width: 560, height: 420 };
  const path = await writeScene(host.album, 'cove.png', { ...size, damaged: false });
  await editMask(page, host, path);
  const place = await placer(page, size);
  await page.keyboard.press('n');
  for (const corner of [place(150, 120), place(300, 120), place(300, 220), place(150, 220)]) {
    await page.mouse.click(...corner);
  }
  await keptUpTo(data, 150, 220);
  await restartable.restart('SIGKILL');
  await host.offer(path);
  await expect(page.getByTestId('notice-info')).toContainText('cove.png: unsaved edits were recovered');
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.keyboard.press('1');
  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  const { mask: polygon } = await exportMask(page, host, 'polygon.png');
  expect([at(polygon, 155, 125), at(polygon, 295, 215), at(polygon, 320, 170)]).toEqual([255, 255, 0]);

  // A lasso on its way: where the hand has been is enclosed.
  await page.keyboard.press('l');
  const [first, ...rest] = [place(400, 300), place(520, 300), place(520, 400), place(400, 400)];
  await page.mouse.move(...first!);
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...point, { steps: 12 });
  await keptUpTo(data, 400, 400);
  await restartable.restart('SIGKILL');
  await page.mouse.up();
  await host.offer(path);
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  const { mask: both } = await exportMask(page, host, 'both.png');
  expect([at(both, 155, 125), at(both, 450, 350), at(both, 515, 395)]).toEqual([255, 255, 255]);
  await page.keyboard.press('Control+z');
  const { mask: without } = await exportMask(page, host, 'without.png');
  expect(without.data.equals(polygon.data)).toBe(true);
});

test('edits and their undo history are there when a photo is opened again', { tag: '@electron-only' }, async ({
  page,
  host,
  restartable,
}) => {
  const size = { width: 480, height: 360 };
  await writeScene(host.album, 'boat.png', { ...size, damaged: false });
  await host.open();
  await host.choose('boat.png');
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.getByTestId('step-tone').getByRole('switch').click();
  await page.keyboard.press('Shift+R');
  await page.keyboard.press('Shift+R');
  await page.keyboard.press('1');
  await page.getByTestId('repair-place').click();
  // Until the tool is there, a drag moves the photo.
  await expect(page.getByRole('application', { name: /^Mask/ })).toBeVisible();
  await sharpened(page);
  const turned = await placer(page, size);
  await drag(page, [turned(200, 240), turned(260, 240)]);
  await drag(page, [turned(420, 300), turned(440, 340)]);
  await expect(page.getByTestId('local-repair')).toHaveCount(2);
  await page.getByTestId('mask-done').click();
  await page.getByTestId('local-repair').first().getByRole('switch').click();
  await settled(page);
  const exported = async (name: string) => {
    const saved = test.info().outputPath(name);
    await page.getByTestId('export').click();
    await host.exportTo(saved);
    return read(saved);
  };
  const before = await exported('before.png');
  await restartable.restart('SIGTERM');

  const folder = test.info().outputPath('data', 'edits');
  const documents = (await readdir(folder)).filter((name) => name.endsWith('.emulsion'));
  expect(documents).toHaveLength(1);
  const document = JSON.parse(await readFile(join(folder, documents[0]!), 'utf8'));
  expect(document.photo).toMatchObject({ name: 'boat.png', ...size });

  // From the list of what was worked on last.
  await page
    .getByTestId('recent')
    .getByRole('button', { name: /boat\.png/ })
    .click();
  await expect(page.getByTestId('notice-info')).toContainText('boat.png: your earlier edits were restored');
  await expect(page.getByTestId('step-tone').getByRole('switch')).toBeChecked();
  await expect(page.getByTestId('local-repair')).toHaveCount(2);
  await expect(page.getByTestId('local-repair').first().getByRole('switch')).not.toBeChecked();
  await settled(page);
  const after = await exported('after.png');
  expect(after.data.equals(before.data)).toBe(true);
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('local-repair').first().getByRole('switch')).toBeChecked();
  for (let i = 0; i < 5; i++) await page.keyboard.press('Control+z');
  await expect(page.getByTestId('step-tone').getByRole('switch')).not.toBeChecked();
  await expect(page.getByRole('button', { name: /^undo$/i })).toBeDisabled();
  for (let i = 0; i < 6; i++) await page.keyboard.press('Control+y');
  await expect(page.getByTestId('local-repair').first().getByRole('switch')).not.toBeChecked();

  // Under another name it is the same photo.
  await restartable.restart('SIGTERM');
  await rename(join(host.album, 'boat.png'), join(host.album, 'ferry.png'));
  await host.choose('ferry.png');
  await expect(page.getByTestId('notice-info')).toContainText('ferry.png: your earlier edits were restored');
  await expect(page.getByTestId('local-repair')).toHaveCount(2);
});
