import { z } from 'zod';
import { count, FileToken, unit } from './basics';
import { Failure } from './errors';

/** Pairs of clean and damaged pictures to train on. */

/** Damage that a program draws, pictures of damage in a folder, or damage drawn by a generator. */
export const DAMAGE_KINDS = ['drawn', 'overlay', 'synthesised'] as const;
export const DamageKind = z.enum(DAMAGE_KINDS);
export type DamageKind = z.infer<typeof DamageKind>;
export const PAIR_FORMATS = ['png', 'webp'] as const;
export const PAIR_SIZES = { min: 64, max: 2048 } as const;
export const MAX_PAIRS = 1_000_000;
/** How pairs of a clean and a damaged picture are made, to train on. */
export const SynthesisSettings = z.object({
  /** Where all chance comes from: pair k depends on it and on k, whatever the number of pairs. */
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  /** Edge of the square pictures in pixels. */
  size: z.number().int().min(PAIR_SIZES.min).max(PAIR_SIZES.max).default(512),
  /** Null: every kind for which there is what it needs. */
  damage: z.array(DamageKind).min(1).max(DAMAGE_KINDS.length).nullable().default(null),
  /** How much pictures fade and roughen besides; 0 not at all. */
  ageing: unit.default(1),
  /** Both lossless. */
  format: z.enum(PAIR_FORMATS).default('png'),
});
export type SynthesisSettings = z.infer<typeof SynthesisSettings>;

/** The folder of clean photos, and one with pictures of damage, white on black. */
export const PairSources = { input: FileToken, overlays: FileToken.nullable() };
/** The pairs that are being made, or were made last. */
export const SynthesisState = z.object({
  /** Folders, for a person to read. */
  input: z.string(),
  output: z.string(),
  phase: z.enum(['running', 'done', 'cancelled', 'failed']),
  /** Why it failed; pairs that were made stay. */
  failure: Failure.nullable(),
  /** Kinds of damage that are used; empty until that is known. */
  kinds: z.array(DamageKind),
  pairs: count,
  /** Of these, so many are there. */
  done: count,
  secondsLeft: z.number().nonnegative().nullable(),
  /** Files that cannot be used, the first of them with the reason. */
  unusable: count,
  problems: z.array(z.object({ name: z.string(), failure: Failure })).max(50),
});
export type SynthesisState = z.infer<typeof SynthesisState>;
