import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { app, type BrowserWindow, dialog, shell } from 'electron';
import packageInfo from '../../../package.json' with { type: 'json' };
import type { Translator } from '../../../text/message';
import { toFailure } from '../../errors';
import { logPath } from '../../log/file';
import type { Work } from './desktop';

/** The dialogs outside of the page. Each is shown once at a time. */
export function createQuestions(window: () => BrowserWindow | undefined, translator: () => Translator) {
  const open = new Set<string>();

  /** The index of the button that was chosen; null if the same dialog is already open. */
  const ask = async (
    name: string,
    {
      icon = 'info',
      ...options
    }: { icon?: 'info' | 'warning' | 'error'; message: string; detail: string; buttons: string[] },
  ): Promise<number | null> => {
    if (open.has(name)) return null;
    open.add(name);
    try {
      const last = options.buttons.length - 1;
      const parts = { ...options, type: icon, title: 'Emulsion', defaultId: 0, cancelId: last, noLink: true } as const;
      const parent = window();
      const { response } = await (parent ? dialog.showMessageBox(parent, parts) : dialog.showMessageBox(parts));
      return response;
    } finally {
      open.delete(name);
    }
  };

  return {
    /** Whether running work may be stopped, because the window is to be closed. */
    async mayStop(work: Work): Promise<boolean> {
      const { t } = translator();
      const answer = await ask('closing', {
        icon: 'warning',
        message: t(`desktop.closing.${work}`),
        detail: t(`desktop.closing.${work}Text`),
        buttons: [t('desktop.closing.leave'), t('desktop.closing.stay')],
      });
      return answer === 0;
    },

    /** After a second crash of the page: whether to load it again. */
    async reloadCrashed(): Promise<boolean> {
      const { t } = translator();
      const answer = await ask('crashed', {
        icon: 'error',
        message: t('desktop.crashed'),
        detail: t('desktop.crashedText'),
        buttons: [t('desktop.reload'), t('desktop.quit')],
      });
      return answer === 0;
    },

    /** While the page hangs: whether to load it again. */
    async reloadHung(): Promise<boolean> {
      const { t } = translator();
      const answer = await ask('hung', {
        icon: 'warning',
        message: t('desktop.hung'),
        detail: t('desktop.hungText'),
        buttons: [t('desktop.reload'), t('desktop.wait')],
      });
      return answer === 0;
    },

    /** An error that nobody has caught. */
    async fault(): Promise<void> {
      if (!app.isReady()) return;
      const { t } = translator();
      const answer = await ask('fault', {
        icon: 'error',
        message: t('desktop.fault'),
        detail: t('desktop.faultText', { path: logPath(app.getPath('userData')) }),
        buttons: [t('menu.showLog'), t('desktop.quit'), t('desktop.continue')],
      });
      if (answer === 0) showLog();
      if (answer === 1) app.quit();
    },

    /** The program cannot start. */
    startFailed(error: unknown): void {
      const { t, failure } = translator();
      const failed = toFailure(error);
      const detail = failed.detail === undefined ? '' : `\n\n${failed.detail}`;
      dialog.showErrorBox(t('desktop.startFailed'), `${failure(failed)}${detail}`);
    },

    /** The project's page cannot be shown. */
    noBrowser(address: string): void {
      const { t } = translator();
      dialog.showErrorBox(t('desktop.noBrowser'), t('desktop.noBrowserText', { address }));
    },

    async about(): Promise<void> {
      const { t } = translator();
      const { electron, chrome, node } = process.versions;
      const { sharp, 'onnxruntime-node': onnxruntime } = packageInfo.dependencies;
      const answer = await ask('about', {
        message: `Emulsion ${packageInfo.version}`,
        detail: [
          `Electron ${electron}, Chromium ${chrome}, Node.js ${node}`,
          `onnxruntime ${onnxruntime}, sharp ${sharp}`,
          '',
          t('desktop.licence', { licence: packageInfo.license }),
        ].join('\n'),
        buttons: [t('desktop.licences'), t('desktop.close')],
      });
      if (answer === 0) await shell.openPath(licencesFile());
    },
  };
}

/** Shows the log in the file manager; before there is one, the folder of the app's data. */
export function showLog(): void {
  const file = logPath(app.getPath('userData'));
  shell.showItemInFolder(existsSync(file) ? file : dirname(dirname(file)));
}

/** The notices of all parts in a package; the app's own licence during development. */
function licencesFile(): string {
  const packaged = join(process.resourcesPath, 'THIRD-PARTY-NOTICES.txt');
  return app.isPackaged && existsSync(packaged) ? packaged : join(app.getAppPath(), 'LICENSE');
}
