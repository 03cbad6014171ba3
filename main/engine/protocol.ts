import type { EngineStatus, GeneratorInfo, Progress, Provider, StyleInfo } from '../../contract/app';
import type { Message } from '../../contract/basics';
import type { LocalRepair, MaskOp, Orientation } from '../../contract/edit';
import type { Failure } from '../../contract/errors';
import type { Analysis, ExportFormat, Histogram, Photo, RenderSize, StepReport } from '../../contract/photo';
import type { PictureQuery } from '../../contract/pictures';
import type { Recipe, Step, StepChange, StyleCode } from '../../contract/recipe';
import type { DamageKind, SynthesisSettings } from '../../contract/synthesis';
import type { Pair, PairSide } from '../synthesis/pair';

/**
 * What the app and its engine process say to each other. Both ends are ours and the messages stay on this computer,
 * so they are typed but not validated again. Structured clone carries them (`serialization: 'advanced'`).
 */

export interface EngineOptions {
  /** Folder that holds `<id>/card.json`. */
  models: string;
  provider: 'auto' | 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';
  /** 0: as many as there are cores. */
  threads: number;
  /** Megabytes for what is kept to be at hand; 0 or none: by the computer's memory. */
  memory?: number;
  /** Providers that took the engine down before and are not to be tried again. The supervisor fills it in. */
  avoid?: readonly Provider[];
}

/** Where an export goes. Names never collide: a taken one gets `-2`, `-3` ... before its extension. */
export interface ExportTarget {
  folder: string;
  /** Name without extension. */
  stem: string;
}

/** One pass of a generator over a picture, as it was really computed. */
export interface EnginePass {
  generator: string;
  provider: string;
  /** How many tiles were computed (skipped ones do not count). */
  tiles: number;
  /** Longer edge of the tiles in pixels, halo included. */
  tile: number;
}

/** What a person has changed by hand, besides the recipe. Bitmaps as `packRuns` writes them. */
export interface EngineEdit {
  /** Of the repair step. */
  mask: readonly MaskOp[];
  /** Of the style step; none or an empty one: everywhere. */
  styleMask?: readonly MaskOp[];
  repairs: readonly LocalRepair[];
  bitmaps: ReadonlyMap<string, Uint8Array>;
}

export interface Requests {
  configure: { request: EngineOptions; response: EngineStatus };
  /** Decodes and keeps the photo under its id. */
  open: { request: { photoId: string; path: string; name: string }; response: Photo };
  close: { request: { photoId: string }; response: null };
  analyse: { request: { photoId: string }; response: Analysis };
  render: {
    request: { photoId: string; recipe: Recipe; size: RenderSize; edit?: EngineEdit };
    response: {
      revision: number;
      width: number;
      height: number;
      masked: number;
      reports: StepReport[];
      seconds: number;
    };
  };
  /** A region of a layer as an encoded picture. Answered between the tiles of a running job. */
  picture: { request: PictureQuery; response: { type: string; bytes: Uint8Array } };
  /** Answered like a picture, between the tiles of a running job. */
  histogram: { request: { photoId: string; revision: number }; response: Histogram };
  /** Renders at full size unless that is done already, and writes. */
  export: {
    request: {
      photoId: string;
      recipe: Recipe;
      edit?: EngineEdit;
      format: ExportFormat;
      quality: number;
      keepMetadata: boolean;
      orientation: Orientation;
      target: ExportTarget;
    };
    /** `notes`: what the written file could not take over. */
    response: { path: string; bytes: number; notes: Message[]; reports: StepReport[] };
  };
  /** Writes the mask of the repair step at full size, as a grey PNG: white is replaced, black keeps its bits. */
  exportMask: {
    request: { photoId: string; recipe: Recipe; edit: EngineEdit; target: ExportTarget };
    response: { path: string; bytes: number };
  };
  /**
   * Reads a picture as a mask for a photo, as `packRuns` writes it. Throws MASK_SIZE where it is not of the photo's size,
   * MASK_UNSUITABLE where it is hardly a mask, and as `open` does where it cannot be decoded.
   */
  readMask: { request: { photoId: string; path: string }; response: Uint8Array };
  /**
   * The whole way of one file without keeping it open: decode, analyse, run, write, in one raster.
   * `recipe` null: the proposal. `target` null: analyse only.
   */
  restore: {
    request: {
      path: string;
      recipe: Recipe | null;
      /** Steps that are asked for besides the recipe, or besides what the photo is found to need. */
      added?: readonly Step[];
      /** Changes to the steps of the recipe or of the proposal, and to those that are asked for besides. */
      changes?: readonly StepChange[];
      /** What a person has changed by hand, besides the recipe. */
      edit?: EngineEdit;
      /** Which way up it is written; as it was opened where none is given. */
      orientation?: Orientation;
      /** null: the format of the original (PNG for GIF). */
      format: ExportFormat | null;
      quality: number;
      keepMetadata: boolean;
      target: ExportTarget | null;
      /**
       * Writes a temporary file beside the target and leaves it to the caller to name it; with small pictures of before
       * and after, whose longer edge has so many pixels.
       */
      staged?: { thumbnails: number };
    };
    response: {
      photo: Photo;
      analysis: Analysis;
      reports: StepReport[];
      masked: number;
      /** Every pass of a generator, detection included, in order. */
      passes: EnginePass[];
      output: { path: string; bytes: number; width: number; height: number; extension: string } | null;
      /** What the written file could not take over. */
      notes: Message[];
      /** JPEG pictures, where they were asked for. */
      thumbnails: { before: Uint8Array; after: Uint8Array } | null;
      /** The most memory in bytes that the engine's process has ever had. */
      peak: number;
    };
  };
  /**
   * Makes the training pair of an index out of a clean picture: writes its three pictures, replacing what is there, or
   * gives them for a screen. Throws as `open` does, PHOTO_TOO_SMALL, PHOTOS_UNUSABLE where no overlay can be used,
   * GENERATOR_MISSING.
   */
  pair: {
    request: {
      path: string;
      index: number;
      settings: Pick<SynthesisSettings, 'seed' | 'size' | 'ageing'>;
      kinds: readonly DamageKind[];
      /** White damage on black, taken one after the other. */
      overlays: readonly { name: string; path: string }[];
      target: { folder: string; format: SynthesisSettings['format'] } | null;
    };
    response: {
      facts: Omit<Pair, PairSide>;
      files: Record<PairSide, { name: string; bytes: number; sha256: string }> | null;
      pictures: Record<PairSide, { type: string; bytes: Uint8Array }> | null;
      /** Overlays that cannot be used. */
      unusable: { name: string; failure: Failure }[];
    };
  };
  /** What the style generator sees in a picture, to paint others in its manner. GENERATOR_MISSING; else as `open`. */
  readStyle: { request: { path: string }; response: StyleCode };
  /** The styles that the installed generator brings along; `by` says whose codes mean something to it. */
  styles: { request: null; response: { by: string | null; presets: StyleInfo[] } };
  generators: { request: null; response: GeneratorInfo[] };
}

export type RequestKind = keyof Requests;

/** From the app to the engine. */
export type ToEngine =
  | { [K in RequestKind]: { type: 'request'; id: string; kind: K; body: Requests[K]['request'] } }[RequestKind]
  | { type: 'cancel'; id: string };

/** From the engine to the app. */
export type FromEngine =
  | { type: 'ready' }
  | { type: 'answer'; id: string; result: { ok: true; value: unknown } | { ok: false; error: Failure } }
  | { type: 'progress'; id: string; progress: Omit<Progress, 'jobId'> }
  /**
   * Sent before every stretch in which the engine cannot answer (one tile, one decode); `seconds` is the longest it
   * may reasonably take. The supervisor's watchdog kills the process where nothing follows in time.
   */
  | { type: 'busy'; seconds: number }
  /** Sent before a provider other than the CPU is touched, so that a crash can be laid at its door. */
  | { type: 'trying'; provider: Provider }
  /** The fine pass over an open photo has finished: its layers `evidence` and `mask` have changed. */
  | { type: 'evidence'; photoId: string }
  | { type: 'status'; status: EngineStatus };

/** The process behind the engine: a forked Node here, a utilityProcess in Electron. */
export interface EngineProcess {
  send(message: ToEngine): void;
  onMessage(listener: (message: FromEngine) => void): void;
  /** Called once, however the process ends. `stderr` is the end of what it wrote there, where that is known. */
  onExit(listener: (code: number | null, signal: string | null, stderr?: string) => void): void;
  /** Ends it at once, as with SIGKILL. */
  kill(): void;
  readonly pid: number | undefined;
}

export type LaunchEngine = () => EngineProcess;
