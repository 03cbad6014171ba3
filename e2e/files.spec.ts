import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { tiffFile } from '../main/photos/test-tiff';
import { testScene } from '../main/restoration/testing/scene';
import { expect, test } from './host';

const FIXTURES = fileURLToPath(new URL('../main/photos/fixtures', import.meta.url));
const SIZE = { width: 320, height: 240 };

/** What the story has said stands there in Portuguese as well. */
async function inPortuguese(page: Page, text: string | RegExp): Promise<void> {
  await page.keyboard.press('Control+,');
  await page.getByTestId('language').selectOption('pt-BR');
  await page.keyboard.press('Escape');
  await expect(page.getByText(text).first()).toBeVisible();
}

/** A JPEG of a scene that breaks off after this share of its data. */
async function cutJpeg(path: string, share: number): Promise<void> {
  const scene = testScene(SIZE.width, SIZE.height, 1);
  const jpeg = await sharp(scene.data, { raw: { ...SIZE, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
  await writeFile(path, jpeg.subarray(0, Math.floor(jpeg.length * share)));
}

test('a photo whose file breaks off opens as far as it goes, and what is missing is filled on demand', async ({
  page,
  host,
}) => {
  await cutJpeg(join(host.album, 'half.jpg'), 0.6);
  await host.open();
  await host.offer(join(host.album, 'half.jpg'));
  const partly = page.getByTestId('partly-read');
  await expect(partly).toContainText('Partly read');
  await expect(partly).toContainText('The missing part stays grey');
  await page.getByTestId('crop-missing').click();
  await expect(page.getByTestId('crop-shade')).toBeVisible();
  await expect(partly).toContainText('The photo is cropped to what was read.');
  await page.getByTestId('uncrop').click();
  await expect(page.getByTestId('crop-shade')).toHaveCount(0);
  await page.getByTestId('fill-missing').click();
  await page.getByTestId('tab-details').click();
  await expect(page.getByText(/The file breaks off: \d+.% of the photo could be read, the rest is grey/)).toBeVisible();
  await inPortuguese(page, /O arquivo está incompleto: foi possível ler \d+% da foto, o resto fica cinza/);
});

test('every photo of a file with several pages is opened', async ({ page, host }) => {
  const { data } = testScene(120, 90, 1);
  const one = { width: 120, height: 90, bits: [8, 8, 8], photometric: 2, pixels: data as Uint8Array };
  await writeFile(join(host.album, 'album.tif'), tiffFile([one, one, one]));
  await host.open();
  await host.offer(join(host.album, 'album.tif'));
  await expect(page.getByRole('button', { name: 'album.tif (3)' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'album.tif (2)' }).first().click();
  await page.getByTestId('tab-details').click();
  await expect(page.getByText('Photo 2 of 3 in the file')).toBeVisible();
  await inPortuguese(page, 'Foto 2 de 3 do arquivo');
});

test('a photo from a phone in HEIC opens', async ({ page, host }) => {
  await copyFile(join(FIXTURES, 'ramp.heic'), join(host.album, 'phone.heic'));
  await host.open();
  await host.offer(join(host.album, 'phone.heic'));
  await page.getByTestId('tab-details').click();
  await expect(page.getByText('64 × 48 (0 MP)')).toBeVisible();
  await expect(page.getByText('Agfa')).toBeVisible();
  await inPortuguese(page, 'Câmera');
});

test('a file that cannot be read is named by its cause', async ({ page, host }) => {
  const jpeg = await readFile(join(FIXTURES, 'restarts.jpg'));
  // A frame of a hierarchical file.
  jpeg[jpeg.indexOf(Buffer.of(0xff, 0xc0)) + 1] = 0xc5;
  await writeFile(join(host.album, 'scan.jpg'), jpeg);
  await host.open();
  await host.offer(join(host.album, 'scan.jpg'));
  await expect(page.getByTestId('notice-error')).toContainText('Emulsion cannot read hierarchical JPEG files yet.');
  await inPortuguese(page, /O Emulsion ainda não lê arquivos JPEG hierárquicos/);
});

test('a batch takes the pages that are chosen, and what can be read of a file that breaks off', async ({
  page,
  host,
}) => {
  const scans = join(host.album, 'scans');
  await mkdir(scans);
  const { data } = testScene(120, 90, 1);
  const one = { width: 120, height: 90, bits: [8, 8, 8], photometric: 2, pixels: data as Uint8Array };
  await writeFile(join(scans, 'album.tif'), tiffFile([one, one, one]));
  await cutJpeg(join(scans, 'half.jpg'), 0.6);
  await host.open();
  await page.keyboard.press('Control+b');
  await host.chooseFolder('scans', () => page.getByTestId('choose-input').click());
  await page.getByTestId('batch-more').click();
  await page.getByTestId('batch-pages').selectOption('range');
  const range = page.getByTestId('batch-page-range');
  await range.fill('3-2');
  await expect(range).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByTestId('start-batch')).toBeDisabled();
  await range.fill('2-3');
  await page.getByRole('switch', { name: 'Restore incomplete files' }).click();
  await page.getByTestId('batch-recipe').selectOption('enlarge');
  await page.getByTestId('segment-always').click();
  await page.getByTestId('start-batch').click();
  await expect(page.getByTestId('batch-summary')).toHaveAttribute('data-status', /done|problems/);
  await expect(page.getByRole('row', { name: 'half.jpg' })).toContainText(/\d+.% of the photo could be read/);
  const written = await readdir(join(scans, 'Restored'));
  expect(written.filter((name) => /tif|jpg/.test(name)).sort()).toEqual(['album-p2.tif', 'album-p3.tif', 'half.jpg']);
});
