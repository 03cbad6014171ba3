import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startBrowserHost } from '../scripts/browser-host.mjs';
import { ensureChromium } from '../scripts/chromium.mjs';
import type { Figure } from './figure';

const EMULSION = fileURLToPath(new URL('../main/hosts/cli/emulsion.mjs', import.meta.url));

/** Measures the start of the command line compared with bare Node, and the first paint of the window's page. */
export async function benchStart(folder: string): Promise<Figure[]> {
  const bare = fastest(() => time(['-e', '0']));
  const version = fastest(() => time([EMULSION, '--version']));
  const help = fastest(() => time([EMULSION, '--help']));
  const { ready, paint } = await firstPaint(folder);
  return [
    { name: '--version', value: version, unit: 's', limit: 0.3 },
    { name: '--version / bare Node', value: version / bare, unit: '', limit: null },
    { name: '--help / bare Node', value: help / bare, unit: '', limit: null },
    { name: 'browser host listening / bare Node', value: ready / bare, unit: '', limit: null },
    { name: 'first contentful paint of the page', value: paint, unit: 's', limit: null },
  ];
}

function time(args: readonly string[]): number {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return (performance.now() - started) / 1000;
}

function fastest(measure: () => number): number {
  return Math.min(...Array.from({ length: 5 }, measure));
}

async function firstPaint(folder: string): Promise<{ ready: number; paint: number }> {
  const executablePath = ensureChromium();
  if (executablePath === null) throw new Error('There is no Chromium to measure the first paint with.');
  const started = performance.now();
  const { child: host, address } = await startBrowserHost(['--root', folder]);
  try {
    const ready = (performance.now() - started) / 1000;
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(address);
    const paint = await page.evaluate(
      () =>
        new Promise<number>((painted) => {
          const observer = new PerformanceObserver((list) => {
            const entry = list.getEntriesByName('first-contentful-paint')[0];
            if (entry !== undefined) painted(entry.startTime / 1000);
          });
          observer.observe({ type: 'paint', buffered: true });
        }),
    );
    await browser.close();
    return { ready, paint };
  } finally {
    host.kill();
  }
}
