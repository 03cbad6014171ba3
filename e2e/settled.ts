import { expect, type Page } from '@playwright/test';

/** Waits until every canvas shows the pixels that belong there, and nothing is computed. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByTestId('status-job')).toHaveCount(0);
  await sharpened(page);
}

export async function sharpened(page: Page): Promise<void> {
  const canvases = page.getByTestId('photo-canvas');
  await expect(canvases.first()).toBeVisible();
  for (const canvas of await canvases.all()) await expect(canvas).toHaveAttribute('data-sharp', 'true');
}
