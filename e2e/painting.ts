import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { expect, type Host, test } from './host';

/** A picture as plain samples. */
export interface Grid {
  width: number;
  height: number;
  data: Buffer;
  channels: number;
}

export async function read(path: string): Promise<Grid> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

export const at = ({ data, width, channels }: Grid, x: number, y: number) => data[(y * width + x) * channels]!;

/** Opens the photo and begins to edit its mask, with one pixel of it on each of the screen's. */
export async function editMask(page: Page, host: Host, path: string): Promise<void> {
  await host.open();
  await host.offer(path);
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.keyboard.press('1');
  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
}

/** Where a pixel of a photo lies in the page, at a zoom about its middle. */
export async function placer(page: Page, { width, height }: { width: number; height: number }, zoom = 1) {
  const box = (await page.getByTestId('viewer').boundingBox())!;
  return (x: number, y: number): [number, number] => [
    box.x + box.width / 2 + (x + 0.5 - width / 2) * zoom,
    box.y + box.height / 2 + (y + 0.5 - height / 2) * zoom,
  ];
}

export async function drag(page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
  const [first, ...rest] = points;
  await page.mouse.move(...(first as [number, number]));
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...(point as [number, number]), { steps: 8 });
  await page.mouse.up();
}

export async function exportMask(page: Page, host: Host, name: string): Promise<{ path: string; mask: Grid }> {
  const path = test.info().outputPath(name);
  await host.saved(path, async () => {
    await page.getByTestId('mask-files').click();
    await page.getByRole('menuitem', { name: /PNG/ }).click();
  });
  return { path, mask: await read(path) };
}

/** The first channel alone. */
export const valuesOf = ({ width, height, data, channels }: Grid) =>
  Array.from({ length: width * height }, (_, i) => data[i * channels]!);

/** How many pixels differ where a mask is empty, how many where it is full, and how many of those there are. */
export function changes(before: Grid, after: Grid, mask: readonly number[]) {
  let [outside, inside, covered] = [0, 0, 0];
  for (const [i, value] of mask.entries()) {
    const from = i * before.channels;
    const to = from + before.channels;
    const isSame = before.data.compare(after.data, from, to, from, to) === 0;
    if (value === 0 && !isSame) outside++;
    if (value === 255) covered++;
    if (value === 255 && !isSame) inside++;
  }
  return { outside, inside, covered };
}

/** The pixels of every connected piece of a mask. */
export function piecesOf({ data, width, height, channels }: Grid): number[][] {
  const seen = new Uint8Array(width * height);
  const pieces: number[][] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] || data[start * channels] === 0) continue;
    const piece = [start];
    seen[start] = 1;
    for (const index of piece) {
      const x = index % width;
      for (const [next, inside] of [
        [index - 1, x > 0],
        [index + 1, x < width - 1],
        [index - width, true],
        [index + width, true],
      ] as const) {
        if (!inside || next < 0 || next >= seen.length || seen[next] || data[next * channels] === 0) continue;
        seen[next] = 1;
        piece.push(next);
      }
    }
    pieces.push(piece);
  }
  return pieces;
}
