import { join } from 'node:path';
import { captionSummary, readCaptions, readCase, scoreCaption } from './captions';
import type { Context } from './evaluator';
import { readPicture } from './pictures';
import type { Product } from './product';
import { cacheFolder } from './python';
import { type Entry, groups, proposals, type Score, score, summary } from './real';
import { findPhotograph, RealError, readIndex, readTruth } from './real-folder';
import { RealSheets } from './real-sheets';
import { type Row, total } from './report';

/** The table of docs/quality.md that the rows go into. */
const TABLE = 'real damage';
const UNITS: Readonly<Record<string, '%'>> = { 'writing touched': '%' };

interface Measured {
  entry: Entry;
  score: Score;
  isProposed: boolean;
}

/** Measures the product on real photographs whose damage was marked by hand; no rows if there are none. */
export async function realDamage(product: Product, context: Context): Promise<Row[]> {
  const masks = join(context.pictures, 'real');
  const { entries, wrong } = await readIndex(masks);
  for (const sentence of wrong) context.note(sentence);
  const sheets = context.sheets === null ? null : new RealSheets(context.sheets);
  const measured: Measured[] = [];
  for (const [i, entry] of entries.slice(0, context.limit).entries()) {
    if (i % 10 === 0) context.tell(`real damage, ${i} of ${Math.min(entries.length, context.limit)}`);
    try {
      measured.push(await measureOne(product, context, masks, entry, sheets));
    } catch (error) {
      if (!(error instanceof RealError)) throw error;
      context.note(error.message);
    }
  }
  await sheets?.finish();
  return groups(measured).flatMap(([name, part]) => {
    const where = { case: `real, ${name}`, data: `${part.length} real photographs`, table: TABLE };
    const kept = part.reduce((sum, each) => sum + each.score.kept, 0);
    const needed = part.filter(({ entry }) => entry.mustRepair !== '?');
    const asked = needed.filter(({ entry }) => entry.mustRepair === 'y').length;
    const of: Readonly<Record<string, number>> = {
      'kept regions hurt': kept,
      'proposal right': needed.length,
      'proposal missed': asked,
      'proposal needless': needed.length - asked,
    };
    return Object.entries({ ...summary(part), ...proposals(part) }).map(([metric, value]) => ({
      ...total({ ...where, metric, unit: UNITS[metric] ?? '' }, value),
      ...(metric === 'kept regions hurt' ? { data: `${kept} kept regions of ${where.data}` } : {}),
      ...(metric in of ? { of: of[metric]! } : {}),
    }));
  });
}

async function measureOne(
  product: Product,
  context: Context,
  masks: string,
  entry: Entry,
  sheets: RealSheets | null,
): Promise<Measured> {
  const { stem } = entry;
  const path = findPhotograph(join(context.pictures, 'old'), stem);
  const { truth, notes } = await readTruth(masks, stem);
  const { mask, width, height, analysis } = await product.detect(path).catch((error: unknown) => {
    throw new RealError(
      `${stem} cannot be measured (${error instanceof Error ? error.message : error}): it is left out`,
    );
  });
  if (truth.width !== width || truth.height !== height) {
    throw new RealError(
      `${stem}.mask.png has ${truth.width} x ${truth.height} px, its photograph ${width} x ${height} px: it is left out`,
    );
  }
  if (sheets) {
    const photo = await readPicture(path);
    if (photo.width === width) await sheets.add({ name: stem, photo, found: mask, truth: truth.data });
  }
  return {
    entry,
    score: score({ width, height, data: mask }, truth.data, notes),
    isProposed: analysis.needs.some(({ kind, needed }) => kind === 'repair' && needed),
  };
}

/** Measures the product on captions with creases through them; one row says so if the kit has made none. */
export async function captions(product: Product, context: Context): Promise<Row[]> {
  const folder = join(cacheFolder(), 'captions');
  const where = { case: 'captions', table: TABLE };
  const absent = { ...where, metric: 'writing touched', unit: '%', data: 'no captions' } as const;
  const cases = await readCaptions(folder).catch((error: unknown) => {
    context.note(`The captions in ${folder} cannot be read (${error instanceof Error ? error.message : error})`);
    return null;
  });
  if (cases === null) return [total(absent, null)];
  const scored: { medium: string; counts: ReturnType<typeof scoreCaption> }[] = [];
  for (const [i, each] of cases.slice(0, context.limit).entries()) {
    if (i % 50 === 0) context.tell(`captions, ${i} of ${Math.min(cases.length, context.limit)}`);
    try {
      const { picture, writing, creases } = await readCase(folder, each);
      const { mask, width, height } = await product.detect(picture);
      scored.push({ medium: each.medium, counts: scoreCaption({ width, height, data: mask }, writing, creases) });
    } catch (error) {
      context.note(
        `Caption ${each.name} cannot be measured (${error instanceof Error ? error.message : error}): it is left out`,
      );
    }
  }
  const parts = [
    ['captions', scored],
    ['captions, ink', scored.filter(({ medium }) => medium === 'ink')],
    ['captions, pencil', scored.filter(({ medium }) => medium === 'pencil')],
  ] as const;
  return parts.flatMap(([name, part]) => {
    const { writingTouched, linesFound } = captionSummary(part.map(({ counts }) => counts));
    const of = { ...where, case: name, data: `${part.length} captions with creases through them` };
    return [
      total({ ...of, metric: 'writing touched', unit: '%' }, writingTouched === null ? null : 100 * writingTouched),
      total({ ...of, metric: 'lines found', unit: '' }, linesFound),
    ];
  });
}
