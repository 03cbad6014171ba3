import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readGrey, readPicture } from './pictures';
import type { Picture } from './protocol';

/** A picture with a hole to fill. */
export interface Hole {
  picture: Picture;
  /** 255 in the hole, 0 elsewhere. */
  mask: Uint8Array;
  /** The correct result. */
  truth: Picture;
}

const indexSchema = z.object({ cases: z.array(z.object({ name: z.string() })) });

/**
 * Reads real damage of glass plates with its truth. The training kit prepares and describes it (`python3 -m
 * training.evaluation.plates`). None if there is no such folder. Throws if its index is broken or a picture is missing.
 */
export async function readHoles(folder: string, limit: number): Promise<Hole[]> {
  const index = join(folder, 'holes.json');
  if (!existsSync(index)) return [];
  const { cases } = indexSchema.parse(JSON.parse(await readFile(index, 'utf8')));
  return Promise.all(
    cases.slice(0, limit).map(async ({ name }) => ({
      picture: await readPicture(join(folder, `${name}.png`)),
      mask: (await readGrey(join(folder, `${name}.hole.png`))).data,
      truth: await readPicture(join(folder, `${name}.truth.png`)),
    })),
  );
}
