import { join } from 'node:path';
import { type StepOf, ToneSettings } from '../../../contract/recipe';
import { type Evaluator, picturesOf } from '../evaluator';
import { ciede2000, FADINGS, faded } from '../fading';
import { joined, listPictures, readPicture, within, writePng } from '../pictures';
import type { Picture } from '../protocol';
import { type Row, row } from '../report';

const FOLDERS = ['kodak', 'cid22'] as const;

/** The whole correction, as in a recipe that asks for it. */
const ASKED_FOR: StepOf<'tone'> = { kind: 'tone', enabled: true, settings: ToneSettings.parse({}) };

/**
 * Fades photographs in three ways and undoes it, once by a recipe that asks for it and once as the analysis proposes.
 * Sound photographs show whether the proposal leaves them alone.
 */
export const evaluator: Evaluator = {
  id: 'fading',
  measure: async (product, context) => {
    const rows: Row[] = [];
    const shown: Picture[][] = [];
    const times: number[] = [];
    /** The picture after the step as proposed; itself if nothing is proposed. */
    const proposed = async (picture: Picture, path: string) => {
      const { recipe } = await product.analyse(path);
      const step = recipe.steps.find((each) => each.kind === 'tone');
      return step?.enabled ? (await product.run(path, step)).picture : picture;
    };
    for (const name of FOLDERS) {
      const truth = await picturesOf(context, name);
      if (truth.length === 0) continue;
      const data = `${truth.length} pictures`;
      const away = (pictures: Picture[]) => pictures.map((picture, i) => ciede2000(picture, truth[i]!));
      for (const kind of FADINGS) {
        context.tell(`${name}, ${kind}`);
        const found = truth.map((picture, i) => faded(picture, kind, i));
        const asked: Picture[] = [];
        const byItself: Picture[] = [];
        for (const picture of found) {
          const path = await writePng(picture, join(context.folder, 'faded.png'));
          const { picture: result, seconds } = await product.run(path, ASKED_FOR);
          times.push(seconds / ((picture.width * picture.height) / 1e6));
          asked.push(result);
          byItself.push(await proposed(picture, path));
        }
        const where = { case: `${name}, ${kind}`, unit: '', data } as const;
        const baselines = { 'as found': away(found) };
        rows.push(row({ ...where, metric: 'CIEDE2000, asked for' }, away(asked), baselines));
        rows.push(row({ ...where, metric: 'CIEDE2000, by itself' }, away(byItself), baselines));
        for (let i = 0; i < Math.min(4, truth.length); i++) {
          shown.push(await small([truth[i]!, found[i]!, asked[i]!, byItself[i]!]));
        }
      }
      context.tell(`${name}, sound`);
      const kept: Picture[] = [];
      for (const picture of truth)
        kept.push(await proposed(picture, await writePng(picture, join(context.folder, 'sound.png'))));
      const where = { case: `${name}, sound`, metric: 'CIEDE2000, by itself', unit: '', data } as const;
      rows.push(row(where, away(kept), { 'as found': truth.map(() => 0) }));
    }
    if (context.sheets) {
      for (const path of listPictures(join(context.pictures, 'old'))) {
        const picture = await readPicture(path);
        if ((await product.analyse(path)).fading === null) continue;
        const { picture: asked } = await product.run(path, ASKED_FOR);
        shown.push(await small([picture, asked, await proposed(picture, path)]));
      }
      if (shown.length > 0) await writePng(joined(shown, 8), join(context.sheets, 'fading.png'));
    }
    times.sort((one, other) => one - other);
    return { rows, secondsPerMegapixel: times[Math.floor(times.length / 2)] ?? null };
  },
};

const small = (pictures: Picture[]) => Promise.all(pictures.map((picture) => within(picture, 256)));
