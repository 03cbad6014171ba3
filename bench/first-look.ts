import { basename } from 'node:path';
import { chromium, type Page } from 'playwright-core';
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
 * proposal, and the preview of the proposed repair. The program is already running, as it is for every photo but the first.
 */
export async function benchFirstLook(folder: string): Promise<Figure[]> {
  const seen = await lookFirst(folder, await writeScene(folder, MEGAPIXELS));
  const figure = (name: string, value: number | undefined, limit: number): Figure => ({
    name: `${MEGAPIXELS} MP: ${name}`,
    value: value ?? Number.POSITIVE_INFINITY,
    unit: 's',
    limit,
  });
  return [
    figure('photo on the screen', seen.shown, 0.8),
    figure('proposal', seen.proposal, 3),
    figure('preview of the repair', seen.settled, 6),
  ];
}

/** Opens a photo in the running program, once. */
export async function lookFirst(folder: string, path: string): Promise<FirstLook> {
  const executablePath = ensureChromium();
  if (executablePath === null) throw new Error('There is no Chromium to open a photo in.');
  const { child: host, address } = await startBrowserHost(['--root', folder, '--user-data', `${folder}/data`]);
  try {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(300_000);
    await page.goto(address);
    await page.getByTestId('empty').waitFor();
    await watch(page);
    await page.getByTestId('file-input').setInputFiles(path);
    await page.getByTestId('photo-name').getByText(basename(path)).waitFor();
    const seen = await page.evaluate(() => (window as unknown as { firstLook: Promise<FirstLook> }).firstLook);
    await browser.close();
    return seen;
  } finally {
    // On closing, the host saves the edits in the folder that is removed next.
    const ended = new Promise((done) => host.once('close', done));
    host.kill();
    await ended;
  }
}

/** Looks at the page in each frame from the choice of a file on, until the preview of its repair is there. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
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
  });
}
