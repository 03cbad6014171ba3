import { join } from 'node:path';
import { type Context, type Evaluator, picturesOf } from '../evaluator';
import { type Detection, detection, mean, scores } from '../metrics';
import { listOverlays } from '../overlays';
import { centre, fourTimes, joined, listPictures, marked, readGrey, readPicture, writePng } from '../pictures';
import type { Product } from '../product';
import { type Damaged, damaged, LEVELS, overlaid, type Picture } from '../protocol';
import { DETECTION } from '../python';
import { captions, realDamage } from '../real-damage';
import { type Row, row, total } from '../report';

const SIDE = 512;

/**
 * Measures real damage marked by hand, captions (which are not damage), drawn damage that is plain or hard to see, and false
 * alarms on clean photographs. It judges the mask that the product would fill at its default sensitivity, not grown.
 */
export const evaluator: Evaluator = {
  id: 'damage-detector',
  measure: async (product, context) => {
    const rows: Row[] = [...(await realDamage(product, context)), ...(await captions(product, context))];
    const hasRealOnes = rows.some(({ case: name }) => name.startsWith('real'));
    const shown: Picture[][] = [];
    const path = join(context.folder, 'damaged.png');
    const sets = await Promise.all(['kodak', 'cid22'].map((name) => picturesOf(context, name)));
    const pictures = sets.flat().map((picture) => centre(picture, SIDE));
    if (pictures.length === 0) return { rows, secondsPerMegapixel: null };
    for (const [name, make] of await casesOf(context, pictures.length)) {
      context.tell(`damage, ${name}`);
      const counts: Detection[] = [];
      const classic: Detection[] = [];
      const needed: number[] = [];
      for (const [i, picture] of pictures.entries()) {
        const { picture: shownDamage, label, judged } = make(picture, i);
        const { mask, analysis } = await product.detect(await writePng(shownDamage, path));
        const hats = await topHats(context, path);
        if (hats) classic.push(detection(hats, label, judged, picture.width));
        counts.push(detection(mask, label, judged, picture.width));
        needed.push(analysis.needs.some(({ kind, needed: is }) => kind === 'repair' && is) ? 100 : 0);
        if (i < 2) shown.push([shownDamage, marked(shownDamage, mask, RED), marked(black(picture), label, WHITE)]);
      }
      const data = `${pictures.length} pictures of ${SIDE} px, 2 px tolerance`;
      const found = scores(counts);
      const rival = classic.length > 0 ? scores(classic) : null;
      for (const [metric, key] of [
        ['F1', 'f1'],
        ['precision', 'precision'],
        ['recall', 'recall'],
      ] as const) {
        rows.push(total({ case: name, metric, unit: '', data }, found[key], { [DETECTION]: rival?.[key] ?? null }));
      }
      rows.push(total({ case: name, metric: 'repair proposed', unit: '%', data }, mean(needed)));
    }
    for (const [i, name] of ['kodak', 'cid22'].entries()) {
      context.tell(`clean, ${name}`);
      const alarms: number[] = [];
      const classic: number[] = [];
      const needed: number[] = [];
      for (const picture of sets[i]!) {
        const { mask, analysis } = await product.detect(await writePng(picture, path));
        alarms.push(share(mask));
        const hats = await topHats(context, path);
        if (hats) classic.push(share(hats));
        needed.push(analysis.needs.some(({ kind, needed: is }) => kind === 'repair' && is) ? 100 : 0);
      }
      if (alarms.length === 0) continue;
      const where = { case: `clean, ${name}`, unit: '%', data: `${alarms.length} clean pictures` } as const;
      rows.push(
        row({ ...where, metric: 'false positives' }, alarms, { [DETECTION]: classic.length > 0 ? classic : null }),
      );
      rows.push(row({ ...where, metric: 'repair proposed' }, needed));
    }
    if (context.sheets) {
      // Real photographs have their own sheets.
      const old = hasRealOnes ? [] : listPictures(join(context.pictures, 'old'), context.limit);
      for (const file of old) {
        const picture = await readPicture(file);
        const { mask } = await product.detect(await writePng(picture, path));
        shown.push([centre(picture, SIDE), centre(marked(picture, mask, RED), SIDE)]);
      }
      await writePng(joined(shown, 8), join(context.sheets, 'damage-detector.png'));
    }
    return { rows, secondsPerMegapixel: await speed(product, context, sets.flat()[0]!) };
  },
};

const RED = [255, 40, 40] as const;
const WHITE = [255, 255, 255] as const;

function black(picture: Picture): Picture {
  return { ...picture, data: new Uint8Array(picture.data.length) };
}

/** The marked share of a mask in percent. */
function share(mask: Uint8Array): number {
  return (100 * mask.reduce((sum, value) => sum + value, 0)) / mask.length;
}

/** The mask of the classic detector for a picture in a file; null without OpenCV. */
async function topHats({ opencv }: Context, picture: string): Promise<Uint8Array | null> {
  if (!opencv) return null;
  const [found] = await opencv.run([{ method: DETECTION, picture }]);
  return Uint8Array.from({ length: found!.width * found!.height }, (_, i) => (found!.data[3 * i]! > 127 ? 1 : 0));
}

type Make = (picture: Picture, index: number) => Damaged;

async function casesOf({ overlays }: Context, count: number): Promise<[string, Make][]> {
  const cases = LEVELS.map((level): [string, Make] => [level, (picture, i) => damaged(picture, level, i)]);
  if (overlays === null) return cases;
  const scanned = await heldOutOverlays(overlays, count);
  return [...cases, ['scanned overlays', (picture, i) => overlaid(picture, scanned[i]!, i)]];
}

/** Scanned overlays that were never trained on, evenly spread over the list. */
async function heldOutOverlays(folder: string, count: number): Promise<Picture[]> {
  const paths = listOverlays(folder)
    .filter(({ isHeldOut }) => isHeldOut)
    .map(({ path }) => path)
    .sort();
  if (paths.length === 0) throw new Error(`There are no overlays in ${folder}.`);
  const chosen = Array.from({ length: count }, (_, i) => paths[Math.floor((i * paths.length) / count)]!);
  return Promise.all(chosen.map(readGrey));
}

async function speed(product: Product, { folder }: Context, picture: Picture): Promise<number> {
  const large = fourTimes(picture);
  const { seconds } = await product.detect(await writePng(large, join(folder, 'large.png')));
  return seconds / ((large.width * large.height) / 1e6);
}
