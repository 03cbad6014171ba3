import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Card } from '../../../main/generators/card';
import { PAINTED_EDGE } from '../../../main/restoration/style';
import { type StepOf, StyleSettings } from '../../../preload/contract';
import { type Context, type Evaluator, folderBeside } from '../evaluator';
import { ssim } from '../metrics';
import { centre, cut, joined, listPictures, readPicture, within, writePng } from '../pictures';
import type { Product } from '../product';
import { type Picture, reduced } from '../protocol';
import { type Row, row, total } from '../report';
import { STYLIST, timeStylist } from '../rivals';

/** A portrait, a landscape, a street, a still life and a detail. */
const PHOTOGRAPHS = ['kodak/4.png', 'kodak/21.png', 'kodak/8.png', 'cid22/70497.png', 'kodak/7.png'];
/** Those of Kodak whose distances are measured, and in whose manner each is painted; as the training kit has them. */
const MEASURED = ['5', '15', '19', '23'];
const MANNERS = ['van-gogh-starry-night', 'hokusai-great-wave', 'munch-the-scream', 'picabia-udnie'];
const SIDE = 256;
/** Longest side in pixels of a painting before its middle is taken. */
const LONGEST = 512;
/** Of each side of a painting, so much is left out: scans show a frame there. */
const FRAME = 0.05;
/** So many runs that both sides meet a quiet moment. */
const RUNS = 3;

const step = (settings: Partial<StyleSettings>): StepOf<'style'> => ({
  kind: 'style',
  enabled: true,
  settings: StyleSettings.parse(settings),
});

/**
 * How near one pass of the generator comes to a painting, how much of the photograph it leaves, and how long it takes beside
 * a net of one style. Whether a person would know the work again is for the eye: the sheet has a line for each style, in the
 * order of `emulsion styles`, below one of the photographs.
 */
export const evaluator: Evaluator = {
  id: 'style',
  measure: async (product, context) => {
    const rows: Row[] = await nearness(product, context);
    const chosen = PHOTOGRAPHS.map((name) => join(context.pictures, name)).filter(existsSync);
    const others = ['kodak', 'cid22'].flatMap((name) => listPictures(join(context.pictures, name)));
    const paths = (chosen.length > 0 ? chosen : others).slice(0, Math.min(PHOTOGRAPHS.length, context.limit));
    const photographs = await Promise.all(paths.map(readPicture));
    const styles = await product.styles();
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

/**
 * Distances to the painting's style and to the photograph's content, of pictures of 256 px, each in another manner; a row
 * of the card's, from optimising the picture itself, stands beside them.
 */
async function nearness(product: Product, context: Context): Promise<Row[]> {
  const { perceptual, limit } = context;
  const kodak = listPictures(join(context.pictures, 'kodak')).filter((path) => MEASURED.includes(stem(path)));
  const photographs = (await Promise.all(kodak.slice(0, limit).map(readPicture))).map((each) => centre(each, SIDE));
  const paintings = await paintingsOf(context);
  if (photographs.length === 0 || paintings.length === 0) return [];
  context.tell('distances');
  const found: Record<'style' | 'content', Record<'own' | 'before', (number | null)[]>> = {
    style: { own: [], before: [] },
    content: { own: [], before: [] },
  };
  for (const [i, photograph] of photographs.entries()) {
    const painting = paintings[i % paintings.length]!;
    const code = await product.readStyle(await writePng(painting, join(context.folder, 'painting.png')));
    const path = await writePng(photograph, join(context.folder, 'photograph.png'));
    const { picture } = await product.run(path, step({ style: 'painting.png', code }));
    const own = perceptual && (await perceptual.style(picture, photograph, painting));
    const before = perceptual && (await perceptual.style(photograph, photograph, painting));
    for (const of of ['style', 'content'] as const) {
      found[of].own.push(own?.[of] ?? null);
      found[of].before.push(before?.[of] ?? null);
    }
  }
  const where = { case: `${SIDE} px of kodak`, unit: '', data: `${photographs.length} pictures` } as const;
  const { measured } = Card.parse(JSON.parse(await readFile(join(context.models, 'style', 'card.json'), 'utf8')));
  return (['style', 'content'] as const).map((of) => {
    const metric = `${of} distance`;
    const { baselines, ...rest } = row({ ...where, metric }, found[of].own, { 'as it came': found[of].before });
    const kits = measured.find((each) => each.metric === `${metric}, ${where.case}`)?.baseline;
    return { ...rest, baselines: { ...(kits ? { [kits.name]: kits.value } : {}), ...baselines } };
  });
}

const stem = (path: string) => basename(path, extname(path));

/** The middles of the paintings, without their frames; those of {@link MANNERS} where they are at hand, else all. */
async function paintingsOf(context: Context): Promise<Picture[]> {
  const all = listPictures(folderBeside(context, 'styles') ?? '');
  const chosen = MANNERS.flatMap((manner) => all.find((path) => stem(path) === manner) ?? []);
  return Promise.all(
    (chosen.length > 0 ? chosen : all).map(async (path) => {
      const whole = await readPicture(path);
      const [left, top] = [Math.round(FRAME * whole.width), Math.round(FRAME * whole.height)];
      return centre(reduced(cut(whole, left, top, whole.width - 2 * left, whole.height - 2 * top), LONGEST), SIDE);
    }),
  );
}

/** Seconds per megapixel of a picture that is painted at its own size, and of a net of one style, taking turns. */
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
