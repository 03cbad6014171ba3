import { z } from 'zod';
import { Message } from '../../contract/basics';
import { BATCH_OUTCOMES, BatchSettings, Decision, MAX_CHOSEN, PhotoWork } from '../../contract/batch';
import { Crop, Orientation } from '../../contract/edit';
import { Failure } from '../../contract/errors';
import { StepReport } from '../../contract/photo';
import { Corners, Scan } from '../../contract/scan';
import { isPathBelow } from '../storage/remote';

/*
 * The lines of a batch's journal. SECURITY: a journal comes with its folder, and so perhaps from somebody else. A head that
 * does not fit is passed over like a damaged line, and a body that does not fit is shown as an empty one.
 */

export const JOURNAL_FORMAT = 1;

const Name = z.string().min(1).max(16_384);
/** A path below the output folder. It never leads out of it. */
const Below = Name.refine(isPathBelow);
const Outcome = z.enum(BATCH_OUTCOMES);
const bytes = z.number().nonnegative();
const time = z.number();

/**
 * Heads of the journal's lines; `n` names a photo by its path below the input folder. They are short, as there may be
 * millions.
 */
export const Head = z.discriminatedUnion('t', [
  /** A run begins. `work` identifies what is done to each photo: photos done under another one are done again. */
  z.object({
    t: z.literal('run'),
    format: z.number().int().positive(),
    id: z.string().min(1).max(200),
    input: Name,
    work: z.string().max(200),
    at: z.string().max(100),
    version: z.string().max(100),
  }),
  /** Somebody has looked for the prints on the page. Its body holds them. */
  z.object({ t: z.literal('split'), n: Name, b: bytes, m: time }),
  /**
   * The photo is computed; its file is about to get the name `o` (path below the output folder). `r`: a person has asked for
   * it. Until the file has its name, the lines before still hold. `d`: what was decided.
   */
  z.object({
    ...{ t: z.literal('made'), n: Name, b: bytes, m: time, h: z.string().max(128) },
    ...{ o: Below, oh: z.string().max(128), x: Outcome.extract(['restored', 'unchanged']) },
    ...{ r: z.literal(1).optional(), d: Decision.optional() },
  }),
  /** The file has its name. */
  z.object({ t: z.literal('done'), n: Name }),
  z.object({
    ...{ t: z.literal('end'), n: Name, b: bytes, m: time },
    x: Outcome.exclude(['restored', 'unchanged']),
  }),
  /** A photo crashed the engine. Older journals do not hold its size and time. */
  z.object({ t: z.literal('crash'), n: Name, c: z.string().max(100), b: bytes.optional(), m: time.optional() }),
  /** These photos did not cause the crashes. */
  z.object({ t: z.literal('excuse'), n: z.array(Name) }),
  /** A person has looked at these photos (`y` 1), or has not. */
  z.object({ t: z.literal('seen'), n: z.array(Name).max(MAX_CHOSEN), y: z.union([z.literal(0), z.literal(1)]) }),
  /** Failed and quarantined photos will be tried again. */
  z.object({ t: z.literal('retry') }),
  /** A run ends or is halted by a problem. */
  z.object({
    ...{ t: z.literal('stop'), how: z.enum(['done', 'paused', 'cancelled', 'halted']) },
    ...{ at: z.string().max(100), seconds: z.number() },
  }),
]);
export type Head = z.infer<typeof Head>;

export const headOf = (value: unknown): Head | null => Head.safeParse(value).data ?? null;

export const RunBody = z.object({ settings: BatchSettings });
export type RunBody = z.infer<typeof RunBody>;

/** Where a photo's two thumbnails are: the first byte and the length of each. */
const most = 4 * 2 ** 20;
export const ThumbnailPlace = z.tuple([
  z.number().int().nonnegative(),
  z.number().int().nonnegative().max(most),
  z.number().int().nonnegative().max(most),
]);
export type ThumbnailPlace = z.infer<typeof ThumbnailPlace>;

export const MaskPlace = z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative().max(most)]);
export type MaskPlace = z.infer<typeof MaskPlace>;

export const MadeBody = z.object({
  bytes: z.number().nonnegative(),
  width: z.number().nonnegative(),
  height: z.number().nonnegative(),
  /** Reports with their English sentences, which are readable and are all that earlier versions wrote. */
  reports: z.array(StepReport.extend({ messages: z.array(Message).optional() })).max(100),
  notes: z.array(z.string()).max(1000),
  /** The same as messages; earlier versions wrote only sentences. */
  noted: z.array(Message).max(1000).optional(),
  seconds: z.number().nonnegative(),
  thumbnails: ThumbnailPlace.nullable(),
  /** Where the picture of what was repaired is, in the file of thumbnails. */
  mask: MaskPlace.optional(),
  /** The settings, where they are not those of the batch. */
  work: PhotoWork.optional(),
  /** How an edited result is cut out of its page, turned and cropped. */
  shownAs: z
    .object({ scan: Scan.nullable().default(null), crop: Crop.nullable(), orientation: Orientation })
    .optional(),
  /** The result before: where its line begins, and the hash of its file, which is kept. */
  former: z.object({ at: z.number().int().nonnegative(), sha256: z.string().max(128) }).optional(),
});
export type MadeBody = z.infer<typeof MadeBody>;

/** The prints on a page; none where the page is the photo: nothing lies on it, it is one print, or an edit file says what it is. */
export const PagePrints = z.union([
  z.object({ corners: z.array(Corners).min(1).max(1000), whole: z.null() }),
  z.object({ corners: z.tuple([]), whole: z.enum(['empty', 'one', 'told']) }),
]);
export type PagePrints = z.infer<typeof PagePrints>;

export const EndBody = z.object({ failure: Failure.nullable() });
export type EndBody = z.infer<typeof EndBody>;
export type StopBody = EndBody;
