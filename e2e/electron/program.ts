import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import type { Computer } from './computer';
import { openChannel } from './program/channel.mjs';
import type { Keys, Tab } from './tab';

const HERE = join(dirname(fileURLToPath(import.meta.url)), 'program');

/** A dialog that waits for its answer. */
export interface Dialog {
  kind: 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox';
  options: {
    title?: string;
    message?: string;
    detail?: string;
    buttons?: string[];
    defaultPath?: string;
    properties?: string[];
    filters?: { name: string; extensions: string[] }[];
  };
  /** Settles when the program has the answer. */
  answer(value: unknown): Promise<void>;
}

export interface MenuEntry {
  label: string;
  type: string;
  enabled: boolean;
  role?: string;
  items?: MenuEntry[];
}

/** What the program has done to the desktop, the latest last. */
export interface Desktop {
  errorBoxes: { title: string; content: string }[];
  notifications: { key: number; title: string; body: string }[];
  shell: { action: string; path: string }[];
  recentDocuments: string[];
  switches: { key: string; value?: string }[];
  /** Of the running `powerSaveBlocker`s. */
  blockers: string[];
  progress: { value: number; mode?: string } | null;
  theme: string;
  representedFilename: string;
  /** Each time that the mark of unsaved edits was set. */
  documentEdited: boolean[];
  desktopName: string | null;
  userModelId: string | null;
  aboutPanel: Record<string, string> | null;
  window: { options: Record<string, unknown>; bounds: { x: number; y: number; width: number; height: number } } | null;
  focused: number;
  backgroundColor: string | null;
}

/** The built program of Electron's host, as it runs under the stand-in. */
export interface Program {
  readonly pid: number;
  readonly desktop: Desktop;
  /** Text of its output, for a test that fails. */
  readonly output: string;
  /** Kinds of the dialogs that wait for an answer. */
  readonly openDialogs: readonly Dialog['kind'][];
  /** The dialog that waits, or the next one. */
  dialog(kind: Dialog['kind']): Promise<Dialog>;
  menu(): Promise<MenuEntry[]>;
  /** Chooses an item, by the labels on the way to it. */
  click(...path: string[]): Promise<void>;
  /** What the system tells the program. */
  appEvent(event: string, ...parameters: unknown[]): Promise<unknown>;
  windowEvent(event: string, ...parameters: unknown[]): Promise<unknown>;
  contentsEvent(event: string, ...parameters: unknown[]): Promise<unknown>;
  /** Any other thing that the stand-in can be asked for. */
  ask(kind: string, body?: unknown): Promise<unknown>;
  closeWindow(): Promise<void>;
  quit(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** The exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  readonly hasEnded: boolean;
}

export interface Launch {
  data: string;
  /** Null: a start that should never get to a window. */
  tab: Tab | null;
  parameters?: readonly string[];
  computer?: Computer;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

export function startProgram({ data, tab, parameters = [], computer = {}, cwd, env = {} }: Launch): Program {
  const child = spawn(
    process.execPath,
    [
      '--unhandled-rejections=warn',
      '--import',
      join(HERE, 'hook.mjs'),
      join(HERE, 'start.mjs'),
      ...parameters,
      `--user-data-dir=${data}`,
    ],
    {
      cwd,
      env: { ...process.env, ...env, STAND_IN_COMPUTER: JSON.stringify(computer) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    },
  );
  return driveProgram(child, tab);
}

function driveProgram(child: ChildProcess, tab: Tab | null): Program {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const desktop: Desktop = {
    errorBoxes: [],
    notifications: [],
    shell: [],
    recentDocuments: [],
    switches: [],
    blockers: [],
    progress: null,
    theme: 'system',
    representedFilename: '',
    documentEdited: [],
    desktopName: null,
    userModelId: null,
    aboutPanel: null,
    window: null,
    focused: 0,
    backgroundColor: null,
  };
  let dialogs: Dialog[] = [];
  let accelerators: { keys: string; path: string[] }[] = [];
  let prepared: Promise<void> = Promise.resolve();
  const ignored = () => {};
  const channel = openChannel(
    {
      send: (message) => child.connected && child.send(message as object, () => {}),
      listen: (listener) => void child.on('message', listener),
    },
    {
      window({ options, bounds, preload }) {
        desktop.window = { options, bounds };
        if (tab !== null) prepared = tab.prepare(preload, { width: bounds.width, height: bounds.height });
      },
      async load(url: string) {
        await prepared;
        return tab === null ? null : tab.load(url);
      },
      send: ({ channel: name, parameters }) => tab?.send(name, parameters),
      role: (role: string) => tab?.perform(role),
      closed: () => tab?.empty(),
      dialog: ({ kind, options }) =>
        new Promise((resolve) => {
          const open: Dialog = {
            kind,
            options,
            async answer(value) {
              dialogs = dialogs.filter((each) => each !== open);
              resolve(value);
              // The answer goes out first.
              await Promise.resolve();
              await channel.ask('menu');
            },
          };
          dialogs.push(open);
        }),
      errorBox: (box) => void desktop.errorBoxes.push(box),
      notification: (each) => void desktop.notifications.push(each),
      shell(each) {
        desktop.shell.push(each);
        return '';
      },
      recentDocument: (path: string) => void desktop.recentDocuments.push(path),
      switch: (each) => void desktop.switches.push(each),
      blockers(types: string[]) {
        desktop.blockers = types;
      },
      progress(bar) {
        desktop.progress = bar.value < 0 ? null : bar;
      },
      theme(source: 'system' | 'dark' | 'light') {
        desktop.theme = source;
        return tab?.setTheme(source);
      },
      representedFilename(path: string) {
        desktop.representedFilename = path;
      },
      documentEdited(isEdited: boolean) {
        desktop.documentEdited.push(isEdited);
      },
      desktopName(name: string) {
        desktop.desktopName = name;
      },
      userModelId(id: string) {
        desktop.userModelId = id;
      },
      aboutPanel(options) {
        desktop.aboutPanel = options;
      },
      menu(keys) {
        accelerators = keys;
      },
      focused() {
        desktop.focused += 1;
      },
      backgroundColor(colour: string) {
        desktop.backgroundColor = colour;
      },
      about: ignored,
      crash: ignored,
      sandbox: ignored,
      visible: ignored,
      title: ignored,
      flash: ignored,
    },
  );
  let hasEnded = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      channel.end();
      hasEnded = true;
      tab?.serve(null);
      resolve(code);
    });
  });
  const asked = async (kind: string, body?: unknown): Promise<void> => void (await channel.ask(kind, body));
  const program: Program = {
    pid: child.pid!,
    desktop,
    get output() {
      return output;
    },
    get openDialogs() {
      return dialogs.map((each) => each.kind);
    },
    async dialog(kind) {
      await expect.poll(() => dialogs.map((each) => each.kind), output).toContain(kind);
      return dialogs.find((each) => each.kind === kind)!;
    },
    menu: () => channel.ask('menu'),
    click: (...path) => asked('click', path),
    appEvent: (event, ...parameters) => channel.ask('appEvent', { event, parameters }),
    windowEvent: (event, ...parameters) => channel.ask('windowEvent', { event, parameters }),
    contentsEvent: (event, ...parameters) => channel.ask('contentsEvent', { event, parameters }),
    ask: channel.ask,
    // The program may end before it can answer.
    closeWindow: () => asked('closeWindow').catch(() => {}),
    quit: () => asked('quit').catch(() => {}),
    kill: (signal) => void child.kill(signal),
    ended,
    get hasEnded() {
      return hasEnded;
    },
  };
  tab?.serve({
    ask: channel.ask,
    pressed(keys) {
      const found = accelerators.find((each) => isPressed(each.keys, keys));
      if (found !== undefined) void program.click(...found.path);
    },
  });
  return program;
}

/** Whether a key press is an accelerator such as `CmdOrCtrl+Shift+Z`. */
function isPressed(accelerator: string, keys: Keys): boolean {
  const parts = accelerator.split('+').map((part) => part.toLowerCase());
  const key = accelerator.endsWith('+') ? '+' : parts.at(-1);
  const onMac = process.platform === 'darwin';
  const either = parts.some((part) => ['cmdorctrl', 'commandorcontrol'].includes(part));
  const wanted = {
    ctrl: parts.includes('ctrl') || parts.includes('control') || (either && !onMac),
    meta: parts.includes('command') || parts.includes('cmd') || (either && onMac),
    shift: parts.includes('shift'),
    alt: parts.includes('alt'),
  };
  const name = key === 'plus' ? '+' : key;
  return (
    keys.key.toLowerCase() === name &&
    keys.ctrl === wanted.ctrl &&
    keys.meta === wanted.meta &&
    keys.alt === wanted.alt &&
    (name === '+' || keys.shift === wanted.shift)
  );
}
