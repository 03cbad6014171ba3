import type { ExportFormat } from '../../contract/photo';

/** Extensions of written files, without the dot. */
export const EXPORT_EXTENSIONS: Record<ExportFormat, string> = {
  jpeg: 'jpg',
  png: 'png',
  tiff: 'tif',
  webp: 'webp',
  avif: 'avif',
};

/** Of the raw photos of cameras, without the dot. */
export const RAW_EXTENSIONS = [
  'dng',
  'cr2',
  'cr3',
  'crw',
  'nef',
  'nrw',
  'arw',
  'raf',
  'orf',
  'rw2',
  'pef',
  'srw',
] as const;

/**
 * The extensions that dialogs and listings show, without the dot. Files are opened by their content; this only keeps lists
 * short.
 */
export const PHOTO_EXTENSIONS = [
  'jpg',
  'jpeg',
  'jpe',
  'jfif',
  'png',
  'tif',
  'tiff',
  'webp',
  'avif',
  'gif',
  'heic',
  'heif',
  'hif',
  'jxl',
  'jp2',
  'jpx',
  'j2k',
  'bmp',
  'psd',
  ...RAW_EXTENSIONS,
];

/** Extension of an edit file, without the dot. */
export const EDIT_EXTENSION = 'emulsion';

/** Extensions of nets, and of packages with one, without the dot. */
export const MODEL_EXTENSIONS = ['onnx', 'dtmodel'] as const;
/** Of nets in formats that cannot be run. */
export const FOREIGN_MODELS = ['pt', 'pth', 'ckpt', 'safetensors', 'gguf', 'tflite', 'ort', 'h5'] as const;
/** Of files with the weights of a net. */
export const WEIGHT_EXTENSIONS = ['data', 'weights', 'bin', 'onnx_data'] as const;
