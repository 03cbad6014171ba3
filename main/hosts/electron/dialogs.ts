import { type BrowserWindow, dialog } from 'electron';
import type { Translator } from '../../../text/message';
import type { HostServices, SaveFormat } from '../../app';
import { EDIT_EXTENSION, EXPORT_EXTENSIONS, PHOTO_EXTENSIONS } from '../../photos/extensions';

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

/** The system's own dialogs, attached to the window. */
export function createDialogs(
  window: () => BrowserWindow,
  translator: () => Translator,
): { pick: NonNullable<HostServices['pick']>; pickSave: NonNullable<HostServices['pickSave']> } {
  return {
    async pick(kind) {
      const { t } = translator();
      const { canceled, filePaths } = await dialog.showOpenDialog(
        window(),
        kind === 'folder'
          ? { properties: ['openDirectory', 'createDirectory'] }
          : {
              properties: kind === 'photos' ? ['openFile', 'multiSelections'] : ['openFile'],
              filters: [
                kind === 'recipe'
                  ? { name: 'JSON', extensions: ['json'] }
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
      const { canceled, filePath } = await dialog.showSaveDialog(window(), {
        defaultPath: suggested,
        filters: [{ name: FORMAT_NAMES[format], extensions: [EXTENSIONS[format]] }],
        properties: ['createDirectory'],
      });
      return canceled || filePath === '' ? null : filePath;
    },
  };
}
