import { join } from 'node:path';
import type { StepOf } from '../../../preload/contract';
import { type Context, distances, type Evaluator } from '../evaluator';
import { ssim } from '../metrics';
import { centre, cut, isGreyFile, joined, listPictures, readPicture, writePng } from '../pictures';
import type { Picture } from '../protocol';
import { type Row, row } from '../report';
import { resample } from '../resampling';

const FOLDERS = ['set14', 'kodak'] as const;
const BICUBIC = 'bicubic';
/** Y of ITU-R BT.601, 16 to 235, as papers measure it. */
const LUMA = [65.481 / 255, 128.553 / 255, 24.966 / 255] as const;

interface Case {
  large: Picture;
  small: Picture;
  /** The file has one channel, which is its own luma. */
  isGrey: boolean;
}

/**
 * Pictures shrunk by antialiased bicubic resampling, beside bicubic enlargement, by the protocol of the papers: the luma
 * without a border of `scale` pixels.
 */
export function upscaling(scale: 2 | 4): Evaluator {
  const id = `upscaler-x${scale}`;
  const step: StepOf<'upscale'> = { kind: 'upscale', enabled: true, settings: { scale, variant: 'faithful' } };
  return {
    id,
    measure: async (product, context) => {
      const rows: Row[] = [];
      const shown: Picture[][] = [];
      let cost: number | null = null;
      for (const name of FOLDERS) {
        const cases = await casesOf(context, name, scale);
        if (cases.length === 0) continue;
        context.tell(`${name}, ${scale} times`);
        const large = cases.map((each) => each.large);
        const made: Picture[] = [];
        for (const { small } of cases) {
          const { picture, seconds } = await product.run(
            await writePng(small, join(context.folder, 'small.png')),
            step,
          );
          made.push(picture);
          const each = seconds / ((small.width * small.height) / 1e6);
          cost = Math.min(cost ?? each, each);
        }
        const bicubic = cases.map(({ small }, i) => resample(small, large[i]!.width, large[i]!.height));
        const luma = (results: Picture[]) =>
          results.map((each, i) => lumaPsnr(each, large[i]!, scale, cases[i]!.isGrey));
        const similar = (results: Picture[]) => results.map((each, i) => ssim(each, large[i]!));
        const where = { case: name, data: `${cases.length} pictures, x${scale}` } as const;
        rows.push(
          row({ ...where, metric: 'PSNR of the luma', unit: 'dB' }, luma(made), { [BICUBIC]: luma(bicubic) }),
          row({ ...where, metric: 'SSIM', unit: '' }, similar(made), { [BICUBIC]: similar(bicubic) }),
          row({ ...where, metric: 'LPIPS', unit: '' }, await distances(context, made, large), {
            [BICUBIC]: await distances(context, bicubic, large),
          }),
        );
        for (const i of [...made.keys()].slice(0, 6)) {
          shown.push([bicubic[i]!, made[i]!, large[i]!].map((picture) => centre(picture, 256)));
        }
      }
      if (context.sheets && shown.length > 0) await writePng(joined(shown, 8), join(context.sheets, `${id}.png`));
      return { rows, secondsPerMegapixel: cost };
    },
  };
}

export const evaluator = upscaling(2);

async function casesOf({ pictures, limit }: Context, name: string, scale: number): Promise<Case[]> {
  const files = listPictures(join(pictures, name), limit);
  return Promise.all(
    files.map(async (file) => {
      const whole = await readPicture(file);
      const width = Math.floor(whole.width / scale);
      const height = Math.floor(whole.height / scale);
      const large = cut(whole, 0, 0, scale * width, scale * height);
      return { large, small: resample(large, width, height), isGrey: await isGreyFile(file) };
    }),
  );
}

function lumaPsnr(one: Picture, other: Picture, border: number, isGrey: boolean): number {
  let sum = 0;
  let count = 0;
  for (let y = border; y < one.height - border; y++) {
    for (let x = border; x < one.width - border; x++, count++) {
      const at = 3 * (y * one.width + x);
      let difference = isGrey ? one.data[at]! - other.data[at]! : 0;
      if (!isGrey) for (let c = 0; c < 3; c++) difference += LUMA[c]! * (one.data[at + c]! - other.data[at + c]!);
      sum += difference ** 2;
    }
  }
  return 10 * Math.log10(255 ** 2 / Math.max(sum / count, 1e-9));
}
