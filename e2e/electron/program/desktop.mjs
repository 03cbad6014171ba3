// The desktop around the program: screens, theme, sleep, the file manager.
import { EventEmitter } from 'node:events';
import { app } from './app.mjs';
import { answers, ask, computer, tell } from './driver.mjs';
import { strict } from './strict.mjs';

const { x = 0, y = 0, width = 1440, height = 900 } = computer.workArea ?? {};
const workArea = { x, y, width, height };
const display = { id: 1, bounds: workArea, workArea, workAreaSize: { width, height }, scaleFactor: 1 };

const onceReady = (name, make) =>
  new Proxy(make, {
    get(object, key) {
      if (!app.isReady()) throw new Error(`The '${name}' module can't be used before the app 'ready' event`);
      return object[key];
    },
  });

export const screen = onceReady(
  'screen',
  strict('screen', {
    getPrimaryDisplay: () => display,
    getAllDisplays: () => [display],
    getDisplayMatching: () => display,
  }),
);

const themes = new EventEmitter();
let source = 'system';
let systemIsDark = computer.dark ?? false;

export const nativeTheme = strict(
  'nativeTheme',
  Object.defineProperties(themes, {
    themeSource: {
      get: () => source,
      set(next) {
        if (!['system', 'light', 'dark'].includes(next)) throw new Error(`${next} is no theme`);
        source = next;
        tell('theme', source);
        themes.emit('updated');
      },
    },
    shouldUseDarkColors: { get: () => (source === 'system' ? systemIsDark : source === 'dark') },
  }),
  { events: ['updated'] },
);
answers.systemTheme = (isDark) => {
  systemIsDark = isDark;
  themes.emit('updated');
};

/** @type {Map<number, string>} */
const blockers = new Map();
let lastBlocker = 0;

export const powerSaveBlocker = strict('powerSaveBlocker', {
  start(type) {
    lastBlocker += 1;
    blockers.set(lastBlocker, type);
    tell('blockers', [...blockers.values()]);
    return lastBlocker;
  },
  stop(id) {
    const was = blockers.delete(id);
    tell('blockers', [...blockers.values()]);
    return was;
  },
  isStarted: (id) => blockers.has(id),
});

export const shell = strict('shell', {
  openPath: (path) => ask('shell', { action: 'openPath', path }).then((problem) => problem ?? ''),
  openExternal: (url) => ask('shell', { action: 'openExternal', path: url }),
  showItemInFolder: (path) => tell('shell', { action: 'showItemInFolder', path }),
  beep() {},
});

export const nativeImage = strict('nativeImage', {
  createFromPath: (path) => ({ path, isEmpty: () => false }),
});
