import { createReadStream } from 'node:fs';
import { type FileHandle, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { openRegular, readText } from '../storage/open-file';
import { tarEntries } from '../storage/tar';
import { zipContent, zipEntries, zipText } from '../storage/zip';

/*
 * Where libraries of providers come from: a folder, a zip (wheels and packages of NuGet are some), or a `.tgz`.
 */

export interface PackFile {
  /** In the folder or archive, with `/`. */
  path: string;
  size: number;
  isLink: boolean;
}

export interface PackSource {
  files: readonly PackFile[];
  content(file: PackFile): AsyncIterable<Buffer>;
  /** The version of onnxruntime that the files belong to, as far as the source says it; null: it does not. */
  version(libraries: readonly PackFile[]): Promise<string | null>;
  close(): Promise<void>;
}

const MOST_FILES = 20_000;
const MOST_LIST = 1 << 24;
const MOST_TEXT = 1 << 20;
const DEEPEST = 6;
const VERSION = /\d{1,3}\.\d{1,3}\.\d{1,3}/;

const notPack = (cause?: unknown) => new EmulsionError('PROVIDER_FAILED', { reason: say('packs.notPack'), cause });

/** Throws PROVIDER_FAILED for what is neither a folder nor an archive, and the errors of reading. */
export async function openPackSource(path: string): Promise<PackSource> {
  if ((await stat(path)).isDirectory()) return openFolder(path);
  const file = await openRegular(path);
  try {
    const head = Buffer.alloc(4);
    await file.read(head, 0, 4, 0);
    if (head.toString('latin1') === 'PK\x03\x04') return await openZip(file);
    if (head.readUInt16BE(0) === 0x1f8b) {
      await file.close();
      return await openTgz(path);
    }
    throw notPack();
  } catch (error) {
    await file.close();
    throw error;
  }
}

type Read = Pick<PackSource, 'files' | 'content'> & { text(file: PackFile): Promise<string> };

/** The descriptions in which packages name their version, and how. */
const DESCRIPTIONS: readonly [name: RegExp, version: RegExp][] = [
  [/(^|\/)VERSION_NUMBER$/, new RegExp(`^\\s*(${VERSION.source})\\s*$`)],
  [/^[^/]+\.nuspec$/, new RegExp(`<version>(${VERSION.source})</version>`)],
  [/^onnxruntime[^/]*\.dist-info\/METADATA$/, new RegExp(`^Version: (${VERSION.source})$`, 'm')],
];

/** As the packages say it, or else as the libraries do. */
async function versionOf(source: Read, libraries: readonly PackFile[]): Promise<string | null> {
  for (const [name, pattern] of DESCRIPTIONS) {
    const file = source.files.find(({ path, isLink }) => name.test(path) && !isLink);
    const found = file && pattern.exec(await source.text(file))?.[1];
    if (found) return found;
  }
  const own = source.files.filter(({ path, isLink }) => /^libonnxruntime\.so/.test(basename(path)) && !isLink);
  for (const file of [...own, ...libraries]) {
    const found = await versionIn(source.content(file));
    if (found) return found;
  }
  return null;
}

/** The version whose symbols a library has, as linkers write it: `VERS_1.30.0`. */
async function versionIn(content: AsyncIterable<Buffer>): Promise<string | null> {
  const mark = 'VERS_';
  const longest = mark.length + 12;
  let kept: Buffer = Buffer.alloc(0);
  for await (const chunk of content) {
    const bytes = Buffer.concat([kept, chunk]);
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
      const found = new RegExp(`^VERS_(${VERSION.source})\0`).exec(bytes.toString('latin1', at, at + longest));
      if (found) return found[1]!;
    }
    kept = bytes.subarray(Math.max(0, bytes.length - longest));
  }
  return null;
}

const complete = (read: Read, close: () => Promise<void>): PackSource => ({
  files: read.files,
  content: (file) => read.content(file),
  version: (libraries) => versionOf(read, libraries),
  close,
});

async function openFolder(folder: string): Promise<PackSource> {
  const files: PackFile[] = [];
  const walk = async (below: string, depth: number): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      if (files.length >= MOST_FILES) return;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < DEEPEST) await walk(path, depth + 1);
      } else if (entry.isSymbolicLink()) files.push({ path, size: 0, isLink: true });
      else if (entry.isFile()) files.push({ path, size: (await stat(join(folder, path))).size, isLink: false });
    }
  };
  await walk('', 0);
  const at = ({ path }: PackFile) => join(folder, ...path.split('/'));
  return complete(
    {
      files,
      text: (file) => readText(at(file), MOST_TEXT, { follow: false }),
      async *content(file) {
        // SECURITY: it may have been exchanged for a link meanwhile.
        const handle = await openRegular(at(file), { follow: false });
        yield* handle.createReadStream();
      },
    },
    async () => {},
  );
}

async function openZip(file: FileHandle): Promise<PackSource> {
  const entries = await zipEntries(file, { files: MOST_FILES, list: MOST_LIST }, notPack);
  const find = ({ path }: PackFile) => entries.find(({ name }) => name === path)!;
  return complete(
    {
      files: entries.map(({ name, size, isLink }) => ({ path: name, size, isLink })),
      text: (each) => zipText(file, find(each), MOST_TEXT, notPack),
      content: (each) => zipContent(file, find(each), notPack),
    },
    () => file.close(),
  );
}

/** Such an archive is read from its beginning for every file. */
async function openTgz(path: string): Promise<PackSource> {
  async function* entries() {
    const packed = createReadStream(path);
    const content = createGunzip();
    // A pipe does not pass errors on.
    packed.once('error', (error) => content.destroy(error));
    try {
      yield* tarEntries(packed.pipe(content) as AsyncIterable<Buffer>, MOST_FILES, notPack);
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code?.startsWith('Z_') ? notPack(error) : error;
    } finally {
      packed.destroy();
    }
  }
  const files: PackFile[] = [];
  const texts = new Map<string, string>();
  for await (const { name, size, isLink, content } of entries()) {
    files.push({ path: name, size, isLink });
    if (size > MOST_TEXT || !DESCRIPTIONS.some(([pattern]) => pattern.test(name))) continue;
    const parts: Buffer[] = [];
    for await (const part of content) parts.push(part);
    texts.set(name, Buffer.concat(parts).toString('utf8'));
  }
  return complete(
    {
      files,
      text: async (file) => texts.get(file.path) ?? '',
      async *content(file) {
        for await (const { name, isLink, content } of entries()) {
          if (name !== file.path || isLink) continue;
          yield* content;
          return;
        }
      },
    },
    async () => {},
  );
}
