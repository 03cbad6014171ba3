import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { z } from 'zod';
import { readGrey } from './pictures';
import type { Picture } from './protocol';
import type { Entry, Notes } from './real';

/** A photograph cannot be measured; the message is a sentence that says why. */
export class RealError extends Error {}

const point = z.tuple([z.number(), z.number()]);
const path = z.array(point).min(1);
const notesSchema = z.object({
  lines: z.array(z.object({ points: path, kind: z.string() })).default([]),
  areas: z.array(z.object({ points: path, kind: z.string() })).default([]),
  spots: z.array(z.object({ at: point, radius: z.number(), kind: z.string() })).default([]),
  keep: z.array(z.object({ points: path, what: z.string() })).default([]),
});

/** The lines of `index.tsv` with their folds, and a sentence for each wrong line; nothing if there is no index. */
export async function readIndex(folder: string): Promise<{ entries: Entry[]; wrong: string[] }> {
  const folds = new Map((await table(join(folder, 'folds.tsv'))).map(({ cells: [stem, fold] }) => [stem, fold]));
  const entries: Entry[] = [];
  const wrong: string[] = [];
  for (const { number, cells } of await table(join(folder, 'index.tsv'))) {
    const [stem = '', severity = '', mustRepair = ''] = cells;
    if (stem === 'stem') continue;
    if (!/^[0-3]$/.test(severity) || !isAnswer(mustRepair)) {
      wrong.push(
        `real/index.tsv, line ${number} (${stem}): expected a severity from 0 to 3 and y, n or ?; it is left out`,
      );
      continue;
    }
    const fold = folds.get(stem) ?? '';
    entries.push({ stem, severity: Number(severity), mustRepair, fold: /^\d+$/.test(fold) ? Number(fold) : null });
  }
  return { entries, wrong };
}

const isAnswer = (text: string): text is Entry['mustRepair'] => ['y', 'n', '?'].includes(text);

/** The lines that are not empty, split at tabs; none if there is no such file. */
async function table(file: string): Promise<{ number: number; cells: string[] }[]> {
  if (!existsSync(file)) return [];
  return (await readFile(file, 'utf8'))
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, cells: line.split('\t') }))
    .filter(({ cells }) => cells[0] !== '');
}

/** The path of the photograph with this stem. Throws RealError if there is none. */
export function findPhotograph(folder: string, stem: string): string {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const name = names.find((each) => parse(each).name === stem);
  if (name === undefined) {
    throw new RealError(
      `real/index.tsv names ${stem}, but there is no such photograph in ${basename(folder)}: it is left out`,
    );
  }
  return join(folder, name);
}

/** The marks on a photograph. Throws RealError if a file is missing or broken. */
export async function readTruth(folder: string, stem: string): Promise<{ truth: Picture; notes: Notes }> {
  const mask = join(folder, `${stem}.mask.png`);
  if (!existsSync(mask)) throw new RealError(`${stem}.mask.png is missing: ${stem} is left out`);
  const truth = await readGrey(mask).catch(() => {
    throw new RealError(`${stem}.mask.png cannot be read: ${stem} is left out`);
  });
  const strokes = join(folder, `${stem}.json`);
  try {
    return { truth, notes: notesSchema.parse(existsSync(strokes) ? JSON.parse(await readFile(strokes, 'utf8')) : {}) };
  } catch (error) {
    throw new RealError(`${stem}.json is broken (${reasonOf(error)}): ${stem} is left out`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return `${issue?.path.join('.') || 'what it holds'}: ${issue?.message}`;
  }
  return error instanceof Error ? error.message : String(error);
}
