import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { StyleInfo } from '../../../contract/app';
import { type StepOf, StyleSettings } from '../../../contract/recipe';
import { AnyCard } from '../../../main/generators/card';
import { PAINTED_EDGE } from '../../../main/restoration/steps/style/style';
import { type Context, type Evaluator, folderBeside } from '../evaluator';
import { ssim } from '../metrics';
import { centre, cut, joined, listPictures, readPicture, within, writePng } from '../pictures';
import type { Product } from '../product';
import { type Picture, reduced } from '../protocol';
import { type Row, row, total } from '../report';
import { STYLIST, timeStylist } from '../rivals';

/** A portrait, a landscape, a street, a still life and a detail. */
const PHOTOGRAPHS = ['kodak/4.png', 'kodak/21.png', 'kodak/8.png', 'cid22/70497.png', 'kodak/7.png'];
/** The Kodak pictures whose distances are measured, as in the training kit. */
const MEASURED = ['5', '15', '19', '23'];
const MANNERS = ['van-gogh-starry-night', 'hokusai-great-wave', 'munch-the-scream', 'picabia-udnie'];
/** Works whose files have other names than their styles. */
const FILES: Readonly<Record<string, string>> = {
  'uehara-waves': 'japanese-waves-print',
  'caillebotte-chrysanthemums': 'met-671456',
  'manet-garden': 'met-436965',
};
const SIDE = 256;
/** Longest side in pixels of a painting before its middle is taken. */
const LONGEST = 512;
/** The share of each side of a painting that is left out, because scans show a frame there. */
const FRAME = 0.05;
/** Enough runs that both sides meet a quiet moment. */
const RUNS = 3;

const step = (settings: Partial<StyleSettings>): StepOf<'style'> => ({
  kind: 'style',
  enabled: true,
  settings: StyleSettings.parse(settings),
});

/**
 * Measures how close one pass of the generator comes to a painting, how much of the photograph it keeps, and how long it takes
 * compared with a net for one style. Only the eye can judge whether a work is recognised: the sheet has a line for each style,
 * in the order of `emulsion styles`, below a line of the photographs.
 */
export const evaluator: Evaluator = {
  id: 'style',
  measure: async (product, context) => {
    const styles = await product.styles();
    const near = [...(await nearness(product, context)), ...(await nearnessOfPresets(product, context, styles))];
    const rows = await besideCard(context, near);
    const chosen = PHOTOGRAPHS.map((name) => join(context.pictures, name)).filter(existsSync);
    const others = ['kodak', 'cid22'].flatMap((name) => listPictures(join(context.pictures, name)));
    const paths = (chosen.length > 0 ? chosen : others).slice(0, Math.min(PHOTOGRAPHS.length, context.limit));
    const photographs = await Promise.all(paths.map(readPicture));
    const lines: Picture[][] = [photographs];
    for (const { id } of styles) {
      context.tell(id);
      const painted: Picture[] = [];
      for (const path of paths) painted.push((await product.run(path, step({ style: id }))).picture);
      const kept = painted.map((picture, i) => ssim(picture, photographs[i]!));
      rows.push(row({ case: id, metric: 'SSIM to the photo', unit: '', data: `${paths.length} pictures` }, kept));
      lines.push(painted);
    }
    if (context.sheets) {
      const small = lines.map((line) => Promise.all(line.map((picture) => within(picture, 384))));
      await writePng(joined(await Promise.all(small), 8), join(context.sheets, 'style.png'));
    }
    const cost = await speed(product, context, photographs[0]!, styles[0]!.id);
    const where = { case: 'time', metric: 'seconds per megapixel', unit: '', data: `the least of ${RUNS}` } as const;
    rows.push(total(where, cost.own, cost.other === null ? {} : { [STYLIST]: cost.other }));
    return { rows, secondsPerMegapixel: cost.own };
  },
};

/** Distances to the painting's style and to the photograph's content, of pictures of 256 px, each in another style. */
async function nearness(product: Product, context: Context): Promise<Row[]> {
  const photographs = (await measuredPhotographs(context)).map((each) => centre(each, SIDE));
  const all = listPictures(folderBeside(context, 'styles') ?? '');
  const chosen = MANNERS.flatMap((manner) => all.find((path) => stem(path) === manner) ?? []);
  const whole = await Promise.all((chosen.length > 0 ? chosen : all).map(readPainting));
  const paintings = whole.map((each) => centre(each, SIDE));
  if (photographs.length === 0 || paintings.length === 0) return [];
  context.tell('distances');
  const made: Made[] = [];
  for (const [i, photograph] of photographs.entries()) {
    const painting = paintings[i % paintings.length]!;
    const code = await product.readStyle(await writePng(painting, join(context.folder, 'painting.png')));
    const path = await writePng(photograph, join(context.folder, 'photograph.png'));
    const { picture } = await product.run(path, step({ style: 'painting.png', code }));
    made.push({ picture, photograph, painting });
  }
  const where = { case: `${SIDE} px of kodak`, unit: '', data: `${photographs.length} pictures` } as const;
  const found = await distancesOf(context, made);
  return [
    row({ ...where, metric: 'style distance' }, found.style.own, { 'as it came': found.style.before }),
    row({ ...where, metric: 'content distance' }, found.content.own, { 'as it came': found.content.before }),
  ];
}

/**
 * The same distances for whole pictures in each style that ships, if its work is in the data folder, and again at half the
 * size, where broad strokes and shapes count.
 */
async function nearnessOfPresets(product: Product, context: Context, styles: readonly StyleInfo[]): Promise<Row[]> {
  const photographs = (await measuredPhotographs(context)).map((each) => reduced(each, LONGEST));
  const files = new Map(listPictures(folderBeside(context, 'styles') ?? '').map((path) => [stem(path), path]));
  const known = styles.filter(({ id }) => files.has(FILES[id] ?? id));
  if (photographs.length === 0 || known.length === 0) return [];
  const made: Made[] = [];
  for (const { id } of known) {
    context.tell(`distances, ${id}`);
    const painting = await readPainting(files.get(FILES[id] ?? id)!);
    for (const photograph of photographs) {
      const path = await writePng(photograph, join(context.folder, 'photograph.png'));
      made.push({ picture: (await product.run(path, step({ style: id }))).picture, photograph, painting });
    }
  }
  const data = `${known.length} presets on ${photographs.length} pictures`;
  const where = { case: `presets, ${LONGEST} px of kodak`, unit: '', data } as const;
  const found = await distancesOf(context, made);
  const halves = made.map(({ picture, photograph, painting }) => {
    return { picture: halved(picture), photograph: halved(photograph), painting: halved(painting) };
  });
  const coarse = await distancesOf(context, halves);
  return [
    row({ ...where, metric: 'style distance' }, found.style.own, { 'as it came': found.style.before }),
    row({ ...where, metric: 'style distance, halved' }, coarse.style.own, { 'as it came': coarse.style.before }),
    row({ ...where, metric: 'content distance' }, found.content.own, { 'as it came': found.content.before }),
  ];
}

interface Made {
  picture: Picture;
  photograph: Picture;
  painting: Picture;
}

/** Distances of the painted and the unchanged photographs; null if they cannot be measured. */
async function distancesOf(
  { perceptual }: Context,
  made: readonly Made[],
): Promise<Record<'style' | 'content', Record<'own' | 'before', (number | null)[]>>> {
  const pairs: ({ style: number; content: number } | undefined)[][] = [];
  for (const { picture, photograph, painting } of made) {
    const of = (each: Picture) => perceptual?.style(each, photograph, painting);
    pairs.push([await of(picture), await of(photograph)]);
  }
  const values = (which: number, metric: 'style' | 'content') => pairs.map((pair) => pair[which]?.[metric] ?? null);
  return {
    style: { own: values(0, 'style'), before: values(1, 'style') },
    content: { own: values(0, 'content'), before: values(1, 'content') },
  };
}

/** Adds baselines from the card that only the training kit can measure: optimisation of the picture itself. */
async function besideCard({ models }: Context, rows: readonly Row[]): Promise<Row[]> {
  const { measured } = AnyCard.parse(JSON.parse(await readFile(join(models, 'style', 'card.json'), 'utf8')));
  return rows.map((each) => {
    const kits = measured.find(({ metric }) => metric === `${each.metric}, ${each.case}`)?.baseline;
    return kits ? { ...each, baselines: { [kits.name]: kits.value, ...each.baselines } } : each;
  });
}

const stem = (path: string) => basename(path, extname(path));
const halved = (picture: Picture) => reduced(picture, Math.max(picture.width, picture.height) >> 1);

async function measuredPhotographs({ pictures, limit }: Context): Promise<Picture[]> {
  const kodak = listPictures(join(pictures, 'kodak')).filter((path) => MEASURED.includes(stem(path)));
  return Promise.all(kodak.slice(0, limit).map(readPicture));
}

/** Reads a painting without its frame, reduced. */
async function readPainting(path: string): Promise<Picture> {
  const whole = await readPicture(path);
  const [left, top] = [Math.round(FRAME * whole.width), Math.round(FRAME * whole.height)];
  return reduced(cut(whole, left, top, whole.width - 2 * left, whole.height - 2 * top), LONGEST);
}

/** Seconds per megapixel for a picture painted at full size, and for a net of one style, taking turns. */
async function speed(
  product: Product,
  context: Context,
  photograph: Picture,
  style: string,
): Promise<{ own: number; other: number | null }> {
  const part = centre(photograph, PAINTED_EDGE >> 1);
  const large = joined([
    [part, part],
    [part, part],
  ]);
  const path = await writePng(large, join(context.folder, 'large.png'));
  let own = Number.POSITIVE_INFINITY;
  let other: number | null = null;
  for (let i = 0; i < RUNS; i++) {
    own = Math.min(own, (await product.run(path, step({ style }))).seconds);
    const theirs = await timeStylist(context);
    if (theirs !== null) other = Math.min(other ?? theirs, theirs);
  }
  return { own: own / ((large.width * large.height) / 1e6), other };
}
