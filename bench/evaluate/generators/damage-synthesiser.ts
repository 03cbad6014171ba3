import { join } from 'node:path';
import { Sessions } from '../../../main/engine/sessions';
import { Verdicts } from '../../../main/engine/verdicts';
import { GeneratorStore } from '../../../main/generators/store';
import { type Context, type Evaluator, folderBeside } from '../evaluator';
import { manifold } from '../metrics';
import { listOverlays, type Overlay } from '../overlays';
import { joined, readGrey, writePng } from '../pictures';
import { latents, type Picture, scan } from '../protocol';
import { type Row, total } from '../report';

const COUNT = 400;
const CASE = 'beside held-out scans';
const TRAINED_ON = 'scans of the training set';
const METRICS = ['precision', 'recall', 'diversity'] as const;

/** Generated overlays, `[count, 1, side, side]` in 0..1. */
interface Drawn {
  overlays: Float32Array;
  side: number;
  seconds: number;
}

/**
 * Compares generated overlays with scans that were never trained on, by features of SqueezeNet's last map: whether they look
 * like scans (precision), cover all of them (recall) and differ from one another (diversity). Scans of the training set are
 * compared in the same way.
 */
export const evaluator: Evaluator = {
  id: 'damage-synthesiser',
  measure: async (_product, context) => {
    const count = Math.min(COUNT, context.limit);
    context.tell(`${count} overlays`);
    const drawn = await draw(context, count);
    const { side } = drawn;
    const scans = await scansOf(context);
    const where = { case: CASE, unit: '', data: `${count} of each` } as const;
    let rows: Row[] = METRICS.map((metric) => total({ ...where, metric }, null, { [TRAINED_ON]: null }));
    if (context.perceptual && scans) {
      const { perceptual } = context;
      const featuresOf = (name: string, from: Picture[][]) => perceptual.embed(cut(from, name, count, side), side);
      const real = await featuresOf('held out', scans.heldOut);
      const own = manifold(real, await perceptual.embed(drawn.overlays, side));
      const other = manifold(real, await featuresOf('trained on', scans.trained));
      rows = METRICS.map((metric) => total({ ...where, metric }, own[metric], { [TRAINED_ON]: other[metric] }));
    }
    if (context.sheets) {
      const pictures = toPictures(drawn.overlays.subarray(0, 80 * side * side), side);
      if (scans) pictures.push(...toPictures(cut(scans.heldOut, 'held out', 20, side), side));
      const lines = Array.from({ length: Math.ceil(pictures.length / 10) }, (_, i) =>
        pictures.slice(10 * i, 10 * i + 10),
      );
      await writePng(joined(lines, 8), join(context.sheets, 'damage-synthesiser.png'));
    }
    return { rows, secondsPerMegapixel: drawn.seconds / ((count * side * side) / 1e6) };
  },
};

/** Lets the engine's sessions draw from latents that both evaluations share. */
async function draw({ models, threads }: Context, count: number): Promise<Drawn> {
  const store = new GeneratorStore(models);
  await store.refresh();
  const installed = store.synthesiser();
  if (!installed) throw new Error(`There is no generator that draws damage in ${models}: its card cannot be read.`);
  const nothing = () => {};
  const sessions = new Sessions({
    provider: 'cpu',
    threads,
    avoid: [],
    budget: 0,
    verdicts: new Verdicts(undefined),
    onUse: nothing,
    onProvider: nothing,
    busy: nothing,
  });
  const inputs = installed.card.inputs.map(({ name, size }) => ({ name, size, values: latents(name, count, size) }));
  const { side } = installed.card.output;
  const overlays = new Float32Array(count * side * side);
  const of = (i: number) =>
    new Map(inputs.map(({ name, size, values }) => [name, values.slice(i * size, (i + 1) * size)]));
  // The first one loads the net.
  await sessions.synthesise(installed, of(0));
  const started = performance.now();
  for (let i = 0; i < count; i++) overlays.set(await sessions.synthesise(installed, of(i)), i * side * side);
  const seconds = (performance.now() - started) / 1000;
  await sessions.release();
  return { overlays, side, seconds };
}

/** Scanned overlays by kind; null if held-out or training scans are missing. */
async function scansOf(context: Context): Promise<{ heldOut: Picture[][]; trained: Picture[][] } | null> {
  const folder = context.overlays ?? folderBeside(context, 'damage');
  const all = folder === null ? [] : listOverlays(folder);
  const byKind = (overlays: Overlay[]) => {
    const kinds = [...new Set(overlays.map(({ kind }) => kind))];
    const of = (wanted: string) => overlays.filter(({ kind }) => kind === wanted).map(({ path }) => readGrey(path));
    return Promise.all(kinds.map((kind) => Promise.all(of(kind))));
  };
  const [heldOut, trained] = [all.filter(({ isHeldOut }) => isHeldOut), all.filter(({ isHeldOut }) => !isHeldOut)];
  if (heldOut.length === 0 || trained.length === 0) return null;
  return { heldOut: await byKind(heldOut), trained: await byKind(trained) };
}

/** `[count, 1, side, side]` in 0..1. */
function cut(kinds: Picture[][], name: string, count: number, side: number): Float32Array {
  const overlays = new Float32Array(count * side * side);
  for (let i = 0; i < count; i++) {
    overlays.set(
      Float32Array.from(scan(kinds, name, i, side).data, (value) => value / 255),
      i * side * side,
    );
  }
  return overlays;
}

function toPictures(overlays: Float32Array, side: number): Picture[] {
  const pixels = side * side;
  return Array.from({ length: overlays.length / pixels }, (_, i) => ({
    width: side,
    height: side,
    data: Uint8Array.from({ length: 3 * pixels }, (__, k) =>
      Math.round(255 * overlays[i * pixels + Math.floor(k / 3)]!),
    ),
  }));
}
