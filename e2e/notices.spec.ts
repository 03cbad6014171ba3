import type { Page } from '@playwright/test';
import { findings } from './axe';
import { expect, test, writeScene } from './host';
import { settled } from './settled';

const tone = (page: Page) => page.getByTestId('step-tone').getByRole('switch');
const choose = (page: Page, recipe: string) => page.getByTestId('recipe').selectOption(recipe);

test('a replaced recipe is restored by keyboard and by mouse, also while a dialog is open', async ({ page, host }) => {
  const path = await writeScene(host.album, 'mill.png');
  await host.open();
  // Exists before the first message, so that screen readers miss none.
  const told = page.getByTestId('told');
  await expect(told).toHaveText('');
  const log = (await told.getByRole('log').elementHandle())!;
  await host.offer(path);
  await expect(page.getByTestId('step-repair')).toContainText('%');
  await settled(page);
  await expect(tone(page)).not.toBeChecked();

  await page.getByTestId('recipe').focus();
  await choose(page, 'scratched-print');
  await expect(tone(page)).toBeChecked();
  await expect.poll(() => log.textContent()).toContain('Recipe applied. Undo: press F8');
  await page.keyboard.press('F8');
  await expect(page.getByRole('button', { name: 'Undo', exact: true }).last()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(tone(page)).not.toBeChecked();
  // The focus returns to its previous element.
  await expect(page.getByTestId('recipe')).toBeFocused();

  // Within a dialog, a region of the dialog announces the notice. Answering the notice leaves the dialog open.
  await choose(page, 'scratched-print');
  await page.keyboard.press('Control+,');
  const settings = page.getByRole('dialog');
  const undo = settings.getByTestId('notice-info').getByRole('button', { name: 'Undo' });
  await expect(page.getByTestId('notice-info')).toHaveCount(1);
  await page.keyboard.press('F8');
  await expect(undo).toBeFocused();
  // A focused notice stays until it is answered.
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('notice-info')).toHaveCount(0);
  await expect(settings).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(settings).toHaveCount(0);
  await expect(tone(page)).not.toBeChecked();

  // By pointer. Escape dismisses a notice and does nothing else.
  await choose(page, 'scratched-print');
  await page.keyboard.press('Control+e');
  await undo.click();
  await expect(page.getByTestId('export-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(tone(page)).not.toBeChecked();
  await choose(page, 'scratched-print');
  await page.keyboard.press('Control+e');
  await page.keyboard.press('F8');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('notice-info')).toHaveCount(0);
  await expect(page.getByTestId('export-dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('export-dialog')).toHaveCount(0);
});

test('several notices take little room: the newest is shown, and the others on request', async ({ page, host }) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  const paths = [];
  for (const seed of [3, 4]) {
    paths.push(await writeScene(host.album, `mill ${seed}.png`, { damaged: false, seed }));
  }
  await host.open();
  await host.offer(...paths);
  await expect(page.getByTestId('filmstrip').getByRole('listitem')).toHaveCount(2);
  await settled(page);
  await page.keyboard.press('b');
  await expect(page.getByTestId('tool-strip')).toBeVisible();
  const cards = page.locator('[data-notice]');
  for (const name of ['one', 'two', 'three']) {
    const letter = { name: `${name}.json`, mimeType: 'application/json', buffer: Buffer.from('Dear Ada') };
    await page.getByTestId('recipe-input').setInputFiles(letter);
    await expect(cards.last()).toContainText(`${name}.json`);
  }
  const shown = cards.filter({ visible: true });
  await expect(shown).toHaveCount(1);
  await expect(shown).toContainText('three.json');
  const more = page.getByTestId('more-notices');
  await expect(more).toHaveText('2 more notices');
  expect(await findings(page)).toEqual([]);

  await more.click();
  await expect(shown).toHaveCount(3);
  // The tools stay free.
  const tools = (await page.getByTestId('tool-strip').boundingBox())!;
  const options = (await page.getByTestId('mask-options').boundingBox())!;
  for (const card of await shown.all()) {
    const { x, y } = (await card.boundingBox())!;
    expect(x).toBeGreaterThan(tools.x + tools.width);
    expect(y).toBeGreaterThan(options.y + options.height);
  }
  await cards.first().getByRole('button', { name: 'Dismiss' }).click();
  await expect(shown).toHaveCount(2);
  await more.click();
  await expect(shown).toHaveCount(1);
  await expect(shown).toContainText('three.json');
  await expect(more).toHaveText('1 more notice');
  await shown.getByRole('button', { name: 'Dismiss' }).click();
  await expect(shown).toContainText('two.json');
  await expect(more).toHaveCount(0);
});

test('an error behind a dialog is announced in the dialog, and a change of variant can be undone', async ({
  page,
  host,
}) => {
  const path = await writeScene(host.album, 'mill.png');
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('step-repair')).toContainText('%');
  await settled(page);
  await page.keyboard.press('?');
  const dialog = page.getByTestId('keys-dialog');
  const alert = (await dialog.getByRole('alert').elementHandle())!;
  expect(await alert.textContent()).toBe('');
  const letter = { name: 'letter.json', mimeType: 'application/json', buffer: Buffer.from('Dear Ada') };
  await page.getByTestId('recipe-input').setInputFiles(letter);
  await expect.poll(() => alert.textContent()).toContain('Could not use the recipe letter.json');
  await dialog.getByTestId('notice-error').getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByTestId('notice-error')).toHaveCount(0);
  await page.keyboard.press('Escape');

  await page.getByTestId('segment-variants').click();
  await page.getByTestId('variant-strong').click();
  await expect(page.getByTestId('variant-strong')).toHaveAttribute('aria-pressed', 'true');
  await page.getByTestId('notice-info').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('variant-now')).toHaveAttribute('aria-pressed', 'true');
});
