import { join } from 'node:path';
import { FilmSettings, type StepOf } from '../../../contract/recipe';
import { type Context, type Evaluator, picturesOf } from '../evaluator';
import { ciede2000 } from '../fading';
import { leaked, matches, scratched, vignetted } from '../film';
import { joined, listPictures, readPicture, within, writePng } from '../pictures';
import type { Product } from '../product';
import type { Picture } from '../protocol';
import { type Row, row, total } from '../report';

/** Faults drawn from two sets of random numbers: one that was looked at while the step was made, and one that was not. */
const SETS = ['dev', 'final'] as const;
const CLEAN = ['kodak', 'cid22'] as const;

const ASKED_FOR: StepOf<'film'> = { kind: 'film', enabled: true, settings: FilmSettings.parse({}) };

/**
 * Draws scratches, light leaks and dark corners into photographs, and corrects them, once by a recipe that asks for it
 * and once as the analysis proposes. Clean photographs show whether the step leaves them alone.
 */
export const evaluator: Evaluator = {
  id: 'film',
  isStep: true,
  measure: async (product, context) => {
    const rows: Row[] = [];
    const truth = await picturesOf(context, 'kodak');
    const times: number[] = [];
    const sheet: Picture[][] = [];
    for (const set of SETS) {
      const data = `${truth.length} pictures`;
      rows.push(await scratches(product, context, truth, set, sheet));
      for (const [name, draw] of [
        ['leak', leaked],
        ['vignette', vignetted],
      ] as const) {
        context.tell(`${name}, ${set}`);
        const found = truth.map((picture, i) => draw(picture, set, i));
        const asked: Picture[] = [];
        const byItself: Picture[] = [];
        for (const picture of found) {
          const path = await writePng(picture, join(context.folder, 'film.png'));
          const { picture: result, seconds } = await product.run(path, ASKED_FOR);
          times.push(seconds / ((picture.width * picture.height) / 1e6));
          asked.push(result);
          byItself.push(await proposed(product, picture, path));
        }
        const away = (pictures: Picture[]) => pictures.map((picture, i) => ciede2000(picture, truth[i]!));
        const where = { case: `${name}, ${set}`, unit: '', data } as const;
        const baselines = { 'as found': away(found) };
        rows.push(row({ ...where, metric: 'CIEDE2000, asked for' }, away(asked), baselines));
        rows.push(row({ ...where, metric: 'CIEDE2000, by itself' }, away(byItself), baselines));
        for (let i = 0; i < truth.length; i++) sheet.push(await small([truth[i]!, found[i]!, asked[i]!]));
      }
    }
    for (const name of CLEAN) rows.push(...(await clean(product, context, name)));
    if (context.sheets) await writePng(joined(sheet, 8), join(context.sheets, 'film.png'));
    times.sort((one, other) => one - other);
    return { rows, secondsPerMegapixel: times[times.length >> 1] ?? null };
  },
};

/** The picture after the step as proposed; itself if nothing is proposed. */
async function proposed(product: Product, picture: Picture, path: string): Promise<Picture> {
  const { recipe } = await product.analyse(path);
  const step = recipe.steps.find((each) => each.kind === 'film');
  return step?.enabled ? (await product.run(path, step)).picture : picture;
}

/** F1 over the pixels that the step changes, within two pixels, of all pictures together. */
async function scratches(
  product: Product,
  context: Context,
  truth: readonly Picture[],
  set: string,
  sheet: Picture[][],
): Promise<Row> {
  context.tell(`scratches, ${set}`);
  const counts = { right: 0, changed: 0, hit: 0, scratched: 0 };
  for (const [i, picture] of truth.entries()) {
    const drawn = scratched(picture, set, i);
    const path = await writePng(drawn.picture, join(context.folder, 'film.png'));
    const result = await proposed(product, drawn.picture, path);
    for (const [name, count] of Object.entries(matches(drawn, result))) counts[name as keyof typeof counts] += count;
    sheet.push(await small([picture, drawn.picture, result]));
  }
  const precision = counts.changed > 0 ? counts.right / counts.changed : 0;
  const recall = counts.hit / Math.max(1, counts.scratched);
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  const where = { case: `scratches, ${set}`, metric: 'F1', unit: '', data: `${truth.length} pictures` } as const;
  return total(where, f1, { precision, recall });
}

/** How many clean photographs the step changes. */
async function clean(product: Product, context: Context, name: string): Promise<Row[]> {
  context.tell(`${name}, clean`);
  let [offered, changed] = [0, 0];
  const paths = listPictures(join(context.pictures, name), context.limit);
  for (const path of paths) {
    const picture = await readPicture(path);
    if (!isSame(await proposed(product, picture, path), picture)) offered++;
    if (!isSame((await product.run(path, ASKED_FOR)).picture, picture)) changed++;
  }
  const where = { case: `${name}, clean`, unit: '', data: `${paths.length} pictures` } as const;
  return [
    { ...total({ ...where, metric: 'changed, by itself' }, offered), of: paths.length },
    { ...total({ ...where, metric: 'changed, asked for' }, changed), of: paths.length },
  ];
}

const isSame = (one: Picture, other: Picture) => one.data.every((value, i) => value === other.data[i]);

const small = (pictures: Picture[]) => Promise.all(pictures.map((picture) => within(picture, 300)));
