import { join } from 'node:path';
import { type Context, distances, type Evaluator, picturesOf } from '../evaluator';
import { type Hole, readHoles } from '../holes';
import { psnr } from '../metrics';
import { centre, fourTimes, joined, marked, writePng } from '../pictures';
import type { Product } from '../product';
import { greyOf, type Picture, SQUARES, squareHole, strokeMask, WIDTHS } from '../protocol';
import { cacheFolder, INPAINTING } from '../python';
import { type Row, row } from '../report';

const SIDE = 256;
const REAL = 'real damage';

/** Side of the crops with a wide hole, which the product fills by example. */
const WIDE_SIDE = 320;
const squareOf = (side: number) => `square of ${side} px`;
const SHOWN_SQUARE = squareOf(64);

/**
 * Fills strokes and squares on the middle of Kodak pictures, and real damage of glass plates; compares with OpenCV's two
 * methods. The training kit measures the net alone on the same cases.
 */
export const evaluator: Evaluator = {
  id: 'inpainter',
  measure: async (product, context) => {
    const pictures = await picturesOf(context, 'kodak');
    if (pictures.length === 0) return { rows: [], secondsPerMegapixel: null };
    const rows: Row[] = [];
    const strokes = [...strokesOn(pictures.map((picture) => centre(picture, SIDE)))].map(([name, holes]) => ({
      name,
      holes,
      data: `${holes.length} Kodak crops of ${SIDE} px, holes ${name}`,
    }));
    for (const { name, holes, data } of [...strokes, ...squaresOn(pictures), ...(await realDamage(context))]) {
      context.tell(`holes, ${name}`);
      const filled = await fillAll(product, context, holes);
      const classic = await baselines(context, holes);
      const score = (results: Picture[]) => results.map((each, i) => psnr(each, holes[i]!.truth, holes[i]!.mask));
      const truth = holes.map((hole) => hole.truth);
      const others = Object.entries(classic);
      const psnrs = others.map(([method, results]) => [method, results && score(results)] as const);
      const lpips = await Promise.all(
        others.map(
          async ([method, results]) => [method, results && (await distances(context, results, truth))] as const,
        ),
      );
      const where = { case: name, data } as const;
      rows.push(row({ ...where, metric: 'PSNR in the hole', unit: 'dB' }, score(filled), Object.fromEntries(psnrs)));
      const own = await distances(context, filled, truth);
      rows.push(row({ ...where, metric: 'LPIPS', unit: '' }, own, Object.fromEntries(lpips)));
      if (!context.sheets) continue;
      if (name === 'mixed') await writeSheet(join(context.sheets, 'inpainter.png'), holes, filled, classic);
      if (name === SHOWN_SQUARE) await writeSheet(join(context.sheets, 'inpainter-wide.png'), holes, filled, classic);
      if (name === REAL) await writeSheet(join(context.sheets, 'inpainter-real.png'), holes, filled, classic);
    }
    return { rows, secondsPerMegapixel: await speed(product, context, pictures[0]!) };
  },
};

/** The cases of wide holes; none for pictures that are too small. */
function squaresOn(pictures: readonly Picture[]): { name: string; holes: Hole[]; data: string }[] {
  const crops = pictures
    .map((picture) => centre(picture, WIDE_SIDE))
    .filter(({ width, height }) => Math.min(width, height) === WIDE_SIDE);
  if (crops.length === 0) return [];
  return SQUARES.map((side) => ({
    name: squareOf(side),
    holes: crops.map((picture, i) => ({ picture, mask: squareHole(i, WIDE_SIDE, WIDE_SIDE, side), truth: picture })),
    data: `${crops.length} Kodak crops of ${WIDE_SIDE} px`,
  }));
}

/** The cases of real damage; none, with a note, if the kit has not prepared any. */
async function realDamage(context: Context): Promise<{ name: string; holes: Hole[]; data: string }[]> {
  const folder = join(cacheFolder(), 'holes');
  try {
    const holes = await readHoles(folder, context.limit);
    if (holes.length > 0) return [{ name: REAL, holes, data: `${holes.length} windows of glass plates` }];
    context.note('Real damage is not filled: `python3 -m training.evaluation.plates` has not prepared any');
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    context.note(`Real damage is not filled: ${folder} cannot be read (${why})`);
  }
  return [];
}

function* strokesOn(crops: readonly Picture[]): Generator<[string, Hole[]]> {
  const masked = (pictures: readonly Picture[], kind: number | 'mixed') =>
    pictures.map((picture, i) => ({
      picture,
      mask: strokeMask(i, picture.width, picture.height, kind),
      truth: picture,
    }));
  for (const width of WIDTHS) yield [`${width} px`, masked(crops, width)];
  yield ['mixed', masked(crops, 'mixed')];
  const greys = crops.map((crop) => {
    const grey = greyOf(crop);
    return { ...crop, data: crop.data.map((_, i) => grey[Math.floor(i / 3)]!) };
  });
  yield ['mixed, grey', masked(greys, 'mixed')];
}

async function fillAll(product: Product, { folder }: Context, holes: readonly Hole[]): Promise<Picture[]> {
  const filled: Picture[] = [];
  for (const { picture, mask } of holes) {
    const path = await writePng(picture, join(folder, 'hole.png'));
    filled.push((await product.fill(path, picture.width, picture.height, mask)).picture);
  }
  return filled;
}

async function baselines(
  { opencv, folder }: Context,
  holes: readonly Hole[],
): Promise<Record<string, Picture[] | null>> {
  const files = await Promise.all(
    holes.map(async ({ picture, mask }, i) => ({
      picture: await writePng(picture, join(folder, 'holes', `${i}.png`)),
      mask: await writePng({ ...picture, data: mask }, join(folder, 'holes', `${i}-mask.png`)),
    })),
  );
  const results: Record<string, Picture[] | null> = {};
  for (const method of INPAINTING) {
    results[method] = opencv && (await opencv.run(files.map((each) => ({ method, ...each }))));
  }
  return results;
}

async function speed(product: Product, { folder }: Context, picture: Picture): Promise<number> {
  const large = fourTimes(picture);
  const path = await writePng(large, join(folder, 'large.png'));
  const mask = strokeMask(0, large.width, large.height, 8);
  const { seconds } = await product.fill(path, large.width, large.height, mask);
  return seconds / ((large.width * large.height) / 1e6);
}

/** Writes a sheet of the first pictures: hole or real damage, filled, Navier-Stokes, truth. */
async function writeSheet(
  path: string,
  holes: readonly Hole[],
  filled: readonly Picture[],
  classic: Readonly<Record<string, Picture[] | null>>,
): Promise<void> {
  const rows = holes.slice(0, 16).map(({ picture, mask, truth }, i) => {
    const other = classic[INPAINTING[0]]?.[i];
    const shown = truth === picture ? marked(picture, mask, [255, 255, 255]) : picture;
    return [shown, filled[i]!, ...(other ? [other] : []), truth];
  });
  await writePng(joined(rows, 8), path);
}
