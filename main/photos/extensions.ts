import type { ExportFormat } from '../../contract/photo';

/** What the name of a written file ends in. */
export const EXPORT_EXTENSIONS: Record<ExportFormat, string> = {
  jpeg: 'jpg',
  png: 'png',
  tiff: 'tif',
  webp: 'webp',
  avif: 'avif',
};

/**
 * What dialogs and listings show, without the dot. Opening goes by content; this only keeps a choice of files
 * readable.
 */
export const PHOTO_EXTENSIONS = ['jpg', 'jpeg', 'jpe', 'png', 'tif', 'tiff', 'webp', 'avif', 'gif'];

/** What the name of an edit file ends in. */
export const EDIT_EXTENSION = 'emulsion';
