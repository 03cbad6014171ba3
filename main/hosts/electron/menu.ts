import type { MenuItemConstructorOptions } from 'electron';
import type { EventPayload } from '../../../contract/calls';

type Command = EventPayload<'menu.command'>['command'];

const LABELS = {
  en: {
    file: 'File',
    open: 'Open…',
    batch: 'Restore a folder…',
    pairs: 'Make training pairs…',
    saveEdit: 'Save the edit as a file…',
    export: 'Export…',
    settings: 'Settings…',
    quit: 'Quit',
    edit: 'Edit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    view: 'View',
    zoomFit: 'Fit in window',
    zoomActual: 'Actual size',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fullScreen: 'Full screen',
    window: 'Window',
    minimise: 'Minimise',
    close: 'Close window',
    help: 'Help',
    about: 'About Emulsion',
  },
  'pt-BR': {
    file: 'Arquivo',
    open: 'Abrir…',
    batch: 'Restaurar uma pasta…',
    pairs: 'Criar pares de treino…',
    saveEdit: 'Salvar a edição em um arquivo…',
    export: 'Exportar…',
    settings: 'Configurações…',
    quit: 'Sair',
    edit: 'Editar',
    undo: 'Desfazer',
    redo: 'Refazer',
    cut: 'Recortar',
    copy: 'Copiar',
    paste: 'Colar',
    selectAll: 'Selecionar tudo',
    view: 'Exibir',
    zoomFit: 'Ajustar à janela',
    zoomActual: 'Tamanho real',
    zoomIn: 'Ampliar',
    zoomOut: 'Reduzir',
    fullScreen: 'Tela cheia',
    window: 'Janela',
    minimise: 'Minimizar',
    close: 'Fechar janela',
    help: 'Ajuda',
    about: 'Sobre o Emulsion',
  },
} as const;

export type Language = keyof typeof LABELS;

/** The language to speak: the chosen one, else the system's where it is spoken, else English. */
export function languageOf(chosen: Language | null, system: string): Language {
  return chosen ?? (/^pt\b/i.test(system) ? 'pt-BR' : 'en');
}

/** The labels of the dialogs' file filters. */
export const FILTERS: Record<Language, { photos: string; all: string }> = {
  en: { photos: 'Photos', all: 'All files' },
  'pt-BR': { photos: 'Fotos', all: 'Todos os arquivos' },
};

/**
 * The menu. What concerns a photo is a command to the page, which knows whether there is one. Reload and the
 * developer's tools are only there while developing.
 */
export function menuTemplate(options: {
  language: Language;
  platform: NodeJS.Platform;
  developing: boolean;
  send: (command: Command) => void;
}): MenuItemConstructorOptions[] {
  const { language, platform, developing, send } = options;
  const words = LABELS[language];
  const isMac = platform === 'darwin';
  const command = (label: string, name: Command, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => send(name),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const settings = command(words.settings, 'settings', 'CmdOrCtrl+,');
  const about: MenuItemConstructorOptions = { role: 'about', label: words.about };

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
              { role: 'hide' },
              { role: 'hideOthers' },
              { role: 'unhide' },
              separator,
              { role: 'quit' },
            ],
          } satisfies MenuItemConstructorOptions,
        ]
      : []),
    {
      label: words.file,
      submenu: [
        command(words.open, 'open', 'CmdOrCtrl+O'),
        command(words.batch, 'batch', 'CmdOrCtrl+B'),
        command(words.pairs, 'pairs'),
        command(words.saveEdit, 'saveEdit', 'CmdOrCtrl+S'),
        command(words.export, 'export', 'CmdOrCtrl+E'),
        ...(isMac ? [] : [separator, settings, separator, { role: 'quit', label: words.quit } as const]),
      ],
    },
    {
      label: words.edit,
      submenu: [
        { role: 'undo', label: words.undo },
        { role: 'redo', label: words.redo },
        separator,
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        { role: 'selectAll', label: words.selectAll },
      ],
    },
    {
      label: words.view,
      submenu: [
        command(words.zoomFit, 'zoomFit', 'CmdOrCtrl+0'),
        command(words.zoomActual, 'zoomActual', 'CmdOrCtrl+1'),
        command(words.zoomIn, 'zoomIn', 'CmdOrCtrl+Plus'),
        command(words.zoomOut, 'zoomOut', 'CmdOrCtrl+-'),
        separator,
        { role: 'togglefullscreen', label: words.fullScreen },
        ...(developing ? [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
      ],
    },
    {
      label: words.window,
      role: 'window',
      submenu: [
        { role: 'minimize', label: words.minimise },
        { role: 'close', label: words.close },
      ],
    },
    { label: words.help, role: 'help', submenu: isMac ? [] : [about] },
  ];
}
