import { z } from 'zod';
import { count, FileToken, unit } from './basics';
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
