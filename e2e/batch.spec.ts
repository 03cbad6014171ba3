import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { findings } from './axe';
import { expect, type Host, test, writeScene } from './host';

const SMALL = { width: 320, height: 240 };

/**
 * Photos in two folders, with a damaged photo and a text file beside them. Returns a function that gives each file's
 * hash.
 */
async function fillScans({ album }: Host, damaged: number): Promise<() => Promise<Record<string, string>>> {
  const scans = join(album, 'scans');
  for (let seed = 1; seed <= damaged; seed++) {
    await writeScene(join(scans, '1931'), `lake ${seed}.png`, { ...SMALL, seed });
  }
  await writeScene(scans, 'clean.png', { ...SMALL, damaged: false, seed: 16 });
  const whole = await readFile(await writeScene(album, 'whole.jpg', SMALL));
  await writeFile(join(scans, 'broken.jpg'), whole.subarray(0, 3000));
  await writeFile(join(scans, 'notes.txt'), 'from the attic');
  return async () => {
    const names = (await readdir(scans, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !/Restored|Restauradas/.test(path));
    const known = await Promise.all(
      names.map(
        async (path) =>
          [
            path,
            createHash('sha256')
              .update(await readFile(path))
              .digest('hex'),
          ] as const,
      ),
    );
    return Object.fromEntries(known.sort());
  };
}

const chooseScans = (page: Page, host: Host): Promise<void> =>
  host.chooseFolder('scans', () => page.getByTestId('choose-input').click());

const status = (page: Page) => page.getByTestId('batch-summary');

test('a folder is scanned, restored, paused and reported on, and the originals stay', {
  tag: '@electron-only',
}, async ({ page, restartable: host }) => {
  const originals = await fillScans(host, 3);
  const before = await originals();
  await host.open();
  await page.keyboard.press('Control+b');
  await expect(page.getByTestId('batch-empty')).toBeVisible();
  expect(await findings(page), 'empty').toEqual([]);

  await chooseScans(page, host);
  const plan = page.getByTestId('batch-plan');
  await expect(page.getByTestId('plan-photos')).toContainText('5 photos');
  await expect(plan).toContainText('1 other file is skipped.');
  await expect(page.getByTestId('plan-examples')).toContainText('1931/lake 1.png');
  // A fault is shown beside its field, and the batch cannot start.
  await page.getByTestId('batch-more').click();
  const pattern = page.getByTestId('batch-name');
  await pattern.fill('restored');
  await expect(page.getByTestId('batch-setup')).toContainText('Include {name}');
  await expect(page.getByTestId('start-batch')).toBeDisabled();
  await pattern.fill('restored-');
  await page.getByRole('button', { name: 'Name', exact: true }).click();
  await expect(pattern).toHaveValue('restored-{name}');
  await expect(page.getByTestId('batch-example')).toContainText('broken.jpg → restored-broken.jpg');
  await expect(page.getByTestId('plan-examples')).toContainText('1931/restored-lake 1.png');
  await page.getByTestId('batch-recipe').selectOption('scratched-print');
  // The recipe's own gate is chosen. The other one is offered after it.
  const setUp = page.getByTestId('batch-setup');
  await expect(setUp).toContainText('Only where needed: Scratches and creases');
  await expect(setUp.getByRole('radio')).toHaveText(['Where needed', 'On every photo']);
  await page.getByTestId('segment-always').click();
  await expect(setUp).toContainText('On every photo: Scratches and creases');
  await page.getByTestId('segment-needed').click();
  await page.getByTestId('batch-concurrency').selectOption('1');
  await page.getByTestId('batch-caption').click();
  await setUp.getByLabel('Date taken').fill('about 1931');
  await setUp.getByLabel('Place').fill('Lake Como');
  await expect(setUp.getByLabel('Date taken')).toHaveValue('about 1931');
  await expect(plan).toHaveAttribute('data-phase', 'ready');
  expect(await findings(page), 'planned').toEqual([]);

  await page.getByTestId('start-batch').click();
  await expect(page.getByTestId('state-restored').first()).toBeVisible();
  await page.getByTestId('pause').click();
  await expect(status(page)).toHaveAttribute('data-status', 'paused');
  const facts = await page.getByTestId('batch-facts').innerText();
  expect(await findings(page), 'paused').toEqual([]);
  // The darkroom shows that the batch is paused, and leads back to it. Nothing was restored meanwhile.
  await page.getByTestId('back').click();
  await expect(page.getByTestId('status-batch')).toContainText('Folder: paused at');
  await page.getByTestId('status-batch').click();
  await expect(page.getByTestId('batch-facts')).toHaveText(facts);
  await page.getByTestId('resume').click();
  await expect(status(page)).toHaveAttribute('data-status', 'problems');

  // One row for each file, its thumbnails, and the reason why one was not restored.
  await expect(page.getByTestId('batch-facts')).toContainText('6 of 6');
  await expect(page.getByTestId('batch-row')).toHaveCount(6);
  const lake = page.getByRole('row', { name: 'lake 3.png' });
  await expect(lake).toContainText('scratches');
  for (const picture of await lake.getByRole('img').all()) await expect(picture).toHaveJSProperty('complete', true);
  await expect(lake.getByRole('img').last()).toHaveJSProperty('naturalWidth', 320);
  await page.getByTestId('segment-problems').click();
  await expect(page.getByTestId('batch-row')).toHaveCount(1);
  await expect(page.getByTestId('batch-row')).toContainText('PHOTO_DAMAGED');
  await expect(page.getByTestId('batch-row')).toContainText('The file breaks off');
  await page.getByTestId('segment-unchanged').click();
  await expect(page.getByRole('row', { name: 'clean.png' })).toContainText('No repairs needed');
  await page.getByTestId('segment-others').click();
  await expect(page.getByTestId('batch-row')).toHaveCount(1);
  await expect(page.getByTestId('batch-row')).toContainText('notes.txt');
  expect(await findings(page), 'done with problems').toEqual([]);

  const report = await host.report(() => page.getByTestId('report').click());
  await expect(report.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(report.locator('article')).toHaveCount(6);
  await expect(report.locator('script')).toHaveCount(0);
  const pictures = report.locator('article', { hasText: 'lake 3.png' }).locator('img');
  await expect(pictures).toHaveCount(2);
  for (const picture of await pictures.all()) await expect(picture).not.toHaveJSProperty('naturalWidth', 0);
  await report.close();

  const written = await readdir(join(host.album, 'scans', 'Restored', '1931'));
  expect(written.sort()).toEqual([1, 2, 3].map((seed) => `restored-lake ${seed}.png`));
  const { xmp } = await sharp(join(host.album, 'scans', 'Restored', '1931', written[0]!)).metadata();
  expect(xmp?.toString()).toContain('Lake Como');
  expect(xmp?.toString()).toContain('1931~');
  expect(await originals()).toEqual(before);
});

test('a batch resumes after the program was killed, in Portuguese and in the light theme', async ({
  page,
  restartable: host,
}) => {
  await page.setViewportSize({ width: 1024, height: 700 });
  const originals = await fillScans(host, 3);
  const before = await originals();
  await host.open();
  await page.keyboard.press('Control+,');
  const settings = page.getByRole('dialog');
  await settings.getByTestId('segment-light').click();
  await settings.getByTestId('language').selectOption('pt-BR');
  await page.keyboard.press('Escape');
  await page.getByTestId('open-folder').click();
  await chooseScans(page, host);
  await expect(page.getByTestId('plan-photos')).toContainText('5 fotos');
  expect(await findings(page), 'planned').toEqual([]);
  await page.getByTestId('batch-more').click();
  await page.getByTestId('batch-concurrency').selectOption('1');
  await page.getByTestId('start-batch').click();
  await expect(page.getByTestId('state-restored').first()).toBeVisible();
  await host.restart('SIGKILL');

  // The first page offers the unfinished batch.
  await page.getByTestId('recent').getByText('Pasta scans, não terminada').click();
  await expect(page.getByTestId('earlier')).toContainText('scans');
  expect(await findings(page), 'earlier').toEqual([]);
  await page.getByTestId('go-on').click();
  await expect(status(page)).toHaveAttribute('data-status', 'problems');
  await expect(status(page)).toContainText('1 foto não pôde ser restaurada.');
  await expect(page.getByTestId('batch-facts')).toContainText('6 de 6');
  const written = await readdir(join(host.album, 'scans', 'Restauradas', '1931'));
  expect(written.sort()).toEqual([1, 2, 3].map((seed) => `lake ${seed}.png`));
  expect(await originals()).toEqual(before);
});
