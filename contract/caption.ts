import { z } from 'zod';

/** A date of EDTF, see `document/edtf.ts`; empty: none. What it says is checked where it is used. */
const EdtfText = z.string().regex(/^[\dX.~?%/-]{0,64}$/);

/** What a photo shows, in words. Absent: as its file has it. An empty text or list: nothing. */
export const Caption = z
  .object({
    title: z.string().max(300),
    description: z.string().max(10_000),
    people: z.array(z.string().min(1).max(200)).max(200),
    place: z.string().max(300),
    /** When it was taken, not when it was scanned. */
    date: EdtfText,
  })
  .partial()
  .strict();
export type Caption = z.infer<typeof Caption>;
export const CAPTION_FIELDS = ['title', 'description', 'people', 'place', 'date'] as const;
