import { readFileSync, writeFileSync } from 'node:fs';
import { app, BrowserWindow, nativeTheme, type Session, screen, type WebContents } from 'electron';
import { z } from 'zod';
import { log } from '../../log/log';
import { mayHave, mayNavigate, mayRequest } from './policy';

/** The smallest size that the page is designed for, in device-independent pixels. */
const LEAST = { width: 1024, height: 620 };
const USUAL = { width: 1360, height: 900 };
/** The backgrounds of the themes, so that opening does not flash in another colour. */
const SURROUND = { dark: '#262626', light: '#c9c9c9' };
/** A page that crashes again within this time is not reloaded, since it would crash for ever. In milliseconds. */
const CRASH_PAUSE = 30_000;

const Bounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  maximized: z.boolean(),
});
export type Bounds = z.infer<typeof Bounds>;

export interface WindowOptions {
  /** Absolute paths, also of the icon. */
  preload: string;
  /** Where its last position is kept. */
  memory: string;
  icon: string | undefined;
  /** Asks whether the page is loaded anew: after a second crash, and while it hangs. */
  reloadCrashed: () => Promise<boolean>;
  reloadHung: () => Promise<boolean>;
}

/** The only window, at its last position. */
export function createWindow({ preload, memory, icon, reloadCrashed, reloadHung }: WindowOptions): BrowserWindow {
  const recalled = recall(memory);
  const { workArea } = recalled ? screen.getDisplayMatching(recalled) : screen.getPrimaryDisplay();
  const { width, height } = sizeWithin(recalled ?? USUAL, workArea);
  const least = sizeWithin(LEAST, workArea);
  const window = new BrowserWindow({
    ...(recalled && { x: recalled.x, y: recalled.y }),
    width,
    height,
    minWidth: least.width,
    minHeight: least.height,
    ...(icon === undefined ? {} : { icon }),
    backgroundColor: surround(),
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
  if (recalled?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => remember(memory, { ...window.getNormalBounds(), maximized: window.isMaximized() }));
  nativeTheme.on('updated', () => {
    if (!window.isDestroyed()) window.setBackgroundColor(surround());
  });

  let crashed = Number.NEGATIVE_INFINITY;
  /** The page is ended on purpose, to be loaded anew. */
  let isReloading = false;
  window.webContents.on('render-process-gone', async (_event, { reason }) => {
    if (reason === 'clean-exit' || isReloading) return;
    log.error('The page has ended', undefined, { reason });
    const isSecond = Date.now() - crashed < CRASH_PAUSE;
    crashed = Date.now();
    if (!isSecond || (await reloadCrashed())) {
      if (!window.isDestroyed()) window.reload();
    } else app.quit();
  });
  window.on('unresponsive', async () => {
    log.warn('The page does not respond');
    if (!(await reloadHung()) || window.isDestroyed()) return;
    isReloading = true;
    window.webContents.forcefullyCrashRenderer();
    window.reload();
  });
  window.webContents.on('did-finish-load', () => {
    isReloading = false;
  });
  return window;
}

const surround = (): string => (nativeTheme.shouldUseDarkColors ? SURROUND.dark : SURROUND.light);

/** A size that a screen has room for. A window may be placed outside of it, but never larger. */
function sizeWithin(size: { width: number; height: number }, area: { width: number; height: number }) {
  return { width: Math.min(size.width, area.width), height: Math.min(size.height, area.height) };
}

/** SECURITY: switches off everything in a session that the page does not need. */
export function guardSession(session: Session): void {
  // SECURITY: nothing leaves this computer, as the product promises.
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayRequest(url, !app.isPackaged) }));
  // SECURITY: no camera, location, clipboard reading, notifications, USB ... The page needs none of them, only to put a picture on
  // the clipboard.
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(mayHave(permission, requestingUrl)),
  );
  session.setPermissionCheckHandler((_contents, permission, origin) => mayHave(permission, origin));
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
