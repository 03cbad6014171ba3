import { spawnSync } from 'node:child_process';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { findings } from './axe';
import { expect, type Host, test, writeScene } from './host';
import { drag, editMask, exportMask, placer, read } from './painting';
import { settled } from './settled';

const EMULSION = fileURLToPath(new URL('../main/hosts/cli/emulsion.mjs', import.meta.url));
const SIZE = { width: 480, height: 360 };

/** Paints a line into the mask and waits until all is computed. */
async function paintAt(page: Page, y: number): Promise<void> {
  const place = await placer(page, SIZE);
  await drag(page, [place(150, y), place(450, y)]);
  await settled(page);
}

async function saveEdit(page: Page, host: Host, name: string): Promise<{ path: string; suggested: string }> {
  const path = test.info().outputPath(name);
  return { path, suggested: await host.saved(path, () => page.keyboard.press('Control+s')) };
}

async function exported(page: Page, host: Host, name: string) {
  const path = test.info().outputPath(name);
  await page.getByTestId('export').click();
  await host.exportTo(path);
  return read(path);
}

test('an edit file opened with its photo gives the same mask and result, on the command line too', async ({
  page,
  host,
  browserHost,
  data,
}) => {
  const path = await writeScene(host.album, 'boat.png', { ...SIZE, damaged: false });
  await editMask(page, host, path);
  await paintAt(page, 160);
  const place = await placer(page, SIZE);
  await page.keyboard.press('Shift+B');
  await drag(page, [place(220, 300), place(260, 330)]);
  await settled(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+R');
  await page.keyboard.press('2');
  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  const { path: edit, suggested } = await saveEdit(page, host, 'boat.emulsion');
  expect(suggested).toBe('boat.emulsion');
  await expect(page.getByTestId('notice-done').last()).toContainText('boat.emulsion');
  const { mask } = await exportMask(page, host, 'mask.png');
  await page.keyboard.press('Escape');
  const result = await exported(page, host, 'result.png');
  expect([result.width, result.height]).toEqual([SIZE.height, SIZE.width]);
  const zoom = await page.getByTestId('zoom').innerText();

  await browserHost.restart('SIGTERM');
  await rm(join(data, 'edits'), { recursive: true });
  await host.offer(path, edit);
  await expect(page.getByTestId('notice-done').last()).toContainText('Edits from boat.emulsion applied');
  await settled(page);
  await expect(page.getByTestId('zoom')).toHaveText(zoom);
  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  const { mask: same } = await exportMask(page, host, 'same-mask.png');
  expect(same.data.equals(mask.data)).toBe(true);
  await page.keyboard.press('Escape');
  const again = await exported(page, host, 'again.png');
  expect(again.data.equals(result.data)).toBe(true);
  // Its history came along.
  await expect(page.getByTestId('local-repair')).toHaveCount(1);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('local-repair')).toHaveCount(0);

  const out = test.info().outputPath('out');
  const { status, stderr } = spawnSync(process.execPath, [EMULSION, 'restore', path, '--out', out, '--edit', edit], {
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  const byCommand = await read(join(out, 'boat.png'));
  expect([byCommand.width, byCommand.height]).toEqual([result.width, result.height]);
  expect(byCommand.data.equals(result.data)).toBe(true);
  const other = await writeScene(host.album, 'other.png', { ...SIZE, damaged: false, seed: 5 });
  const refused = spawnSync(process.execPath, [EMULSION, 'restore', other, '--out', out, '--edit', edit], {
    encoding: 'utf8',
  });
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('EDIT_FOREIGN')]);
  expect(await readdir(out)).toEqual(['boat.png']);
});

test('an edit file alone finds its photo or asks for it; an invalid one changes nothing', async ({
  page,
  host,
  data,
}) => {
  await writeScene(host.album, 'mill.png', { ...SIZE, damaged: false });
  const other = await writeScene(host.album, 'other.png', { ...SIZE, damaged: false, seed: 5 });
  await host.open();
  await host.choose('mill.png');
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.keyboard.press('1');
  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  await paintAt(page, 160);
  await page.keyboard.press('Escape');
  const { path: edit } = await saveEdit(page, host, 'mill.emulsion');
  const close = () =>
    page
      .getByTestId('menu')
      .click()
      .then(() => page.getByRole('menuitem', { name: 'Close photo' }).click());
  await close();
  // What was done is put away a moment after the photo has gone from the window.
  await expect.poll(() => readFile(join(data, 'edits', 'recent.json'), 'utf8').catch(() => '')).toContain('mill.png');

  // It lies elsewhere, but the photo is known from before.
  await host.offer(edit);
  await expect(page.getByTestId('photo-name')).toHaveText('mill.png');
  await settled(page);

  const foreign = join(host.album, 'foreign.emulsion');
  const document = JSON.parse(await readFile(edit, 'utf8'));
  await writeFile(
    foreign,
    JSON.stringify({ ...document, photo: { ...document.photo, name: 'gone.png', sha256: 'e'.repeat(64) } }),
  );
  await host.offer(foreign);
  const dialog = page.getByTestId('find-photo');
  await expect(dialog).toContainText('foreign.emulsion holds edits of gone.png (480 × 360)');
  expect(await findings(page)).toEqual([]);
  await dialog.getByTestId('find-photo-input').setInputFiles(other);
  await expect(page.getByTestId('notice-error')).toContainText('belongs to another photo');
  await expect(page.getByTestId('photo-name')).toHaveText('other.png');
  await page.getByTestId('notice-error').getByRole('button', { name: 'Choose the photo…' }).click();
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);

  const text = await readFile(edit, 'utf8');
  const newer = text.replace(/"emulsion":\d+/, '"emulsion":99');
  for (const [name, content, sentence] of [
    ['cut.emulsion', text.slice(0, 200), 'or it is damaged'],
    ['newer.emulsion', newer, 'newer version'],
  ] as const) {
    await writeFile(join(host.album, name), content);
    await host.offer(join(host.album, name));
    await expect(page.getByTestId('notice-error').last()).toContainText(sentence);
  }
  await expect(page.getByTestId('filmstrip').getByRole('listitem')).toHaveCount(2);
});

test('a newer edit file beside a photo is offered; it can be declined, or opened and undone', async ({
  page,
  host,
  browserHost,
}) => {
  await writeScene(host.album, 'pier.png', { ...SIZE, damaged: false });
  const reopen = async () => {
    await browserHost.restart('SIGTERM');
    await host.choose('pier.png');
    await expect(page.getByTestId('proposal')).toBeVisible();
    await settled(page);
  };
  const masked = async (name: string) => {
    await page.keyboard.press('b');
    await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
    const { mask } = await exportMask(page, host, name);
    await page.keyboard.press('Escape');
    return mask.data;
  };
  await host.open();
  await host.choose('pier.png');
  await expect(page.getByTestId('proposal')).toBeVisible();
  await page.keyboard.press('1');
  await page.keyboard.press('b');
  await expect(page.getByTestId('mask-overlay')).toHaveAttribute('data-complete', 'true');
  await paintAt(page, 160);
  const mine = await masked('mine.png');
  await page.keyboard.press('b');
  await paintAt(page, 300);
  const theirs = await masked('theirs.png');
  await page.keyboard.press('Escape');
  const { path: edit } = await saveEdit(page, host, 'pier.emulsion');
  await page.keyboard.press('Control+z');
  await settled(page);
  const beside = join(host.album, 'pier.emulsion');
  const lay = async () => {
    const document = JSON.parse(await readFile(edit, 'utf8'));
    await writeFile(beside, JSON.stringify({ ...document, savedAt: new Date(Date.now() + 60_000).toISOString() }));
  };

  // Older than what is kept: nothing is asked.
  await copyFile(edit, beside);
  await reopen();
  await expect(page.getByTestId('edit-offer')).toHaveCount(0);
  await lay();
  await reopen();
  await expect(page.getByTestId('edit-offer')).toContainText('pier.emulsion');
  expect(await findings(page)).toEqual([]);
  await page.getByTestId('offer-use').click();
  await expect(page.getByTestId('edit-offer')).toHaveCount(0);
  await settled(page);
  expect((await masked('used.png')).equals(theirs)).toBe(true);
  await page.keyboard.press('Control+z');
  expect((await masked('undone.png')).equals(mine)).toBe(true);

  await lay();
  await reopen();
  await page.getByTestId('offer-keep').click();
  await expect(page.getByTestId('edit-offer')).toHaveCount(0);
  expect((await masked('kept.png')).equals(mine)).toBe(true);
});
