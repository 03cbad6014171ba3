import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, writeScene } from '../host';
import { settled } from '../settled';

test('another program hands a photo over and waits: in place, as a new file, and by a recipe without a window', {
  tag: '@electron',
}, async ({ page, electronHost: host }) => {
  const small = { width: 240, height: 180 };
  const photo = await writeScene(host.album, 'scan.png', small);
  const other = await writeScene(host.album, 'other.png', { ...small, seed: 5 });
  const original = await readFile(photo);

  // The program runs already. A second start waits for it, as the calling program waits for the second start.
  await host.open();
  const waiting = host.startAgain(['edit', 'other.png'], host.album);
  await expect(page.getByTestId('photo-name')).toHaveText('other.png');
  await expect(page.getByTestId('proposal')).toBeVisible();
  await settled(page);
  await page.getByTestId('finish').click();
  expect(await waiting.ended, waiting.output).toBe(0);
  await expect(page.getByTestId('empty')).toBeVisible();
  expect((await readdir(host.album)).sort()).toEqual(['other-restored.png', 'other.png', 'scan.png']);

  // Without a window it needs no other program.
  const out = join(host.album, 'out');
  const plain = host.startAgain(['edit', other, '--recipe', 'gentle-clean-up', '--out', out], host.album);
  expect(await plain.ended, plain.output).toBe(0);
  expect(await readdir(out)).toEqual(['other-restored.png']);
  const wrong = host.startAgain(['edit', other, '--recipe', 'No such recipe'], host.album);
  expect(await wrong.ended).toBe(1);
  await host.program.quit();
  await host.program.ended;

  // Started for one photo, it ends with it, and keeps the former state.
  await host.tab.empty();
  await host.start('edit', photo, '--in-place');
  await expect(page.getByTestId('photo-name')).toHaveText('scan.png');
  await expect(page.getByTestId('proposal')).toBeVisible();
  await settled(page);
  await page.getByTestId('finish').click();
  expect(await host.program.ended, host.program.output).toBe(0);
  // The window has closed with its program, though the tab may not be empty yet.
  await host.tab.empty();
  expect((await readFile(photo)).equals(original)).toBe(false);
  expect((await readdir(host.album)).sort()).toEqual(['other-restored.png', 'other.png', 'out', 'scan.png']);
  const kept = join(host.data, 'replaced');
  const [hash] = await readdir(kept);
  expect((await readFile(join(kept, hash!, 'scan.png'))).equals(original)).toBe(true);
});
