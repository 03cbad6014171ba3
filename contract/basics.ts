import { z } from 'zod';

/** Names and numbers that all modules of the contract use. */

/** The most pixels a photo may have (after decoding, before enlarging). */
export const MAX_PIXELS = 200_000_000;
/** The most pixels that an enlarged picture may have. */
export const MAX_ENLARGED_PIXELS = 400_000_000;

export const Id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/);
/** Names a file or folder that the main side has offered to the page. */
export const FileToken = Id;
export const PhotoId = Id;
/** The page chooses it, so that it can cancel a running call. */
export const JobId = Id;

export const unit = z.number().min(0).max(1);
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * A sentence from the main side to the user: a key of the texts in `text/` and the values to fill in. Shares are 0..1,
 * sizes are in pixels.
 */
export const Message = z.object({
  key: z.string().min(1).max(80),
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type Message = z.infer<typeof Message>;

export const count = z.number().int().nonnegative();
