import { totalmem } from 'node:os';

export const MEGABYTE = 1024 ** 2;
/** Default limits: this share of the computer's memory, within these bounds in bytes. */
const GENERATORS = { share: 1 / 4, least: 0, most: 2048 * MEGABYTE };
const RENDERINGS = { share: 1 / 8, least: 256 * MEGABYTE, most: 2048 * MEGABYTE };

/** Memory for loaded generators and cached pictures, in bytes. A single item in use may exceed it. */
export interface Budgets {
  generators: number;
  renderings: number;
}

/**
 * @param setting megabytes (2^20 bytes) for both together; 0: chosen by the computer's memory
 * @param total the computer's memory in bytes
 */
export function budgetsFor(setting: number, total = totalmem()): Budgets {
  if (setting > 0) return { generators: (setting * MEGABYTE) / 2, renderings: (setting * MEGABYTE) / 2 };
  const of = ({ share, least, most }: typeof GENERATORS) => Math.min(most, Math.max(least, total * share));
  return { generators: of(GENERATORS), renderings: of(RENDERINGS) };
}

/** Peak memory of this process in bytes. */
export const peakMemory = (): number => process.resourceUsage().maxRSS * 1024;
