import { EmulsionError } from '../errors';
import { lumaOf } from './colour';
import { enlargePlane } from './plane';
import { type Raster, readSrgb } from './raster';
import type { GeneratorFacts, PassReport, StepTools } from './tools';

/**
 * The first look: the whole photo at no more than this many pixels. It alone decides what is proposed, and a crease that
 * is 60 pixels wide in a large scan is a few pixels wide in it.
 */
export const COARSE_PIXELS = 1_000_000;
/** The second look, for what the first is too small for: hairs and dust. */
export const FINE_PIXELS = 6_000_000;
/**
 * A detector that tells lines and blobs apart and no more looks once, at this many pixels: it was trained on prints of
 * 300 to 1,200 pixels a side, where a crease is a few pixels wide, and overlooks creases that a large scan makes wider.
 */
export const ONLY_LOOK_PIXELS = 2_000_000;

/** Kinds of what a detector sees. */
export const DAMAGE_PLANES = ['lines', 'areas', 'losses', 'writing'] as const;
export type DamagePlane = (typeof DAMAGE_PLANES)[number];

/** Threshold of a kind that the detector's card gives none for. */
const DEFAULT_THRESHOLD = 0.5;
/** Share of damaged pixels from which a photo needs repair, where the card gives none: more than a few specks. */
const DEFAULT_NEEDED = 0.0014;
/** How much more certain than the threshold a piece is somewhere, and how much less all over, in logits, by default. */
const DEFAULT_SEED_LOGITS = 1;
const DEFAULT_FLANK_LOGITS = 1;

/** Which connected pieces of what was found count. */
export interface PieceLimits {
  /** Smaller pieces are taken for grain, in pixels of the map. */
  readonly smallest: number;
  /** A piece counts where one of its pixels at least is more certain than the threshold by so many logits ... */
  readonly seedLogits: number;
  /** ... and then reaches as far as they are less certain by no more than this. */
  readonly flankLogits: number;
}

/**
 * What the detector found, at the resolution of its look. One map serves the preview and the full size.
 * Probabilities 0..1 are kept as 0..255, in rows without padding; a plane that the detector does not give has length 0.
 */
export interface DamageMap extends Readonly<Record<DamagePlane, Uint8Array>> {
  readonly width: number;
  readonly height: number;
  /** Size of the photo that the map belongs to, in pixels. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  /** Probabilities from which the detector's card calls a pixel damaged, or written on. */
  readonly thresholds: Readonly<Record<DamagePlane, number>>;
  readonly pieces: PieceLimits;
  /**
   * True where the detector tells lines and blobs apart and no more: then large areas and what runs along the border
   * are more often part of the scene than damage.
   */
  readonly specksOnly: boolean;
  /** Share of damaged pixels from which repair is worth proposing, 0..1: below it lie false alarms on clean photos. */
  readonly needed: number;
  /** What the detector was told of the whole photo, in both looks; null where it is told nothing. */
  readonly summary: Float32Array | null;
  /** Of the first look, where this map is of both; else null. */
  readonly coarse: DamageMap | null;
  readonly report: PassReport;
}

/**
 * Has the installed detector take its first look at a photo, or its only one. The raster is left as it is. Throws
 * GENERATOR_MISSING, GENERATOR_REFUSED, GENERATOR_DAMAGED, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED.
 */
export async function detectDamage(raster: Raster, tools: StepTools): Promise<DamageMap> {
  const detector = installed(tools);
  const specksOnly = !detector.gives.includes('areas');
  const summary = detector.vectorInputs.length > 0 ? await tools.measure('detect', raster) : null;
  const small = await tools.shrink(raster, specksOnly ? ONLY_LOOK_PIXELS : COARSE_PIXELS);
  const { width, height } = small;
  const kinds = kindsOf(detector);
  const plane = (kind: DamagePlane) => new Uint8Array(kinds.includes(kind) ? width * height : 0);
  const planes = { lines: plane('lines'), areas: plane('areas'), losses: plane('losses'), writing: plane('writing') };
  const report = await look(small, planes, summary, tools);
  const threshold = (kind: string) => detector.thresholds?.[kind] ?? DEFAULT_THRESHOLD;
  return {
    ...planes,
    width,
    height,
    fullWidth: raster.width,
    fullHeight: raster.height,
    thresholds: {
      lines: threshold('lines'),
      areas: threshold(specksOnly ? 'blobs' : 'areas'),
      losses: threshold('losses'),
      writing: threshold('writing'),
    },
    pieces: {
      smallest: specksOnly ? 4 : 2,
      seedLogits: detector.thresholds?.seed_logits ?? DEFAULT_SEED_LOGITS,
      flankLogits: detector.thresholds?.flank_logits ?? DEFAULT_FLANK_LOGITS,
    },
    specksOnly,
    needed: detector.thresholds?.needed ?? DEFAULT_NEEDED,
    summary,
    coarse: null,
    report,
  };
}

/** True where a second look would see more than the map holds. */
export function canLookCloser({ width, height, fullWidth, fullHeight, specksOnly, coarse }: DamageMap): boolean {
  return !specksOnly && coarse === null && (width < fullWidth || height < fullHeight);
}

/** Both looks at once, for who needs the whole truth at once. Throws as {@link detectDamage} does. */
export async function detectAllDamage(raster: Raster, tools: StepTools): Promise<DamageMap> {
  const coarse = await detectDamage(raster, tools);
  return canLookCloser(coarse) ? new CloserLook(raster, coarse).finish(tools) : coarse;
}

/**
 * The second look at a photo. Its map holds the stronger of both looks at each pixel, for every kind of damage and for
 * writing alike. Where it was broken off it goes on from there, tile by tile.
 */
export class CloserLook {
  private small: Raster | null = null;
  private planes: Record<DamagePlane, Uint8Array> | null = null;
  /** Tiles that are done, by their place. */
  private readonly done = new Set<string>();

  /** @param coarse of the first look, one that {@link canLookCloser} */
  constructor(
    private readonly raster: Raster,
    private readonly coarse: DamageMap,
  ) {}

  /**
   * Goes on to the end. Throws GENERATOR_MISSING, GENERATOR_DAMAGED, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED, and can
   * be called again after each.
   */
  async finish(tools: StepTools): Promise<DamageMap> {
    this.small ??= await tools.shrink(this.raster, FINE_PIXELS);
    const { width, height } = this.small;
    if (!this.planes) {
      const planes = { ...NO_PLANES };
      for (const kind of DAMAGE_PLANES) {
        if (this.coarse[kind].length > 0) planes[kind] = enlargePlane(this.coarse[kind], this.coarse, this.small);
        await tools.breathe();
      }
      this.planes = planes;
    }
    const report = await look(this.small, this.planes, this.coarse.summary, tools, this.done);
    const { planes, coarse } = this;
    return { ...coarse, ...planes, width, height, coarse, report: { ...report, tiles: this.done.size } };
  }
}

const NO_PLANES: Readonly<Record<DamagePlane, Uint8Array>> = {
  lines: new Uint8Array(0),
  areas: new Uint8Array(0),
  losses: new Uint8Array(0),
  writing: new Uint8Array(0),
};

function installed(tools: StepTools): GeneratorFacts {
  const detector = tools.generator('detect');
  if (!detector) throw new EmulsionError('GENERATOR_MISSING', { detail: 'no generator for the task "detect"' });
  return detector;
}

/** The kind of each plane that the detector gives. Blobs are small areas; other planes are of no use here. */
function kindsOf({ gives }: GeneratorFacts): readonly (DamagePlane | undefined)[] {
  return gives.map((name) => (name === 'blobs' ? 'areas' : DAMAGE_PLANES.find((kind) => kind === name)));
}

/**
 * One pass of the detector over a raster. What it sees is put into the planes where it is stronger than what they hold.
 * `done` holds the tiles that need not be computed, and gets those that have been.
 */
function look(
  raster: Raster,
  planes: Readonly<Record<DamagePlane, Uint8Array>>,
  summary: Float32Array | null,
  tools: StepTools,
  done = new Set<string>(),
): Promise<PassReport> {
  const detector = installed(tools);
  const { width, height } = raster;
  const kinds = kindsOf(detector);
  let colours = new Float32Array(0);
  return tools.runTiles({
    task: 'detect',
    width,
    height,
    vectors: summary ? Object.fromEntries(detector.vectorInputs.map((name) => [name, summary])) : undefined,
    skip: (core) => done.has(`${core.x},${core.y},${core.width},${core.height}`),
    read: (rect, into) => {
      if (detector.takes !== 'luma') {
        readSrgb(raster, rect, tools.colour, into);
        return;
      }
      const count = rect.width * rect.height;
      if (colours.length < 3 * count) colours = new Float32Array(3 * count);
      readSrgb(raster, rect, tools.colour, colours);
      for (let i = 0; i < count; i++) into[i] = lumaOf(colours[i]!, colours[i + count]!, colours[i + 2 * count]!);
    },
    write: (rect, output) => {
      for (const [index, kind] of kinds.entries()) {
        if (kind && planes[kind].length > 0) keepStronger(planes[kind], width, rect, output, index);
      }
      done.add(`${rect.x},${rect.y},${rect.width},${rect.height}`);
    },
  });
}

/** Puts the `index`th plane of a tile's output into a plane of bytes, where it is the stronger of the two. */
function keepStronger(
  target: Uint8Array,
  stride: number,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  output: Float32Array,
  index: number,
): void {
  let from = index * width * height;
  for (let row = 0; row < height; row++) {
    const start = (y + row) * stride + x;
    for (let to = start; to < start + width; to++, from++) {
      const value = toByte(output[from]!);
      if (value > target[to]!) target[to] = value;
    }
  }
}

/** A probability as 0..255. */
function toByte(probability: number): number {
  return probability >= 1 ? 255 : probability > 0 ? (probability * 255 + 0.5) | 0 : 0;
}
