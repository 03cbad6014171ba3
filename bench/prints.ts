import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Raster } from '../main/restoration/raster';
import { random } from '../main/restoration/testing/random';
import { testScene } from '../main/restoration/testing/scene';
import { findPrints } from '../main/scan/prints';
import { type AlbumOptions, drawAlbum, LIDS, type Lid, worstCorner } from '../main/scan/testing/album';

/**
 * Looks for prints on made album pages and counts what was found, missed and found where there is nothing, for each kind of lid:
 * `npm run bench -- prints [--folder <data>] [--pages <n>] [--from <n>]`. The pictures are those below the folder's eval; without a
 * folder, drawn ones.
 */

/** A print counts as found up to this distance of its corners, and as exact up to the other, as shares of the longer side. */
const FOUND = 0.03;
const EXACT = 0.005;
/** Degrees. */
const STRAIGHT = 0.3;

interface Count {
  pages: number;
  right: number;
  prints: number;
  missed: number;
  extra: number;
  off: number;
}

export async function measurePrints(folder: string | undefined, pages: number, from = 0): Promise<void> {
  const pictures = folder === undefined ? drawnPictures() : await readPictures(join(folder, 'eval'));
  const counts = new Map<Lid, Count>();
  for (let seed = from; seed < from + pages; seed++) {
    const options = optionsFor(seed);
    const { page, prints } = drawAlbum(options, pictures, seed);
    const scanned = seed % 3 === 0 ? await asJpeg(page, 60 + (seed % 35)) : page;
    const long = Math.max(page.width, page.height);
    const left = findPrints(scanned);
    const count = counts.get(options.lid) ?? { pages: 0, right: 0, prints: 0, missed: 0, extra: 0, off: 0 };
    counts.set(options.lid, count);
    const before = count.missed + count.extra + count.off;
    for (const { corners, angle } of prints) {
      const distances = left.map((found) => worstCorner(found.corners, corners));
      const nearest = Math.min(...distances);
      if (nearest > FOUND * long) {
        count.missed += 1;
        continue;
      }
      const [found] = left.splice(distances.indexOf(nearest), 1);
      if (nearest > EXACT * long || Math.abs(found!.angle - angle) > STRAIGHT) count.off += 1;
    }
    count.extra += left.length;
    count.prints += prints.length;
    count.pages += 1;
    if (count.missed + count.extra + count.off === before) count.right += 1;
  }
  console.table(Object.fromEntries(counts));
}

/** Every combination in turn: lids, how many prints, how far they are turned, touching, borders, shadows, noise, light. */
function optionsFor(seed: number): AlbumOptions {
  const next = random(seed * 31 + 7);
  const one = <T>(values: readonly T[]) => values[Math.floor(next() * values.length)]!;
  const isUpright = next() < 0.6;
  const short = Math.round(1200 * (0.65 + 0.2 * next()));
  return {
    width: isUpright ? short : 1200,
    height: isUpright ? 1200 : short,
    lid: LIDS[seed % LIDS.length]!,
    count: 1 + Math.floor(next() * 9),
    turn: one([0, 3, 10, 20, 20]),
    touching: one([0, 0, 0.5, 1]),
    bordered: one([0, 0.5, 1]),
    shadow: one([0, 0, 0.3, 0.5]),
    noise: one([0.5, 1.5, 3, 5]),
    gradient: one([0, 0, 0.05, 0.15]),
    deckle: next() < 0.15,
    sameWhite: next() < 0.4,
  };
}

const drawnPictures = () =>
  Array.from({ length: 12 }, (_, seed) => (seed % 2 === 0 ? testScene(480, 360, seed) : testScene(360, 480, seed)));

async function readPictures(folder: string): Promise<Raster[]> {
  const pictures: Raster[] = [];
  for (const name of ['kodak', 'cid22', 'old'].filter((each) => existsSync(join(folder, each)))) {
    for (const file of readdirSync(join(folder, name)).filter((each) => /\.(png|jpe?g)$/.test(each))) {
      const { data, info } = await sharp(join(folder, name, file))
        .resize(620, 620, { fit: 'inside' })
        .removeAlpha()
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height, channels } = info;
      pictures.push({ width, height, channels: channels === 1 ? 1 : 3, depth: 8, data: new Uint8Array(data) });
    }
  }
  return pictures;
}

async function asJpeg(page: Raster, quality: number): Promise<Raster> {
  const { width, height, channels, data } = page;
  const jpeg = await sharp(data, { raw: { width, height, channels } }).jpeg({ quality }).toBuffer();
  return { ...page, data: new Uint8Array(await sharp(jpeg).raw().toBuffer()) };
}
