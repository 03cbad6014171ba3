import type { Page } from '@playwright/test';
import { expect, test, writeScene } from './host';
import { read } from './painting';
import { settled } from './settled';

/** The focused element, and whether its focus is visible. */
function focus(page: Page) {
  return page.evaluate(() => {
    const { activeElement } = document;
    const isOutlined = (element: Element) => getComputedStyle(element).outlineStyle !== 'none';
    // A wide handle shows its focus on its knob.
    const isMarked = activeElement !== null && [activeElement, ...activeElement.querySelectorAll('*')].some(isOutlined);
    return {
      testId: activeElement?.getAttribute('data-testid') ?? '',
      name: activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '',
      isSeen: activeElement?.matches(':focus-visible') === true && isMarked,
    };
  });
}

/** Presses Tab until the wanted element has the focus. Every element on the way must show its focus. */
async function tabTo(page: Page, wanted: { testId?: string; name?: RegExp }, most = 60): Promise<void> {
  const passed: string[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const { testId, name, isSeen } = await focus(page);
    passed.push(testId || name);
    expect(isSeen || passed.at(-1) === '', `the focus can be seen on "${passed.at(-1)}"`).toBe(true);
    if (wanted.testId !== undefined ? testId === wanted.testId : wanted.name?.test(name) === true) return;
  }
  throw new Error(`Tab does not come to ${wanted.testId ?? wanted.name}: ${passed.join(', ')}`);
}

test('a photo is restored with the keyboard alone, from opening to exporting', async ({ page, host }, info) => {
  const size = { width: 400, height: 300 };
  const path = await writeScene(host.album, 'mill.png', size);
  await host.open();
  await tabTo(page, { testId: 'open' });
  if (info.project.name === 'electron') {
    // Electron shows the system's own dialog.
    await host.offer(path);
  } else {
    await page.keyboard.press('Enter');
    // Until the folder is read, Tab would skip the missing entries.
    await expect(page.getByTestId('files-dialog').getByRole('button', { name: /mill\.png/ })).toBeVisible();
    await tabTo(page, { name: /mill\.png/ });
    await page.keyboard.press('Enter');
  }
  await expect(page.getByTestId('step-repair')).toContainText('%');
  await settled(page);

  // Switches a step on and moves a slider.
  await tabTo(page, { name: /^Faded tones$/ });
  await page.keyboard.press('Space');
  await expect(page.getByTestId('step-tone').getByRole('switch')).toBeChecked();
  const sensitivity = page.getByTestId('step-repair').getByRole('slider').first();
  const before = Number(await sensitivity.getAttribute('aria-valuenow'));
  await sensitivity.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(sensitivity).not.toHaveAttribute('aria-valuenow', String(before));
  await page.keyboard.press('Control+z');
  await expect(sensitivity).toHaveAttribute('aria-valuenow', String(before));

  // Paints a stroke across the middle and erases its end.
  await page.keyboard.press('1');
  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  const surface = page.getByTestId('mask-tool');
  for (let i = 0; i < 40 && !(await surface.evaluate((element) => element === document.activeElement)); i++) {
    await page.keyboard.press('Shift+Tab');
  }
  await expect(surface).toBeFocused();
  await page.keyboard.press('Space');
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await page.keyboard.press('e');
  await expect(page.getByTestId('mask-tool')).toBeFocused();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('mask-tool')).toHaveCount(0);
  await settled(page);
  for (const mode of ['d', 'o', 'x', 's']) await page.keyboard.press(mode);
  await settled(page);

  await page.keyboard.press('Control+e');
  await expect(page.getByTestId('export-dialog')).toBeVisible();
  await tabTo(page, { testId: 'export-format' });
  await page.keyboard.press('t');
  await expect(page.getByTestId('export-format')).toHaveValue('tiff');
  await tabTo(page, { testId: 'export-confirm' });
  const saved = test.info().outputPath('restored.tiff');
  await host.saved(saved, () => page.keyboard.press('Enter'));
  const [original, restored] = [await read(path), await read(saved)];
  expect([restored.width, restored.height]).toEqual([size.width, size.height]);
  expect(restored.data.equals(original.data)).toBe(false);
});
