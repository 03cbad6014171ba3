import type { Message } from '../../../contract/basics';
import type { MaskOp } from '../../../contract/edit';
import type { Analysis, Need } from '../../../contract/photo';
import type { StepKind, StepOf } from '../../../contract/recipe';
import type { RunBitmap } from '../../../document/runs';
import type { DamageMap } from '../damage';
import type { MaskSettings } from '../mask';
import type { Measurements } from '../measurements';
import type { Raster } from '../raster';
import type { StepTools, Task } from '../tools';
import type { PaintOptions } from './style/style';

/** What a step runs on. */
export interface StepRun {
  /** Worked on in place. */
  raster: Raster;
  /** Of the photo at full size, whatever the size of `raster`. */
  analysis: Analysis;
  /** Of the photo at full size; null where no detector is installed. */
  damage: DamageMap | null;
  tools: StepTools;
  /** The mask of the repair step where a person has changed it; else it is the damage that was found. */
  mask?: EditedMask;
  /** Where a style is laid over the photo; everywhere where there is none. */
  styleMask?: EditedMask;
  /** What the style step has painted of this photo in this size, and where it keeps that. */
  paintings?: PaintOptions['paintings'];
}

/** A mask document and what it refers to. */
export interface EditedMask {
  ops: readonly MaskOp[];
  bitmaps: ReadonlyMap<string, RunBitmap>;
  /** Size of the photo, which the operations are measured in. */
  full: { width: number; height: number };
}

/** What a step leaves behind, to be made into its report. */
export interface Outcome {
  raster: Raster;
  /** What was done, or why there was nothing to do. */
  did: Message;
  generator: string | null;
  provider: string | null;
  /** Share of pixels that were repaired. */
  masked?: number;
}

/** Everything that the engine knows of a kind of step. */
export interface StepDescriptor<K extends StepKind> {
  kind: K;
  /** What it needs generators for. */
  tasks: readonly Task[];
  /** Whether a photo needs it, by which measurement. */
  assess(measurements: Measurements, tools: StepTools): Need;
  /** Every reason that `assess` gives, for the translations, with the names of its figures. */
  reasons: Readonly<Record<string, readonly string[]>>;
  /** What is proposed where the step is needed; absent for a step that is a choice and no repair. */
  propose?(measurements: Measurements): StepOf<K>['settings'];
  /** The proposal has the step even where it is switched off. */
  alwaysProposed?: boolean;
  /** What else must be so before anything is changed; throws where it is not. */
  require?(run: StepRun, settings: StepOf<K>['settings']): void;
  /** Seconds per megapixel on an ordinary processor, for the shares of the progress. */
  cost(run: StepRun): number;
  apply(run: StepRun, settings: StepOf<K>['settings']): Promise<Outcome>;
  /** Whether the result depends on the detected damage; `ops` is the mask that was drawn for the step, if any. */
  followsDamage?(ops: readonly MaskOp[] | undefined): boolean;
}

export type AnyStep = { [K in StepKind]: StepDescriptor<K> }[StepKind];

/** Which damage counts as found where a mask other than that of the repair step asks for it. */
export const FOUND_DAMAGE: MaskSettings = { sensitivity: 0.5, grow: 2 };

/** Whether a mask that was drawn refers to the damage that was found. */
export const refersToDamage = (ops: readonly MaskOp[] | undefined): boolean =>
  ops?.some((op) => op.kind === 'detected' || op.kind === 'defect') ?? false;

/** Whether the raster is a smaller copy of the photo, to be looked at. */
export const isReduced = ({ raster, analysis }: StepRun): boolean =>
  raster.width * raster.height < 0.999e6 * analysis.megapixels;

/** Whether there are generators for all of these tasks. */
export const hasGenerators = (tools: StepTools, ...tasks: Task[]): boolean =>
  tasks.every((task) => tools.generator(task) !== null);
