import { z } from 'zod';
import { count, Id, Message } from './basics';
import { GeneratorId } from './recipe';

/** Generators from elsewhere: what was found out about a file, and trials of it. */

/** How sure a decision is; `open`: it is only proposed, and a person has to confirm it. */
export const CONFIDENCES = ['certain', 'probable', 'open'] as const;

/** Something that was decided about a file. */
export const GeneratorDecision = z.object({
  /** Name of the field, as after `--set` on the command line. */
  field: z.string(),
  /** As text: as it is written after `--set`. */
  value: z.string(),
  confidence: z.enum(CONFIDENCES),
  /** A person has said so. */
  said: z.boolean(),
  because: z.array(Message),
  /** The values that it can have; null: any text; empty: it cannot be changed here. */
  choices: z.array(z.string()).nullable(),
});
export type GeneratorDecision = z.infer<typeof GeneratorDecision>;

/** A file that was looked at and can be added. */
export const Inspection = z.object({
  id: Id,
  file: z.string(),
  /** A proposal for its name. */
  name: z.string(),
  /** What it is called, if the file is known. */
  known: z.string().nullable(),
  bytes: count,
  parameters: count,
  /** How many trial runs there were, and how long everything took. */
  runs: count,
  seconds: z.number().nonnegative(),
  decisions: z.array(GeneratorDecision),
  /** Whether a step can use it as it is decided. */
  isUsed: z.boolean(),
  /** Whether it can be tried on a crop: what finds damage shows in the mask of the whole photo alone. */
  canTry: z.boolean(),
  /** Why the decisions do not fit together; null if they do. */
  misfit: Message.nullable(),
});
export type Inspection = z.infer<typeof Inspection>;

/** Answers to questions, by the names of the fields, as text. */
export const Answers = z.record(z.string().max(64), z.string().max(2000));

export const TRIAL_SIDES = ['before', 'shipped', 'after'] as const;
export type TrialSide = (typeof TRIAL_SIDES)[number];
/** A crop of a photo as it is, by the generator that ships for the task, and by the one that was tried. */
export const Trial = z.object({
  id: Id,
  sides: z.array(
    z.object({
      side: z.enum(TRIAL_SIDES),
      width: count,
      height: count,
      /** Null for the crop itself. */
      generator: z.string().nullable(),
      provider: z.string().nullable(),
      secondsPerMegapixel: z.number().nonnegative().nullable(),
    }),
  ),
});
export type Trial = z.infer<typeof Trial>;

/** How fast a generator is on this computer, for a picture of one megapixel. */
export const Benchmark = z.object({
  id: GeneratorId,
  provider: z.string(),
  secondsPerMegapixel: z.number().nonnegative(),
  tiles: count,
  tile: count,
  /** Peak memory of the process, in bytes. */
  memory: count,
});
export type Benchmark = z.infer<typeof Benchmark>;

/** A picture of a trial. */
export const TrialQuery = z.object({ trialId: Id, trialSide: z.enum(TRIAL_SIDES) });
export type TrialQuery = z.infer<typeof TrialQuery>;
