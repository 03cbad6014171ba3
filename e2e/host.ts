import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from '@playwright/test';
import sharp from 'sharp';
import { damageScene, testScene } from '../main/restoration/testing';

const BROWSER_HOST = fileURLToPath(new URL('../out/main/browser.js', import.meta.url));

export interface Host {
  /** Folder that the file picker shows; empty at first. */
  album: string;
  /** Opens the page with its single-use address. */
  open(): Promise<void>;
}

/** Every story gets a host of its own with fresh settings, and fails where the page asks for another address. */
export const test = base.extend<{ host: Host; options: string[]; system: Page }>({
  options: [[], { option: true }],
  host: async ({ page, options }, use, info) => {
    const album = info.outputPath('album');
    await mkdir(album, { recursive: true });
    const child = spawn(
      process.execPath,
      [BROWSER_HOST, '--no-open', '--idle', '0', '--root', album, '--user-data', info.outputPath('data'), ...options],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const address = await new Promise<string>((found, lost) => {
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        const match = /http:\/\/\S+/.exec(text);
        if (match !== null) found(match[0]);
      });
      child.on('close', () => lost(new Error('The browser host ended before it listened.')));
    });
    const strangers: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (!['data:', 'blob:'].includes(url.protocol) && url.hostname !== '127.0.0.1') strangers.push(request.url());
    });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await use({
      album,
      async open() {
        await page.goto(address);
      },
    });
    // What the page says once its host has gone is no complaint.
    const heard = [...complaints];
    const ended = new Promise((done) => child.on('close', done));
    child.kill();
    await ended;
    expect(strangers, 'requests to other addresses than this computer').toEqual([]);
    expect(heard, 'errors in the page').toEqual([]);
  },
});

export { expect };

/** Writes the procedural photograph, damaged or clean, and answers its path. */
export async function writeScene(
  folder: string,
  name: string,
  { width = 900, height = 675, damaged = true, seed = 3 } = {},
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const clean = testScene(width, height, seed);
  const { data, channels } = damaged ? damageScene(clean, seed).raster : clean;
  const path = join(folder, name);
  await sharp(data, { raw: { width, height, channels } }).toFile(path);
  return path;
}
