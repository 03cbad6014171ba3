import { z } from 'zod';
import { Provider } from './app';
import { count, FileToken, Id, Message, unit } from './basics';
import { Caption } from './caption';
import { ErrorCode, Failure } from './errors';
import { MetadataChoice, OutputShape } from './output';
import { ExportFormat, StepReport } from './photo';
import { Recipe, STEP_KINDS, Step, StepChange, StepKind } from './recipe';
import { NegativeWish } from './scan';

/** The restoration of a folder of photos. */

/** Which of a file's photos are wanted: all, the first, or a range from 1. */
export type Pages = 'all' | 'first' | { from: number; to: number };

/** `all`, `first`, `3` or `2-5`; null for anything else. */
export function readPages(text: string): Pages | null {
  if (text === 'all' || text === 'first') return text;
  const [, from, to = from] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(text) ?? [];
  if (from === undefined || Number(from) < 1 || Number(to) < Number(from)) return null;
  return { from: Number(from), to: Number(to) };
}

/** What happens if a file of the same name exists: choose another name (`-2`), skip the photo, or replace the file. */
export const CONFLICT_RULES = ['rename', 'skip', 'overwrite'] as const;
export const BATCH_ORDERS = ['name', 'oldest', 'newest', 'smallest', 'largest'] as const;
/**
 * Placeholders of a name pattern, in braces: the name of the file, of its folder, the date of the file, and the recipe.
 */
export const NAME_TOKENS = ['name', 'folder', 'date', 'recipe'] as const;
// The message of a refinement is a key of the texts.
const NamePattern = z
  .string()
  .min(1)
  .max(120)
  .refine((pattern) => !/[\\/]/.test(pattern), { message: 'problems.withoutFolders' })
  .refine((pattern) => pattern.includes('{name}'), { message: 'problems.nameNeeded' })
  .refine(
    (pattern) =>
      [...pattern.matchAll(/\{([^{}]*)\}/g)].every(([, token]) => NAME_TOKENS.some((known) => known === token)),
    { message: 'problems.nameTokens' },
  );
/** The most files that a batch can be given one by one. */
export const MAX_CHOSEN = 10_000;
const Globs = z.array(z.string().min(1).max(400)).max(100);
const StoredSettings = z.object({
  /** Null: the recipe that the analysis proposes for each photo. */
  recipe: Recipe.nullable().default(null),
  /** Steps to add to the recipe. */
  added: z.array(Step).max(STEP_KINDS.length).default([]),
  /** Changes to the steps of the recipe, proposed or chosen, and to the added steps. */
  changes: z.array(StepChange).max(STEP_KINDS.length).optional(),
  /** Null: the format of each photo (PNG for GIF). */
  format: ExportFormat.nullable().default(null),
  ...OutputShape,
  /** Absent means all. Earlier versions wrote this instead of `metadata`. */
  metadata: MetadataChoice.optional(),
  keepMetadata: z.boolean().optional(),
  /** Writes a mask of every changed pixel beside each result, and `SHA256SUMS` of originals and results. */
  saveChanges: z.boolean().default(false),
  /** What is said of all photos, for the metadata of their results. */
  caption: Caption.default({}),
  /** Name pattern of the written files, without extension. */
  name: NamePattern.default('{name}'),
  conflict: z.enum(CONFLICT_RULES).default('rename'),
  /**
   * Globs of paths below the folder, with `/`; a glob without a slash matches names in any folder. Empty: every file.
   */
  include: Globs.default([]),
  exclude: Globs.default([]),
  /** Paths below the folder, with `/`: only these files are restored. Empty: every file that is found. */
  only: z
    .array(
      z
        .string()
        .min(1)
        .max(4096)
        .refine((path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')),
    )
    .max(MAX_CHOSEN)
    .default([]),
  order: z.enum(BATCH_ORDERS).default('name'),
  /** Photos that are computed at the same time; 0: chosen by the computer's cores and memory. */
  concurrency: z.number().int().min(0).max(64).default(0),
  /** Photos of a file that holds several: `all`, `first`, `3` or `2-5`. */
  pages: z
    .string()
    .refine((text) => readPages(text) !== null)
    .default('all'),
  /** Each print that is found on a page is a photo of its own. Only for folders of this computer. */
  split: z.boolean().default(false),
  /** Restores files that break off as far as they go, instead of reporting them as damaged. */
  salvage: z.boolean().default(false),
  /** Negatives that are developed; null: every scan is a positive. */
  negative: NegativeWish.nullable().default(null),
  /** Keeps processing photos that are added to the folder later. */
  watch: z.boolean().default(false),
});
/** How a folder of photos is restored. */
export const BatchSettings = StoredSettings.transform(({ keepMetadata, metadata, ...settings }) => ({
  ...settings,
  metadata: metadata ?? (keepMetadata === false ? ('none' as const) : ('all' as const)),
}));
export type BatchSettings = z.infer<typeof BatchSettings>;

/**
 * The result for a photo. `kept`: a file of its name exists and the rule says to leave it; `passed`: the file is no
 * photo; `quarantined`: the photo crashed the engine twice and is not tried again automatically.
 */
export const BATCH_OUTCOMES = ['restored', 'unchanged', 'kept', 'failed', 'quarantined', 'passed'] as const;
export const BatchOutcome = z.enum(BATCH_OUTCOMES);
export type BatchOutcome = z.infer<typeof BatchOutcome>;
export const BatchCounts = z.object({
  /** Files found so far, and how many of them are waiting or being processed. */
  found: count,
  waiting: count,
  ...(Object.fromEntries(BATCH_OUTCOMES.map((outcome) => [outcome, count])) as Record<BatchOutcome, typeof count>),
});
export type BatchCounts = z.infer<typeof BatchCounts>;

export const ReviewCounts = z.object({
  unseen: count,
  partly: count,
  original: count,
  redone: count,
  edited: count,
});
export type ReviewCounts = z.infer<typeof ReviewCounts>;

export const BATCH_PHASES = ['running', 'pausing', 'paused', 'watching', 'done', 'cancelled', 'halted'] as const;
export const BatchState = z.object({
  id: Id,
  /** Folders, for display. */
  input: z.string(),
  output: z.string(),
  settings: BatchSettings,
  /** `halted`: a problem affects all photos (a full disk, a drive that is gone); `halt` describes it. */
  phase: z.enum(BATCH_PHASES),
  halt: Failure.nullable(),
  /** True until every file has been found. */
  scanning: z.boolean(),
  counts: BatchCounts,
  /** What was looked at and decided; `unseen` counts only finished photos. */
  review: ReviewCounts,
  /** Failures and quarantined photos by code, the most frequent first. */
  errors: z.array(z.object({ code: ErrorCode, count })),
  /** Photos being processed. */
  running: z.array(z.object({ index: count, name: z.string(), done: unit, step: StepKind.nullable() })),
  /** Photos at the same time, and threads for each. */
  concurrency: count,
  threads: count,
  provider: Provider.nullable(),
  /** Seconds worked so far in this run, and estimated seconds left; null until they can be estimated. */
  seconds: z.number().nonnegative(),
  secondsLeft: z.number().nonnegative().nullable(),
  /** Photos per minute; null until it can be estimated. */
  pace: z.number().nonnegative().nullable(),
  /** Facts about the whole batch that the user should know: a damaged journal, changed settings. */
  notes: z.array(Message),
});
export type BatchState = z.infer<typeof BatchState>;
/**
 * What a person has decided about a photo's result. `original`: the photo as it was; `redone`: with other settings; `edited`: in
 * the editor.
 */
export const DECISIONS = ['original', 'redone', 'edited'] as const;
export const Decision = z.enum(DECISIONS);
export type Decision = z.infer<typeof Decision>;
/** How one photo is computed: the settings of the batch, or others. */
export const PhotoWork = StoredSettings.pick({ recipe: true, added: true, changes: true });
export type PhotoWork = z.infer<typeof PhotoWork>;

/** One file of a batch. */
export const BatchRow = z.object({
  /** Position among the files found. */
  index: count,
  /** Path below the folder, with `/`. */
  name: z.string(),
  bytes: count,
  state: z.enum(['waiting', 'running', ...BATCH_OUTCOMES]),
  failure: Failure.nullable(),
  /** What each step did, or why it did not run. */
  reports: z.array(StepReport),
  /** What was converted, guessed or left out, on opening and on writing. */
  notes: z.array(Message).default([]),
  /** Name of the written file. */
  written: z.string().nullable(),
  seconds: z.number().nonnegative().nullable(),
  /** Whether it has thumbnails, see {@link thumbnailUrl}. */
  pictured: z.boolean(),
  /** Whether there is a picture of what was repaired. */
  masked: z.boolean().default(false),
  /** Changes with every result: part of the thumbnails' URLs. */
  version: count.default(0),
  /** Whether a person has looked at it. */
  seen: z.boolean().default(false),
  decision: Decision.nullable().default(null),
  /** Whether the result before the decision is still there. */
  undoable: z.boolean().default(false),
  /** Whether the file breaks off, so that a part of the photo is missing. */
  partly: z.boolean().default(false),
});
export type BatchRow = z.infer<typeof BatchRow>;

/**
 * Which files of a batch are listed. `problems`: failed and quarantined; `unseen`: nobody has looked at it; `partly`: partly
 * read; `original`: a person has decided to keep the original.
 */
export const BATCH_FILTERS = [
  'all',
  'restored',
  'unchanged',
  'problems',
  'others',
  'unseen',
  'partly',
  'original',
] as const;
export const BatchFilter = z.enum(BATCH_FILTERS);
export type BatchFilter = z.infer<typeof BatchFilter>;

/** The two folders of a batch. `below`: the name of a folder to create inside the second one. */
export const BatchPlace = {
  input: FileToken,
  output: FileToken,
  below: z
    .string()
    .min(1)
    .max(100)
    .regex(/^(?!\.{1,2}$)[^/\\]+$/)
    .nullable(),
  /** Only these files of the first folder; empty: all that are found in it. */
  files: z.array(FileToken).max(MAX_CHOSEN).default([]),
};
/** A batch that was started on this computer, and its results as far as its journal can be read. */
export const BatchEntry = z.object({
  id: Id,
  input: z.string(),
  output: z.string(),
  begunAt: z.string(),
  finished: z.boolean(),
});
export type BatchEntry = z.infer<typeof BatchEntry>;
