import { writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { hashFile } from './hash';
import { readText } from './open-file';
import type { OpenFolder } from './open-folder';
import { discardStaged, openTarget, publishAs, stageIn, type WriteFolder } from './write';

/** Checksums beside results, as `sha256sum` writes and checks them: `sha256sum -c SHA256SUMS` in their folder. */

export const SUMS_NAME = 'SHA256SUMS';
/** Some hundred thousand files. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A file, and its hash if that is known already. */
export interface Summed {
  path: string;
  sha256?: string;
}

/** Writes to the same file wait for one another. */
let writing: Promise<unknown> = Promise.resolve();

/**
 * Adds files to the checksums of a folder, or brings those that are there up to date; all other lines stay as they are. The file is
 * replaced as a whole, so that no half of it is ever seen. Throws the errors of `writePhoto` and `hashFile`, and NOT_ALLOWED for a
 * link in its place.
 */
export function addSums(folder: WriteFolder, files: readonly Summed[]): Promise<void> {
  // Who wrote before was told of its failure.
  const turn = writing.catch(() => undefined).then(() => write(folder, files));
  writing = turn;
  return turn;
}

async function write(folder: WriteFolder, files: readonly Summed[]): Promise<void> {
  const sums = new Map<string, string>();
  for (const { path, sha256 } of files) sums.set(nameIn(folder.folder, path), sha256 ?? (await hashFile(path)));
  const place = await openTarget(folder);
  try {
    const text = await textIn(place);
    const merged = mergedSums(text ?? '', sums);
    const staged = await stageIn(place, SUMS_NAME, (part) => writeFile(part, merged));
    try {
      await publishAs(place, staged.path, SUMS_NAME, { replace: text !== null });
    } finally {
      await discardStaged(place, staged.path);
    }
  } finally {
    await place.close();
  }
}

/** The hashes that the checksums of a folder state, by name; empty if it has none. Throws like {@link addSums}. */
export async function readSums(place: OpenFolder): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  for (const line of ((await textIn(place)) ?? '').split('\n')) {
    const name = nameOf(line);
    if (name !== null) sums.set(name, /[0-9a-f]{64}/i.exec(line)![0].toLowerCase());
  }
  return sums;
}

/** Null if the folder has no checksums. */
function textIn(place: OpenFolder): Promise<string | null> {
  // SECURITY: links and special files are not followed, and nothing endless is read.
  const options = { follow: false, shown: join(place.path, SUMS_NAME) } as const;
  return readText(place.at(SUMS_NAME), MAX_BYTES, options).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** How a file is named in the checksums of a folder: from there, or by its whole path where no such way leads to it. */
function nameIn(folder: string, path: string): string {
  const way = relative(folder, path);
  return (isAbsolute(way) ? path : way).split(sep).join('/');
}

/** The lines of a file of checksums with these hashes by name. A line about the same file is replaced where it stands. */
export function mergedSums(text: string, sums: ReadonlyMap<string, string>): string {
  const left = new Map(sums);
  const lines = text.split('\n').flatMap((line) => {
    const name = nameOf(line);
    if (name === null || !sums.has(name)) return line === '' ? [] : [line];
    const sha256 = left.get(name);
    left.delete(name);
    return sha256 === undefined ? [] : [lineOf(name, sha256)];
  });
  return [...lines, ...[...left].map(([name, sha256]) => lineOf(name, sha256)), ''].join('\n');
}

/** Names with a line break or a backslash are escaped, which a backslash before the line tells. */
function lineOf(name: string, sha256: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}`;
}

function nameOf(line: string): string | null {
  const [, mark, name] = /^(\\?)[0-9a-f]{64} [ *](.+)$/i.exec(line.replace(/\r$/, '')) ?? [];
  if (name === undefined) return null;
  if (!mark) return name;
  return name.replace(/\\([\\nr])/g, (_, letter: string) => ({ '\\': '\\', n: '\n', r: '\r' })[letter]!);
}

/** The checksums of files that have no folder of their own yet: by their names alone. */
export async function sumsByName(files: readonly Summed[]): Promise<string> {
  const sums = new Map<string, string>();
  for (const { path, sha256 } of files) sums.set(basename(path), sha256 ?? (await hashFile(path)));
  return mergedSums('', sums);
}
