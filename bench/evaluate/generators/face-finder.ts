import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import type { Evaluator } from '../evaluator';
import { listPictures, readPicture } from '../pictures';
import { type Row, total } from '../report';

/** Boxes as left, top, right, bottom in pixels. */
const Box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
type Box = z.infer<typeof Box>;

/**
 * Faces marked by hand, by the names of photographs in `old` and `monochrome`. `unclear`: heads that are turned away, covered,
 * cut off or too small to tell; whether one is found does not count.
 */
const Marks = z.record(z.string(), z.object({ faces: z.array(Box), unclear: z.array(Box) }));

/** From this overlap (intersection over union), a box is that of a face. */
const SAME = 0.4;
/** Faces that are narrower, in pixels, do not count. */
const SMALLEST = 12;

/** Compares the faces that the analysis finds with those that a person has marked. */
export const evaluator: Evaluator = {
  id: 'face-finder',
  measure: async (product, context) => {
    const marks = Marks.parse(JSON.parse(readFileSync(new URL('../faces.json', import.meta.url), 'utf8')));
    const counts = { right: 0, found: 0, faces: 0, photographs: 0 };
    for (const path of ['old', 'monochrome'].flatMap((name) => listPictures(join(context.pictures, name)))) {
      const name = basename(path, extname(path));
      const mark = marks[name];
      if (mark === undefined || counts.photographs >= context.limit) continue;
      context.tell(name);
      const { width, height } = await readPicture(path);
      const { faces } = await product.analyse(path);
      const left = [...mark.faces];
      counts.photographs += 1;
      counts.faces += left.length;
      for (const face of faces ?? []) {
        const [x, y] = [face.x * width, face.y * height];
        const box: Box = [x, y, x + face.width * width, y + face.height * height];
        const best = left.reduce<Box | null>(
          (found, each) => (overlap(box, each) > (found ? overlap(box, found) : 0) ? each : found),
          null,
        );
        if (best && overlap(box, best) >= SAME) {
          left.splice(left.indexOf(best), 1);
          counts.right += 1;
          counts.found += 1;
        } else if (
          !mark.unclear.some((each) => isIn(box, each)) &&
          Math.min(box[2] - box[0], box[3] - box[1]) >= SMALLEST
        ) {
          counts.found += 1;
          context.note(`${name}: no face at ${box.map(Math.round).join(', ')}`);
        }
      }
      for (const each of left) context.note(`${name}: missed the face at ${each.join(', ')}`);
    }
    if (counts.photographs === 0) return { rows: [], secondsPerMegapixel: null };
    const where = {
      case: 'faces',
      unit: '',
      data: `${counts.faces} faces in ${counts.photographs} photographs`,
    } as const;
    const rows: Row[] = [
      total({ ...where, metric: 'recall' }, counts.right / counts.faces),
      total({ ...where, metric: 'precision' }, counts.right / Math.max(1, counts.found)),
    ];
    return { rows, secondsPerMegapixel: null };
  },
};

/** Intersection over union. */
function overlap(one: Box, other: Box): number {
  const width = Math.min(one[2], other[2]) - Math.max(one[0], other[0]);
  const height = Math.min(one[3], other[3]) - Math.max(one[1], other[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(one) + area(other) - width * height);
}

/** Whether the middle of a box is in another. */
function isIn(box: Box, region: Box): boolean {
  const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  return x >= region[0] && x <= region[2] && y >= region[1] && y <= region[3];
}
