// `app`: the life of the program, with its events in the order that Electron documents.
import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import packageInfo from '../../../package.json' with { type: 'json' };
import { ROOT } from '../../../scripts/build.mjs';
import { answers, computer, tell } from './driver.mjs';
import { preventable, strict } from './strict.mjs';

const EVENTS = [
  'will-finish-launching',
  'ready',
  'window-all-closed',
  'before-quit',
  'will-quit',
  'quit',
  'activate',
  'open-file',
  'second-instance',
  'browser-window-created',
  'web-contents-created',
  'render-process-gone',
  'child-process-gone',
];

const events = new EventEmitter();
/** Windows that are open; the module of windows adds to it. @type {Set<{ end: () => void, askToClose: () => boolean }>} */
export const openWindows = new Set();
let isReady = false;
let isQuitting = false;
let name = packageInfo.productName;
let userModelId = '';

const userDataSwitch = process.argv.find((text) => text.startsWith('--user-data-dir='));
const paths = {
  home: homedir(),
  appData: join(homedir(), '.config'),
  userData: userDataSwitch?.slice('--user-data-dir='.length) ?? join(homedir(), '.config', name),
  temp: process.env.TMPDIR ?? '/tmp',
  logs: join(homedir(), '.config', name, 'logs'),
};

function leave(code) {
  events.emit('quit', preventable(), code);
  // Lets what was told to the test go out.
  setImmediate(() => process.exit(code));
}

/** The last part of quitting: all windows are closed. */
function finish() {
  const event = preventable();
  events.emit('will-quit', event);
  if (event.defaultPrevented) isQuitting = false;
  else leave(0);
}

/** A window was closed. */
export function windowClosed() {
  if (openWindows.size > 0) return;
  if (isQuitting) finish();
  else if (events.listenerCount('window-all-closed') === 0) app.quit();
  else events.emit('window-all-closed');
}

export const app = strict(
  'app',
  Object.assign(events, {
    isPackaged: computer.packaged === true,
    commandLine: strict('app.commandLine', {
      appendSwitch: (key, value) => tell('switch', { key, value }),
      hasSwitch: (key) => process.argv.some((text) => text === `--${key}` || text.startsWith(`--${key}=`)),
    }),
    isReady: () => isReady,
    whenReady: () => new Promise((resolve) => (isReady ? resolve() : events.once('ready', () => resolve()))),
    enableSandbox() {
      if (isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
      tell('sandbox');
    },
    quit() {
      if (isQuitting) return;
      const event = preventable();
      events.emit('before-quit', event);
      if (event.defaultPrevented) return;
      isQuitting = true;
      if (openWindows.size === 0) return finish();
      for (const window of [...openWindows]) {
        if (window.askToClose()) continue;
        isQuitting = false;
        return;
      }
    },
    exit(code = 0) {
      for (const window of [...openWindows]) window.end();
      leave(code);
    },
    focus() {},
    getAppPath: () => ROOT,
    getPath(which) {
      if (!(which in paths)) throw new Error(`Failed to get '${which}' path`);
      return paths[which];
    },
    setPath(which, path) {
      paths[which] = path;
    },
    getLocale: () => computer.locale ?? 'en-US',
    getPreferredSystemLanguages: () => [computer.locale ?? 'en-US'],
    getVersion: () => packageInfo.version,
    getName: () => name,
    setName(text) {
      name = text;
    },
    get name() {
      return name;
    },
    setAppUserModelId(id) {
      userModelId = id;
      tell('userModelId', userModelId);
    },
    setDesktopName: (file) => tell('desktopName', file),
    addRecentDocument: (path) => tell('recentDocument', path),
    clearRecentDocuments: () => tell('recentDocument', null),
    setAboutPanelOptions: (options) => tell('aboutPanel', options),
    showAboutPanel: () => tell('about'),
    requestSingleInstanceLock: (additional) => takeLock(additional),
    hasSingleInstanceLock: () => holdsLock,
  }),
  { events: EVENTS },
);

// ------------------------------------------------------------------------------------------------ the single instance

let holdsLock = false;

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * As in Electron, the lock belongs to the folder of the program's data. It is a file with the id of the process; a second
 * start leaves its arguments in a folder beside it, and the first one reads them.
 */
function takeLock(additional) {
  if (holdsLock) return true;
  const lock = join(paths.userData, 'SingletonLock');
  const inbox = join(paths.userData, 'SingletonInbox');
  mkdirSync(inbox, { recursive: true });
  const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
  if (owner > 0 && owner !== process.pid && isRunning(owner)) {
    const note = join(inbox, `${process.pid}`);
    writeFileSync(`${note}.part`, JSON.stringify({ argv: process.argv, cwd: process.cwd(), additional }));
    renameSync(`${note}.part`, `${note}.json`);
    return false;
  }
  writeFileSync(lock, String(process.pid));
  holdsLock = true;
  const read = () => {
    for (const file of readdirSync(inbox).filter((each) => each.endsWith('.json'))) {
      const note = JSON.parse(readFileSync(join(inbox, file), 'utf8'));
      rmSync(join(inbox, file));
      // Chromium adds switches of its own to the arguments.
      const argv = [note.argv[0], '--allow-file-access-from-files', ...note.argv.slice(1)];
      events.emit('second-instance', preventable(), argv, note.cwd, note.additional);
    }
  };
  // Electron hands them on only after `ready`.
  void app.whenReady().then(() => {
    watch(inbox, read);
    read();
  });
  process.on('exit', () => rmSync(lock, { force: true }));
  return true;
}

// ---------------------------------------------------------------------------------------------------------- the system

/** The entry was loaded. */
export function becomeReady() {
  if (isQuitting) return;
  events.emit('will-finish-launching');
  isReady = true;
  events.emit('ready', preventable(), {});
}

Object.assign(answers, {
  quit: () => app.quit(),
  appEvent({ event, parameters = [] }) {
    if (!EVENTS.includes(event)) throw new Error(`not in the stand-in: app event ${event}`);
    const happening = preventable();
    events.emit(event, happening, ...parameters);
    return { prevented: happening.defaultPrevented };
  },
});
