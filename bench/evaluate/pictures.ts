import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import sharp from 'sharp';
import type { Picture } from './protocol';

const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff']);

/** Paths of the pictures in a folder, sorted by name; none if there is no such folder. */
export function listPictures(folder: string, limit = Number.POSITIVE_INFINITY): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter((name) => EXTENSIONS.has(extname(name).toLowerCase()))
    .sort()
    .slice(0, limit)
    .map((name) => join(folder, name));
}

/** Reads the samples of a file, ignoring its colour profile. */
export async function readPicture(path: string): Promise<Picture> {
  const { data, info } = await sharp(path, { ignoreIcc: true })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** Whether a file has one channel of colour. */
export async function isGreyFile(path: string): Promise<boolean> {
  const { channels } = await sharp(path).metadata();
  return channels < 3;
}

/** Reads a picture as one channel. */
export async function readGrey(path: string): Promise<Picture> {
  const { data, info } = await sharp(path).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** Writes RGB, or one channel if there are as many samples as pixels. */
export async function writePng({ width, height, data }: Picture, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const channels = data.length === width * height ? 1 : 3;
  await sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 1 }).toFile(path);
  return path;
}

/** Writes a JPEG with 4:2:0 subsampling and the quality scale of the Independent JPEG Group. */
export async function writeJpeg({ width, height, data }: Picture, quality: number, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0', mozjpeg: false })
    .toFile(path);
  return path;
}

export function cut(picture: Picture, left: number, top: number, width: number, height: number): Picture {
  const w = Math.min(width, picture.width - left);
  const h = Math.min(height, picture.height - top);
  const data = new Uint8Array(3 * w * h);
  for (let y = 0; y < h; y++) {
    const from = 3 * ((top + y) * picture.width + left);
    data.set(picture.data.subarray(from, from + 3 * w), 3 * y * w);
  }
  return { width: w, height: h, data };
}

/** The middle of a picture, at most `side` pixels on each side. */
export function centre(picture: Picture, side: number): Picture {
  const left = Math.max(0, Math.floor((picture.width - side) / 2));
  const top = Math.max(0, Math.floor((picture.height - side) / 2));
  return cut(picture, left, top, side, side);
}

/** A smaller copy that fits a square of `side` pixels. */
export async function within({ width, height, data }: Picture, side: number): Promise<Picture> {
  const { data: shrunk, info } = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(shrunk) };
}

/** The picture repeated four times, so that it is large enough to measure time. */
export function fourTimes(picture: Picture): Picture {
  return joined([
    [picture, picture],
    [picture, picture],
  ]);
}

/** Pictures side by side, row by row, with `gap` dark pixels between them. */
export function joined(rows: readonly (readonly Picture[])[], gap = 0): Picture {
  const widthOf = (row: readonly Picture[]) => row.reduce((sum, each) => sum + each.width + gap, -gap);
  const heightOf = (row: readonly Picture[]) => Math.max(...row.map((each) => each.height));
  const width = Math.max(...rows.map(widthOf));
  const height = rows.reduce((sum, row) => sum + heightOf(row) + gap, -gap);
  const data = new Uint8Array(3 * width * height).fill(38);
  let top = 0;
  for (const row of rows) {
    let left = 0;
    for (const each of row) {
      for (let y = 0; y < each.height; y++) {
        const from = 3 * y * each.width;
        data.set(each.data.subarray(from, from + 3 * each.width), 3 * ((top + y) * width + left));
      }
      left += each.width + gap;
    }
    top += heightOf(row) + gap;
  }
  return { width, height, data };
}

/** A picture with the pixels of a mask in one colour, or a mask by itself as black and white. */
export function marked(picture: Picture, mask: Uint8Array, [r, g, b]: readonly [number, number, number]): Picture {
  const data = picture.data.slice();
  for (let i = 0; i < mask.length; i++) if (mask[i]) data.set([r, g, b], 3 * i);
  return { ...picture, data };
}
