import type { PhotoFormat } from '../../../contract/photo';
import { readBmp } from './bmp';
import type { Foreign } from './foreign';
import { readPsd } from './psd';
import { readRaw } from './raw';
import { readHeic, readJp2, readJxl } from './wasm';

export type { Foreign } from './foreign';
export { isWide, readWideJpeg } from './jpeg-wide';
export { readJpegLs } from './wasm';

/** Readers of the formats that libvips does not read here. */
export const FOREIGN: Partial<Record<PhotoFormat, (bytes: Uint8Array) => Promise<Foreign>>> = {
  bmp: readBmp,
  heic: readHeic,
  jp2: readJp2,
  jxl: readJxl,
  psd: readPsd,
  raw: readRaw,
};
