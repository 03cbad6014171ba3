import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow, dialog, Menu, nativeTheme, protocol, session, shell } from 'electron';
import { z } from 'zod';
import { Settings } from '../../../contract/app';
import packageInfo from '../../../package.json' with { type: 'json' };
import { CHANNELS } from '../../../preload/wire';
import { languageFor } from '../../../text';
import { say, type Translator, translatorFor } from '../../../text/message';
import { type App, createApp } from '../../app';
import { newTicket } from '../../editor/ticket';
import { EmulsionError, toFailure } from '../../errors';
import { openLog } from '../../log/file';
import { log, logged } from '../../log/log';
import { ownFolders } from '../../userdata/folders';
import { createRecipes } from '../../userdata/recipes';
import { homepageOf } from '../homepage';
import { loadPage } from '../page';
import { openBridge } from './bridge';
import { photosOnDesktop, type Work, workOnDesktop } from './desktop';
import { createDialogs } from './dialogs';
import { editorTasks, editWithout, HandedEdit, taskOf, waitForFirst } from './editor';
import { utilityEngine } from './engine';
import { menuTemplate } from './menu';
import { PAGE_ORIGIN, PICTURE_BASE, photosOf } from './policy';
import { servePage, servePictures } from './protocols';
import { createQuestions, showLog } from './questions';
import { createWindow, guardContents, guardSession } from './window';

/*
 * The Electron host: one window for the app. policy.ts decides all questions of security; README.md lists Electron's
 * recommendations and the lines that follow them.
 */

/** As in the packages: Windows puts windows with it under one icon. */
const APP_ID = 'app.emulsion.desktop';

/** What a second start hands to the first one. */
const Handed = z.object({ photos: z.array(z.string()), edit: HandedEdit.optional() });

/** Photos that the system hands over before the window is ready. */
const waiting: string[] = [];
/** Undefined before it is opened, and as soon as it is closed: a destroyed window throws. */
let window: BrowserWindow | undefined;
/** In the language of the settings as soon as they are read; until then in that of the system. */
let translator: Translator = translatorFor('en');
let emulsion: App | undefined;
/** Settles when the page can receive events. */
let loaded: Promise<void> | undefined;
/** What closing the window would interrupt. */
let running: () => Work | null = () => null;

const questions = createQuestions(
  () => window,
  () => translator,
);
const photos = photosOnDesktop(() => window);
/** Photos that other programs wait for. */
const editor = editorTasks(() => app.quit());

// SECURITY: every renderer runs in the operating system's sandbox.
app.enableSandbox();
// SECURITY: even if a request got through, no name could be resolved. Chromium also sends no requests of its own.
app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
app.commandLine.appendSwitch('disable-background-networking');
app.commandLine.appendSwitch('disable-component-update');
if (process.platform === 'win32') app.setAppUserModelId(APP_ID);
// Linux finds the icon of a window by it.
if (process.platform === 'linux') app.setDesktopName(packageInfo.desktopName);
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  { scheme: 'photo', privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true } },
]);

const asked = taskOf(ownArguments(process.argv), translator);
const task = asked === 'refused' ? null : asked;
const named = task === null ? photosOf(ownArguments(process.argv), process.cwd()) : [];
const ticket = newTicket(app.getPath('userData'));
const edit = task && { path: task.path, inPlace: task.inPlace, out: task.out, ticket };
if (asked === 'refused') {
  // It ends by itself.
} else if (task !== null && task.recipe !== null) {
  const headless = { ...task, recipe: task.recipe };
  app.whenReady().then(() => {
    translator = translatorFor(languageFor(null, [app.getLocale()]));
    const root = app.getAppPath();
    const userData = app.getPath('userData');
    openLog({ userData, process: 'window', least: 'warn' });
    const options = { models: modelsIn(root), provider: 'auto' as const, threads: 0, ...ownFolders(userData) };
    const recipes = createRecipes(join(userData, 'recipes'));
    return editWithout(headless, { launch: launchIn(root), options, recipes, userData }, translator);
  });
} else if (app.requestSingleInstanceLock({ photos: named, ...(edit && { edit }) })) {
  openLog({ userData: app.getPath('userData'), process: 'window' });
  // `openLog` writes it down.
  process.on('uncaughtException', () => void questions.fault());
  process.on('unhandledRejection', (error) => {
    log.error('A promise was rejected and nobody knew', error);
    void questions.fault();
  });
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('open-file', (event, path) => {
    event.preventDefault();
    void open([path]);
  });
  // Chromium changes the arguments of a second start, so it hands over the photos that it has found in them itself.
  app.on('second-instance', (_event, _argv, _cwd, handed) => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
    const { data } = Handed.safeParse(handed);
    if (data?.edit) {
      const { edit: handedOver } = data;
      editor
        .take(handedOver)
        .then(() => open([handedOver.path]), logged('A photo of another program could not be taken'));
    } else void open(data?.photos ?? []);
  });
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    if (emulsion === undefined) return;
    event.preventDefault();
    void end();
  });
  if (task !== null) editor.begin(task);
  waiting.push(...(task === null ? named : [task.path]));
  // Not awaited here: Electron is ready only after this module has finished.
  app.whenReady().then(start).catch(fail);
} else if (edit) {
  void waitForFirst(ticket, translator);
} else {
  app.quit();
}

async function start(): Promise<void> {
  const root = app.getAppPath();
  translator = translatorFor(languageFor(null, [app.getLocale()]));
  // SECURITY: Chromium has read this argument already, and no switch of ours could turn the sandbox on again.
  if (app.commandLine.hasSwitch('no-sandbox'))
    throw new EmulsionError('NOT_ALLOWED', { reason: say('failures.noSandbox') });
  const dialogs = createDialogs(
    () => window,
    () => translator,
    photos.folder,
  );
  const own = await createApp({
    kind: 'electron',
    pictureBase: PICTURE_BASE,
    uploadUrl: null,
    downloadBase: null,
    ...dialogs,
    root: null,
    userData: app.getPath('userData'),
    models: modelsIn(root),
    launchEngine: launchIn(root),
    editor,
    async openFile(path) {
      const problem = await shell.openPath(path);
      if (problem !== '')
        throw new EmulsionError('FILE_UNREADABLE', {
          reason: say('failures.cannotOpen', { path }),
          detail: problem,
        });
    },
    showInFolder: (path) => shell.showItemInFolder(path),
    startDrag(path) {
      // An icon is required. It is that of the program, since most formats have no picture that Electron could make one of.
      window?.webContents.startDrag({ file: path, icon: iconFile(root) });
    },
    desktop: photos,
  });
  emulsion = own;
  ({ running } = workOnDesktop(
    own,
    () => window,
    () => translator,
  ));

  guardSession(session.defaultSession);
  protocol.handle('app', servePage(await loadPage(join(root, 'out', 'renderer'))));
  protocol.handle('photo', servePictures(own));

  const settings = await own.handle('settings.get', {});
  applySettings(Settings.parse(settings.ok ? settings.value : {}));
  const shown = createWindow({
    preload: join(root, 'out', 'preload', 'electron.cjs'),
    memory: join(app.getPath('userData'), 'window.json'),
    icon: windowIcon(root),
    reloadCrashed: questions.reloadCrashed,
    reloadHung: questions.reloadHung,
  });
  window = shown;
  shown.on('close', (event) => {
    if (emulsion === undefined || running() === null) return;
    event.preventDefault();
    void end();
  });
  shown.on('closed', () => {
    window = undefined;
  });
  openBridge({ app: own, window: shown, onSettings: applySettings });
  loaded = shown.loadURL(`${PAGE_ORIGIN}/`).catch((error) => {
    // Whoever closes the window while it loads does not want to see it any more.
    if (!shown.isDestroyed()) throw error;
  });
  await loaded;
  await open(waiting.splice(0));
}

const modelsIn = (root: string): string =>
  app.isPackaged ? join(process.resourcesPath, 'models') : join(root, 'models');
const launchIn = (root: string) => utilityEngine(join(root, 'out', 'main', 'engine.js'));

/** Language of the menu, theme of the title bar and the menus. */
function applySettings({ language, theme }: Settings): void {
  translator = translatorFor(languageFor(language, [app.getLocale()]));
  const { t } = translator;
  nativeTheme.themeSource = theme;
  const send = (command: string) => window?.webContents.send(CHANNELS.event, 'menu.command', { command });
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate({
        t,
        platform: process.platform,
        developing: !app.isPackaged,
        send,
        showLog,
        showReleases,
        showAbout: () => void questions.about(),
      }),
    ),
  );
}

/** Shows the project's page in the browser: the app itself asks nobody for new versions. */
function showReleases(): void {
  const page = homepageOf(app.getAppPath());
  shell.openExternal(page).catch((error) => {
    log.failure('The browser could not be opened', error);
    questions.noBrowser(page);
  });
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

/** Stops the jobs, removes the uploads and quits; asks before it stops a batch. */
async function end(): Promise<void> {
  const work = running();
  if (work !== null && !(await questions.mayStop(work))) return;
  const ending = emulsion;
  if (ending === undefined) return;
  emulsion = undefined;
  await editor.end();
  await ending.close().catch(logged('The app could not be closed properly'));
  app.quit();
}

/** The arguments after the program's name. In development, Electron's name is followed by the folder of the app. */
function ownArguments(argv: readonly string[]): string[] {
  return argv.slice(process.defaultApp ? 2 : 1);
}

const iconFile = (root: string): string =>
  app.isPackaged ? join(process.resourcesPath, 'icon.png') : join(root, 'build', 'icon.png');

/** Windows and macOS take the icon from the program itself. */
function windowIcon(root: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const icon = iconFile(root);
  return existsSync(icon) ? icon : undefined;
}

function fail(error: unknown): void {
  log.failure('The program could not start', error);
  const { message, detail } = toFailure(error);
  console.error(`emulsion: ${message}${detail === undefined ? '' : ` (${detail})`}`);
  // From a terminal one reads the line above; whoever clicked on an icon sees nothing but this.
  questions.startFailed(error);
  app.exit(1);
}
