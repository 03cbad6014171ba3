import { join } from 'node:path';
import sharp from 'sharp';
import { unpackEvidence } from '../document/evidence';
import { fixtureCard, fourPlaneCard, installFixture } from '../main/engine/test-support';
import { test as base, expect } from './host';
import { at, editMask, exportMask } from './painting';

/** Uses a detector that runs two passes over a large photo. */
const test = base.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that a fixture needs from this pattern.
  generators: async ({}, use, info) => {
    const folder = info.outputPath('generators');
    await installFixture(folder, await fourPlaneCard({ tile: 256 }));
    const inpainter = await fixtureCard('inpainter', { task: 'inpaint', tile: 512 });
    await installFixture(folder, { ...inpainter, input: { ...inpainter.input, channels: 'rgb+mask' } });
    await use(folder);
  },
});

test('a hair that the coarse pass missed soon appears in the mask and is filled', async ({
  page,
  browserHost: host,
}) => {
  const size = { width: 2400, height: 1800 };
  const pixels = Buffer.alloc(3 * size.width * size.height, 150);
  for (let x = 0; x < 1000; x++) pixels.fill(0, 3 * (901 * size.width + x), 3 * (901 * size.width + x + 1));
  const path = join(host.album, 'hair.png');
  await sharp(pixels, { raw: { ...size, channels: 3 } })
    .png()
    .toFile(path);
  const widths: number[] = [];
  page.on('response', async (response) => {
    if (/\/evidence\?/.test(response.url())) widths.push(unpackEvidence(await response.body())!.width);
  });
  await editMask(page, host, path);
  await expect.poll(() => widths.at(-1)).toBe(size.width);
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  // The coarse pass led to no proposal, so only the mask tool needed the fine pass.
  const { mask } = await exportMask(page, host, 'hair-mask.png');
  expect([at(mask, 300, 901), at(mask, 300, 700)]).toEqual([255, 0]);
  await page.getByTestId('mask-done').click();
});
