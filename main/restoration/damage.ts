import type { Face } from '../../contract/photo';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { lumaOf } from './colour';
import { atSize, fittingSize, LumaReader, seesWhole, takesLuma } from './foreign';
import type { InfraredMap } from './infrared';
import { type MeasuredPixels, measurePixels } from './pixels';
import { enlargePlane } from './plane';
import { type Raster, readSrgb } from './raster';
import { resample } from './resample';
import { certainShare, looksLikePrint, strictnessOf, strictnessRules } from './strictness';
import type { GeneratorFacts, PassReport, StepTools, Wanted } from './tools';

/**
 * The coarse pass: the whole photo, reduced to at most this many pixels. The proposal depends only on this pass. A
 * crease that is 60 pixels wide in a large scan is a few pixels wide here.
 */
export const COARSE_PIXELS = 1_000_000;
/** The fine pass: at most this many pixels. It finds hairs and dust that the coarse pass averages away. */
export const FINE_PIXELS = 6_000_000;
/**
 * A detector of lines and blobs only runs once, on at most this many pixels. It was trained on prints with sides of 300
 * to 1,200 pixels, and misses creases that are wider in a large scan.
 */
export const SINGLE_PASS_PIXELS = 2_000_000;

/** Kinds of findings of a detector. */
export const DAMAGE_PLANES = ['lines', 'areas', 'losses', 'writing'] as const;
export type DamagePlane = (typeof DAMAGE_PLANES)[number];

/** For a kind without a threshold on the detector's card. */
const DEFAULT_THRESHOLD = 0.5;
/** Share of damaged pixels from which a photo needs repair, if the card gives none: more than a few specks. */
const DEFAULT_NEEDED = 0.0014;
/** Limits of a piece if the card gives none, see {@link PieceLimits}. */
const DEFAULT_SEED_LOGITS = 1;
const DEFAULT_FLANK_LOGITS = 1;

/** Which connected pieces of findings count. */
export interface PieceLimits {
  /** Smaller pieces count as grain. In pixels of the map. */
  readonly smallest: number;
  /** A piece counts if at least one of its pixels is this far above the threshold, in logits. */
  readonly seedLogits: number;
  /** A piece that counts includes pixels down to this far below the threshold, in logits. */
  readonly flankLogits: number;
}

/**
 * The detector's findings, at the resolution of its pass. One map serves the preview and the full size. Probabilities
 * 0..1 are stored as 0..255, in rows without padding. Planes that the detector does not have are empty.
 */
export interface DamageMap extends Readonly<Record<DamagePlane, Uint8Array>> {
  readonly width: number;
  readonly height: number;
  /** Size of the full photo, in pixels. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  /** Probabilities from which a pixel counts as damage, or as writing; from the detector's card. */
  readonly thresholds: Readonly<Record<DamagePlane, number>>;
  readonly pieces: PieceLimits;
  /** By how much the thresholds of damage are raised for this photo, in logits; negative if they are lowered. */
  readonly strictness: number;
  /**
   * True for a detector of lines and blobs only. Its large blobs, and findings along the border, are more often part of
   * the scene than damage.
   */
  readonly linesAndBlobsOnly: boolean;
  /** Share of damaged pixels from which a repair is proposed, 0..1. Clean photos have false alarms below it. */
  readonly needed: number;
  /** Summary of the whole photo, an input of both passes; null if the detector takes none. */
  readonly summary: Float32Array | null;
  /** The faces of the photo; null if no generator finds them. Damage on eyes and mouths has to be more certain. */
  readonly faces: Face[] | null;
  /** What an infrared picture shows besides; null if there is none that can be used. */
  readonly infrared: InfraredMap | null;
  /** In a map of both passes, the map of the coarse pass; otherwise null. */
  readonly coarse: DamageMap | null;
  readonly report: PassReport;
}

/**
 * Runs the coarse pass of the installed detector, or its only pass. Does not change the raster. `pixels`: what is being measured
 * of the photo, if that has begun. Throws GENERATOR_MISSING, GENERATOR_REFUSED, GENERATOR_DAMAGED, OUTPUT_INVALID,
 * OUT_OF_MEMORY or CANCELLED.
 */
export async function detectDamage(
  raster: Raster,
  tools: StepTools,
  pixels?: Promise<MeasuredPixels>,
): Promise<DamageMap> {
  const detector = installed(tools);
  const linesAndBlobsOnly = !detector.gives.includes('areas');
  const summary = detector.vectorInputs.length > 0 ? await tools.measure('detect', raster) : null;
  const small = await tools.shrink(raster, linesAndBlobsOnly ? SINGLE_PASS_PIXELS : COARSE_PIXELS);
  const { width, height } = small;
  const kinds = kindsOf(detector);
  const plane = (kind: DamagePlane) => new Uint8Array(kinds.includes(kind) ? width * height : 0);
  const planes = { lines: plane('lines'), areas: plane('areas'), losses: plane('losses'), writing: plane('writing') };
  const report = await runPass(small, planes, summary, tools);
  // Before the strictness, which waits for what is measured meanwhile.
  const faces = await tools.faces(raster);
  const threshold = (kind: string) => detector.thresholds?.[kind] ?? DEFAULT_THRESHOLD;
  const thresholds = {
    lines: threshold('lines'),
    areas: threshold(linesAndBlobsOnly ? 'blobs' : 'areas'),
    losses: threshold('losses'),
    writing: threshold('writing'),
  };
  return {
    ...planes,
    width,
    height,
    fullWidth: raster.width,
    fullHeight: raster.height,
    thresholds,
    strictness: await measureStrictness(pixels ?? raster, planes, thresholds, detector, tools),
    pieces: {
      smallest: linesAndBlobsOnly ? 4 : 2,
      seedLogits: detector.thresholds?.seed_logits ?? DEFAULT_SEED_LOGITS,
      flankLogits: detector.thresholds?.flank_logits ?? DEFAULT_FLANK_LOGITS,
    },
    linesAndBlobsOnly,
    needed: detector.thresholds?.needed ?? DEFAULT_NEEDED,
    summary,
    faces,
    infrared: null,
    coarse: null,
    report,
  };
}

/** The {@link DamageMap.strictness} for a photo and the findings of the coarse pass. */
async function measureStrictness(
  photo: Raster | Promise<MeasuredPixels>,
  planes: Readonly<Record<DamagePlane, Uint8Array>>,
  thresholds: DamageMap['thresholds'],
  detector: GeneratorFacts,
  tools: StepTools,
): Promise<number> {
  const rules = strictnessRules(detector.thresholds);
  if (rules === null) return 0;
  const found = (kind: DamagePlane) => ({ values: planes[kind], threshold: thresholds[kind] });
  const kinds = [found('lines'), found('areas'), found('losses')].filter(({ values }) => values.length > 0);
  const certain = certainShare(kinds, found('writing'), rules.certain);
  await tools.breathe();
  const pixels = await (photo instanceof Promise ? photo : measurePixels(photo, tools));
  return strictnessOf(rules, certain, await looksLikePrint(pixels, tools));
}

/**
 * A map with what a further detector finds, which returns one plane: its findings count as lines, wherever they are the
 * stronger ones. Everything else stays, so nothing that was found before is lost. Throws the errors of {@link detectDamage}.
 */
export async function addDetector(
  damage: DamageMap,
  raster: Raster,
  tools: StepTools,
  wanted: Wanted,
): Promise<DamageMap> {
  const facts = tools.generator('detect', wanted);
  if (!facts) {
    const reason = say('failures.generatorNotHere', { id: wanted.id ?? '', kind: 'repair' });
    throw new EmulsionError('GENERATOR_MISSING', { reason });
  }
  const size = seesWhole(facts) ? fittingSize(facts.foreign, raster) : null;
  const small = size ? await atSize(raster, size, tools) : await tools.shrink(raster, SINGLE_PASS_PIXELS);
  const { width, height } = small;
  const found = new Uint8Array(width * height);
  const luma = new LumaReader(small, tools.colour);
  await tools.runTiles({
    task: 'detect',
    wanted,
    width,
    height,
    read: (rect, into) => (takesLuma(facts) ? luma.read(rect, into) : readSrgb(small, rect, tools.colour, into)),
    write: (rect, output) => keepStronger(found, width, rect, output, 0),
  });
  const own = facts.thresholds?.lines ?? DEFAULT_THRESHOLD;
  const joined = (map: DamageMap): DamageMap => {
    const added = resample(Float32Array.from(found), { width, height }, map);
    const lines = map.lines.length > 0 ? map.lines.slice() : new Uint8Array(map.width * map.height);
    // Both count from their own threshold.
    const shift = logit(map.thresholds.lines) - logit(own);
    for (let i = 0; i < lines.length; i++) {
      const value = toByte(1 / (1 + Math.exp(-(logit(added[i]! / 255) + shift))));
      if (value > lines[i]!) lines[i] = value;
    }
    return { ...map, lines, coarse: map.coarse && joined(map.coarse) };
  };
  return joined(damage);
}

const logit = (probability: number): number => {
  const within = Math.max(0.002, Math.min(0.998, probability));
  return Math.log(within / (1 - within));
};

/** True if a fine pass would add detail to the map. */
export function needsFinePass({ width, height, fullWidth, fullHeight, linesAndBlobsOnly, coarse }: DamageMap): boolean {
  return !linesAndBlobsOnly && coarse === null && (width < fullWidth || height < fullHeight);
}

/** Runs both passes. Throws the errors of {@link detectDamage}. */
export async function detectInBothPasses(raster: Raster, tools: StepTools): Promise<DamageMap> {
  const coarse = await detectDamage(raster, tools);
  return needsFinePass(coarse) ? new FinePass(raster, coarse).finish(tools) : coarse;
}

/**
 * The fine pass over a photo. At each pixel, its map holds the stronger result of both passes, for every kind of damage
 * and for writing. After a cancel it resumes at the first missing tile.
 */
export class FinePass {
  private small: Raster | null = null;
  private planes: Record<DamagePlane, Uint8Array> | null = null;
  /** Finished tiles, by their position. */
  private readonly done = new Set<string>();

  /** @param coarse map of the coarse pass, for which {@link needsFinePass} is true */
  constructor(
    private readonly raster: Raster,
    private readonly coarse: DamageMap,
  ) {}

  /**
   * Runs the missing tiles and returns the map. Throws GENERATOR_MISSING, GENERATOR_DAMAGED, OUTPUT_INVALID,
   * OUT_OF_MEMORY or CANCELLED, and can be called again afterwards.
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
    const report = await runPass(this.small, this.planes, this.coarse.summary, tools, this.done);
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

/** The kind of each plane of the detector. Blobs count as areas; unknown planes are undefined. */
function kindsOf({ gives }: GeneratorFacts): readonly (DamagePlane | undefined)[] {
  return gives.map((name) => (name === 'blobs' ? 'areas' : DAMAGE_PLANES.find((kind) => kind === name)));
}

/**
 * Runs one pass of the detector over a raster. At each pixel the planes keep the stronger of the old and the new value.
 * Skips the tiles in `done` and adds finished tiles to it.
 */
function runPass(
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

/** Writes plane `index` of a tile's output into a plane of bytes, wherever it is the stronger value. */
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
