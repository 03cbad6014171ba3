import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { AT_THRESHOLD } from '../document/evidence';
import { createRaster, type Raster } from '../main/restoration/raster';
import { testScene } from '../main/restoration/testing/scene';
import { type InfraredReading, readInfrared } from '../main/scan/infrared';
import { drawInfraredShot, f1, type InfraredShot, makeInfraredScan } from '../main/scan/testing/infrared';

/**
 * Reads dust off made infrared pictures and compares it with where it is (F1 at 2 px), and counts what is refused:
 * `npm run bench -- infrared [--data <pictures>] [--from <seed>] [--some <n>]`. The photographs are those of the folder's kodak;
 * without a folder, drawn ones.
 */

const CASES: Record<string, (shot: InfraredShot) => Partial<InfraredShot>> = {
  usual: () => ({}),
  'shift 0.3, share 0.1': () => ({ shift: [0.2, -0.22], share: 0.1 }),
  'shift 3, scale 0.2 %': () => ({ shift: [-2.2, 2.1], scale: 1.002 }),
  'share 0.3 as light': () => ({ share: 0.3, by: 'light' }),
  'share 0.3 as density': () => ({ share: 0.3, by: 'density' }),
  'share 0.3 of red': () => ({ share: 0.3, of: 'red' }),
  soft: () => ({ blur: 2.2 }),
  noisy: () => ({ noise: 0.04 }),
  'uneven, dim': () => ({ uneven: 0.3, bright: 0.4 }),
  'little dust': () => ({ dust: 12 }),
  'much dust': () => ({ dust: 900 }),
  '8 bit': () => ({ depth: 8 }),
  'hardly in the photo': () => ({ visible: 0.25 }),
};
/** Those that have to be refused. */
const REFUSED: Record<string, (shot: InfraredShot) => Partial<InfraredShot>> = {
  silver: () => ({ share: 1, by: 'light', of: 'luma' }),
  'silver, thin': () => ({ share: 0.8, by: 'density', of: 'luma' }),
  'kodachrome, density 0.6 of red': () => ({ share: 0.6, by: 'density', of: 'red' }),
  'kodachrome, density 0.5 of red': () => ({ share: 0.5, by: 'density', of: 'red' }),
  'kodachrome, light 0.7 of red': () => ({ share: 0.7, by: 'light', of: 'red' }),
  'kodachrome, light 0.55': () => ({ share: 0.55, by: 'light', of: 'luma' }),
};

export async function measureInfrared(folder: string | undefined, from: number, some: number): Promise<void> {
  const pictures = (folder === undefined ? drawnPictures() : await readPictures(join(folder, 'kodak'))).slice(0, some);
  const rows: Record<string, Record<string, number | string>> = {};
  const each = async (name: string, change: (shot: InfraredShot) => Partial<InfraredShot>) => {
    const scores: { precision: number; recall: number; f1: number }[] = [];
    const refused: string[] = [];
    const shares: number[] = [];
    for (const [n, picture] of pictures.entries()) {
      const seed = from + n;
      const shot = drawInfraredShot(seed);
      const { photo, infrared, truth } = makeInfraredScan(picture, { ...shot, ...change(shot) }, seed);
      const reading = await readInfrared(photo, infrared);
      if (reading.share !== null) shares.push(reading.share);
      if (reading.outcome === 'refused') {
        refused.push(reading.refusal);
        continue;
      }
      scores.push(f1(maskOf(reading), truth, photo.width, photo.height));
    }
    const values = scores.map((score) => score.f1).sort((one, other) => one - other);
    const mean = (of: readonly number[]) => round(of.reduce((sum, value) => sum + value, 0) / Math.max(1, of.length));
    rows[name] = {
      scans: pictures.length,
      'mean F1': mean(values),
      'worst F1': round(values[0] ?? Number.NaN),
      'below 0.95': values.filter((value) => value < 0.95).length,
      precision: mean(scores.map(({ precision }) => precision)),
      recall: mean(scores.map(({ recall }) => recall)),
      refused: counted(refused),
      share: `${round(Math.min(...shares))}-${round(Math.max(...shares))}`,
    };
  };
  for (const [name, change] of Object.entries({ ...CASES, ...REFUSED })) await each(name, change);
  console.table(rows);

  const other: string[] = [];
  const clean: string[] = [];
  for (const [n, picture] of pictures.entries()) {
    const seed = from + n;
    const shot = drawInfraredShot(seed);
    const next = pictures[(n + 1) % pictures.length]!;
    const strange = makeInfraredScan(fitted(next, picture), drawInfraredShot(seed + 1), seed + 1);
    const own = makeInfraredScan(picture, shot, seed);
    const mixed = await readInfrared(own.photo, strange.infrared);
    other.push(mixed.outcome === 'refused' ? mixed.refusal : 'used');
    const without = makeInfraredScan(picture, { ...shot, dust: -1 }, seed);
    const reading = await readInfrared(without.photo, without.infrared);
    clean.push(reading.outcome === 'refused' ? reading.refusal : `${reading.dust.pieces} places`);
  }
  console.log(`infrared of another photo: ${counted(other)}`);
  console.log(`clean film: ${counted(clean)}`);

  const large = makeInfraredScan(testScene(4000, 3000, 1), { ...drawInfraredShot(3), depth: 16 }, 1);
  const began = performance.now();
  const reading = await readInfrared(large.photo, large.infrared);
  const seconds = (performance.now() - began) / 1000;
  const score = reading.outcome === 'used' ? round(f1(maskOf(reading), large.truth, 4000, 3000).f1) : reading.refusal;
  console.log(`12 megapixels of 16 bit: ${round(seconds)} s, F1 ${score}`);
}

const maskOf = (reading: InfraredReading) =>
  reading.outcome === 'used' ? reading.dust.plane.map((value) => (value >= AT_THRESHOLD ? 255 : 0)) : [];

const counted = (names: readonly string[]) =>
  [...new Set(names)].map((name) => `${names.filter((each) => each === name).length} ${name}`).join(', ');

const round = (value: number) => Number(value.toFixed(3));

const drawnPictures = () => Array.from({ length: 8 }, (_, seed) => testScene(768, 512, seed));

/** A picture in the size of another. */
function fitted(picture: Raster, to: Raster): Raster {
  const { width, height } = to;
  if (picture.width === width && picture.height === height) return picture;
  const out = createRaster(width, height, picture.channels, picture.depth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from =
        (Math.floor((y * picture.height) / height) * picture.width + Math.floor((x * picture.width) / width)) * 3;
      for (let c = 0; c < 3; c++) out.data[(y * width + x) * 3 + c] = picture.data[from + c]!;
    }
  }
  return out;
}

async function readPictures(folder: string): Promise<Raster[]> {
  if (!existsSync(folder)) return [];
  const pictures: Raster[] = [];
  for (const file of readdirSync(folder).filter((each) => /\.(png|jpe?g|webp)$/.test(each))) {
    const { data, info } = await sharp(join(folder, file))
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    pictures.push({ width: info.width, height: info.height, channels: 3, depth: 8, data: new Uint8Array(data) });
  }
  return pictures;
}
