// Finds a Chromium for the browser tests, or installs one.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { installDebian, isRootOnDebian, runPackage } from './run.mjs';

const PLACES = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:/Program Files/Google/Chrome/Application/chrome.exe',
    'C:/Program Files (x86)/Google/Chrome/Application/chrome.exe',
  ],
};

function find() {
  const candidates = [process.env.CHROMIUM_PATH, ...(PLACES[process.platform] ?? []), chromium.executablePath()];
  return candidates.find((path) => path !== undefined && path !== '' && existsSync(path)) ?? null;
}

/** Path of a Chromium: an installed one, or else a newly installed one (as root Debian's package, else Playwright's). Null if that fails. */
export function ensureChromium() {
  const installed = find();
  if (installed !== null) return installed;
  if (isRootOnDebian) {
    console.log('Installing Debian’s Chromium for the browser tests');
    if (installDebian('chromium')) return find();
  }
  console.log('Installing Playwright’s Chromium for the browser tests');
  runPackage('playwright-core', 'playwright-core', ['install', 'chromium']);
  return find();
}
