import { lstat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { type FileBytes, withFile } from './containers/file-bytes';
import { readJpeg } from './containers/jpeg';
import { readPng } from './containers/png';
import { photosIn, readTiff } from './containers/tiff';

/*
 * The infrared picture of a film scan as a file of its own: `lake_IR.tif` beside `lake.tif`. It belongs to the photo, and is none
 * itself. The names alone say too little: `lake_IR.tif` may also be a photo that was taken in infrared light, so the sizes have
 * to agree.
 */

const INFRARED = /^(.+)_ir\.tiff?$/i;
const ENDS = ['_IR.tif', '_ir.tif', '_IR.tiff', '_ir.tiff', '_IR.TIF'];
const PHOTOS = ['.tif', '.tiff', '.jpg', '.jpeg', '.png', '.TIF', '.TIFF', '.JPG', '.JPEG', '.PNG'];
/** It may be so many times smaller than the photo, on each side. */
const MOST_SMALLER = 4;

interface Shape {
  width: number;
  height: number;
  /** Samples of a pixel. */
  samples: number;
}

/** Whether a picture of this shape can be the infrared picture of a photo: of its size, or grey and smaller in its proportions. */
export function mayBeInfrared(infrared: Shape, photo: Omit<Shape, 'samples'>): boolean {
  if (infrared.width === photo.width && infrared.height === photo.height) return infrared.samples <= 3;
  const times = photo.width / infrared.width;
  if (infrared.samples !== 1 || times < 1 || times > MOST_SMALLER) return false;
  // Sides are rounded to whole pixels.
  return Math.abs(photo.height / times - infrared.height) <= 1;
}

/**
 * The infrared picture beside a photo: its path, and whether its size fits. One that does not fit is a photo of its own. Null if there
 * is none.
 */
export async function infraredBeside(path: string): Promise<{ path: string; fits: boolean } | null> {
  const name = basename(path);
  if (INFRARED.test(name) || !PHOTOS.includes(extname(name))) return null;
  const stem = join(dirname(path), name.slice(0, name.length - extname(name).length));
  for (const end of ENDS) {
    const beside = `${stem}${end}`;
    if (await isThere(beside)) return { path: beside, fits: await belong(beside, path) };
  }
  return null;
}

/** The photo that a file is the infrared picture of; null if it is none. */
export async function photoOfInfrared(path: string): Promise<string | null> {
  const [, stem] = INFRARED.exec(basename(path)) ?? [];
  if (stem === undefined) return null;
  for (const extension of PHOTOS) {
    const photo = join(dirname(path), `${stem}${extension}`);
    if ((await isThere(photo)) && (await belong(path, photo))) return photo;
  }
  return null;
}

/** SECURITY: links are not followed, since nobody has chosen this file. */
const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    (info) => info.isFile(),
    // A file that is not there, or that nobody may look at, is no picture of a photo.
    () => false,
  );

async function belong(infrared: string, photo: string): Promise<boolean> {
  const [one, other] = await Promise.all([shapeOf(infrared), shapeOf(photo)]);
  return one !== null && other !== null && mayBeInfrared(one, other);
}

/** Reads the header of a file; null if it is not read. */
async function shapeOf(path: string): Promise<Shape | null> {
  // Whoever opens the file says what is wrong with it.
  return withFile(path, async (file) => tiffShape(file) ?? jpegShape(file) ?? pngShape(file)).catch(() => null);
}

function tiffShape(file: FileBytes): Shape | null {
  const [first] = photosIn(readTiff(file));
  return first && first.width > 0 ? { width: first.width, height: first.height, samples: first.samples } : null;
}

function jpegShape(file: FileBytes): Shape | null {
  const frame = readJpeg(file)?.frame;
  return frame && frame.height > 0 ? { ...frame, samples: frame.components.length } : null;
}

function pngShape(file: FileBytes): Shape | null {
  const header = readPng(file)?.header;
  return header ? { ...header, samples: header.colourType === 0 ? 1 : 3 } : null;
}
