import type { ColourTransform, Raster, Rect } from './raster';

/** What a generator is for. A step asks for a task, never for a particular generator. */
export type Task = 'detect' | 'inpaint' | 'restore' | 'colorise' | 'upscale' | 'style';

/** Which of several generators for one task: those that differ in it are not taken. */
export interface Wanted {
  scale?: number;
  variant?: string;
}

/** The style generator that paints in the manner of any picture. */
export const PAINTING: Wanted = { variant: 'painting' };

/**
 * Gives float planes to a generator: fills `into` with `[channels, rect.height, rect.width]`, values in 0..1, for a
 * rectangle that lies wholly inside the picture (the tile executor pads by reflection beyond it).
 */
export type ReadPlanes = (rect: Rect, into: Float32Array) => void;

/** Takes a generator's output for one tile core: `[channels, rect.height, rect.width]`, unclamped floats. */
export type WritePlanes = (rect: Rect, planes: Float32Array) => void;

/**
 * One pass of a generator over a picture. Rectangles given to `read` and `skip` are in input pixels, those given to
 * `write` in output pixels (input times the generator's scale).
 *
 * Each tile is read, computed and written before the next one is read: `write` is for the core of the tile that `read`
 * was called for last, and lies wholly inside its rectangle. A tile for which memory was short is read again, smaller,
 * without having been written.
 */
export interface TilePass {
  task: Task;
  wanted?: Wanted;
  /** Size of the input picture in pixels. */
  width: number;
  height: number;
  /**
   * Computes only what lies in this part of the picture, with cores no larger than that takes; the context round it is
   * read from the picture all the same. Inside the picture.
   */
  region?: Rect;
  read: ReadPlanes;
  write: WritePlanes;
  /** True where the core needs no computing (nothing is written for it). */
  skip?: (core: Rect) => boolean;
  /** Share of the step's progress that this pass covers, 0..1; default 1. */
  weight?: number;
  /**
   * Values of the generator's extra inputs by name; those not named keep their default. Each must be on the card and
   * within its bounds there: see {@link GeneratorFacts.extraInputs}.
   */
  extras?: Readonly<Record<string, number>>;
  /** Values of the generator's vector inputs, all of them. */
  vectors?: Readonly<Record<string, Float32Array>>;
}

/** A further input of a generator besides the picture, as its card describes it. */
export interface ExtraInput {
  name: string;
  label: string;
  min: number;
  max: number;
  default: number;
}

/** What a step may know of the generator that is installed for its task. */
export interface GeneratorFacts {
  id: string;
  thresholds: Record<string, number> | null;
  scale: number;
  extraInputs: readonly ExtraInput[];
  /** Planes that it takes: brightness alone, or colours. */
  takes: 'luma' | 'rgb' | 'bgr' | 'rgb+mask';
  /** Names of the planes that it gives, in their order; none where they make a picture. */
  gives: readonly string[];
  /** Names of the inputs that are vectors: each pass has to bring them all. */
  vectorInputs: readonly string[];
}

/** How the installed style generator measures pictures, and the styles that it brings along. */
export interface StyleFacts {
  /** SHA-256 of what measures: codes of another mean nothing to it. */
  by: string;
  /** Longest side in pixels of a picture that is measured. */
  longest: number;
  presets: readonly { id: string; name: string; code: readonly number[] }[];
}

/** What really computed a pass. */
export interface PassReport {
  generator: string;
  provider: string;
  tiles: number;
  /** Longer edge of the tiles in pixels, halo included: smaller than the card's where memory was short. */
  tile: number;
}

/** What the engine lends to a step. Every method that takes long throws CANCELLED within one tile after a cancel. */
export interface StepTools {
  /** Thresholds and numbers of the installed generator for a task; null where none is installed. */
  generator(task: Task, wanted?: Wanted): GeneratorFacts | null;
  /** Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED; INTERNAL for an extra that does not fit. */
  runTiles(pass: TilePass): Promise<PassReport>;
  /** Null where no style generator is installed. */
  styles(): StyleFacts | null;
  /**
   * The vector that a generator's own statistics graph makes of a whole picture. The raster is left as it is. Throws
   * GENERATOR_MISSING, GENERATOR_REFUSED where the generator for the task has no such graph, GENERATOR_DAMAGED where the
   * graph differs from the card, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED.
   */
  measure(task: Task, raster: Raster, wanted?: Wanted): Promise<Float32Array>;
  /** The photo's encoding against sRGB; null where it is sRGB or grey already. */
  colour: ColourTransform | null;
  /** A smaller copy, area-averaged in the raster's own depth, at most `pixels` large; the raster itself if it fits. */
  shrink(raster: Raster, pixels: number): Promise<Raster>;
  /** A copy of that size in the raster's own depth, by windowed sinc (Lanczos, three lobes). */
  resize(raster: Raster, width: number, height: number): Promise<Raster>;
  /** Lets waiting messages in and throws CANCELLED where the job was cancelled. To be called every few ms of work. */
  breathe(): Promise<void>;
  /** Reports progress of the running step, 0..1. */
  progress(done: number): void;
}
