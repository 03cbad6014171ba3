import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type StepOf, StyleSettings } from '../../../preload/contract';
import type { Evaluator } from '../evaluator';
import { ssim } from '../metrics';
import { fourTimes, joined, listPictures, readPicture, within, writePng } from '../pictures';
import type { Picture } from '../protocol';
import { type Row, row } from '../report';

/** A portrait, a landscape, a street, a still life and a detail. */
const PHOTOGRAPHS = ['kodak/4.png', 'kodak/21.png', 'kodak/8.png', 'cid22/70497.png', 'kodak/7.png'];

const step = (style: string): StepOf<'style'> => ({
  kind: 'style',
  enabled: true,
  settings: StyleSettings.parse({ style }),
});

/**
 * What each style that ships leaves of a photograph's structure. How near it comes to its work is measured by the training
 * kit; whether a person would know the work again is for the eye: the sheet has a line for each style, in the order of
 * `emulsion styles`, below one of the photographs.
 */
export const evaluator: Evaluator = {
  id: 'style',
  measure: async (product, context) => {
    const chosen = PHOTOGRAPHS.map((name) => join(context.pictures, name)).filter(existsSync);
    const others = ['kodak', 'cid22'].flatMap((name) => listPictures(join(context.pictures, name)));
    const paths = (chosen.length > 0 ? chosen : others).slice(0, Math.min(PHOTOGRAPHS.length, context.limit));
    const photographs = await Promise.all(paths.map(readPicture));
    const rows: Row[] = [];
    const lines: Picture[][] = [photographs];
    for (const { id } of await product.styles()) {
      context.tell(id);
      const painted: Picture[] = [];
      for (const path of paths) painted.push((await product.run(path, step(id))).picture);
      const kept = painted.map((picture, i) => ssim(picture, photographs[i]!));
      rows.push(row({ case: id, metric: 'SSIM to the photo', unit: '', data: `${paths.length} pictures` }, kept));
      lines.push(painted);
    }
    if (context.sheets) {
      const small = lines.map((line) => Promise.all(line.map((picture) => within(picture, 384))));
      await writePng(joined(await Promise.all(small), 8), join(context.sheets, 'style.png'));
    }
    const large = fourTimes(photographs[0]!);
    const path = await writePng(large, join(context.folder, 'large.png'));
    const { seconds } = await product.run(path, step(rows[0]!.case));
    return { rows, secondsPerMegapixel: seconds / ((large.width * large.height) / 1e6) };
  },
};
