import { join } from 'node:path';
import { COLOUR_VARIANTS, ColoriseSettings, type StepOf } from '../../../contract/recipe';
import { distances, type Evaluator, picturesOf } from '../evaluator';
import { colourfulness, psnr } from '../metrics';
import { fourTimes, joined, listPictures, readPicture, within, writePng } from '../pictures';
import { greyOf, type Picture } from '../protocol';
import { type Row, row } from '../report';

const FOLDERS = ['kodak', 'cid22'] as const;

const step = (variant: ColoriseSettings['variant']): StepOf<'colorise'> => ({
  kind: 'colorise',
  enabled: true,
  settings: ColoriseSettings.parse({ variant }),
});

/**
 * Colours photographs whose colours were removed, with the step's defaults, and compares them with grey. Nobody can know the
 * colours of a grey picture: PSNR rewards pale guesses, and colourfulness shows whether they are too pale.
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
      for (const i of [...made.keys()].slice(0, 6))
        shown.push(await Promise.all([truth[i]!, grey[i]!, made[i]!].map((one) => within(one, 256))));
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

function withoutColours(picture: Picture): Picture {
  const grey = greyOf(picture);
  return { ...picture, data: picture.data.map((_, i) => grey[Math.floor(i / 3)]!) };
}

/** Writes a file with one channel, as scanners do for such prints. */
function writeGrey(picture: Picture, folder: string): Promise<string> {
  return writePng({ ...picture, data: picture.data.filter((_, i) => i % 3 === 0) }, join(folder, 'grey.png'));
}
