import { basename, join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { startBrowserHost } from '../scripts/browser-host.mjs';
import { ensureChromium } from '../scripts/chromium.mjs';
import type { Figure } from './figure';
import { writeScene } from './scene';

const MEGAPIXELS = 12;

/** What a person waits for, in seconds since a photo was chosen. */
export interface FirstLook {
  /** When it was chosen, in milliseconds since 1970. */
  chosen: number;
  shown: number;
  proposal: number;
  settled: number;
}

/**
 * Measures what a person waits for after choosing a photo, in seconds since the choice: the photo on the screen, the
 * proposal, and the preview of the proposed repair. The first photo of a program that has just started, and the next one,
 * for which nets are loaded and code is compiled.
 */
export async function benchFirstLook(folder: string): Promise<Figure[]> {
  const path = await writeScene(folder, MEGAPIXELS);
  const other = join(folder, 'next.jpg');
  await sharp(path).flop().jpeg({ quality: 92 }).toFile(other);
  const [first, next] = (await lookFirst(folder, path, other)) as [FirstLook, FirstLook];
  const figure = (name: string, value: number, limit: number): Figure => ({
    name: `${MEGAPIXELS} MP: ${name}`,
    value,
    unit: 's',
    limit,
  });
  return [
    figure('photo on the screen', first.shown, 0.8),
    figure('proposal', first.proposal, 3),
    figure('preview of the repair', first.settled, 6),
    figure('next photo: proposal', next.proposal, 3),
    figure('next photo: preview of the repair', next.settled, 6),
  ];
}

/** Opens photos in the running program, one after the other. */
export async function lookFirst(folder: string, ...paths: string[]): Promise<FirstLook[]> {
  const executablePath = ensureChromium();
  if (executablePath === null) throw new Error('There is no Chromium to open a photo in.');
  const { child: host, address } = await startBrowserHost(['--root', folder, '--user-data', `${folder}/data`]);
  try {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(300_000);
    await page.goto(address);
    await page.getByTestId('empty').waitFor();
    const all: FirstLook[] = [];
    for (const path of paths) {
      const name = basename(path);
      if (all.length > 0) await page.keyboard.press('Control+o');
      await page.getByTestId('file-input').waitFor({ state: 'attached' });
      await watch(page, name);
      await page.getByTestId('file-input').setInputFiles(path);
      await page.getByTestId('photo-name').getByText(name).waitFor();
      all.push(await page.evaluate(() => (window as unknown as { firstLook: Promise<FirstLook> }).firstLook));
    }
    await browser.close();
    return all;
  } finally {
    // On closing, the host saves the edits in the folder that is removed next.
    const ended = new Promise((done) => host.once('close', done));
    host.kill();
    await ended;
  }
}

/** Looks at the page in each frame from the choice of a file on, until the preview of its repair is there. */
async function watch(page: Page, name: string): Promise<void> {
  await page.evaluate((chosenName) => {
    const at = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
    const isDrawn = () => {
      const canvas = at('photo-canvas');
      const drawn = canvas instanceof HTMLCanvasElement ? canvas : canvas?.querySelector('canvas');
      if (!drawn || drawn.width === 0) return false;
      return drawn.getContext('2d')!.getImageData(drawn.width / 2, drawn.height / 2, 1, 1).data[3]! > 0;
    };
    const result = new Promise<Record<string, number>>((done) => {
      document.addEventListener(
        'change',
        () => {
          const chosen = performance.now();
          const seen: Record<string, number> = { chosen: performance.timeOrigin + chosen };
          const mark = (name: string) => {
            seen[name] ??= (performance.now() - chosen) / 1000;
          };
          const look = () => {
            // Another photo is still shown.
            if (!at('photo-name')?.textContent?.includes(chosenName)) {
              requestAnimationFrame(look);
              return;
            }
            if (!seen.shown && isDrawn()) mark('shown');
            if (at('proposal')) mark('proposal');
            // Set once the preview has been computed. The full size follows without a change that is seen when fitted.
            if (at('viewer')?.dataset.revision !== undefined)
              done({ ...seen, settled: (performance.now() - chosen) / 1000 });
            else requestAnimationFrame(look);
          };
          look();
        },
        { capture: true, once: true },
      );
    });
    Object.assign(window, { firstLook: result });
  }, name);
}
