import { z } from 'zod';
import type { KnownValues } from './known';

/*
 * The metadata files of OpenModelDB, one for each model, which a person may have put beside a net: `<name>.json`. They
 * belong to a net if they list its SHA-256.
 */

const OpenModel = z.object({
  name: z.string().max(200).optional(),
  author: z.union([z.string(), z.array(z.string()).max(20)]).nullish(),
  license: z.string().max(200).nullish(),
  scale: z.number().int().min(1).max(16),
  resources: z.array(z.object({ sha256: z.string().nullish() })).max(100),
});

/** Licences that allow, and forbid, commercial use, by the beginnings of their names. */
const ALLOWED =
  /^(?:apache|mit|bsd|cc0|cc-by-4|cc-by-3|cc-by-sa|unlicense|wtfpl|isc|zlib|public domain|gpl|agpl|lgpl|mpl)/i;
const FORBIDDEN = /\bnc\b|non-?commercial|personal|research|academic/i;

export function commercialUse(licence: string): 'yes' | 'no' | 'unknown' {
  if (FORBIDDEN.test(licence.replaceAll('-', ' ')) || FORBIDDEN.test(licence)) return 'no';
  return ALLOWED.test(licence) ? 'yes' : 'unknown';
}

/** What such a file says of a net; null if it is none, or not about this net. */
export function readOpenModel(text: string, sha256: string): { name: string | null; values: KnownValues } | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Some other file of that name.
    return null;
  }
  const read = OpenModel.safeParse(json);
  if (!read.success || !read.data.resources.some((each) => each.sha256?.toLowerCase() === sha256)) return null;
  const { name, author, license, scale } = read.data;
  return {
    name: name ?? null,
    values: {
      scale,
      ...(license && { licence: license, commercial: commercialUse(license) }),
      ...(author && { author: [author].flat().join(', ').slice(0, 200) }),
    },
  };
}
