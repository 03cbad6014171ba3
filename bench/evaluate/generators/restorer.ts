import { join } from 'node:path';
import type { Analysis } from '../../../contract/photo';
import type { StepOf } from '../../../contract/recipe';
import { errorOf, expectedIn } from '../../../main/restoration/steps/restore/restore';
import { type Context, distances, type Evaluator, picturesOf } from '../evaluator';
import { psnr, ssim } from '../metrics';
import { cut, fourTimes, joined, listPictures, readPicture, writeJpeg, writePng } from '../pictures';
import type { Product } from '../product';
import { noisy, type Picture, QUALITIES, SIGMAS } from '../protocol';
import { DENOISING } from '../python';
import { type Row, row } from '../report';

/** Full strength, so that the net is measured and not the blending. */
const STEP: StepOf<'restore'> = { kind: 'restore', enabled: true, settings: { strength: 1, keepGrain: false } };

/**
 * Restores whole Kodak pictures with white noise, with JPEG artefacts and clean, and compares with non-local means. The step
 * measures the size of the error itself; non-local means gets the true one.
 */
export const evaluator: Evaluator = {
  id: 'restorer',
  measure: async (product, context) => {
    const clean = await picturesOf(context, 'kodak');
    if (clean.length === 0) return { rows: [], secondsPerMegapixel: null };
    const rows: Row[] = [];
    const shown: Picture[][] = [];
    const data = `${clean.length} Kodak pictures`;
    for (const { name, write } of CASES) {
      context.tell(name);
      const files: string[] = [];
      for (const [i, picture] of clean.entries())
        files.push(await write(picture, i, join(context.folder, `case-${i}`)));
      const degraded = await Promise.all(files.map(readPicture));
      const restored: Picture[] = [];
      const told: number[] = [];
      const analyses: Analysis[] = [];
      for (const [i, file] of files.entries()) {
        const { picture, analysis } = await product.run(file, STEP);
        restored.push(picture);
        analyses.push(analysis);
        told.push(errorOf(expectedIn({ ...degraded[i]!, channels: 3, depth: 8 }, analysis)));
      }
      const add = (metric: string, unit: Row['unit'], own: (number | null)[], others = {}) =>
        rows.push({ ...row({ case: name, metric, unit, data }, own, others), told });
      const proposed = analyses.map((analysis) => (isProposed(analysis) ? 100 : 0));
      if (name === 'clean') {
        add(
          'SSIM',
          '',
          restored.map((each, i) => ssim(each, clean[i]!)),
        );
        add('restore proposed', '%', proposed);
        continue;
      }
      const jobs = files.map((picture, i) => ({
        method: DENOISING,
        picture,
        error: Math.sqrt(meanSquare(degraded[i]!, clean[i]!)),
      }));
      const rival = context.opencv && (await context.opencv.run(jobs));
      const each = (score: (one: Picture, other: Picture) => number, results: Picture[]) =>
        results.map((result, i) => score(result, clean[i]!));
      for (const [metric, unit, score] of [
        ['PSNR', 'dB', psnr],
        ['SSIM', '', ssim],
      ] as const) {
        const others = { 'as it came': each(score, degraded), [DENOISING]: rival && each(score, rival) };
        add(metric, unit, each(score, restored), others);
      }
      add('LPIPS', '', await distances(context, restored, clean), {
        'as it came': await distances(context, degraded, clean),
        [DENOISING]: rival && (await distances(context, rival, clean)),
      });
      add('restore proposed', '%', proposed);
      for (let i = 0; i < Math.min(2, clean.length); i++) {
        const four = [degraded[i]!, restored[i]!, ...(rival ? [rival[i]!] : []), clean[i]!];
        shown.push(
          four.map((picture) => cut(picture, Math.min(128, picture.width >> 2), picture.height >> 2, 384, 256)),
        );
      }
    }
    context.tell('clean pictures of the second set');
    const second = listPictures(join(context.pictures, 'cid22'), context.limit);
    if (second.length > 0) {
      const proposed: number[] = [];
      for (const path of second) proposed.push(isProposed(await product.analyse(path)) ? 100 : 0);
      const where = { case: 'clean, cid22', metric: 'restore proposed', unit: '%', data: `${second.length} pictures` };
      rows.push(row({ ...where, unit: '%' }, proposed));
    }
    if (context.sheets) {
      await writePng(joined(shown, 8), join(context.sheets, 'restorer.png'));
      await writeOld(product, context, context.sheets);
    }
    return { rows, secondsPerMegapixel: await speed(product, context, clean[0]!) };
  },
};

interface Case {
  name: string;
  write: (picture: Picture, index: number, stem: string) => Promise<string>;
}

const CASES: readonly Case[] = [
  ...SIGMAS.map((sigma) => ({
    name: `noise ${sigma}`,
    write: (picture: Picture, i: number, stem: string) =>
      writePng(noisy(picture, sigma, `noise ${sigma}`, i), `${stem}.png`),
  })),
  ...QUALITIES.map((quality) => ({
    name: `JPEG ${quality}`,
    write: (picture: Picture, _: number, stem: string) => writeJpeg(picture, quality, `${stem}.jpg`),
  })),
  { name: 'clean', write: (picture, _, stem) => writePng(picture, `${stem}.png`) },
];

function isProposed(analysis: Analysis): boolean {
  return analysis.needs.some(({ kind, needed }) => kind === 'restore' && needed);
}

function meanSquare(one: Picture, other: Picture): number {
  return one.data.reduce((sum, value, i) => sum + (value - other.data[i]!) ** 2, 0) / one.data.length;
}

async function speed(product: Product, { folder }: Context, picture: Picture): Promise<number> {
  const large = fourTimes(noisy(picture, 25, 'noise 25', 0));
  const path = await writePng(large, join(folder, 'large.png'));
  const { seconds } = await product.run(path, STEP);
  return seconds / ((large.width * large.height) / 1e6);
}

/** Writes a sheet of real old photographs before and after, at the proposed strength. */
async function writeOld(product: Product, context: Context, sheets: string): Promise<void> {
  const rows: Picture[][] = [];
  for (const path of listPictures(join(context.pictures, 'old'), context.limit)) {
    const { picture } = await product.run(path, { ...STEP, settings: { strength: 0.8, keepGrain: false } });
    const before = await readPicture(path);
    rows.push([before, picture].map((each) => cut(each, each.width >> 2, each.height >> 3, 384, 384)));
  }
  if (rows.length > 0) await writePng(joined(rows, 8), join(sheets, 'restorer-old.png'));
}
