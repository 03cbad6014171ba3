import { readFileSync, writeFileSync } from 'node:fs';
import { app, BrowserWindow, type Session, screen, type WebContents } from 'electron';
import { z } from 'zod';
import { mayNavigate, mayRequest } from './policy';

/** The smallest size that the page is designed for, in device-independent pixels. */
const LEAST = { width: 1024, height: 700 };
/** The background of the dark theme, so that opening does not flash white. */
const SURROUND = '#262626';
/** A page that crashes again within this time is not reloaded, since it would crash for ever. In milliseconds. */
const CRASH_PAUSE = 30_000;

const Bounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(LEAST.width),
  height: z.number().int().min(LEAST.height),
  maximized: z.boolean(),
});
export type Bounds = z.infer<typeof Bounds>;

/** The only window, at its last position. `preload` and `memory` are absolute paths. */
export function createWindow(preload: string, memory: string): BrowserWindow {
  const bounds = recall(memory);
  const window = new BrowserWindow({
    ...(bounds ?? { width: 1360, height: 900 }),
    minWidth: LEAST.width,
    minHeight: LEAST.height,
    backgroundColor: SURROUND,
    title: 'Emulsion',
    show: false,
    webPreferences: {
      preload,
      // SECURITY: the page is a plain web page: no Node, an isolated JavaScript world, the operating system's sandbox.
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      // SECURITY: spell checking would download dictionaries.
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (bounds?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => remember(memory, { ...window.getNormalBounds(), maximized: window.isMaximized() }));
  let crashed = Number.NEGATIVE_INFINITY;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || Date.now() - crashed < CRASH_PAUSE) return;
    crashed = Date.now();
    window.reload();
  });
  return window;
}

/** SECURITY: switches off everything in a session that the page does not need. */
export function guardSession(session: Session): void {
  // SECURITY: nothing leaves this computer, as the product promises.
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayRequest(url, !app.isPackaged) }));
  // SECURITY: no camera, location, clipboard reading, notifications, USB ... The page needs none of them.
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  // SECURITY: only the app writes files, through the save dialog.
  session.on('will-download', (event) => event.preventDefault());
  session.setSpellCheckerEnabled(false);
}

/** SECURITY: all web contents stay on our page and open nothing else. */
export function guardContents(contents: WebContents): void {
  contents.on('will-frame-navigate', (event) => {
    if (!mayNavigate(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    if (!mayNavigate(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** The last position; undefined if it is missing or invalid, or if its screen is gone. */
function recall(memory: string): Bounds | undefined {
  try {
    const bounds = Bounds.parse(JSON.parse(readFileSync(memory, 'utf8')));
    const { workArea } = screen.getDisplayMatching(bounds);
    return isWithin(bounds, workArea) ? bounds : undefined;
  } catch {
    // At the first start, or if the file was edited, the window opens at its default position.
    return undefined;
  }
}

function remember(memory: string, bounds: Bounds): void {
  try {
    writeFileSync(memory, JSON.stringify(bounds));
  } catch {
    // In a read-only profile the window forgets its position, which does no harm.
  }
}

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Whether enough of a window's title bar is on a screen to drag it. */
export function isWithin(window: Rectangle, area: Rectangle): boolean {
  const visible = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  return visible >= 100 && window.y >= area.y && window.y <= area.y + area.height - 50;
}
