import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Negative } from '../contract/scan';
import { createRaster, cropRaster, type Raster } from '../main/restoration/raster';
import { testScene } from '../main/restoration/testing/scene';
import { develop } from '../main/scan/negative/develop';
import { isColourNegative, measureNegative } from '../main/scan/negative/measure';
import { sampled } from '../main/scan/negative/sampled';
import { drawNegative, drawShot, type Shot } from '../main/scan/testing/film';
import { ciede2000 } from './evaluate/fading';

/**
 * Develops negatives made from photographs and compares them with these (mean CIEDE2000), and counts the positives that are taken for
 * negatives: `npm run bench -- negatives [--folder <data>] [--from <seed>]`. The photographs are those of the folder's eval; without
 * a folder, drawn ones. `other` is what the film model of the fit does not know: logistic curves, flare of the lens, uneven light of
 * the scanner, and 8 bit.
 */
const SHOTS = 3;

export async function measureNegatives(folder: string | undefined, from: number): Promise<void> {
  const read = (name: string) => (folder === undefined ? [] : readPictures(join(folder, 'eval', name)));
  const kodak = folder === undefined ? drawnPictures() : await read('kodak');
  const rows: Record<string, Record<string, number | string>> = {};
  for (const [name, pictures] of [['kodak', kodak] as const, ['cid22', await read('cid22')] as const]) {
    for (const kind of ['strip', 'without', 'other'] as const) {
      const differences: number[] = [];
      let certain = 0;
      for (let shot = 0; shot < SHOTS; shot++) {
        for (const [n, photo] of pictures.entries()) {
          const seed = from + 1000 * shot + n;
          const scan =
            kind === 'other'
              ? otherNegative(photo, seed)
              : drawNegative(photo, drawShot(seed), { strip: kind === 'strip' ? 0.05 : 0, seed });
          if (isColourNegative(sampled(scan, null))) certain += 1;
          const positive = await developed(scan);
          const picture = cropRaster(positive, {
            x: scan.width - photo.width,
            y: 0,
            width: photo.width,
            height: photo.height,
          });
          differences.push(ciede2000(asPicture(photo), asPicture(picture)));
        }
      }
      if (differences.length === 0) continue;
      const ordered = [...differences].sort((one, other) => one - other);
      rows[`${name}, ${kind}`] = {
        negatives: differences.length,
        'mean CIEDE2000': round(differences.reduce((sum, each) => sum + each, 0) / differences.length),
        median: round(ordered[ordered.length >> 1]!),
        worst: round(ordered.at(-1)!),
        'certain with auto': certain,
      };
    }
  }
  console.table(rows);
  const taken: string[] = [];
  let count = 0;
  for (const name of ['kodak', 'cid22', 'old', 'monochrome', 'set14']) {
    for (const picture of await read(name)) {
      count += 1;
      if (isColourNegative(sampled(picture, null))) taken.push(name);
    }
  }
  console.log(`positives taken for negatives: ${taken.length} of ${count} ${taken.join(' ')}`);
  const large = createRaster(4000, 3000, 3, 16);
  const { data } = drawNegative(testScene(1000, 750, 1), drawShot(from), { seed: 1 });
  for (let at = 0; at < large.data.length; at += data.length) large.data.set(data, at);
  const began = performance.now();
  await developed(large);
  console.log(`12 megapixels of 16 bit, measured and developed: ${round((performance.now() - began) / 1000)} s`);
}

async function developed(scan: Raster): Promise<Raster> {
  const { negative } = measureNegative(scan, scan, null, { kind: 'colour', base: null });
  return develop(scan, negative as Negative, null, async () => {});
}

const round = (value: number) => Number(value.toFixed(2));

function asPicture({ width, height, data, depth }: Raster) {
  return {
    width,
    height,
    data: depth === 8 ? (data as Uint8Array) : Uint8Array.from(data, (value) => Math.round(value / 257)),
  };
}

/** Logistic curves instead of straight ones, 1 % of flare, light that falls off to the corners, and 8 bit. */
function otherNegative(photo: Raster, seed: number): Raster {
  const shot: Shot = drawShot(seed + 500);
  const flat = shot.film.gamma.map((gamma) => gamma * 1.1) as unknown as Shot['film']['gamma'];
  const film = { ...shot.film, gamma: flat, toe: [0.24, 0.24, 0.24] as const, shoulder: [1.7, 0.5] as const };
  const flared: Raster = { ...photo, data: Uint8Array.from(photo.data, (value) => Math.max(value, 22)) };
  const scan = drawNegative(flared, { ...shot, film }, { strip: 0.06, depth: 8, seed });
  const { width, height } = scan;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fall = 1 - 0.04 * ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2);
      for (let c = 0; c < 3; c++, i++) scan.data[i] = Math.round(scan.data[i]! * fall);
    }
  }
  return scan;
}

const drawnPictures = () => Array.from({ length: 12 }, (_, seed) => testScene(480, 360, seed));

async function readPictures(folder: string): Promise<Raster[]> {
  if (!existsSync(folder)) return [];
  const pictures: Raster[] = [];
  for (const file of readdirSync(folder).filter((each) => /\.(png|jpe?g|webp)$/.test(each))) {
    const { data, info } = await sharp(join(folder, file))
      .resize(384, 384, { fit: 'inside' })
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    pictures.push({
      width: info.width,
      height: info.height,
      channels: info.channels === 1 ? 1 : 3,
      depth: 8,
      data: new Uint8Array(data),
    });
  }
  return pictures;
}
