import { type BrowserWindow, dialog, type OpenDialogOptions, type SaveDialogOptions } from 'electron';
import type { Translator } from '../../../text/message';
import type { HostServices, SaveFormat } from '../../app';
import {
  EDIT_EXTENSION,
  EXPORT_EXTENSIONS,
  MODEL_EXTENSIONS,
  PHOTO_EXTENSIONS,
  WEIGHT_EXTENSIONS,
} from '../../photos/extensions';

const FORMAT_NAMES: Record<SaveFormat, string> = {
  jpeg: 'JPEG',
  png: 'PNG',
  tiff: 'TIFF',
  webp: 'WebP',
  avif: 'AVIF',
  json: 'JSON',
  emulsion: 'Emulsion',
};

/** File extensions of the formats. */
const EXTENSIONS: Record<SaveFormat, string> = { ...EXPORT_EXTENSIONS, json: 'json', emulsion: EDIT_EXTENSION };

/**
 * The system's own dialogs, attached to the window.
 *
 * @param beside the folder where dialogs start that look for photos, masks and folders; undefined: where the system likes
 */
export function createDialogs(
  window: () => BrowserWindow | undefined,
  translator: () => Translator,
  beside: () => string | undefined,
): { pick: NonNullable<HostServices['pick']>; pickSave: NonNullable<HostServices['pickSave']> } {
  /** Attached to the window, or on its own once that is closed. */
  const showOpen = (options: OpenDialogOptions) => {
    const parent = window();
    return parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options);
  };
  const showSave = (options: SaveDialogOptions) => {
    const parent = window();
    return parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options);
  };
  return {
    async pick(kind) {
      const { t } = translator();
      const defaultPath = kind === 'recipe' || kind === 'model' ? undefined : beside();
      const start = defaultPath === undefined ? {} : { defaultPath };
      const { canceled, filePaths } = await showOpen(
        kind === 'folder'
          ? { ...start, properties: ['openDirectory', 'createDirectory'] }
          : {
              ...start,
              properties: kind === 'photos' || kind === 'model' ? ['openFile', 'multiSelections'] : ['openFile'],
              filters: [
                kind === 'recipe'
                  ? { name: 'JSON', extensions: ['json'] }
                  : kind === 'model'
                    ? { name: t('menu.models'), extensions: [...MODEL_EXTENSIONS, ...WEIGHT_EXTENSIONS] }
                    : {
                        name: t('menu.photos'),
                        extensions: kind === 'photos' ? [...PHOTO_EXTENSIONS, EDIT_EXTENSION] : PHOTO_EXTENSIONS,
                      },
                { name: t('menu.allFiles'), extensions: ['*'] },
              ],
            },
      );
      return canceled ? [] : filePaths;
    },
    async pickSave(suggested, format) {
      const { canceled, filePath } = await showSave({
        defaultPath: suggested,
        filters: [{ name: FORMAT_NAMES[format], extensions: [EXTENSIONS[format]] }],
        // The dialogs of macOS and Windows always ask before a file is replaced; those of Linux only then.
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      });
      return canceled || filePath === '' ? null : filePath;
    },
  };
}
