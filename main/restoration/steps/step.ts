import type { Message } from '../../../contract/basics';
import type { ColourHint, MaskOp } from '../../../contract/edit';
import type { Analysis, Need } from '../../../contract/photo';
import type { StepKind, StepOf } from '../../../contract/recipe';
import type { RunBitmap } from '../../../document/runs';
import type { DamageMap } from '../damage';
import type { MaskSettings } from '../mask';
import type { Measurements } from '../measurements';
import type { Raster } from '../raster';
import type { StepTools, Task } from '../tools';
import type { PaintOptions } from './style/style';

/** The input of a step. */
export interface StepRun {
  /** Changed in place. */
  raster: Raster;
  /** Analysis of the photo at full size, whatever the size of `raster`. */
  analysis: Analysis;
  /** Damage of the photo at full size; null if no detector is installed. */
  damage: DamageMap | null;
  tools: StepTools;
  /** The photo as it was opened, at any size; never changed. Absent if no step looks back at it. */
  opened?: Raster;
  /** The mask of the repair step if the user has changed it; otherwise the step uses the detected damage. */
  mask?: EditedMask;
  /** The mask of the style; absent: everywhere. */
  styleMask?: EditedMask;
  /** What no step changes; absent: nothing. */
  keepMask?: EditedMask;
  /** Colours of places that a person has given; absent: none. */
  hints?: ByHand<ColourHint>;
  /** Cache of the style step's paintings of this photo at this size. */
  paintings?: PaintOptions['paintings'];
}

/** What a person has drawn on the photo, in pixels of the full photo. */
export interface ByHand<T> {
  list: readonly T[];
  full: { width: number; height: number };
}

/** A mask document and the data that it refers to. */
export interface EditedMask {
  ops: readonly MaskOp[];
  bitmaps: ReadonlyMap<string, RunBitmap>;
  /** Size of the full photo, which the operations' lengths refer to. */
  full: { width: number; height: number };
}

/** The outcome of a step, from which its report is made. */
export interface Outcome {
  raster: Raster;
  /** What was done, or why there was nothing to do. */
  did: Message | readonly Message[];
  generator: string | null;
  provider: string | null;
  /** Share of pixels that were repaired, 0..1. */
  masked?: number;
}

/** Everything that the engine knows about a kind of step. */
export interface StepDescriptor<K extends StepKind> {
  kind: K;
  /** The tasks for which it needs generators. */
  tasks: readonly Task[];
  /** The one of them whose generator the settings may name. */
  chooses?: Task;
  /** Inputs of its generators that it sets itself, by their names. */
  sets?: RegExp;
  /** Decides from the measurements whether a photo needs the step. */
  assess(measurements: Measurements, tools: StepTools): Need;
  /** Every reason that `assess` may give, with the names of its figures, for the texts. */
  reasons: Readonly<Record<string, readonly string[]>>;
  /** The proposed settings if the step is needed; absent for a step that is a matter of taste. */
  propose?(measurements: Measurements): StepOf<K>['settings'];
  /** A person sets it for a photo or a recipe: it runs whatever the gate of a recipe says. */
  byHand?: boolean;
  /** Whether it looks at the photo as it was opened, after other steps have changed the raster. */
  looksBack?(settings: StepOf<K>['settings']): boolean;
  /** The proposal contains the step even if it is switched off. */
  alwaysProposed?: boolean;
  /** Checks further conditions before anything is changed, and throws if they are not met. */
  require?(run: StepRun, settings: StepOf<K>['settings']): void | Promise<void>;
  /** Seconds per megapixel on an ordinary processor, to divide the progress. */
  cost(run: StepRun): number;
  apply(run: StepRun, settings: StepOf<K>['settings']): Promise<Outcome>;
  /** Whether the result depends on the detected damage. `ops` is the mask drawn for the step, if any. */
  followsDamage?(ops: readonly MaskOp[] | undefined): boolean;
}

export type AnyStep = { [K in StepKind]: StepDescriptor<K> }[StepKind];

/** Settings for the detected damage in masks other than that of the repair step. */
export const FOUND_DAMAGE: MaskSettings = { sensitivity: 0.5, grow: 2 };

/** Whether a drawn mask refers to the detected damage. */
export const refersToDamage = (ops: readonly MaskOp[] | undefined): boolean =>
  ops?.some((op) => op.kind === 'detected' || op.kind === 'defect') ?? false;

/** Whether the raster is a reduced copy of the photo, for display. */
export const isReduced = ({ raster, analysis }: StepRun): boolean =>
  raster.width * raster.height < 0.999e6 * analysis.megapixels;

/** Whether generators for all these tasks are installed. */
export const hasGenerators = (tools: StepTools, ...tasks: Task[]): boolean =>
  tasks.every((task) => tools.generator(task) !== null);
