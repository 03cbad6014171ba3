import { join } from 'node:path';
import { type StepOf, StyleSettings } from '../../../contract/recipe';
import { type Evaluator, picturesOf } from '../evaluator';
import { mean } from '../metrics';
import { joined, within, writePng } from '../pictures';
import { greyOf, type Picture } from '../protocol';
import { row } from '../report';

const STYLE = 'night';
const STEP: StepOf<'style'> = { kind: 'style', enabled: true, settings: StyleSettings.parse({ style: STYLE }) };

/**
 * Turns days of Kodak into nights and measures how much light is left. The training kit measures whether the content is kept,
 * because it has the net for the way back, and whether a classifier takes them for nights. See the sheet, too.
 */
export const evaluator: Evaluator = {
  id: 'night',
  measure: async (product, context) => {
    const days = await picturesOf(context, 'kodak');
    // The card may exist without a style that uses it. Then there is nothing to measure.
    const isOffered = (await product.styles()).some(({ id }) => id === STYLE);
    const nights: Picture[] = [];
    let seconds = 0;
    for (const day of isOffered ? days : []) {
      context.tell(`${nights.length + 1} of ${days.length}`);
      const made = await product.run(await writePng(day, join(context.folder, 'day.png')), STEP);
      nights.push(made.picture);
      seconds += made.seconds;
    }
    if (context.sheets && nights.length > 0) {
      const pairs = nights.map((night, i) => Promise.all([days[i]!, night].map((each) => within(each, 384))));
      await writePng(joined(await Promise.all(pairs), 8), join(context.sheets, 'night.png'));
    }
    const where = { case: 'kodak', metric: 'mean luma', unit: '%', data: `${days.length} pictures` } as const;
    const light = (picture: Picture) => (100 / 255) * mean([...greyOf(picture)]);
    const pixels = nights.reduce((sum, { width, height }) => sum + width * height, 0);
    const own = isOffered ? nights.map(light) : days.map(() => null);
    return {
      rows: [row(where, own, { 'by day': days.map(light) })],
      secondsPerMegapixel: isOffered ? seconds / (pixels / 1e6) : null,
    };
  },
};
