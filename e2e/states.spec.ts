import type { Page } from '@playwright/test';
import { findings } from './axe';
import { expect, test, writeScene } from './host';
import { drag, placer } from './painting';
import { settled } from './settled';

/** Texts of controls that are cut off without saying so, and controls that lie outside of the window. */
function misplaced(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wanted = 'button, label, summary, h1, h2, h3, [role="menuitem"], [role="switch"], select';
    return [...document.querySelectorAll<HTMLElement>(wanted)].flatMap((element) => {
      const box = element.getBoundingClientRect();
      // What is there for screen readers alone takes a pixel.
      if (!element.checkVisibility() || box.width <= 1) return [];
      // What is scrolled out of its list above or below is in its place, but nothing is beside it.
      const around = element.closest('dialog, .overflow-y-auto');
      const list = around?.matches('dialog') ? undefined : around?.getBoundingClientRect();
      const [left, right] = list === undefined ? [0, innerWidth] : [list.left, list.right];
      const [top, bottom] = list === undefined ? [0, innerHeight] : [-Infinity, Infinity];
      const name = element.getAttribute('aria-label') ?? element.textContent ?? '';
      const isCut =
        element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).textOverflow !== 'ellipsis';
      const isOutside = box.left < left - 1 || box.right > right + 1 || box.top < top - 1 || box.bottom > bottom + 1;
      return isCut || isOutside ? [`${element.tagName} ${name}`] : [];
    });
  });
}

/** The rules of axe that depend on the theme. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** Looks at a state in the dark theme and at its colours in the light one. What fits does not depend on the theme. */
async function expectSound(page: Page, state: string): Promise<void> {
  expect(await findings(page), `axe: ${state}`).toEqual([]);
  expect(await misplaced(page), `cut off or outside of the window: ${state}`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  expect(await findings(page, OF_COLOURS), `axe, light: ${state}`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
}

/** Opens what belongs to a button. */
async function unfold(page: Page, button: string): Promise<void> {
  await page.getByTestId(button).click();
  await expect(page.getByTestId(button)).toHaveAttribute('aria-expanded', 'true');
}

/** As long as a file system lets it be. */
const LONG_NAME = `${'casamento dos bisavós com a família toda na praia de Copacabana, '.repeat(2).slice(0, 116)}.png`;

test('in Portuguese, axe finds no problem in any state in either theme, and everything fits a small window', async ({
  page,
  host,
}) => {
  test.slow();
  await page.setViewportSize({ width: 1024, height: 700 });
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const size = { width: 360, height: 270 };
  await writeScene(host.album, LONG_NAME, size);
  await host.open();
  await page.keyboard.press('Control+,');
  await page.getByTestId('language').selectOption('pt-BR');
  await expectSound(page, 'settings');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('empty')).toContainText('Solte');
  await expectSound(page, 'empty');
  await page.keyboard.press('Control+o');
  await expect(page.getByTestId('files-dialog')).toContainText('casamento');
  await expectSound(page, 'files');
  await page.getByTestId('files-dialog').getByText('casamento').click();
  await expect(page.getByTestId('viewer')).toBeVisible();
  await expectSound(page, 'analysing');
  await expect(page.getByTestId('step-repair')).toContainText('%');
  await settled(page);

  for (const mode of ['split', 'side', 'original', 'result', 'difference']) {
    await page.getByTestId(`segment-${mode}`).click();
    await settled(page);
    await expectSound(page, mode);
  }
  await page.getByTestId('review-places').click();
  await expect(page.getByTestId('review-status')).toContainText('será reparado');
  await settled(page);
  await expectSound(page, 'review');
  await page.keyboard.press('s');
  await page.keyboard.press('p');
  await expect(page.getByTestId('review-status')).toContainText('fica como está');
  await expectSound(page, 'a skipped place');
  await page.keyboard.press('k');
  await page.keyboard.press('Escape');
  await settled(page);
  const note = (await page.getByTestId('difference-note').boundingBox())!;
  const viewer = (await page.getByTestId('viewer').boundingBox())!;
  expect(note.x).toBeGreaterThanOrEqual(viewer.x);
  expect(note.x + note.width).toBeLessThanOrEqual(viewer.x + viewer.width);
  await page.getByTestId('segment-variants').click();
  await expect(page.getByTestId('variants').getByText('Processando')).toHaveCount(0);
  await expectSound(page, 'variants');
  await page.getByTestId('variant-strong').click();
  await expect(page.getByTestId('notice-info')).toBeVisible();
  await expectSound(page, 'a variant, with a way back');
  await page.getByTestId('segment-split').click();
  for (const tab of ['style', 'details', 'restore']) {
    await page.getByTestId(`tab-${tab}`).click();
    await expectSound(page, tab);
  }

  for (const [keys, testId] of [
    ['Control+e', 'export-dialog'],
    ['?', 'keys-dialog'],
    ['Control+k', 'palette'],
  ] as const) {
    await page.keyboard.press(keys);
    await expect(page.getByTestId(testId)).toBeVisible();
    await expectSound(page, testId);
    await page.keyboard.press('Escape');
    // A key that comes while the dialog is still there belongs to it.
    await expect(page.getByTestId(testId)).toHaveCount(0);
  }
  for (const [name, seen] of [
    [/Apresentação/, page.getByTestId('tour')],
    [/Geradores/, page.getByTestId('generators')],
  ] as const) {
    await unfold(page, 'menu');
    await expectSound(page, 'menu');
    await page.getByRole('menuitem', { name }).click();
    await expect(seen).toBeVisible();
    await expectSound(page, String(name));
    await page.keyboard.press('Escape');
  }
  await page.getByRole('button', { name: 'Voltar' }).click();
  const letter = { name: LONG_NAME.replace('png', 'json'), mimeType: 'application/json', buffer: Buffer.from('Ada') };
  await page.getByTestId('recipe-input').setInputFiles(letter);
  await expect(page.getByTestId('notice-error')).toBeVisible();
  await expectSound(page, 'error');
  await page.keyboard.press('?');
  await expect(page.getByTestId('keys-dialog').getByTestId('notice-error')).toBeVisible();
  await expectSound(page, 'error in a dialog');
});

test('axe finds no problem in mask tools, local repairs and recipes in either theme, and everything fits a small window', async ({
  page,
  host,
}) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const size = { width: 360, height: 270 };
  const name = 'casamento dos bisavós com a família toda na praia (1931).png';
  const paths = [
    await writeScene(host.album, 'other.png', { ...size, damaged: false, seed: 5 }),
    await writeScene(host.album, name, size),
  ];
  await host.open();
  await page.keyboard.press('Control+,');
  await page.getByTestId('language').selectOption('pt-BR');
  await page.keyboard.press('Escape');
  await host.offer(...paths);
  await page
    .getByTestId('filmstrip')
    .getByRole('button', { name: /casamento/ })
    .first()
    .click();
  await expect(page.getByTestId('photo-name')).toContainText('casamento');
  await expect(page.getByTestId('step-repair')).toContainText('%');
  await settled(page);

  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  await expectSound(page, 'brush');
  for (const [button, state] of [
    ['mask-change', 'change'],
    ['mask-files', 'files'],
    ['mask-look', 'look'],
  ] as const) {
    await unfold(page, button);
    await expectSound(page, state);
    await page.keyboard.press('Escape');
  }
  await page.getByTestId('tool-lasso').click();
  await page.keyboard.press('q');
  await expectSound(page, 'lasso, the mask alone');
  await page.keyboard.press('Shift+B');
  const place = await placer(page, size, 1);
  await drag(page, [place(200, 100), place(230, 110)]);
  await drag(page, [place(260, 200), place(270, 240)]);
  await expect(page.getByTestId('local-repair')).toHaveCount(2);
  await settled(page);
  await expectSound(page, 'local repairs');
  await page.getByTestId('mask-done').click();
  await unfold(page, 'recipe-menu');
  await expectSound(page, 'recipe menu');
  await page.getByRole('menuitem').first().click();
  await page.getByTestId('name').fill('Fotos da caixa da avó, com muita poeira e quase sem contraste');
  await expectSound(page, 'name of a recipe');
  await page.getByTestId('name-confirm').click();
  await expect(page.getByTestId('recipe')).toContainText('Fotos da caixa');
  await expectSound(page, 'own recipe');
});
