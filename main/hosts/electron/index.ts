import { join } from 'node:path';
import { app, type BrowserWindow, dialog, Menu, protocol, session, shell } from 'electron';
import { Settings } from '../../../contract/app';
import { CHANNELS } from '../../../preload/wire';
import { languageFor } from '../../../text';
import { say, type Translator, translatorFor } from '../../../text/message';
import { type App, createApp } from '../../app';
import { EmulsionError, toFailure } from '../../errors';
import { openLog } from '../../log/file';
import { log } from '../../log/log';
import { loadPage } from '../page';
import { openBridge } from './bridge';
import { createDialogs } from './dialogs';
import { utilityEngine } from './engine';
import { menuTemplate } from './menu';
import { PAGE_ORIGIN, PICTURE_BASE, photosOf } from './policy';
import { servePage, servePictures } from './protocols';
import { createWindow, guardContents, guardSession } from './window';

/*
 * The Electron host: one window for the app. policy.ts decides all questions of security.
 */

/** Photos that the system hands over before the window is ready. */
const waiting: string[] = [];
let window: BrowserWindow | undefined;
/** In the language of the settings as soon as they are read; until then in that of the system. */
let translator: Translator = translatorFor('en');
let emulsion: App | undefined;
/** Settles when the page can receive events. */
let loaded: Promise<void> | undefined;

// SECURITY: every renderer runs in the operating system's sandbox.
app.enableSandbox();
// SECURITY: even if a request got through, no name could be resolved. Chromium also sends no requests of its own.
app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
app.commandLine.appendSwitch('disable-background-networking');
app.commandLine.appendSwitch('disable-component-update');
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  { scheme: 'photo', privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true } },
]);

if (app.requestSingleInstanceLock()) {
  openLog({ userData: app.getPath('userData'), process: 'window' });
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('open-file', (event, path) => {
    event.preventDefault();
    void open([path]);
  });
  app.on('second-instance', (_event, argv, cwd) => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
    void open(photosOf(ownArguments(argv), cwd));
  });
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    if (emulsion === undefined) return;
    // First stops the jobs and removes the uploads.
    event.preventDefault();
    const ending = emulsion;
    emulsion = undefined;
    void ending.close().finally(() => app.quit());
  });
  waiting.push(...photosOf(ownArguments(process.argv), process.cwd()));
  // Not awaited here: Electron is ready only after this module has finished.
  app.whenReady().then(start).catch(fail);
} else {
  app.quit();
}

async function start(): Promise<void> {
  const root = app.getAppPath();
  translator = translatorFor(languageFor(null, [app.getLocale()]));
  const dialogs = createDialogs(
    () => window!,
    () => translator,
  );
  emulsion = await createApp({
    kind: 'electron',
    pictureBase: PICTURE_BASE,
    uploadUrl: null,
    downloadBase: null,
    ...dialogs,
    root: null,
    userData: app.getPath('userData'),
    models: app.isPackaged ? join(process.resourcesPath, 'models') : join(root, 'models'),
    launchEngine: utilityEngine(join(root, 'out', 'main', 'engine.js')),
    async openFile(path) {
      const problem = await shell.openPath(path);
      if (problem !== '')
        throw new EmulsionError('FILE_UNREADABLE', {
          reason: say('failures.cannotOpen', { path }),
          detail: problem,
        });
    },
  });

  guardSession(session.defaultSession);
  protocol.handle('app', servePage(await loadPage(join(root, 'out', 'renderer'))));
  protocol.handle('photo', servePictures(emulsion));

  window = createWindow(join(root, 'out', 'preload', 'electron.cjs'), join(app.getPath('userData'), 'window.json'));
  const speak = (settings: Settings) => {
    translator = translatorFor(languageFor(settings.language, [app.getLocale()]));
    const { t } = translator;
    const send = (command: string) => window?.webContents.send(CHANNELS.event, 'menu.command', { command });
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(menuTemplate({ t, platform: process.platform, developing: !app.isPackaged, send })),
    );
  };
  const settings = await emulsion.handle('settings.get', {});
  speak(Settings.parse(settings.ok ? settings.value : {}));
  openBridge({ app: emulsion, window, onSettings: speak });
  loaded = window.loadURL(`${PAGE_ORIGIN}/`);
  await loaded;
  await open(waiting.splice(0));
}

/** Hands photos to the page, which opens them. */
async function open(paths: string[]): Promise<void> {
  if (loaded === undefined || emulsion === undefined) {
    waiting.push(...paths);
    return;
  }
  if (paths.length === 0) return;
  try {
    const files = await emulsion.offer(paths);
    await loaded;
    window?.webContents.send(CHANNELS.event, 'files.offered', { files });
  } catch (error) {
    log.failure('Files could not be opened', error);
    dialog.showErrorBox('Emulsion', translator.failure(toFailure(error)));
  }
}

/** The arguments after the program's name. In development, Electron's name is followed by the folder of the app. */
function ownArguments(argv: readonly string[]): string[] {
  return argv.slice(process.defaultApp ? 2 : 1);
}

function fail(error: unknown): void {
  log.failure('The program could not start', error);
  const { message, detail } = toFailure(error);
  console.error(`emulsion: ${message}${detail === undefined ? '' : ` (${detail})`}`);
  app.exit(1);
}
