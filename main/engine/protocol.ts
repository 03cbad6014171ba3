import type { EngineStatus, GeneratorInfo, Progress, Provider, StyleInfo } from '../../contract/app';
import type { Message } from '../../contract/basics';
import type { Caption } from '../../contract/caption';
import type { ColourHint, Crop, EyeSearch, LocalRepair, MaskArea, MaskOp, Orientation } from '../../contract/edit';
import type { Failure } from '../../contract/errors';
import type { MetadataChoice, OutputOptions } from '../../contract/output';
import type { Analysis, ExportFormat, Face, Histogram, Photo, RenderSize, StepReport } from '../../contract/photo';
import type { PictureQuery } from '../../contract/pictures';
import type { Recipe, Step, StepChange, StyleCode } from '../../contract/recipe';
import type { BaseSource, Corners, FilmBase, Negative, Scan } from '../../contract/scan';
import type { DamageKind, SynthesisSettings } from '../../contract/synthesis';
import type { ScanWish } from '../../document/scan';
import type { InspectedFile } from '../generators/inspect/inspected';
import type { LogRecord } from '../log/log';
import type { Print, PrintsOn } from '../scan/prints';
import type { Pair, PairSide } from '../synthesis/pair';
import type { ListedPlace } from './inspect-repair';
import type { ListedProviders } from './provider-list';
import type { Use } from './verdicts';

/**
 * The messages between the app and its engine process. Both ends belong to Emulsion and the messages stay on this
 * computer, so they have types but are not validated again. They are sent by structured clone (`serialization:
 * 'advanced'`).
 */

export interface EngineOptions {
  /** Folder that holds `<id>/card.json`. */
  models: string;
  /** The same for generators that a person has added; absent: there are none. */
  imported?: string;
  /** Folder of the pictures whose style is copied, see `main/userdata/examples.ts`; absent: there are none. */
  examples?: string;
  provider: 'auto' | Provider;
  /** Name of the graphics device to use; absent or null: the first. */
  device?: string | null;
  /** Folder for what is remembered of providers, and for added libraries; absent: nothing is remembered. */
  providers?: string;
  /** 0: as many as there are cores. */
  threads: number;
  /** Megabytes (2^20 bytes) for caches; 0 or absent: chosen by the computer's memory. */
  memory?: number;
  /** Providers that crashed the engine before and must not be tried again. The supervisor fills this in. */
  avoid?: readonly Provider[];
}

/** Target of an export. An existing name gets `-2`, `-3` ... before its extension. */
export interface ExportTarget {
  folder: string;
  /** The folder that the user has chosen, if `folder` lies deeper, see `WriteFolder`. */
  root?: string;
  /** Name without extension. */
  stem: string;
  /** A file of that name that the person has agreed to replace. */
  replace?: string;
}

/** How a result is written, besides its format. What is absent stays as the photo has it. */
export interface OutputChoice extends Partial<OutputOptions> {
  quality: number;
  metadata: MetadataChoice;
  /**
   * Writes a mask beside the result, `<its name>-changes.png`: white where a step changed the picture, in the size of the result.
   * Enlarging it is no such change.
   */
  saveChanges?: boolean;
}

/** A file that was written. */
export interface WrittenFile {
  path: string;
  bytes: number;
}

/** One pass of a generator over a picture, as it was computed. */
export interface EnginePass {
  generator: string;
  provider: string;
  /** Number of computed tiles, without skipped ones. */
  tiles: number;
  /** Longer edge of the tiles in pixels, including the halo. */
  tile: number;
}

/** A user's changes to a photo besides the recipe. Bitmaps are packed by `packRuns`. */
export interface EngineEdit {
  /** Mask of the repair step. */
  mask: readonly MaskOp[];
  /** Mask of the style step; absent or empty: everywhere. */
  styleMask?: readonly MaskOp[];
  /** Mask of what every step leaves alone; absent or empty: nothing. */
  keepMask?: readonly MaskOp[];
  /** Colours of places; absent or empty: none. */
  hints?: readonly ColourHint[];
  repairs: readonly LocalRepair[];
  bitmaps: ReadonlyMap<string, Uint8Array>;
}

/** JPEG thumbnails of a photo before and after, and the places that were repaired as the opacity of a PNG, if any were. */
export interface Thumbnails {
  before: Uint8Array;
  after: Uint8Array;
  mask: Uint8Array | null;
}

export interface Requests {
  configure: { request: EngineOptions; response: EngineStatus };
  /** Decodes the photo and keeps it under its id. */
  open: {
    request: {
      photoId: string;
      path: string;
      name: string;
      /** Which of the file's photos, from 1; absent: the first. */
      page?: number;
      /** Opens a file that breaks off as far as it goes. */
      salvage?: boolean;
      /** The print that is cut out of its page; absent or null: the whole page. */
      scan?: Scan | null;
      /** Opens only this part of it, and turned: as a result shows it. Absent: whole and upright. */
      shownAs?: { crop: Crop | null; orientation: Orientation };
    };
    response: Photo;
  };
  /** Decodes a result of an open photo from its file, as a rendering at full size: its pictures are those of the layer `result`. */
  openResult: {
    request: { photoId: string; path: string };
    response: { revision: number; width: number; height: number };
  };
  /** A small JPEG of a photo, with this longer edge in pixels. Reads no more of the file than that needs, where its format allows. */
  thumbnail: { request: { path: string; page?: number; edge: number }; response: Uint8Array };
  /** The corners of the prints that are found on an open page, by their places. */
  findPrints: { request: { photoId: string }; response: { prints: Corners[] } };
  /**
   * How the negative on an open page is developed, by the picture in a print of it. The film base is that at a place of the page,
   * else `base`, else it is looked for.
   */
  measureNegative: {
    request: {
      photoId: string;
      kind: Negative['kind'];
      base: FilmBase | null;
      at: readonly [number, number] | null;
      scan: Scan | null;
    };
    response: { negative: Negative; base: BaseSource; notes: Message[] };
  };
  close: { request: { photoId: string }; response: null };
  analyse: { request: { photoId: string }; response: Analysis };
  render: {
    /** `shown`: see the contract. */
    request: { photoId: string; recipe: Recipe; size: RenderSize; shown?: number; edit?: EngineEdit };
    response: {
      revision: number;
      width: number;
      height: number;
      masked: number;
      reports: StepReport[];
      /** Absent if they are those of the analysis. */
      faces?: Face[];
      seconds: number;
    };
  };
  /** The red pupils near a place, or of all faces, in the photo as it was opened. */
  redEyes: { request: { photoId: string; at: EyeSearch | null }; response: { eyes: MaskArea[] } };
  /** A region of a layer as an encoded picture. Answered between the tiles of a running job. */
  picture: { request: PictureQuery; response: { type: string; bytes: Uint8Array } };
  /** Answered between the tiles of a running job, like a picture. */
  histogram: { request: { photoId: string; revision: number }; response: Histogram };
  /** Renders at full size, unless that is cached, and writes the file. */
  export: {
    request: OutputChoice & {
      photoId: string;
      recipe: Recipe;
      edit?: EngineEdit;
      format: ExportFormat;
      orientation: Orientation;
      crop?: Crop | null;
      /** Stars; null or absent: those of the photo's file. */
      rating?: number | null;
      caption?: Caption;
      /** Writes the photo and its result beside one another in one picture, without the photo's metadata. */
      sideBySide?: boolean;
      target: ExportTarget;
      /** As for `restore`. */
      staged?: { thumbnails: number };
    };
    /**
     * `notes`: what could not be carried over to the file; `changes`: the mask of what was changed. The size in pixels is that
     * of what was written.
     */
    response: WrittenFile & {
      width: number;
      height: number;
      notes: Message[];
      reports: StepReport[];
      changes: WrittenFile | null;
      thumbnails: Thumbnails | null;
    };
  };
  /** About how large an export will be, from what is computed already. Answered between the tiles of a running job. */
  estimate: {
    request: Omit<Requests['export']['request'], 'target'>;
    response: {
      width: number;
      height: number;
      /** Pixels per inch, if they are set; null: those of the photo. */
      dpi: number | null;
      /** It has fewer pixels than were asked for. */
      isSmaller: boolean;
      bytes: number;
      /** What the file will say of its edit, word for word; null while nothing is computed. */
      mark: { name: string; value: string }[] | null;
    };
  };
  /**
   * Writes the mask of the repair step at full size, as a grey PNG: white pixels are replaced, black ones keep their
   * bits.
   */
  exportMask: {
    request: { photoId: string; recipe: Recipe; edit: EngineEdit; target: ExportTarget };
    response: { path: string; bytes: number };
  };
  /**
   * Reads a picture as a mask for a photo, packed by `packRuns`. Throws MASK_SIZE if its size is not that of the photo,
   * MASK_UNSUITABLE if it is clearly not a mask, and the errors of `open` if it cannot be decoded.
   */
  readMask: { request: { photoId: string; path: string }; response: Uint8Array };
  /**
   * Processes one file without keeping it open: decodes, analyses, runs the recipe and writes, all in one raster.
   * `recipe` null: the proposal. `target` null: only analyses.
   */
  restore: {
    request: OutputChoice & {
      path: string;
      /** As for `open`. */
      page?: number;
      salvage?: boolean;
      recipe: Recipe | null;
      /** Steps to add to the recipe or to the proposal. */
      added?: readonly Step[];
      /** Changes to the steps of the recipe or of the proposal, and to the added steps. */
      changes?: readonly StepChange[];
      /** The print that is cut out of its page, which the edit is about; absent or null: what `wish` says. */
      scan?: Scan | null;
      wish?: ScanWish;
      /** The user's changes besides the recipe. */
      edit?: EngineEdit;
      /** Rotation of the written photo; absent: as it was opened. */
      orientation?: Orientation;
      rating?: number | null;
      caption?: Caption;
      /** The part that is written; absent: the whole photo. */
      crop?: Crop | null;
      /** null: the format of the original (PNG for GIF). */
      format: ExportFormat | null;
      target: ExportTarget | null;
      /**
       * Writes a temporary file beside the target, which the caller renames, and thumbnails from before and after, with
       * this longer edge in pixels.
       */
      staged?: { thumbnails: number };
      /** Lists the damaged places, and writes the mask of the repair as a PNG if it has a target. */
      inspect?: { mask: ExportTarget | null };
    };
    response: {
      photo: Photo;
      analysis: Analysis;
      reports: StepReport[];
      masked: number;
      /** Every pass of a generator, including detection, in order. */
      passes: EnginePass[];
      output: { path: string; bytes: number; width: number; height: number; extension: string } | null;
      /** The mask of what was changed, with a temporary name if the result has one; null: not asked for. */
      changed: WrittenFile | null;
      /** What could not be carried over to the file. */
      notes: Message[];
      /** If they were requested. */
      thumbnails: Thumbnails | null;
      /** What was asked for with `inspect`. */
      inspected: { places: ListedPlace[]; mask: string | null } | null;
      /** Peak memory of the engine's process, in bytes. */
      peak: number;
    };
  };
  /**
   * Finds the prints on a scan and writes each, upright, to a file of its own: `<stem>-1`, `<stem>-2` ... by rows, from left to
   * right. Throws the errors of `open`, and NO_PRINTS.
   */
  split: {
    request: {
      path: string;
      page?: number;
      salvage?: boolean;
      /** null: the format of the scan (PNG for GIF). */
      format: ExportFormat | null;
      quality: number;
      metadata: MetadataChoice;
      target: ExportTarget;
    };
    response: {
      photo: Photo;
      prints: (Print & WrittenFile & { width: number; height: number; notes: Message[] })[];
    };
  };
  /**
   * Finds the prints on a scan, as `split` does, and writes nothing. `whole`: none, because there is nothing on the page, or because
   * all of it is one print. Throws the errors of `open`.
   */
  printsOn: {
    request: { path: string; page?: number; salvage?: boolean };
    response: PrintsOn;
  };
  /**
   * Makes the training pair of an index from a clean picture. Writes its three pictures, replacing existing ones, or
   * returns them as a preview. Throws the errors of `open`, PHOTO_TOO_SMALL, PHOTOS_UNUSABLE if no overlay can be used,
   * GENERATOR_MISSING.
   */
  pair: {
    request: {
      path: string;
      index: number;
      settings: Pick<SynthesisSettings, 'seed' | 'size' | 'ageing'>;
      kinds: readonly DamageKind[];
      /** White damage on black, used in turn. */
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
  /**
   * What the style generator measures in a picture, for painting in its style. GENERATOR_MISSING; otherwise the errors
   * of `open`.
   */
  readStyle: { request: { path: string }; response: StyleCode };
  /** A picture whose style is to be copied: a reduced copy in sRGB, as a PNG. The errors of `open`. */
  readExample: { request: { path: string }; response: Uint8Array };
  /** The styles that ship with the installed generator. `by` is the hash of the generator whose codes can be used. */
  styles: { request: null; response: { by: string | null; presets: StyleInfo[] } };
  generators: { request: null; response: GeneratorInfo[] };
  /** What this build of onnxruntime contains; whether it works is only known after `tryProvider`. */
  providers: { request: null; response: ListedProviders };
  /**
   * Has a provider compute a tiny net: null if that is right, otherwise what was wrong. PROVIDER_FAILED with what onnxruntime
   * says; ENGINE_CRASHED also if it has done so before.
   */
  tryProvider: { request: { provider: Provider; device: string | null }; response: string | null };
  /**
   * Finds out how to use an ONNX file, by trial runs. Runs in a process of its own, see `inspectModel`. Throws
   * GENERATOR_REFUSED with the reason.
   */
  inspect: { request: { path: string }; response: InspectedFile };
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
   * Sent before every stretch without messages (one tile, one decode); `seconds` is the longest time that it may take.
   * The supervisor's watchdog kills the process if nothing follows in time.
   */
  | { type: 'busy'; seconds: number }
  /** Sent before a net is computed on a provider other than the CPU, so that a crash can be attributed to both; null: on the CPU. */
  | { type: 'using'; use: Use | null }
  /** The fine pass over an open photo has finished: its layers `evidence` and `mask` have changed. */
  | { type: 'evidence'; photoId: string }
  | { type: 'status'; status: EngineStatus }
  | { type: 'log'; record: LogRecord };

/** The process of the engine: a forked Node here, a utilityProcess in Electron. */
export interface EngineProcess {
  send(message: ToEngine): void;
  onMessage(listener: (message: FromEngine) => void): void;
  /** Called once, however the process ends. `stderr` is the end of its error output, if it is known. */
  onExit(listener: (code: number | null, signal: string | null, stderr?: string) => void): void;
  /** Ends the process at once, as with SIGKILL. */
  kill(): void;
  readonly pid: number | undefined;
}

/** @param runtime folder of added libraries of providers, see `pack.ts`; absent: those of the package */
export type LaunchEngine = (runtime?: string) => EngineProcess;
