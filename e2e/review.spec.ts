import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { run } from './command-line';
import { expect, test, writeScene } from './host';
import { changes, drag, exportMask, type Grid, placer, read, valuesOf } from './painting';
import { settled } from './settled';

const SIZE = { width: 480, height: 360 };

interface Listed {
  kind: string;
  pixels: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The places of a photo and the mask of its repair, as the command line has them. */
async function listed(path: string): Promise<{ places: Listed[]; mask: Grid }> {
  const mask = test.info().outputPath('listed.png');
  const { records } = await run(['analyse', path, '--list', '--mask-out', mask, '--json']);
  return { places: (records[0] as { places: Listed[] }).places, mask: await read(mask) };
}

const count = (page: Page) => page.getByTestId('place-count');
const status = (page: Page) => page.getByTestId('review-status');

test('places are counted and reviewed by keys; what is skipped stays as it was, and the rest is repaired', async ({
  page,
  host,
}) => {
  test.slow();
  const path = await writeScene(host.album, 'creased.png', SIZE);
  const { places, mask: before } = await listed(path);
  expect(places.length).toBeGreaterThan(2);
  await host.open();
  await host.offer(path);
  const card = page.getByTestId('step-repair');
  await expect(count(page)).toContainText(`${places.length} places will be repaired.`);
  for (const kind of ['restore', 'tone']) {
    const other = page.getByTestId(`step-${kind}`).getByRole('switch');
    if (await other.isChecked()) await other.click();
  }

  // The count follows the sensitivity.
  const sensitivity = card.getByRole('slider').first();
  await sensitivity.focus();
  await page.keyboard.press('Home');
  await expect(count(page)).not.toContainText(`${places.length} places`);
  await page.keyboard.press('Control+z');
  await expect(count(page)).toContainText(`${places.length} places`);

  await page.getByTestId('review-places').click();
  const bar = page.getByTestId('review-bar');
  await expect(bar).toBeFocused();
  await expect(status(page)).toContainText(`1 of ${places.length} · will be repaired`);
  const kinds: Record<string, string> = { line: 'Scratch or crease', area: 'Stain or dust', loss: 'Missing part' };
  await expect(status(page)).toContainText(kinds[places[0]!.kind]!);
  await expect(page.getByTestId('viewer')).toHaveAttribute('data-mode', 'side');
  // The viewer shows the place in the middle, larger than the whole photo would be.
  const lookedAt = async () => (await page.getByTestId('viewer').getAttribute('data-view'))!.split(' ').map(Number);
  const middleOf = ({ x, y, width, height }: Listed) => [x + width / 2, y + height / 2];
  await page.keyboard.press('n');
  await expect(status(page)).toContainText(`2 of ${places.length}`);
  await page.keyboard.press('p');
  await expect(status(page)).toContainText(`1 of ${places.length}`);
  await page.keyboard.press('p');
  await expect(status(page)).toContainText(`1 of ${places.length}`);

  // The smallest lies in the middle of the pane, unless it is at the edge of the photo.
  for (let i = 1; i < places.length; i++) await page.keyboard.press('n');
  await expect(status(page)).toContainText(`${places.length} of ${places.length}`);
  const [x, y, scale] = await lookedAt();
  const last = places.at(-1)!;
  expect(scale).toBeGreaterThan(1);
  expect(Math.hypot(x! - middleOf(last)[0]!, y! - middleOf(last)[1]!)).toBeLessThan(160);
  for (let i = 1; i < places.length; i++) await page.keyboard.press('p');

  // Skips the first two, and undoes the second skip: the review goes back to it.
  await page.keyboard.press('s');
  await expect(status(page)).toContainText('2 of');
  await page.keyboard.press('s');
  await expect(status(page)).toContainText('3 of');
  await expect(count(page)).toContainText(`${places.length - 2} place`);
  await page.keyboard.press('Control+z');
  await expect(status(page)).toContainText(`2 of ${places.length} · will be repaired`);
  await expect(count(page)).toContainText(`${places.length - 1} place`);
  // Skips it again and keeps it after all.
  await page.keyboard.press('s');
  await page.keyboard.press('p');
  await expect(status(page)).toContainText(`2 of ${places.length} · left alone`);
  await page.keyboard.press('k');
  await page.keyboard.press('p');
  await expect(status(page)).toContainText(`2 of ${places.length} · will be repaired`);

  // Fills the place another way, sees the other result, and goes back.
  await settled(page);
  const shownPlace = async () => (await page.getByTestId('viewer').screenshot()).toString('base64');
  const automatic = await shownPlace();
  await page.keyboard.press('f');
  await expect(status(page)).toContainText('· texture');
  await settled(page);
  await expect.poll(async () => (await shownPlace()) !== automatic, 'the place looks different').toBe(true);
  for (const way of ['other texture', 'smooth']) {
    await page.keyboard.press('f');
    await expect(status(page)).toContainText(`· ${way}`);
  }
  await page.getByTestId('review-fill').click();
  await expect(status(page)).toContainText('· automatic fill');
  await page.keyboard.press('f');

  // A number that is typed is not a key of the review.
  await card.getByRole('textbox').first().focus();
  await page.keyboard.type('70');
  await expect(status(page)).toContainText(`2 of ${places.length} · will be repaired`);
  await page.keyboard.press('Escape');
  await page.getByTestId('review-done').click();
  await expect(bar).toHaveCount(0);
  await expect(page.getByTestId('viewer')).toHaveAttribute('data-mode', 'split');

  await page.keyboard.press('b');
  const { mask: after } = await exportMask(page, host, 'reviewed.png');
  await page.getByTestId('mask-done').click();
  const [skipped] = places;
  const saved = test.info().outputPath('restored.png');
  await page.getByTestId('export').click();
  await host.exportTo(saved);
  const [original, restored] = [await read(path), await read(saved)];
  const { outside, inside } = changes(original, restored, valuesOf(after));
  expect(outside, 'pixels changed outside of the mask').toBe(0);
  expect(inside, 'pixels repaired').toBeGreaterThan(300);
  // Exactly the skipped place has left the mask.
  const isIn = ({ x, y, width, height }: Listed, i: number) =>
    i % SIZE.width >= x && i % SIZE.width < x + width && i >= y * SIZE.width && i < (y + height) * SIZE.width;
  const is = valuesOf(after);
  const removed = valuesOf(before).flatMap((was, i) => (was === is[i] ? [] : [i]));
  expect(removed.length).toBe(skipped!.pixels);
  expect(removed.every((i) => is[i] === 0 && isIn(skipped!, i))).toBe(true);

  // The command line follows the skip through the edit file.
  const edit = test.info().outputPath('creased.emulsion');
  await host.saved(edit, () => page.keyboard.press('Control+s'));
  const out = test.info().outputPath('out');
  expect((await run(['restore', path, '--out', out, '--edit', edit])).code).toBe(0);
  expect((await read(join(out, 'creased.png'))).data.equals(restored.data)).toBe(true);

  // The skipped place is still offered, from the palette too, and can be kept then.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('review places');
  await page.keyboard.press('Enter');
  await expect(status(page)).toContainText(`1 of ${places.length} · left alone`);
  await page.keyboard.press('k');
  await expect(count(page)).toContainText(`${places.length} places`);
  await page.keyboard.press('Escape');
  await expect(bar).toHaveCount(0);
  await page.keyboard.press('?');
  await expect(page.getByTestId('keys-dialog')).toContainText('Leave this place alone');
  await page.keyboard.press('Escape');
  await settled(page);
});

test('once something is to be repaired, the verdict on a clean photo says what', async ({ page, host }) => {
  const size = { width: 480, height: 360 };
  const path = await writeScene(host.album, 'clean.png', { ...size, damaged: false, seed: 16 });
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('nothing-to-repair')).toContainText('No repairs suggested');
  await page.keyboard.press('1');
  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  // Without what is faintly detected, only what is painted counts.
  await page.getByTestId('mask-change').click();
  await page.getByTestId('mask-clear').click();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('nothing-to-repair')).toBeVisible();
  const place = await placer(page, size);
  await drag(page, [place(200, 240), place(260, 240)]);
  await drag(page, [place(420, 300), place(440, 340)]);
  const verdict = page.getByTestId('own-repairs');
  await expect(verdict).toContainText('2 places will be repaired');
  await expect(page.getByTestId('step-repair')).toContainText('2 places will be repaired.');
  await expect(page.getByTestId('nothing-to-repair')).toHaveCount(0);
  await page.getByTestId('mask-done').click();

  await page.keyboard.press('v');
  await expect(status(page)).toContainText('1 of 2 · will be repaired');
  await expect(status(page)).toContainText('Marked by hand');
  await page.keyboard.press('s');
  await page.keyboard.press('s');
  await expect(page.getByTestId('nothing-to-repair')).toContainText('No repairs suggested');
  await page.keyboard.press('Control+z');
  await expect(verdict).toContainText('One place will be repaired');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await expect(verdict).toContainText('2 places will be repaired');
  for (let i = 0; i < 3; i++) await page.keyboard.press('Control+z');
  await expect(page.getByTestId('nothing-to-repair')).toBeVisible();

  // The highest sensitivity finds something on any photo.
  const card = page.getByTestId('step-repair');
  if (!(await card.getByRole('switch').isChecked())) await card.getByRole('switch').click();
  await card.getByRole('slider').first().focus();
  await page.keyboard.press('End');
  await expect(verdict).toContainText(/places? will be repaired/);
  await settled(page);
});

test('a recipe that is chosen in the window runs all its steps, needed or not', async ({ page, host }) => {
  await host.open();
  await host.offer(await writeScene(host.album, 'clean.png', { damaged: false, seed: 16 }));
  await expect(page.getByTestId('nothing-to-repair')).toBeVisible();
  await page.getByTestId('recipe').selectOption('scratched-print');
  for (const kind of ['repair', 'restore', 'tone']) {
    await expect(page.getByTestId(`step-${kind}`).getByRole('switch')).toBeChecked();
  }
  await settled(page);
  await page.getByTestId('tab-details').click();
  for (const step of ['Scratches and creases', 'Noise and JPEG artefacts', 'Faded tones']) {
    await expect(page.locator('dl > div', { hasText: step })).toContainText('Done');
  }
});
