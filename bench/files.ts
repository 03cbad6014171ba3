import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { ORIGINAL } from '../contract/pictures';
import { forkEngine } from '../main/engine/launch';
import { createEngine, type Engine } from '../main/engine/supervisor';
import { toFailure } from '../main/errors';
import { withFile } from '../main/photos/containers/file-bytes';
import { photosIn, readTiff } from '../main/photos/containers/tiff';
import { countPhotos } from '../main/photos/pages';
import { isStray, look, scan } from '../main/storage/scan';
import { inEnglish, sentenceOf } from '../text/message';

/**
 * Opens every photo below a folder as the program would, and compares it with a second decoder, ImageMagick, where that is
 * installed and reads the file.
 */

const SIDE = 32;
/** Mean difference in levels from which two decoders show different pictures; their own rounding stays far below. */
const DIFFERENT = 12;
/** Notes of conversions after which another decoder, which does not convert, shows other colours. */
const CONVERTED = /^notes\.(hdr|numbered|cmyk|lab|linear|profileConverted|profileNamed)$/;

interface Sweep {
  opened: number;
  noted: Map<string, string[]>;
  refused: Map<string, string[]>;
  different: string[];
  compared: number;
  strays: number;
}

export async function sweepFiles(folder: string): Promise<void> {
  const engine = createEngine({
    launch: forkEngine(fileURLToPath(new URL('../out/main/engine.js', import.meta.url))),
    options: { models: fileURLToPath(new URL('../models', import.meta.url)), provider: 'cpu', threads: 1 },
    onStatus: () => {},
  });
  const sweep: Sweep = { opened: 0, noted: new Map(), refused: new Map(), different: [], compared: 0, strays: 0 };
  const second = spawnSync('convert-im6.q16', ['-version']).status === 0 ? 'convert-im6.q16' : 'magick';
  const hasSecond = spawnSync(second, ['-version']).status === 0;
  try {
    for await (const found of scan(folder, { except: [] })) {
      if ('error' in found) {
        add(sweep.refused, found.error.code, found.name);
        continue;
      }
      const looked = await look(found.path);
      if (looked?.stray) {
        sweep.strays += 1;
        continue;
      }
      const count = looked ? 1 : await countPhotos(found.path);
      for (let page = 1; page <= count; page++) {
        await sweepOne(engine, found.path, page, relative(folder, found.path), hasSecond ? second : null, sweep);
      }
    }
  } finally {
    await engine.close();
  }
  print(sweep, hasSecond);
  process.exitCode = sweep.different.length > 0 ? 1 : 0;
}

async function sweepOne(
  engine: Engine,
  path: string,
  page: number,
  name: string,
  second: string | null,
  sweep: Sweep,
): Promise<void> {
  const label = page === 1 ? name : `${name}, photo ${page}`;
  const photoId = randomUUID();
  try {
    const photo = await engine.request('open', { photoId, path, name: basename(path), page, salvage: true });
    sweep.opened += 1;
    for (const note of photo.notes) add(sweep.noted, sentenceOf(note, inEnglish()), label);
    const { width: w, height: h } = photo;
    const region = { x: 0, y: 0, w, h, width: SIDE, height: SIDE, lossless: 1 };
    const { bytes } = await engine.request('picture', { photoId, layer: 'original', revision: ORIGINAL, ...region });
    // ImageMagick does not turn PNG files.
    const isTurned = photo.format === 'png' && photo.notes.some(({ key }) => key === 'notes.upright');
    const isComparable = photo.missing === null && !isTurned && !photo.notes.some(({ key }) => CONVERTED.test(key));
    const other = second !== null && isComparable ? await secondOpinion(second, path, page, photo.alpha) : null;
    if (other) {
      sweep.compared += 1;
      const difference = meanDifference(await pixelsOf(Buffer.from(bytes)), other);
      if (difference > DIFFERENT) sweep.different.push(`${label} (by ${difference.toFixed(1)} levels)`);
    }
    await engine.request('close', { photoId });
  } catch (error) {
    const { code, message } = toFailure(error);
    if (isStray(path, { code } as Parameters<typeof isStray>[1])) sweep.strays += 1;
    else add(sweep.refused, `${code}: ${message}`, label);
  }
}

const pixelsOf = (picture: Buffer) =>
  sharp(picture, { ignoreIcc: true })
    .flatten({ background: 'white' })
    .resize(SIDE, SIDE, { fit: 'fill' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();

const run = promisify(execFile);

/** What the second decoder shows; null if it does not read the file. */
async function secondOpinion(
  command: string,
  path: string,
  page: number,
  hasAlpha: boolean,
): Promise<Uint8Array | null> {
  const index = await withFile(path, async (file) => photosIn(readTiff(file))[page - 1]?.index ?? 0);
  // It takes every further channel for opacity.
  const opacity = hasAlpha ? ['-background', 'white', '-alpha', 'remove'] : ['-alpha', 'off'];
  const shown = ['-auto-orient', ...opacity, '-resize', `${SIDE}x${SIDE}!`];
  const args = [`${path}[${index}]`, ...shown, '-depth', '8', '-type', 'TrueColor', 'rgb:-'];
  try {
    const { stdout } = await run(command, args, { encoding: 'buffer', timeout: 60_000, maxBuffer: 1 << 20 });
    return stdout.length === SIDE * SIDE * 3 ? stdout : null;
  } catch {
    // The second decoder does not read this kind.
    return null;
  }
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

function add(map: Map<string, string[]>, key: string, name: string): void {
  map.set(key, [...(map.get(key) ?? []), name]);
}

function print({ opened, noted, refused, different, compared, strays }: Sweep, hasSecond: boolean): void {
  const list = (title: string, map: Map<string, string[]>) => {
    console.log(`\n${title}`);
    for (const [what, names] of [...map].sort(([, a], [, b]) => b.length - a.length)) {
      console.log(
        `${String(names.length).padStart(6)}  ${what}  (${names.slice(0, 3).join(', ')}${names.length > 3 ? ' ...' : ''})`,
      );
    }
  };
  const count = [...refused.values()].reduce((sum, names) => sum + names.length, 0);
  console.log(`${opened} opened, ${count} refused, ${strays} no photos`);
  console.log(hasSecond ? `${compared} compared, ${different.length} different` : 'no second decoder is installed');
  for (const each of different) console.log(`        ${each}`);
  list('Noted', noted);
  list('Refused', refused);
}
