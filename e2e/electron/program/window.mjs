// `BrowserWindow` and `ipcMain`. The window is a tab of a real Chromium, which the test holds: what the page does comes
// from there, and what the program asks of the page goes there.
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { app, openWindows, windowClosed } from './app.mjs';
import { answers, ask, computer, tell } from './driver.mjs';
import { focused } from './menu.mjs';
import { onlyKnown, preventable, strict } from './strict.mjs';

const OPTIONS = [
  'x',
  'y',
  'width',
  'height',
  'minWidth',
  'minHeight',
  'backgroundColor',
  'title',
  'show',
  'icon',
  'center',
  'autoHideMenuBar',
  'webPreferences',
];
const PREFERENCES = [
  'preload',
  'sandbox',
  'contextIsolation',
  'nodeIntegration',
  'webviewTag',
  'spellcheck',
  'devTools',
  'navigateOnDragDrop',
  'enableWebSQL',
  'webSecurity',
];
const WINDOW_EVENTS = [
  'close',
  'closed',
  'ready-to-show',
  'show',
  'hide',
  'focus',
  'blur',
  'maximize',
  'unmaximize',
  'minimize',
  'restore',
  'unresponsive',
  'responsive',
  'session-end',
  'query-session-end',
];
const CONTENTS_EVENTS = [
  'did-finish-load',
  'did-fail-load',
  'dom-ready',
  'will-frame-navigate',
  'will-redirect',
  'will-attach-webview',
  'render-process-gone',
  'destroyed',
  'preload-error',
  'will-prevent-unload',
];

const checkOptions = onlyKnown('BrowserWindow', OPTIONS);
const checkPreferences = onlyKnown('webPreferences', PREFERENCES);
/** For the stand-in alone. */
const OWN = ['self', 'url', 'wasReady', 'askToClose', 'end', 'perform', 'mayOpen'];

/** The only window, as the product has one. */
let current = null;
let lastId = 0;

class Window extends EventEmitter {
  #bounds;
  #state = { visible: false, maximized: false, minimized: false, fullScreen: false, focused: false, destroyed: false };
  #contents;
  #self;
  /** Ends a `loadURL` that is under way. */
  #stopLoading = () => {};

  constructor(options = {}) {
    super();
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    if (current !== null) throw new Error('not in the stand-in: a second window');
    checkOptions(options);
    checkPreferences(options.webPreferences ?? {});
    const { width = 800, height = 600, x, y, minWidth = 0, minHeight = 0 } = options;
    const area = { x: 0, y: 0, width: 1440, height: 900, ...computer.workArea };
    const size = { width: Math.max(width, minWidth), height: Math.max(height, minHeight) };
    // Without a place, a window opens in the middle of the screen.
    this.#bounds = {
      x: x ?? Math.round(area.x + (area.width - size.width) / 2),
      y: y ?? Math.round(area.y + (area.height - size.height) / 2),
      ...size,
    };
    lastId += 1;
    this.id = lastId;
    this.#state.visible = options.show ?? true;
    this.#self = strict('BrowserWindow', this, {
      events: WINDOW_EVENTS,
      own: OWN,
      isDestroyed: () => this.#state.destroyed,
    });
    this.#contents = this.#createContents();
    current = this;
    openWindows.add(this);
    const { preload } = options.webPreferences ?? {};
    if (preload !== undefined && !existsSync(preload)) throw new Error(`There is no preload script ${preload}`);
    tell('window', {
      options: JSON.parse(JSON.stringify(options)),
      bounds: this.#bounds,
      preload: preload === undefined ? '' : readFileSync(preload, 'utf8'),
    });
    app.emit('browser-window-created', preventable(), this.#self);
    app.emit('web-contents-created', preventable(), this.#contents);
    // biome-ignore lint/correctness/noConstructorReturn: every use of a window is checked.
    return this.#self;
  }

  static getAllWindows() {
    return current === null ? [] : [current.self];
  }

  get self() {
    return this.#self;
  }

  #createContents() {
    const events = new EventEmitter();
    const contents = strict(
      'webContents',
      Object.assign(events, {
        id: this.id,
        mainFrame: {
          parent: null,
          get url() {
            return current?.url ?? '';
          },
        },
        send: (channel, ...parameters) => tell('send', { channel, parameters: structuredClone(parameters) }),
        // Both are required: without an icon, Electron throws.
        startDrag: ({ file, icon }) => tell('drag', { file, icon }),
        setWindowOpenHandler: (handler) => {
          this.#openHandler = handler;
        },
        getURL: () => this.url,
        isDestroyed: () => this.#state.destroyed,
        isCrashed: () => false,
        reload: () => this.reload(),
        undo: () => tell('role', 'undo'),
        redo: () => tell('role', 'redo'),
        forcefullyCrashRenderer: () => tell('crash'),
      }),
      {
        events: CONTENTS_EVENTS,
        isDestroyed: () => this.#state.destroyed,
      },
    );
    return contents;
  }

  url = '';
  #openHandler = () => ({ action: 'allow' });

  /** What the program says of a window that the page wants to open. */
  mayOpen = (details) => this.#openHandler(details).action;

  get webContents() {
    return this.#contents;
  }

  async loadURL(url) {
    this.url = url;
    const stopped = new Promise((_resolve, reject) => {
      this.#stopLoading = () => reject(new Error(`ERR_FAILED (-2) loading '${url}'`));
    });
    stopped.catch(() => {});
    const failure = await Promise.race([ask('load', url), stopped]);
    if (failure !== null) {
      this.#contents.emit('did-fail-load', preventable(), -2, failure, url, true);
      throw new Error(`${failure} loading '${url}'`);
    }
    this.#loaded();
  }

  #loaded() {
    this.#contents.emit('dom-ready', preventable());
    this.#contents.emit('did-finish-load', preventable());
    if (!this.wasReady) {
      this.wasReady = true;
      this.emit('ready-to-show');
    }
  }

  wasReady = false;

  reload() {
    void ask('load', this.url).then(() => !this.#state.destroyed && this.#loaded());
  }

  show() {
    Object.assign(this.#state, { visible: true, focused: true });
    tell('visible', true);
    this.emit('show');
  }
  hide() {
    this.#state.visible = false;
    tell('visible', false);
    this.emit('hide');
  }
  focus() {
    this.#state.focused = true;
    tell('focused');
    this.emit('focus');
  }
  blur() {
    this.#state.focused = false;
    this.emit('blur');
  }
  isVisible = () => this.#state.visible;
  isFocused = () => this.#state.focused;
  isDestroyed = () => this.#state.destroyed;
  isMaximized = () => this.#state.maximized;
  isMinimized = () => this.#state.minimized;
  isFullScreen = () => this.#state.fullScreen;
  maximize() {
    this.#state.maximized = true;
    this.emit('maximize');
  }
  minimize() {
    this.#state.minimized = true;
    this.emit('minimize');
  }
  restore() {
    this.#state.minimized = false;
    this.emit('restore');
  }
  setFullScreen(flag) {
    this.#state.fullScreen = flag;
  }
  getBounds = () => ({ ...this.#bounds });
  getNormalBounds = () => ({ ...this.#bounds });
  setProgressBar = (value, options = {}) => tell('progress', { value, ...options });
  setRepresentedFilename = (path) => tell('representedFilename', path);
  setDocumentEdited = (isEdited) => tell('documentEdited', isEdited);
  setTitle = (title) => tell('title', title);
  setBackgroundColor = (colour) => tell('backgroundColor', colour);
  flashFrame = (flag) => tell('flash', flag);

  /** A person closes the window, or quitting does. Returns whether it has gone. */
  askToClose() {
    const event = preventable();
    this.emit('close', event);
    if (event.defaultPrevented) return false;
    this.end();
    return true;
  }
  close() {
    this.askToClose();
  }
  destroy() {
    this.end();
  }
  end() {
    if (this.#state.destroyed) return;
    this.#state.destroyed = true;
    openWindows.delete(this);
    current = null;
    this.#stopLoading();
    tell('closed');
    EventEmitter.prototype.emit.call(this.#contents, 'destroyed');
    this.emit('closed');
    windowClosed();
  }

  /** What a role of the menu does here. */
  perform(role) {
    if (role === 'close') this.close();
    else if (role === 'minimize') this.minimize();
    else if (role === 'reload') this.reload();
    else if (role === 'togglefullscreen') this.setFullScreen(!this.isFullScreen());
    else tell('role', role);
  }
}

export const BrowserWindow = strict('BrowserWindow', Window);

focused.role = (role) => current?.perform(role);
focused.window = () => current?.self;

// ------------------------------------------------------------------------------------------------------------- ipcMain

/** @type {Map<string, Function>} */
const handlers = new Map();

export const ipcMain = strict('ipcMain', {
  handle(channel, handler) {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    handlers.set(channel, handler);
  },
  removeHandler: (channel) => handlers.delete(channel),
});

/** What a handler returns must survive being cloned, and comes as an error if it does not. */
function cloned(value) {
  try {
    return structuredClone(value);
  } catch {
    throw new Error('An object could not be cloned.');
  }
}

function openWindow() {
  if (current === null) throw new Error('the window has gone');
  return current;
}

Object.assign(answers, {
  async invoke({ channel, parameters, url, isMainFrame }) {
    const handler = handlers.get(channel);
    const failed = (text) => ({ error: `Error invoking remote method '${channel}': ${text}` });
    if (handler === undefined) return failed(`Error: No handler registered for '${channel}'`);
    const senderFrame = { url, parent: isMainFrame ? null : {} };
    try {
      const event = { type: 'invoke', processId: 1, frameId: 1, sender: openWindow().webContents, senderFrame };
      return { value: cloned(await handler(event, ...parameters)) };
    } catch (error) {
      return failed(String(error));
    }
  },
  /** A navigation that the page has begun: true if a listener has stopped it. */
  navigate({ url, isMainFrame }) {
    const event = preventable({ url, isMainFrame });
    openWindow().webContents.emit('will-frame-navigate', event);
    return event.defaultPrevented;
  },
  /** The page has loaded anew by itself. */
  reloaded() {
    current?.webContents.emit('did-finish-load', preventable());
  },
  openWindow: (url) => openWindow().mayOpen({ url }),
  closeWindow: () => openWindow().close(),
  windowEvent({ event, parameters = [] }) {
    if (!WINDOW_EVENTS.includes(event)) throw new Error(`not in the stand-in: window event ${event}`);
    const happening = preventable();
    openWindow().emit(event, happening, ...parameters);
    return happening.defaultPrevented;
  },
  contentsEvent({ event, parameters = [] }) {
    if (!CONTENTS_EVENTS.includes(event)) throw new Error(`not in the stand-in: webContents event ${event}`);
    openWindow().webContents.emit(event, preventable(), ...parameters);
  },
  minimise: () => openWindow().minimize(),
  /** The person goes to another program. */
  unfocus: () => openWindow().blur(),
});
