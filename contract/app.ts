import { z } from 'zod';
import { FileToken, Id, JobId, Message, unit } from './basics';
import { ExportChoice, ExportPlace, ExportPreset, MAX_PRESETS } from './output';
import { StepKind, StyleCode } from './recipe';

/** The program: settings, files, generators, the engine and its progress. */

export const GeneratorInfo = z.object({
  id: z.string(),
  name: z.string(),
  task: z.string(),
  version: z.string(),
  licence: z.string(),
  description: z.string(),
  limits: z.string(),
  /** The three texts in other languages than English, as far as the card has them. */
  translations: z.partialRecord(
    z.string(),
    z.object({ name: z.string(), description: z.string(), limits: z.string() }).partial(),
  ),
  parameters: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  state: z.enum(['ready', 'missing', 'damaged']),
  /** Whether it ships with the app or was added by a person. */
  origin: z.enum(['shipped', 'imported']),
  /** Whether the licence allows commercial use. */
  commercial: z.enum(['yes', 'no', 'unknown']),
  /** Whether a step can use it. */
  isUsed: z.boolean(),
  /** The step whose settings may name it, and the setting that does; null if there is none. */
  step: StepKind.nullable(),
  setting: z.enum(['generator', 'detector', 'finder']).nullable(),
  /** How far it enlarges. */
  scale: z.number().positive(),
  /** Whether it copies the style of a picture that a person chooses. */
  takesExample: z.boolean(),
  /** Whether it follows the colours that a person gives for places. */
  takesHints: z.boolean(),
  /** Numbers that its step takes from `inputs` of its settings. */
  inputs: z.array(
    z.object({ name: z.string(), label: z.string(), min: z.number(), max: z.number(), default: z.number() }),
  ),
  author: z.string(),
  source: z.string(),
  /** Name of the file that a person has added, and when; null for one that ships. */
  added: z.object({ file: z.string(), at: z.string() }).nullable(),
  /** How each thing was found out that is said of one that a person has added. */
  evidence: z.array(
    z.object({ field: z.string(), confidence: z.string(), said: z.boolean(), because: z.array(Message) }),
  ),
  measured: z.array(z.object({ metric: z.string(), value: z.number(), unit: z.string(), data: z.string() })),
});
export type GeneratorInfo = z.infer<typeof GeneratorInfo>;
/** A style that ships with the app. It holds what a generator measured in a painting, not the painting. */
export const StyleInfo = z.object({
  id: z.string(),
  name: z.string(),
  /** Empty if it is no painting, but another light. */
  artist: z.string(),
  work: z.string(),
  year: z.number().int().nullable(),
  source: z.string(),
  /** What pictures take over from the painting, in English. */
  description: z.string().optional(),
  translations: z
    .partialRecord(z.string(), z.object({ work: z.string(), description: z.string() }).partial())
    .optional(),
});
export type StyleInfo = z.infer<typeof StyleInfo>;
/** A style of the user, measured in a picture. */
export const OwnStyle = z.object({ id: Id, name: z.string().min(1).max(64), code: StyleCode });
export type OwnStyle = z.infer<typeof OwnStyle>;

export const LANGUAGES = ['en', 'pt-BR'] as const;
export const Language = z.enum(LANGUAGES);
export type Language = z.infer<typeof Language>;

export const PROVIDERS = ['cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu'] as const;
export const Provider = z.enum(PROVIDERS);
export type Provider = z.infer<typeof Provider>;
export const Settings = z.object({
  theme: z.enum(['system', 'dark', 'light']).default('system'),
  /** null: the system's language if the app has it, else English. */
  language: Language.nullable().default(null),
  /** Size of the interface; the window may have less room. */
  interfaceScale: z.number().min(0.9).max(1.5).default(1),
  /** `auto` tries the platform's providers in order and falls back to the CPU. */
  provider: z.union([z.literal('auto'), Provider]).default('auto'),
  /** Name of the graphics device to use, where there are several; null: the first. */
  device: z.string().max(400).nullable().default(null),
  /** 0: as many as the computer has cores. */
  threads: z.number().int().min(0).max(256).default(0),
  /**
   * Megabytes (2^20 bytes) that cached pictures and loaded generators may use together. The photos themselves and
   * running computations need more on top. 0: chosen by the computer's memory.
   */
  memory: z.number().int().min(0).max(65_536).default(0),
  keepMetadata: z.boolean().default(true),
  /** The last export, which can be done again without a question; null: there was none. */
  lastExport: ExportChoice.extend({ place: ExportPlace }).nullable().default(null),
  /** The exports that a person has named. */
  exportPresets: z.array(ExportPreset).max(MAX_PRESETS).default([]),
  maskColour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .default('#ff00c8'),
  /** Opacity of the mask drawn over the photo. */
  maskOpacity: z.number().min(0.1).max(1).default(0.6),
  /** Writes ratings into the XMP beside the originals too. */
  ratingSidecars: z.boolean().default(false),
  /** Which parts of a photo's settings are copied to others, as they were chosen last; see `isCopied` in the page. */
  copyChoices: z.record(z.string().max(40), z.boolean()).default({}),
  /** Opens the photos of the last session at the start. */
  reopen: z.boolean().default(true),
  /** The introduction was finished or skipped. */
  introduced: z.boolean().default(false),
});
export type Settings = z.infer<typeof Settings>;

/** Some of the settings. Settings that are left out keep their values, so they must not get their defaults. */
export const SettingsChange = z.strictObject(
  Object.fromEntries(
    Object.entries(Settings.shape).map(([name, shape]) => [name, shape.unwrap().optional()]),
  ) as unknown as {
    [N in keyof typeof Settings.shape]: z.ZodOptional<ReturnType<(typeof Settings.shape)[N]['unwrap']>>;
  },
);
export const AppInfo = z.object({
  version: z.string(),
  host: z.enum(['electron', 'browser']),
  platform: z.string(),
  /** Prefix of picture URLs. */
  pictureBase: z.string(),
  /** URL to POST dropped and pasted bytes to; null if the host takes paths instead. */
  uploadUrl: z.string().nullable(),
  /** Prefix of download URLs (`<base>/<downloadToken>`); null if the host writes to folders itself. */
  downloadBase: z.string().nullable(),
  /** True if `files.pick` opens the system's own dialog; otherwise the page shows `files.list`. */
  nativeDialogs: z.boolean(),
  /** Logical cores that the program may use, and total memory in megabytes (2^20 bytes). */
  machine: z.object({ cores: z.number().int().positive(), memory: z.number().int().positive() }),
});
export type AppInfo = z.infer<typeof AppInfo>;
export const FileEntry = z.object({
  token: FileToken,
  name: z.string(),
  /**
   * `edit`: an edit file, which holds the changes to a photo. `model`: a file with a net, or a folder with one. `weights`: a
   * file that belongs to a net.
   */
  kind: z.enum(['folder', 'photo', 'edit', 'model', 'weights']),
  bytes: z.number().int().nonnegative(),
});
export type FileEntry = z.infer<typeof FileEntry>;

/**
 * Why a provider is not used: it crashed the engine, is not installed, computes another picture than the CPU, is slower
 * than the CPU, or failed for another reason. `otherDevice`: it is used, but not on the device that was chosen.
 */
export const REFUSALS = ['crashed', 'missing', 'differs', 'slower', 'failed', 'otherDevice'] as const;
export const Refusal = z.object({
  provider: Provider,
  reason: z.enum(REFUSALS),
  /** For developers. */
  detail: z.string(),
});
export type Refusal = z.infer<typeof Refusal>;
export const EngineStatus = z.object({
  state: z.enum(['starting', 'ready', 'busy', 'restarting', 'failed']),
  /** Null until the first generator has been loaded. */
  provider: Provider.nullable(),
  /** Name of the graphics device that it uses, if it is known. */
  device: z.string().nullable(),
  threads: z.number().int().nonnegative(),
  /** Megabytes (2^20 bytes) for cached pictures and loaded generators; 0 before the engine has started. */
  memory: z.number().int().nonnegative(),
  /** Why the requested provider is not used; empty if there is nothing to report. */
  refused: z.array(Refusal),
  /** For developers: how the process ended if it is not restarted any more; null in every other state. */
  note: z.string().nullable(),
});
export type EngineStatus = z.infer<typeof EngineStatus>;
export const Progress = z.object({
  jobId: JobId,
  /** Opening a photo looks at its file, then decodes its colours, then its transparency, if it has any. */
  stage: z.enum(['opening', 'decoding', 'transparency', 'analysing', 'computing', 'writing']),
  step: StepKind.nullable(),
  /** Progress of the whole job, 0..1. */
  done: unit,
  /** Null until it can be estimated. */
  secondsLeft: z.number().nonnegative().nullable(),
});
export type Progress = z.infer<typeof Progress>;
