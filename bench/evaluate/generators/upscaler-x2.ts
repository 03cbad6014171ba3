import { join } from 'node:path';
import type { StepOf, UpscaleSettings } from '../../../contract/recipe';
import { type Context, distances, type Evaluator } from '../evaluator';
import { ssim } from '../metrics';
import { centre, cut, isGreyFile, joined, listPictures, readPicture, writeJpeg, writePng } from '../pictures';
import { noisy, type Picture, softened } from '../protocol';
import { type Row, row, total } from '../report';
import { resample } from '../resampling';
import { openRival } from '../rivals';

const FOLDERS = ['set14', 'kodak'] as const;
const BICUBIC = 'bicubic';
/** Y of ITU-R BT.601, 16 to 235, as papers measure it. */
const LUMA = [65.481 / 255, 128.553 / 255, 24.966 / 255] as const;

interface Case {
  large: Picture;
  small: Picture;
  /** Whether the file has a single channel, which is then the luma. */
  isGrey: boolean;
}

/**
 * Enlarges pictures that were shrunk by antialiased bicubic resampling, and compares with bicubic enlargement, by the protocol
 * of the papers: the luma without a border of `scale` pixels. The crisp upscalers get pictures that are also soft, noisy and
 * compressed, and are compared with the faithful one too. Other people's nets run on the same pictures if they are available.
 */
export function upscaling(scale: 2 | 4, variant: UpscaleSettings['variant']): Evaluator {
  const id = variant === 'faithful' ? `upscaler-x${scale}` : `upscaler-x${scale}-${variant}`;
  const step = (wanted: UpscaleSettings['variant']): StepOf<'upscale'> => ({
    kind: 'upscale',
    enabled: true,
    settings: { scale, variant: wanted },
  });
  return {
    id,
    measure: async (product, context) => {
      const rows: Row[] = [];
      const shown: Picture[][] = [];
      let cost: number | null = null;
      const rival = await openRival(context, scale, variant);
      for (const { name, cases } of await casesOf(context, scale, variant)) {
        context.tell(`${name}, ${scale} times`);
        const large = cases.map((each) => each.large);
        const made: Picture[] = [];
        const others: Record<string, Picture[]> = {
          [BICUBIC]: cases.map(({ small }, i) => resample(small, large[i]!.width, large[i]!.height)),
        };
        const add = (other: string, picture: Picture) => {
          others[other] = [...(others[other] ?? []), picture];
        };
        for (const { small } of cases) {
          const file = await writePng(small, join(context.folder, 'small.png'));
          const { picture, seconds } = await product.run(file, step(variant));
          made.push(picture);
          const each = seconds / ((small.width * small.height) / 1e6);
          cost = Math.min(cost ?? each, each);
          if (variant !== 'faithful') {
            // Null if the faithful upscaler is not installed.
            const faithful = await product.run(file, step('faithful')).catch(() => null);
            if (faithful) add('faithful', faithful.picture);
          }
          if (rival) add(rival.name, await rival.run(small));
        }
        const where = { case: name, data: `${cases.length} pictures, x${scale}` } as const;
        const compare = async (
          metric: string,
          unit: Row['unit'],
          score: (results: Picture[]) => (number | null)[] | Promise<(number | null)[]>,
        ) => {
          const baselines: Record<string, (number | null)[]> = {};
          for (const [other, results] of Object.entries(others)) baselines[other] = await score(results);
          rows.push(row({ ...where, metric, unit }, await score(made), baselines));
        };
        await compare('PSNR of the luma', 'dB', (results) =>
          results.map((each, i) => lumaPsnr(each, large[i]!, scale, cases[i]!.isGrey)),
        );
        await compare('SSIM', '', (results) => results.map((each, i) => ssim(each, large[i]!)));
        await compare('LPIPS', '', (results) => distances(context, results, large));
        for (const i of [...made.keys()].slice(0, 6)) {
          const line = [...Object.values(others).map((each) => each[i]!), made[i]!, large[i]!];
          shown.push(line.map((picture) => centre(picture, 256)));
        }
      }
      if (rival) {
        const { name } = rival;
        context.tell(`${name}: ${rival.secondsPerMegapixel().toFixed(2)} s for a megapixel of input`);
        if (cost !== null) {
          const where = {
            case: 'time',
            metric: 'seconds per megapixel of input',
            unit: '',
            data: 'the least of all',
          } as const;
          rows.push(total(where, cost, { [name]: rival.secondsPerMegapixel() }));
        }
        await rival.close();
      }
      if (context.sheets && shown.length > 0) await writePng(joined(shown, 8), join(context.sheets, `${id}.png`));
      return { rows, secondsPerMegapixel: cost };
    },
  };
}

export const evaluator = upscaling(2, 'faithful');

const SPOILT = { noise: 4, quality: 70 } as const;

async function casesOf(
  context: Context,
  scale: number,
  variant: UpscaleSettings['variant'],
): Promise<{ name: string; cases: Case[] }[]> {
  const isSpoilt = variant !== 'faithful';
  const found: { name: string; cases: Case[] }[] = [];
  for (const folder of isSpoilt ? (['kodak'] as const) : FOLDERS) {
    const cases: Case[] = [];
    for (const [i, file] of listPictures(join(context.pictures, folder), context.limit).entries()) {
      const whole = await readPicture(file);
      const width = Math.floor(whole.width / scale);
      const height = Math.floor(whole.height / scale);
      const large = cut(whole, 0, 0, scale * width, scale * height);
      const clean = resample(large, width, height);
      const small = isSpoilt ? await spoilt(clean, scale, i, context.folder) : clean;
      cases.push({ large, small, isGrey: await isGreyFile(file) });
    }
    if (cases.length > 0) found.push({ name: isSpoilt ? `${folder}, spoilt` : folder, cases });
  }
  return found;
}

/** Makes a picture soft, noisy and compressed, like those that people have. */
async function spoilt(small: Picture, scale: number, index: number, folder: string): Promise<Picture> {
  const noise = noisy(softened(small), SPOILT.noise, `spoilt x${scale}`, index);
  return readPicture(await writeJpeg(noise, SPOILT.quality, join(folder, 'spoilt.jpg')));
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
