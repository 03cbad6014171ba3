import type { Message } from '../../contract/basics';
import type { Face } from '../../contract/photo';
import type { StyleExample } from '../../contract/recipe';
import type { PixelMeasurements, PixelSamples } from './pixels';
import type { ColourTransform, Raster, Rect } from './raster';

/** The tasks of generators. A step asks for a task, never for a particular generator. */
export type Task = 'detect' | 'inpaint' | 'restore' | 'colorise' | 'upscale' | 'style' | 'face';

/** Chooses among several generators for one task. Only generators with the same values match. */
export interface Wanted {
  scale?: number;
  variant?: string;
  /** One particular generator; the only way to one that a person has added. */
  id?: string;
  /** Values of its inputs that a person has set; they do not choose it. */
  inputs?: Readonly<Record<string, number>>;
}

/** The name under which a pass gives the strength of noise to a generator that takes it as a map, and its bounds. */
export const SIGMA_INPUT = 'sigma';
export const SIGMA_BOUNDS = { min: 0, max: 50 / 255, default: 15 / 255 } as const;

/** What a step asks for: the generator that its settings name, or any that ships. */
export const chosen = ({ generator, inputs }: { generator?: string; inputs?: Wanted['inputs'] }): Wanted => ({
  ...(generator !== undefined && { id: generator }),
  ...(inputs !== undefined && { inputs }),
});

/** The style generator that paints in the style of any picture. */
export const PAINTING: Wanted = { variant: 'painting' };

/**
 * Provides the input of a generator: fills `into` with `[channels, rect.height, rect.width]`, values in 0..1, for a
 * rectangle inside the picture (the tile executor pads by reflection beyond it).
 */
export type ReadPlanes = (rect: Rect, into: Float32Array) => void;

/** Receives a generator's output for one tile core: `[channels, rect.height, rect.width]`, unclamped floats. */
export type WritePlanes = (rect: Rect, planes: Float32Array) => void;

/** How tiles lie: their sides are multiples of `multiple`, and each has `halo` pixels of context on every side. */
export interface TileGrid {
  multiple: number;
  halo: number;
}

/**
 * One pass of a generator over a picture. Rectangles for `read`, `skip` and `parts` are in input pixels, those for `write` in
 * output pixels (input times the generator's scale).
 *
 * Each tile is read, computed and written before the next one is read: `write` gets the core of the tile that `read`
 * was last called for, which lies inside its rectangle. If memory was short for a tile, it is read again, smaller,
 * without having been written.
 */
export interface TilePass {
  task: Task;
  wanted?: Wanted;
  /** Size of the input picture in pixels. */
  width: number;
  height: number;
  /**
   * Computes only this part of the picture, with cores no larger than necessary. The context around it is still read
   * from the picture. Must be inside the picture.
   */
  region?: Rect;
  read: ReadPlanes;
  write: WritePlanes;
  /** True if the core needs no computing. Nothing is written for it. */
  skip?: (core: Rect) => boolean;
  /** The parts of a core that have to be computed, on the grid from its corner and apart. Only these are written. */
  parts?: (core: Rect, grid: TileGrid) => readonly Rect[];
  /** Share of the step's progress that this pass covers, 0..1; default 1. */
  weight?: number;
  /**
   * Values of the generator's extra inputs by name; missing ones have their default. Each must be on the card and
   * within its bounds, see {@link GeneratorFacts.extraInputs}.
   */
  extras?: Readonly<Record<string, number>>;
  /** Values of all vector inputs of the generator. */
  vectors?: Readonly<Record<string, Float32Array>>;
  /** The picture whose style is copied, `[3, height, width]` in 0..1, for a generator that takes one. */
  example?: { planes: Float32Array; width: number; height: number };
}

/** A further input of a generator besides the picture, as its card describes it. */
export interface ExtraInput {
  name: string;
  label: string;
  min: number;
  max: number;
  default: number;
}

/** Facts about the installed generator that a step may use. */
export interface GeneratorFacts {
  id: string;
  thresholds: Record<string, number> | null;
  scale: number;
  extraInputs: readonly ExtraInput[];
  /** Its input planes: luma or colours, and what else it takes. */
  takes: 'luma' | 'l100' | 'rgb' | 'bgr' | 'rgb+mask' | 'mask+rgb' | 'rgb+sigma' | 'luma+sigma' | 'luma+hints';
  /** Names of its output planes, in order; empty if they are a picture. */
  gives: readonly string[];
  /** Names of the vector inputs. Each pass must provide all of them. */
  vectorInputs: readonly string[];
  /** Where a restorer of faces wants eyes, nose and mouth. */
  template?: 'ffhq' | 'arcface';
  /** How it sees and returns pictures, if a person has added it. */
  foreign?: ForeignFacts;
}

/** What a step has to know of a net from elsewhere. It clips what it gets to 0..1, and pictures that it returns. */
export interface ForeignFacts {
  /** A picture, its luma or colours alone (`cbcr` in 0..1 about a half, `lab-ab` in units of CIELAB), or a map. */
  returns: 'picture' | 'luma' | 'cbcr' | 'lab-ab' | 'map';
  /** It takes a whole picture of any size, or of one size, at a time. */
  global: 'none' | 'weak' | 'whole' | 'fixed';
  sides: SideRule;
  /** The longest side that it gets as a whole. */
  longest: number;
  /** Whether it copies the style of another picture. */
  takesExample: boolean;
}

/** Sides that a net takes: `multiple * k + remainder`, at least `minimum`; or those of a ladder, or one size. */
export interface SideRule {
  multiple: number;
  remainder: number;
  minimum: number;
  ladder: readonly number[];
  square: boolean;
  fixed: { width: number; height: number } | null;
}

/** What the installed generator says about the fading of a picture, see `FADING_VALUES` of its card. */
export interface FadingValues {
  generator: string;
  values: Float32Array;
  thresholds: { perhaps: number; certain: number };
}

/** How the installed style generator measures pictures, and the styles that ship with it. */
export interface StyleFacts {
  /** SHA-256 of the measuring graph. Codes measured by another one cannot be used. */
  by: string;
  /** Longest side in pixels of a measured picture. */
  longest: number;
  presets: readonly { id: string; name: string; code: readonly number[] }[];
}

/** How a pass was computed. */
export interface PassReport {
  generator: string;
  provider: string;
  tiles: number;
  /** Longer edge of the tiles in pixels, including the halo; smaller than on the card if memory was short. */
  tile: number;
  /** Tiles that stayed as they were, because the result was far beyond its range. */
  kept?: number;
  /** Tiles that a net for whole pictures got, as the picture was too large. */
  cut?: number;
  /** The size at which it saw the whole picture, as memory was short for a larger one. */
  short?: { width: number; height: number };
  /** Values of its inputs that a person has set, within its bounds. */
  inputs?: Readonly<Record<string, number>>;
}

/** The engine's tools for a step. Every method that takes long throws CANCELLED within one tile after a cancel. */
export interface StepTools {
  /** Facts about the installed generator for a task; null if none is installed. */
  generator(task: Task, wanted?: Wanted): GeneratorFacts | null;
  /** Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED; INTERNAL for an extra that does not fit. */
  runTiles(pass: TilePass): Promise<PassReport>;
  /** What has to be said about how the running step was computed, such as why not on the chosen provider. */
  notes?(): Message[];
  /** Null if no style generator is installed. */
  styles(): StyleFacts | null;
  /**
   * The vector that a generator's statistics graph computes for a whole picture. Does not change the raster. Throws
   * GENERATOR_MISSING, GENERATOR_REFUSED if the generator for the task has no such graph, GENERATOR_DAMAGED if the
   * graph differs from the card, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED.
   */
  measure(task: Task, raster: Raster, wanted?: Wanted): Promise<Float32Array>;
  /**
   * Estimates how the dyes of a picture have faded; null if no generator for it is installed. Throws
   * GENERATOR_DAMAGED, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED.
   */
  fading(raster: Raster): Promise<FadingValues | null>;
  /**
   * The faces of a picture, the most certain first; null if no generator for it is installed. `finder`: the id of one that a
   * person has added. Throws GENERATOR_MISSING without it, GENERATOR_DAMAGED, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED.
   */
  faces(raster: Raster, finder?: string): Promise<Face[] | null>;
  /** Measures samples of a photo by `measureSamples`, perhaps in another thread. Throws CANCELLED. */
  pixels(samples: PixelSamples): Promise<PixelMeasurements>;
  /** A picture whose style is copied, reduced, in sRGB. Throws STYLE_UNKNOWN if it is not on this computer. */
  example(wanted: StyleExample): Promise<Raster>;
  /** Conversion between the photo's encoding and sRGB; null if the photo is already sRGB or grey. */
  colour: ColourTransform | null;
  /**
   * A smaller copy with at most `pixels` pixels, area-averaged at the raster's depth; the raster itself if it is small
   * enough.
   */
  shrink(raster: Raster, pixels: number): Promise<Raster>;
  /** A copy of that size at the raster's depth, by windowed sinc (Lanczos, three lobes). */
  resize(raster: Raster, width: number, height: number): Promise<Raster>;
  /** Handles waiting messages. Throws CANCELLED if the job was cancelled. Call it every few milliseconds of work. */
  breathe(): Promise<void>;
  /** Reports progress of the running step, 0..1. */
  progress(done: number): void;
}
