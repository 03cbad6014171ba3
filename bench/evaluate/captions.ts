import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readGrey } from './pictures';
import type { Mask } from './shapes';
import { near, thin, tolerance } from './shapes';

/**
 * Captions with creases through them. The training kit makes and describes them (`python3 -m training.evaluation.captions`).
 * Its `evaluation/real.json` holds a case that the tests of both sides compare with.
 */

const indexSchema = z.object({
  cases: z.array(z.object({ name: z.string(), medium: z.enum(['ink', 'pencil']) })),
});

export type CaptionCase = z.infer<typeof indexSchema>['cases'][number];

/** The cases in a folder; null if there is none. Throws if its index is broken. */
export async function readCaptions(folder: string): Promise<CaptionCase[] | null> {
  const index = join(folder, 'captions.json');
  if (!existsSync(index)) return null;
  return indexSchema.parse(JSON.parse(await readFile(index, 'utf8'))).cases;
}

/** Paths and masks of a case. */
export async function readCase(folder: string, { name }: CaptionCase) {
  const read = async (part: string) => {
    const { data } = await readGrey(join(folder, `${name}.${part}.png`));
    return data.map((value) => (value > 127 ? 1 : 0));
  };
  return { picture: join(folder, `${name}.png`), writing: await read('writing'), creases: await read('creases') };
}

/** Counts in pixels. */
export interface CaptionScore {
  writingTouched: number;
  writing: number;
  linesFound: number;
  lines: number;
}

/** Scores one caption. All masks have the same size; 1 marks found damage, writing and creases. */
export function scoreCaption(found: Mask, writing: Uint8Array, creases: Uint8Array): CaptionScore {
  const { width, height } = found;
  const reach = tolerance(width, height);
  const nearCrease = near({ width, height, data: creases }, reach);
  const nearFound = near(found, reach);
  const middle = thin({ width, height, data: creases });
  const counts = { writingTouched: 0, writing: 0, linesFound: 0, lines: 0 };
  for (let i = 0; i < writing.length; i++) {
    if (writing[i] && !nearCrease[i]) {
      counts.writing++;
      counts.writingTouched += found.data[i]!;
    }
    if (middle[i]) {
      counts.lines++;
      counts.linesFound += nearFound[i]!;
    }
  }
  return counts;
}

/** The summary of many cases, as shares; null if there is nothing to measure. */
export function captionSummary(scores: readonly CaptionScore[]) {
  const share = (part: keyof CaptionScore, whole: keyof CaptionScore) => {
    const [some, all] = [part, whole].map((key) => scores.reduce((sum, each) => sum + each[key], 0)) as [
      number,
      number,
    ];
    return all > 0 ? some / all : null;
  };
  return { writingTouched: share('writingTouched', 'writing'), linesFound: share('linesFound', 'lines') };
}
