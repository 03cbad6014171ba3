import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import { budgetsFor } from './memory';

const GIGABYTE = 2 ** 30;
/** Pages of memory, in bytes, as /proc counts them. All systems that Emulsion runs on use this size, or larger ones. */
const PAGE = 4096;
/** The share of the computer's memory that an engine may take before it is ended. */
const SHARE = 0.8;
/** What the largest photo needs, besides caches: 200 megapixels of 16 bits, several times over, and the generators. */
const MOST = 8 * GIGABYTE;

/**
 * The resident memory that an engine may have, in bytes. It is far above what any photo needs: what exceeds it is a file
 * that swells, or a mistake, and would take the whole computer with it.
 *
 * @param caches megabytes for caches, 0 for the engine's own choice
 */
export function memoryBudget(caches = 0): number {
  const limit = constrainedMemory();
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  const { generators, renderings } = budgetsFor(caches, total);
  return Math.min(SHARE * total, MOST + generators + renderings);
}

/** Whether the system tells the memory of another process without starting a program. Elsewhere the engine watches itself. */
export const canReadResidentMemory = process.platform === 'linux';

/** The resident memory of a process in bytes; null if it is not known. */
export function residentMemoryOf(pid: number | undefined): number | null {
  if (!canReadResidentMemory || pid === undefined) return null;
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE;
  } catch {
    // The process has ended. Its exit is reported.
    return null;
  }
}
