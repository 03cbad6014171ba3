import { z } from 'zod';
import { count, FileToken, Id, JobId, unit } from './basics';
import { BatchPlace } from './batch';
import { Failure } from './errors';

/** Pairs of clean and damaged pictures for training. */

/** Damage drawn by a program, pictures of damage from a folder, or damage drawn by a generator. */
export const DAMAGE_KINDS = ['drawn', 'overlay', 'synthesised'] as const;
export const DamageKind = z.enum(DAMAGE_KINDS);
export type DamageKind = z.infer<typeof DamageKind>;
export const PAIR_FORMATS = ['png', 'webp'] as const;
export const PAIR_SIZES = { min: 64, max: 2048 } as const;
export const MAX_PAIRS = 1_000_000;
/** How training pairs of a clean and a damaged picture are made. */
export const SynthesisSettings = z.object({
  /** Seed of all random choices: pair k depends only on the seed and k, not on the number of pairs. */
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  /** Edge of the square pictures in pixels. */
  size: z.number().int().min(PAIR_SIZES.min).max(PAIR_SIZES.max).default(512),
  /** Null: every kind whose requirements are met. */
  damage: z.array(DamageKind).min(1).max(DAMAGE_KINDS.length).nullable().default(null),
  /** How much pictures fade and roughen in addition; 0: not at all. */
  ageing: unit.default(1),
  /** Both are lossless. */
  format: z.enum(PAIR_FORMATS).default('png'),
});
export type SynthesisSettings = z.infer<typeof SynthesisSettings>;

/** The folder of clean photos, and a folder of pictures of damage, white on black. */
export const PairSources = { input: FileToken, overlays: FileToken.nullable() };
/** The pairs that are being made, or the last ones. */
export const SynthesisState = z.object({
  /** Folders, for display. */
  input: z.string(),
  output: z.string(),
  phase: z.enum(['running', 'done', 'cancelled', 'failed']),
  /** Why it failed. Finished pairs stay. */
  failure: Failure.nullable(),
  /** Kinds of damage in use; empty until they are known. */
  kinds: z.array(DamageKind),
  pairs: count,
  /** How many of them are finished. */
  done: count,
  secondsLeft: z.number().nonnegative().nullable(),
  /** Files that cannot be used, and the first of them with the reasons. */
  unusable: count,
  problems: z.array(z.object({ name: z.string(), failure: Failure })).max(50),
});
export type SynthesisState = z.infer<typeof SynthesisState>;

const nothing = z.object({}).strict();

export const SYNTHESIS_CALLS = {
  /**
   * Makes one training pair as a preview. Its pictures are kept until a few more have been made, see {@link pairUrl}.
   * PHOTOS_UNUSABLE; PHOTO_TOO_SMALL if all photos are too small; GENERATOR_MISSING.
   */
  'synthesis.preview': {
    request: z.object({ ...PairSources, settings: SynthesisSettings, index: count, jobId: JobId }).strict(),
    response: z.object({
      id: Id,
      /** Path of the photo below the folder, with `/`. */
      source: z.string(),
      /** Share of damaged pixels. */
      coverage: unit,
      /** How many photos, and how many overlays, are available. */
      photos: count,
      overlays: count,
    }),
  },
  /**
   * Makes training pairs in `below` inside the output folder, or continues making them; null: beside the folder of
   * photos. Only one run at a time. The state reports failures after the start.
   */
  'synthesis.start': {
    request: z
      .object({
        ...PairSources,
        output: FileToken.nullable(),
        below: BatchPlace.below.unwrap(),
        settings: SynthesisSettings,
        pairs: z.number().int().min(1).max(MAX_PAIRS),
      })
      .strict(),
    response: SynthesisState,
  },
  /** The training pairs that are being made, or the last run since the program was started. */
  'synthesis.state': { request: nothing, response: z.object({ state: SynthesisState.nullable() }) },
  /** Stops the run. The finished pairs stay, and the run can be continued. */
  'synthesis.cancel': { request: nothing, response: nothing },
} as const;
