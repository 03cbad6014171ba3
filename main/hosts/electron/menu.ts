import type { MenuItemConstructorOptions } from 'electron';
import type { TFunction } from 'i18next';
import type { EventPayload } from '../../../contract/calls';

type Command = EventPayload<'menu.command'>['command'];

/**
 * The menu. Items about a photo send a command to the page, which knows whether a photo is open. Every role has a label,
 * since Electron's own are English. Reload and the developer tools exist only during development.
 */
export function menuTemplate(options: {
  t: TFunction;
  platform: NodeJS.Platform;
  developing: boolean;
  send: (command: Command) => void;
  showLog: () => void;
  showReleases: () => void;
  showAbout: () => void;
}): MenuItemConstructorOptions[] {
  const { t, platform, developing, send, showLog, showReleases, showAbout } = options;
  const isMac = platform === 'darwin';
  const command = (label: string, name: Command, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => send(name),
  });
  // The page acts on these keys itself, so that they stay with a text while one is typed. The menu only shows them.
  const shown = (label: string, name: Command, accelerator: string): MenuItemConstructorOptions => ({
    ...command(label, name, accelerator),
    registerAccelerator: false,
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const settings = command(t('menu.settings'), 'settings', 'CmdOrCtrl+,');
  const about: MenuItemConstructorOptions = { label: t('menu.about'), click: showAbout };

  return [
    ...(isMac
      ? [
          {
            label: 'Emulsion',
            submenu: [
              about,
              separator,
              settings,
              separator,
              { role: 'hide', label: t('menu.hide') },
              { role: 'hideOthers', label: t('menu.hideOthers') },
              { role: 'unhide', label: t('menu.showAll') },
              separator,
              { role: 'quit', label: t('menu.quit') },
            ],
          } satisfies MenuItemConstructorOptions,
        ]
      : []),
    {
      label: t('menu.file'),
      submenu: [
        command(t('menu.open'), 'open', 'CmdOrCtrl+O'),
        ...(isMac
          ? [
              {
                label: t('menu.recent'),
                role: 'recentDocuments',
                submenu: [{ label: t('menu.clearRecent'), role: 'clearRecentDocuments' }],
              } satisfies MenuItemConstructorOptions,
            ]
          : []),
        command(t('menu.batch'), 'batch', 'CmdOrCtrl+B'),
        command(t('menu.pairs'), 'pairs'),
        command(t('menu.saveEdit'), 'saveEdit', 'CmdOrCtrl+S'),
        command(t('menu.export'), 'export', 'CmdOrCtrl+E'),
        command(t('menu.exportAgain'), 'exportAgain', 'Shift+CmdOrCtrl+S'),
        command(t('menu.print'), 'print', 'CmdOrCtrl+P'),
        ...(isMac ? [] : [separator, settings, separator, { role: 'quit', label: t('menu.quit') } as const]),
      ],
    },
    {
      label: t('menu.edit'),
      submenu: [
        shown(t('menu.undo'), 'undo', 'CmdOrCtrl+Z'),
        shown(t('menu.redo'), 'redo', 'Shift+CmdOrCtrl+Z'),
        separator,
        { role: 'cut', label: t('menu.cut') },
        { role: 'copy', label: t('menu.copy') },
        { role: 'paste', label: t('menu.paste') },
        { role: 'selectAll', label: t('menu.selectAll') },
        separator,
        command(t('menu.startOver'), 'startOver'),
      ],
    },
    {
      label: t('menu.view'),
      submenu: [
        command(t('menu.zoomFit'), 'zoomFit', 'CmdOrCtrl+0'),
        command(t('menu.zoomActual'), 'zoomActual', 'CmdOrCtrl+1'),
        command(t('menu.zoomIn'), 'zoomIn', 'CmdOrCtrl+Plus'),
        command(t('menu.zoomOut'), 'zoomOut', 'CmdOrCtrl+-'),
        separator,
        command(t('menu.reviewPlaces'), 'reviewPlaces'),
        command(t('menu.crop'), 'crop'),
        separator,
        { role: 'togglefullscreen', label: t('menu.fullScreen') },
        ...(developing ? [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
      ],
    },
    {
      label: t('menu.window'),
      role: 'window',
      submenu: [
        { role: 'minimize', label: t('menu.minimise') },
        { role: 'close', label: t('menu.close') },
        ...(isMac ? [separator, { role: 'front', label: t('menu.allToFront') } as const] : []),
      ],
    },
    {
      label: t('menu.help'),
      role: 'help',
      submenu: [
        command(t('menu.helpPage'), 'help', 'F1'),
        { label: t('menu.releases'), click: showReleases },
        { label: t('menu.showLog'), click: showLog },
        ...(isMac ? [] : [separator, about]),
      ],
    },
  ];
}
