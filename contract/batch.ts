import { z } from 'zod';
import { Provider } from './app';
import { count, FileToken, Id, Message, unit } from './basics';
import { ErrorCode, Failure } from './errors';
import { ExportFormat, StepReport } from './photo';
import { Recipe, STEP_KINDS, Step, StepChange, StepKind } from './recipe';

/** A folder of photos that is restored. */

/** What happens where a file of that name exists: another name (`-2`), no restoration, or the file is replaced. */
export const CONFLICT_RULES = ['rename', 'skip', 'overwrite'] as const;
export const BATCH_ORDERS = ['name', 'oldest', 'newest', 'smallest', 'largest'] as const;
/** What a name pattern may hold in braces: the file's own name, its folder's, its date (of the file) and the recipe. */
export const NAME_TOKENS = ['name', 'folder', 'date', 'recipe'] as const;
// A refinement's message is a key of the texts.
const NamePattern = z
  .string()
  .min(1)
  .max(120)
  .refine((pattern) => !/[\\/]/.test(pattern), { message: 'problems.withoutFolders' })
  .refine((pattern) => pattern.includes('{name}'), { message: 'problems.nameNeeded' })
  .refine(
    (pattern) =>
      [...pattern.matchAll(/\{([^}]*)\}/g)].every(([, token]) => NAME_TOKENS.some((known) => known === token)),
    { message: 'problems.nameTokens' },
  );
const Globs = z.array(z.string().min(1).max(400)).max(100);
/** How a folder of photos is restored. */
export const BatchSettings = z.object({
  /** Null: what each photo is found to need. */
  recipe: Recipe.nullable().default(null),
  /** Asked for besides. */
  added: z.array(Step).max(STEP_KINDS.length).default([]),
  /** To the steps of the recipe or of what each photo is found to need, and to those asked for besides. */
  changes: z.array(StepChange).max(STEP_KINDS.length).optional(),
  /** Null: that of each photo (PNG for GIF). */
  format: ExportFormat.nullable().default(null),
  quality: z.number().int().min(1).max(100).default(92),
  keepMetadata: z.boolean().default(true),
  /** Of the written files, without extension. */
  name: NamePattern.default('{name}'),
  conflict: z.enum(CONFLICT_RULES).default('rename'),
  /** Globs of paths below the folder, with `/`; one without a slash is of names in any folder. None: everything. */
  include: Globs.default([]),
  exclude: Globs.default([]),
  order: z.enum(BATCH_ORDERS).default('name'),
  /** Photos that are computed at once; 0: by the computer's cores and memory. */
  concurrency: z.number().int().min(0).max(64).default(0),
  /** Goes on taking photos that are put into the folder. */
  watch: z.boolean().default(false),
});
export type BatchSettings = z.infer<typeof BatchSettings>;

/**
 * What has become of a photo. `kept`: a file of its name was there and the rule says to leave it; `passed`: a file that
 * is no photo; `quarantined`: it took the engine down twice and is not tried again by itself.
 */
export const BATCH_OUTCOMES = ['restored', 'unchanged', 'kept', 'failed', 'quarantined', 'passed'] as const;
export const BatchOutcome = z.enum(BATCH_OUTCOMES);
export type BatchOutcome = z.infer<typeof BatchOutcome>;
export const BatchCounts = z.object({
  /** Files that were found so far, and how many of them wait or are at work. */
  found: count,
  waiting: count,
  ...(Object.fromEntries(BATCH_OUTCOMES.map((outcome) => [outcome, count])) as Record<BatchOutcome, typeof count>),
});
export type BatchCounts = z.infer<typeof BatchCounts>;

export const BATCH_PHASES = ['running', 'pausing', 'paused', 'watching', 'done', 'cancelled', 'halted'] as const;
export const BatchState = z.object({
  id: Id,
  /** Folders, for a person to read. */
  input: z.string(),
  output: z.string(),
  settings: BatchSettings,
  /** `halted`: something stands in the way of all photos (a full disk, a drive that is gone); `halt` says what. */
  phase: z.enum(BATCH_PHASES),
  halt: Failure.nullable(),
  /** True until every file has been found. */
  scanning: z.boolean(),
  counts: BatchCounts,
  /** Failures and quarantined photos by code, the most frequent first. */
  errors: z.array(z.object({ code: ErrorCode, count })),
  /** Photos at work. */
  running: z.array(z.object({ index: count, name: z.string(), done: unit, step: StepKind.nullable() })),
  /** Photos at once, and threads for each. */
  concurrency: count,
  threads: count,
  provider: Provider.nullable(),
  /** Seconds of work so far in this run, and those left; null until there is enough to judge by. */
  seconds: z.number().nonnegative(),
  secondsLeft: z.number().nonnegative().nullable(),
  /** Photos per minute; null until there is enough to judge by. */
  pace: z.number().nonnegative().nullable(),
  /** What a person should know of the batch as a whole: a journal that was damaged, settings that have changed. */
  notes: z.array(Message),
});
export type BatchState = z.infer<typeof BatchState>;
/** One file of a batch. */
export const BatchRow = z.object({
  /** Its place among the files that were found. */
  index: count,
  /** Path below the folder, with `/`. */
  name: z.string(),
  bytes: count,
  state: z.enum(['waiting', 'running', ...BATCH_OUTCOMES]),
  failure: Failure.nullable(),
  /** What each step did, or why it did not run. */
  reports: z.array(StepReport),
  /** Name of the written file. */
  written: z.string().nullable(),
  seconds: z.number().nonnegative().nullable(),
  /** Whether there are small pictures of it, see {@link thumbnailUrl}. */
  pictured: z.boolean(),
});
export type BatchRow = z.infer<typeof BatchRow>;

/** Which files of a batch are listed. `problems`: failed and quarantined. */
export const BATCH_FILTERS = ['all', 'restored', 'unchanged', 'problems', 'others'] as const;

/** The two folders of a batch; `below`: the name of a folder inside the second that is made for it. */
export const BatchPlace = {
  input: FileToken,
  output: FileToken,
  below: z
    .string()
    .min(1)
    .max(100)
    .regex(/^(?!\.{1,2}$)[^/\\]+$/)
    .nullable(),
};
/** A batch that was begun on this computer, and what it came to as far as its journal can be read. */
export const BatchEntry = z.object({
  id: Id,
  input: z.string(),
  output: z.string(),
  begunAt: z.string(),
  finished: z.boolean(),
});
export type BatchEntry = z.infer<typeof BatchEntry>;
