import { z } from 'zod';
import type { Use } from './decision';
import type { KnownValues } from './known';

/*
 * The metadata files of OpenModelDB, one for each model, which a person may have put beside a net: `<name>.json`. They
 * belong to a net if they list its SHA-256. The descriptions in darktable's packages, which are unpacked beside their nets, are
 * of the same kind.
 */

const OpenModel = z.object({
  name: z.string().max(200).optional(),
  author: z.union([z.string(), z.array(z.string()).max(20)]).nullish(),
  license: z.string().max(200).nullish(),
  scale: z.number().int().min(1).max(16),
  resources: z.array(z.object({ sha256: z.string().nullish() })).max(100),
});

/** The description in a package of darktable, which names its net. All of its nets take and return sRGB in 0..1. */
const DarktableModel = z.object({
  id: z.string().min(1).max(200),
  name: z.string().max(200).optional(),
  task: z.enum(['denoise', 'upscale', 'mask', 'depth', 'inpaint']),
  arch: z.string().max(200).optional(),
  license: z.string().max(200).optional(),
  author: z.string().max(200).optional(),
});
const DARKTABLE_USES: Partial<Record<z.infer<typeof DarktableModel>['task'], Use>> = {
  denoise: 'denoise',
  upscale: 'upscale',
  mask: 'segment',
  inpaint: 'inpaint',
};

/** Licences that allow, and forbid, commercial use, by the beginnings of their names. */
const ALLOWED =
  /^(?:apache|mit|bsd|cc0|cc-by-4|cc-by-3|cc-by-sa|unlicense|wtfpl|isc|zlib|public domain|gpl|agpl|lgpl|mpl)/i;
const FORBIDDEN = /\bnc\b|non-?commercial|personal|research|academic/i;

export function commercialUse(licence: string): 'yes' | 'no' | 'unknown' {
  if (FORBIDDEN.test(licence.replaceAll('-', ' ')) || FORBIDDEN.test(licence)) return 'no';
  return ALLOWED.test(licence) ? 'yes' : 'unknown';
}

/** What a package of darktable says of its net; null if the text is no such description. */
function readDarktable(json: unknown): { name: string | null; values: KnownValues } | null {
  const read = DarktableModel.safeParse(json);
  if (!read.success) return null;
  const { id, name, task, license, author } = read.data;
  const use = DARKTABLE_USES[task];
  const isPicture = task === 'denoise' || task === 'upscale';
  return {
    name: name ?? id,
    values: {
      ...(use && { task: use }),
      ...(isPicture && { inputRange: '0..1', outputRange: '0..1', order: 'rgb', outputOrder: 'rgb' }),
      ...(license && { licence: license, commercial: commercialUse(license) }),
      ...(author && { author }),
    },
  };
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
  const darktable = readDarktable(json);
  if (darktable) return darktable;
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
