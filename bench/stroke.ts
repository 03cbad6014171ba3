import { basename } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { startBrowserHost } from '../scripts/browser-host.mjs';
import { ensureChromium } from '../scripts/chromium.mjs';
import type { Figure } from './figure';
import { writeScene } from './scene';

const MEGAPIXELS = 12;
/** The shortest distance between two measured pointer movements, in CSS pixels. */
const STEP = 6;

/**
 * Measures painting: the time from a pointer movement until its pixels are on the canvas, in frames of this browser, so that
 * the result does not depend on the speed of the computer.
 */
export async function benchStroke(folder: string): Promise<Figure[]> {
  const executablePath = ensureChromium();
  if (executablePath === null) throw new Error('There is no Chromium to paint in.');
  // A photo that needs no repair, so that nothing is computed until something is painted.
  const path = await writeScene(folder, MEGAPIXELS, false);
  const { child: host, address } = await startBrowserHost(['--root', folder, '--user-data', `${folder}/data`, path]);
  try {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(300_000);
    await page.goto(address);
    await page.getByTestId('photo-name').getByText(basename(path)).waitFor();
    await page.getByTestId('proposal').waitFor();
    await page.keyboard.press('Escape');
    const figures: Figure[] = [];
    for (const [name, keys] of [
      ['fitted', ['0']],
      ['100 %', ['1']],
      ['400 %', ['2', '+', '+']],
    ] as const) {
      for (const key of keys) await page.keyboard.press(key);
      await page.keyboard.press('b');
      await page.locator('[data-testid="mask-overlay"][data-complete="true"]').waitFor();
      // Other computations would disturb the measurement.
      await page.getByTestId('status-job').waitFor({ state: 'detached' });
      const { frames, handling, frame } = await stroke(page);
      const at = (share: number, list: number[]) =>
        list.toSorted((a, b) => a - b)[Math.floor(share * (list.length - 1))]!;
      figures.push(
        { name: `${name}: pointer to pixels, median`, value: at(0.5, frames), unit: 'frames', limit: 2 },
        { name: `${name}: pointer to pixels, 95 of 100`, value: at(0.95, frames), unit: 'frames', limit: null },
        {
          name: `${name}: work for one movement / frame, median`,
          value: at(0.5, handling) / frame,
          unit: '',
          limit: null,
        },
      );
      await page.keyboard.press('Control+z');
      await page.keyboard.press('Escape');
    }
    await browser.close();
    return figures;
  } finally {
    // On closing, the host saves the edits in the folder that is removed next.
    const ended = new Promise((done) => host.once('close', done));
    host.kill();
    await ended;
  }
}

/** Paints one stroke across the photo. A movement comes between two frames; each frame then checks if it is painted. */
async function stroke(page: Page): Promise<{ frames: number[]; handling: number[]; frame: number }> {
  const box = (await page.getByTestId('mask-tool').boundingBox())!;
  const start = { x: box.x + box.width * 0.25, y: box.y + box.height * 0.5 };
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  const measured = await page.evaluate(
    async ({ x, y, reach, least }) => {
      const surface = document.querySelector('[data-testid="mask-tool"]')!;
      const canvas = document.querySelector<HTMLCanvasElement>('[data-testid="mask-overlay"]')!;
      const context = canvas.getContext('2d')!;
      // The ring shows the brush. The checked pixel lies just inside its edge, where the previous movement did not reach.
      // Movements shorter than a fraction of the brush are not drawn.
      const radius = (surface.firstElementChild as HTMLElement).offsetWidth / 2;
      const step = Math.max(least, radius * 0.14);
      const nextFrame = () => new Promise<number>((done) => requestAnimationFrame(done));
      const ratio = canvas.width / canvas.getBoundingClientRect().width;
      const isPainted = (px: number, py: number) => {
        const { left, top } = canvas.getBoundingClientRect();
        return context.getImageData((px - left) * ratio, (py - top) * ratio, 1, 1).data[3]! > 0;
      };
      const intervals: number[] = [];
      for (let before = await nextFrame(), i = 0; i < 60; i++) {
        const now = await nextFrame();
        intervals.push(now - before);
        before = now;
      }
      const frame = intervals.sort((a, b) => a - b)[30]!;
      const frames: number[] = [];
      const handling: number[] = [];
      for (let px = x + step; px < x + reach; px += step) {
        await nextFrame();
        await new Promise((done) => setTimeout(done));
        const begun = performance.now();
        surface.dispatchEvent(
          new PointerEvent('pointermove', { pointerId: 1, bubbles: true, buttons: 1, clientX: px, clientY: y }),
        );
        handling.push(performance.now() - begun);
        let now = begun;
        for (let tries = 0; tries < 100; tries++) {
          await nextFrame();
          now = performance.now();
          if (isPainted(px + Math.max(0, radius - 3), y)) break;
        }
        frames.push((now - begun) / frame);
      }
      return { frames, handling, frame };
    },
    { ...start, reach: box.width * 0.5, least: STEP },
  );
  await page.mouse.up();
  return measured;
}
