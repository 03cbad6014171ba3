import { spawn } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CommanderError } from 'commander';
import packageInfo from '../../../package.json' with { type: 'json' };
import { say, translatorFor } from '../../../text/message';
import { type App, createApp } from '../../app';
import { forkEngine } from '../../engine/launch';
import { EmulsionError, toFailure } from '../../errors';
import { openLog } from '../../log/file';
import { log } from '../../log/log';
import { whole } from '../arguments';
import { LocalizedCommand } from '../cli/command';
import { formatHelp } from '../cli/help';
import { addLanguage } from '../cli/options';
import { languageOfCommand } from '../language';
import { loadPage } from '../page';
import { userDataFolder } from '../places';
import { createPlace } from './security';
import { DOWNLOAD_BASE, PICTURE_BASE, type Server, startServer, UPLOAD_URL } from './server';
import { writeStartFile } from './start-file';

/*
 * The browser host: the same app as in Electron's window, shown in an installed browser by a page on 127.0.0.1.
 */

interface Options {
  port: number;
  root: string;
  open: boolean;
  idle: number;
  userData: string;
  models: string;
}

// Needed before the options are parsed, because the help is written in it.
const translator = translatorFor(languageOfCommand(process.argv, process.env));
const { t } = translator;
const program = new LocalizedCommand('emulsion-browser', translator)
  .summary(t('cli.browser.summary'))
  .description(t('cli.browser.about'))
  .version(packageInfo.version, '-V, --version', t('manual.program.version'))
  .helpOption('-h, --help', t('manual.program.help'))
  .configureHelp({ formatHelp: formatHelp(translator) })
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'emulsion: ')) })
  .exitOverride()
  .argument('[photo...]', t('cli.browser.photos'))
  .option('--port <number>', t('cli.browser.port'), whole(0, 65_535), 0)
  .option('--root <folder>', t('cli.browser.root'), process.cwd())
  .option('--no-open', t('cli.browser.noOpen'))
  .option('--idle <seconds>', t('cli.browser.idle'), whole(0, 86_400), 60)
  .option('--user-data <folder>', t('cli.browser.userData'), userDataFolder())
  .option('--models <folder>', t('cli.browser.models'), fileURLToPath(new URL('../../models', import.meta.url)))
  .action(run);
addLanguage(program, translator);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // The same exit code as the command line: 2 for wrong options.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

async function run(photos: string[], options: Options): Promise<void> {
  const interrupted = interruption();
  const place = createPlace();
  let startFile: Awaited<ReturnType<typeof writeStartFile>> | undefined;
  let app: App | undefined;
  let server: Server | undefined;
  try {
    openLog({ userData: options.userData, process: 'browser host' });
    app = await createApp({
      kind: 'browser',
      pictureBase: place + PICTURE_BASE,
      uploadUrl: place + UPLOAD_URL,
      downloadBase: place + DOWNLOAD_BASE,
      pick: null,
      pickSave: null,
      root: folder(options.root),
      userData: options.userData,
      models: options.models,
      launchEngine: forkEngine(),
      openFile: null,
      showInFolder: null,
      startDrag: null,
      editor: null,
      desktop: null,
    });
    server = await startServer({
      app,
      page: await loadPage(fileURLToPath(new URL('../renderer', import.meta.url))),
      place,
      port: options.port,
      idleAfter: options.idle * 1000,
      offered: await app.offer(photos.map((photo) => resolve(photo))),
    });
    console.log(t('cli.browser.at', { address: server.url }));
    if (options.open && hasDisplay()) {
      const file = await writeStartFile(options.userData, server.url);
      startFile = file;
      openBrowser(file.path);
      void server.entered.then(() => file.remove());
    }
    await Promise.race([server.idle, interrupted]);
  } catch (error) {
    log.failure('The program ended', error);
    const failure = toFailure(error);
    const { detail } = failure;
    console.error(`emulsion: ${translator.failure(failure)}${detail === undefined ? '' : ` (${detail})`}`);
    process.exitCode = 1;
  } finally {
    await startFile?.remove();
    await server?.close();
    await app?.close();
  }
}

/** The folder with symbolic links resolved, so that paths below it can be compared. */
function folder(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return realpathSync(path);
  throw new EmulsionError('FOLDER_MISSING', { reason: say('failures.noFolder', { folder: path }) });
}

/** Settles at the first Ctrl-C or request to end. Further signals change nothing, since npm passes each on twice. */
function interruption(): Promise<void> {
  return new Promise((settle) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => settle());
  });
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Opens a page in the default browser. */
function openBrowser(path: string): void {
  const url = pathToFileURL(path).href;
  const [command, ...parameters] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const child = spawn(command!, parameters, { detached: true, stdio: 'ignore' });
  child.on('error', () => console.error(t('cli.browser.notOpened')));
  child.unref();
}
