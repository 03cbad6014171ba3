import { type BrowserWindow, dialog } from 'electron';
import type { ExportFormat } from '../../../preload/contract';
import type { HostServices } from '../../app';
import { EXPORT_EXTENSIONS, PHOTO_EXTENSIONS } from '../../photos/extensions';
import { FILTERS, type Language } from './menu';

const FORMAT_NAMES: Record<ExportFormat, string> = {
  jpeg: 'JPEG',
  png: 'PNG',
  tiff: 'TIFF',
  webp: 'WebP',
  avif: 'AVIF',
};

/** The system's own dialogs, attached to the window. */
export function createDialogs(
  window: () => BrowserWindow,
  language: () => Language,
): { pick: NonNullable<HostServices['pick']>; pickSave: NonNullable<HostServices['pickSave']> } {
  return {
    async pick(kind) {
      const words = FILTERS[language()];
      const { canceled, filePaths } = await dialog.showOpenDialog(
        window(),
        kind === 'folder'
          ? { properties: ['openDirectory', 'createDirectory'] }
          : {
              properties: ['openFile', 'multiSelections'],
              filters: [
                { name: words.photos, extensions: PHOTO_EXTENSIONS },
                { name: words.all, extensions: ['*'] },
              ],
            },
      );
      return canceled ? [] : filePaths;
    },
    async pickSave(suggestedName, format) {
      const { canceled, filePath } = await dialog.showSaveDialog(window(), {
        defaultPath: suggestedName,
        filters: [{ name: FORMAT_NAMES[format], extensions: [EXPORT_EXTENSIONS[format]] }],
        properties: ['createDirectory'],
      });
      return canceled || filePath === '' ? null : filePath;
    },
  };
}
