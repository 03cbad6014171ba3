import { join } from 'node:path';
import type { ColourHint } from '../../../contract/edit';
import { COLOUR_VARIANTS, ColoriseSettings, type StepOf } from '../../../contract/recipe';
import { distances, type Evaluator, picturesOf } from '../evaluator';
import { colourfulness, psnr } from '../metrics';
import { fourTimes, joined, listPictures, readPicture, within, writePng } from '../pictures';
import { colourHints, greyOf, type Hint, type Picture } from '../protocol';
import { type Row, row } from '../report';

const FOLDERS = ['kodak', 'cid22'] as const;

const step = (variant: ColoriseSettings['variant']): StepOf<'colorise'> => ({
  kind: 'colorise',
  enabled: true,
  settings: ColoriseSettings.parse({ variant }),
});

/** One hint of a colour that is hardly ever right, in the middle. */
const ODD = { radius: 8, colour: [60, 90, 200] } as const;
/** Distances from it as shares of the longer side: what counts as there, and what as elsewhere. */
const HERE = 0.02;
const AWAY = 0.25;

/**
 * Colours photographs whose colours were removed, with the step's defaults, and compares them with grey. Nobody can know the
 * colours of a grey picture: PSNR rewards pale guesses, and colourfulness shows whether they are too pale. Ten hints of true
 * colours show whether hints help, and one of a wrong colour how far it reaches.
 */
export const evaluator: Evaluator = {
  id: 'coloriser',
  measure: async (product, context) => {
    const rows: Row[] = [];
    const shown: Picture[][] = [];
    let cost: number | null = null;
    for (const name of FOLDERS) {
      const truth = await picturesOf(context, name);
      if (truth.length === 0) continue;
      context.tell(name);
      const grey = truth.map(withoutColours);
      const made: Picture[] = [];
      for (const each of grey) {
        const { picture } = await product.run(await writeGrey(each, context.folder), step('natural'));
        made.push(picture);
      }
      if (cost === null) {
        const large = fourTimes(grey[0]!);
        const { seconds } = await product.run(await writeGrey(large, context.folder), step('natural'));
        cost = seconds / ((large.width * large.height) / 1e6);
      }
      const where = { case: name, data: `${truth.length} pictures` } as const;
      const each = (results: Picture[]) => results.map((result, i) => psnr(result, truth[i]!));
      rows.push(
        row({ ...where, metric: 'PSNR', unit: 'dB' }, each(made), { grey: each(grey) }),
        row({ ...where, metric: 'LPIPS', unit: '' }, await distances(context, made, truth), {
          grey: await distances(context, grey, truth),
        }),
        row(
          { ...where, metric: 'colourfulness', unit: '%' },
          made.map((result, i) => (100 * colourfulness(result)) / colourfulness(truth[i]!)),
          { grey: grey.map(() => 0) },
        ),
      );
      const helped: Picture[] = [];
      const moved: { there: number; elsewhere: number }[] = [];
      for (const [i, each] of grey.entries()) {
        const path = await writeGrey(each, context.folder);
        const ten = colourHints(truth[i]!, i).map(given);
        helped.push((await product.run(path, step('natural'), ten)).picture);
        const at = { x: Math.floor(each.width / 2), y: Math.floor(each.height / 2) };
        const { picture } = await product.run(path, step('natural'), [given({ ...at, ...ODD })]);
        moved.push(changes(picture, made[i]!, at));
      }
      rows.push(
        row({ ...where, case: `${name}, ten hints`, metric: 'PSNR', unit: 'dB' }, each(helped), {
          'no hints': each(made),
        }),
        row(
          { ...where, case: `${name}, one hint`, metric: 'change there', unit: '' },
          moved.map(({ there }) => there),
        ),
        row(
          { ...where, case: `${name}, one hint`, metric: 'change elsewhere', unit: '' },
          moved.map(({ elsewhere }) => elsewhere),
        ),
      );
      for (const i of [...made.keys()].slice(0, 6))
        shown.push(await Promise.all([truth[i]!, grey[i]!, made[i]!, helped[i]!].map((one) => within(one, 256))));
    }
    if (context.sheets) {
      for (const path of listPictures(join(context.pictures, 'monochrome'), context.limit)) {
        const before = await readPicture(path);
        const palettes: Picture[] = [];
        for (const variant of COLOUR_VARIANTS) palettes.push((await product.run(path, step(variant))).picture);
        shown.push(await Promise.all([before, ...palettes].map((one) => within(one, 256))));
      }
      if (shown.length > 0) await writePng(joined(shown, 8), join(context.sheets, 'coloriser.png'));
    }
    return { rows, secondsPerMegapixel: cost };
  },
};

/** A hint of the protocol, which counts whole pixels, as the product takes it. */
function given({ x, y, radius, colour }: Hint): ColourHint {
  const hex = colour.map((level) => level.toString(16).padStart(2, '0')).join('');
  return { colour: `#${hex}`, radius, points: [x + 0.5, y + 0.5] };
}

/** The mean difference of two pictures in levels, at a place and far from it. */
function changes(one: Picture, other: Picture, at: { x: number; y: number }): { there: number; elsewhere: number } {
  const { width, height } = one;
  const longer = Math.max(width, height);
  const [there, elsewhere] = [
    { sum: 0, count: 0 },
    { sum: 0, count: 0 },
  ];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const distance = Math.hypot(x - at.x, y - at.y) / longer;
      const into = distance <= HERE ? there : distance > AWAY ? elsewhere : null;
      if (into === null) continue;
      for (let c = 0; c < 3; c++) into.sum += Math.abs(one.data[i + c]! - other.data[i + c]!);
      into.count += 3;
    }
  }
  return { there: there.sum / there.count, elsewhere: elsewhere.sum / elsewhere.count };
}

function withoutColours(picture: Picture): Picture {
  const grey = greyOf(picture);
  return { ...picture, data: picture.data.map((_, i) => grey[Math.floor(i / 3)]!) };
}

/** Writes a file with one channel, as scanners do for such prints. */
function writeGrey(picture: Picture, folder: string): Promise<string> {
  return writePng({ ...picture, data: picture.data.filter((_, i) => i % 3 === 0) }, join(folder, 'grey.png'));
}
