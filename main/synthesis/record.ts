import { constants } from 'node:fs';
import { type FileHandle, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PAIR_SIDES } from '../../contract/pictures';
import { SynthesisSettings } from '../../contract/synthesis';
import { EmulsionError, toEmulsionError } from '../errors';
import { hashFile } from '../storage/hash';
import { readText } from '../storage/open-file';
import { type OpenFolder, openOwn } from '../storage/open-folder';
import { writeSafely } from '../storage/replace';

/** Increased whenever the same seed would give different pairs. */
export const SYNTHESIS_FORMAT = 1;
const SETTINGS_FILE = 'synthesis.json';
const PAIRS_FILE = 'pairs.jsonl';
const LOCK_FILE = 'lock';
/** The longest files that are read, in bytes. Pairs of a million pictures need half of the second. */
const MOST_SETTINGS = 1 << 20;
const MOST_PAIRS = 1 << 30;

const Digest = z.object({ count: z.number().int().positive(), digest: z.string() });
/** How the pairs of a folder are made. The same values give the same pairs. */
export const Synthesis = z.object({
  synthesis: z.literal(SYNTHESIS_FORMAT),
  version: z.string(),
  settings: SynthesisSettings.extend({ damage: SynthesisSettings.shape.damage.unwrap().unwrap() }),
  /** Draws damage. */
  generator: z.object({ id: z.string(), version: z.string() }).nullable(),
  photos: Digest,
  overlays: Digest.nullable(),
});
export type Synthesis = z.infer<typeof Synthesis>;

const PairFile = z.object({ name: z.string(), bytes: z.number(), sha256: z.string() });
const PairLine = z.looseObject({
  index: z.number().int().nonnegative(),
  files: z.object({ clean: PairFile, damaged: PairFile, mask: PairFile }),
});
/** A line of `pairs.jsonl`. */
export type PairLine = z.infer<typeof PairLine>;

/**
 * Prepares a folder for pairs and records how they are made. Throws FOLDER_TAKEN or PAIRS_DIFFER if the folder cannot be
 * used.
 */
export async function begin(folder: OpenFolder, synthesis: Synthesis): Promise<void> {
  const names: string[] = await readdir(folder.here).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw toEmulsionError(error);
  });
  const path = folder.at(SETTINGS_FILE);
  if (names.includes(SETTINGS_FILE)) {
    const before = await readSynthesis(path);
    const differing = Object.keys(synthesis).filter(
      (key) => JSON.stringify(before[key as keyof Synthesis]) !== JSON.stringify(synthesis[key as keyof Synthesis]),
    );
    if (differing.length === 0) return;
    throw new EmulsionError('PAIRS_DIFFER', { detail: `other than before: ${differing.join(', ')}` });
  }
  const others = names.filter((name) => !name.startsWith('.') && name !== LOCK_FILE);
  if (others.length > 0) throw new EmulsionError('FOLDER_TAKEN', { detail: others.slice(0, 5).join(', ') });
  await writeSafely(path, `${JSON.stringify(synthesis, null, 2)}\n`);
}

async function readSynthesis(path: string): Promise<Synthesis> {
  try {
    return Synthesis.parse(JSON.parse(await readText(path, MOST_SETTINGS, { follow: false })));
  } catch (cause) {
    throw new EmulsionError('FOLDER_TAKEN', { detail: `${SETTINGS_FILE} is not one of this version`, cause });
  }
}

/** The record of a folder's pairs, one line for each. */
export class PairRecord {
  readonly #folder: OpenFolder;
  readonly #lines: Map<number, PairLine>;
  #file: FileHandle | null = null;
  #last: Promise<void> = Promise.resolve();

  private constructor(folder: OpenFolder, lines: Map<number, PairLine>) {
    this.#folder = folder;
    this.#lines = lines;
  }

  /** Reads the earlier lines. A line that was cut off does not count. */
  static async open(folder: OpenFolder): Promise<PairRecord> {
    const shown = join(folder.path, PAIRS_FILE);
    const text = await readText(folder.at(PAIRS_FILE), MOST_PAIRS, { follow: false, shown }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw toEmulsionError(error);
      },
    );
    const lines = new Map<number, PairLine>();
    for (const each of text.split('\n')) {
      try {
        const line: unknown = JSON.parse(each);
        // The text as it was read, so that it is written back unchanged.
        lines.set(PairLine.parse(line).index, line as PairLine);
      } catch {
        // The line was cut off. Its pair is made again.
      }
    }
    return new PairRecord(folder, lines);
  }

  /** Whether a pair exists and is unchanged. */
  async isWhole(folder: string, index: number): Promise<boolean> {
    const line = this.#lines.get(index);
    if (!line) return false;
    for (const side of PAIR_SIDES) {
      const { name, sha256 } = line.files[side];
      if (!name.startsWith(`${side}/`) || name.includes('..')) return false;
      // A file that is missing or cannot be read: the pair is made again.
      if ((await hashFile(join(folder, name)).catch(() => null)) !== sha256) return false;
    }
    return true;
  }

  /** When the promise resolves, the line survives a power cut. */
  add(line: PairLine): Promise<void> {
    this.#lines.set(line.index, line);
    this.#last = this.#last.then(async () => {
      this.#file ??= await openOwn(this.#folder, PAIRS_FILE, constants.O_APPEND);
      // A line that was cut off needs a line end first.
      await this.#file.appendFile(`\n${JSON.stringify(line)}\n`);
      await this.#file.datasync();
    });
    return this.#last.catch((error: unknown) => Promise.reject(toEmulsionError(error)));
  }

  /** Sorts the lines, so that the same pairs give the same file. */
  async close(): Promise<void> {
    // Who asked for the last write was told of its failure.
    await this.#last.catch(() => undefined);
    if (!this.#file) return;
    await this.#file.close();
    const sorted = [...this.#lines.values()].sort((a, b) => a.index - b.index);
    await writeSafely(this.#folder.at(PAIRS_FILE), sorted.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
}
