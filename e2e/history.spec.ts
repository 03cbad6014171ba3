import { findings } from './axe';
import { expect, test, writeScene } from './host';
import { drag, editMask, exportMask, placer } from './painting';
import { settled } from './settled';

test('the history names each action; clicks and keys go to any point, and undone actions stay listed', async ({
  page,
  host,
}) => {
  const size = { width: 520, height: 360 };
  await editMask(page, host, await writeScene(host.album, 'quay.png', { ...size, damaged: false }));
  const place = await placer(page, size);
  await drag(page, [place(150, 160), place(450, 160)]);
  await page.keyboard.press('e');
  await drag(page, [place(300, 120), place(300, 200)]);
  await page.keyboard.press('n');
  for (const corner of [place(400, 260), place(500, 260), place(500, 340)]) await page.mouse.click(...corner);
  await page.keyboard.press('Enter');
  const { mask: last } = await exportMask(page, host, 'last.png');
  await page.keyboard.press('Shift+H');
  const history = page.getByTestId('history');
  const entries = history.getByRole('button');
  await expect(entries).toHaveText(['Proposal', 'Brush stroke', 'Eraser stroke', 'Polygon']);
  await expect(entries.nth(3)).toHaveAttribute('aria-current', 'step');

  await entries.nth(1).click();
  await expect(entries.nth(1)).toHaveAttribute('aria-current', 'step');
  await expect(entries).toHaveText(['Proposal', 'Brush stroke', 'Eraser stroke(undone)', 'Polygon(undone)']);
  const { mask: first } = await exportMask(page, host, 'first.png');
  expect(first.data.equals(last.data)).toBe(false);

  await entries.nth(1).focus();
  for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  await expect(entries.nth(3)).toHaveAttribute('aria-current', 'step');
  const { mask: again } = await exportMask(page, host, 'again.png');
  expect(again.data.equals(last.data)).toBe(true);
  await page.keyboard.press('Escape');

  // A setting is named with its value. A new action replaces the undone ones.
  await page.keyboard.press('Control+z');
  await page.getByTestId('tab-restore').click();
  await page.getByTestId('step-tone').getByRole('switch').click();
  const strength = page.getByTestId('step-tone').getByRole('slider').first();
  await strength.focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('r');
  await page.getByTestId('tab-history').click();
  await expect(entries).toHaveText([
    'Proposal',
    'Brush stroke',
    'Eraser stroke',
    'Faded tones: on',
    /^Strength of Faded tones: \d+\s%$/u,
    'Turned right',
  ]);
  await entries.nth(2).click();
  await settled(page);
  for (const [width, height] of [
    [1440, 900],
    [1024, 700],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const theme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      expect(await findings(page), `axe: ${theme}, ${width}`).toEqual([]);
      await page.screenshot({ path: test.info().outputPath(`history-${theme}-${width}.png`) });
    }
  }
  await page.keyboard.press('Control+,');
  await page.getByTestId('language').selectOption('pt-BR');
  await page.keyboard.press('Escape');
  await expect(entries.first()).toHaveText('Proposta');
  await expect(entries.nth(5)).toHaveText('Girada à direita(desfeito)');
  await page.screenshot({ path: test.info().outputPath('history-pt.png') });
});
