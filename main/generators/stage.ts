import { createWriteStream } from 'node:fs';
import { copyFile, type FileHandle, link, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { openRegular } from '../storage/open-file';
import { safeName } from '../storage/write';

/*
 * Files of nets before they are looked at: packages of darktable are unpacked, and weights are put beside the net that they
 * belong to.
 */

/** Extension of darktable's packages. */
const PACKAGE = '.dtmodel';
/** The largest net, and the largest description, that are unpacked, in bytes. */
const MOST_NET = 8e9;
const MOST_CONFIG = 1 << 20;
/** The most files of a package, and the longest list of them in bytes. */
const MOST_FILES = 256;
const MOST_LIST = 1 << 20;
/** The nets of a package, the best first: one, or one for each scale. */
const NETS = ['model.onnx', 'model_x4.onnx', 'model_x2.onnx'];

/**
 * The ONNX file of what a person has chosen: the file itself, or a copy in `folder`, which is created if it is needed.
 * Throws GENERATOR_REFUSED with the reason, and the errors of reading and writing.
 *
 * @param beside files with its weights that may lie elsewhere
 */
export async function stageModel(path: string, beside: readonly string[], folder: string): Promise<string> {
  if (extname(path).toLowerCase() === PACKAGE) return unpack(path, folder);
  const strangers = beside.filter((each) => dirname(resolve(each)) !== dirname(resolve(path)));
  if (strangers.length === 0) return path;
  await mkdir(folder, { recursive: true });
  for (const each of [path, ...beside]) {
    // SECURITY: a name never leads out of the folder.
    if (safeName(basename(each)) === basename(each)) await linkOrCopy(each, join(folder, basename(each)));
  }
  return join(folder, basename(path));
}

/** The same file under another name, as a copy where the disk has no links. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to));
}

const refused = (key: 'notPackage' | 'raw' | 'helper') =>
  new EmulsionError('GENERATOR_REFUSED', { reason: say(`models.refused.${key}`) });

interface Entry {
  name: string;
  method: number;
  packed: number;
  size: number;
  at: number;
}

/** Tasks of packages whose nets take something else than photos. */
const FOREIGN: Readonly<Record<string, 'raw' | 'helper'>> = {
  rawdenoise: 'raw',
  demosaic: 'raw',
  embed: 'helper',
};
const Config = z.object({ id: z.string().max(200).optional(), task: z.string().max(100).optional() });

/** Unpacks the net of a package, with its description as the metadata file beside it. */
async function unpack(path: string, folder: string): Promise<string> {
  const file = await openRegular(path);
  try {
    const entries = await entriesOf(file);
    const named = (name: string) => entries.find((each) => basename(each.name) === name);
    const described = named('config.json');
    const text = described ? await contentOf(file, described) : '{}';
    const config = Config.safeParse(parsed(text)).data ?? {};
    const foreign = FOREIGN[config.task ?? ''];
    if (foreign) throw refused(foreign);
    if (named('encoder.onnx') || named('decoder.onnx')) throw refused('helper');
    const net = NETS.map(named).find((each) => each !== undefined);
    if (!net) throw refused('notPackage');
    await mkdir(folder, { recursive: true });
    const part = basename(net.name, '.onnx') === 'model' ? '' : basename(net.name, '.onnx').replace('model', '');
    const name = `${(config.id ?? basename(path, extname(path))).replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 100)}${part}`;
    await extract(file, net, join(folder, `${name}.onnx`));
    await writeFile(join(folder, `${name}.json`), text);
    return join(folder, `${name}.onnx`);
  } finally {
    await file.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Then nothing is known of it, and the net is tried as any other.
    return {};
  }
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  if (bytesRead < length) throw refused('notPackage');
  return bytes;
}

/** The list at the end of a zip file. SECURITY: every length is checked before it is used. */
async function entriesOf(file: FileHandle): Promise<Entry[]> {
  const { size } = await file.stat();
  const length = Math.min(size, 65_557);
  const end = await read(file, size - length, length);
  const at = end.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (at < 0 || at + 22 > end.length) throw refused('notPackage');
  const count = end.readUInt16LE(at + 10);
  const bytes = end.readUInt32LE(at + 12);
  const start = end.readUInt32LE(at + 16);
  if (count > MOST_FILES || bytes > MOST_LIST || start + bytes > size) throw refused('notPackage');
  const list = await read(file, start, bytes);
  const entries: Entry[] = [];
  for (let i = 0, next = 0; i < count && next + 46 <= list.length; i++) {
    if (list.readUInt32LE(next) !== 0x02014b50) throw refused('notPackage');
    const nameLength = list.readUInt16LE(next + 28);
    const after = next + 46 + nameLength;
    entries.push({
      name: list.toString('utf8', next + 46, after),
      method: list.readUInt16LE(next + 10),
      packed: list.readUInt32LE(next + 20),
      size: list.readUInt32LE(next + 24),
      at: list.readUInt32LE(next + 42),
    });
    next = after + list.readUInt16LE(next + 30) + list.readUInt16LE(next + 32);
  }
  return entries;
}

/** Where the content of an entry begins. */
async function startOf(file: FileHandle, { at, method, packed }: Entry): Promise<number> {
  const head = await read(file, at, 30);
  const start = at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  const { size } = await file.stat();
  const isKnown = head.readUInt32LE(0) === 0x04034b50 && (method === 0 || method === 8);
  if (!isKnown || start + packed > size) throw refused('notPackage');
  return start;
}

async function contentOf(file: FileHandle, entry: Entry): Promise<string> {
  if (entry.packed > MOST_CONFIG) throw refused('notPackage');
  const bytes = await read(file, await startOf(file, entry), entry.packed);
  try {
    return (entry.method === 0 ? bytes : inflateRawSync(bytes, { maxOutputLength: MOST_CONFIG })).toString('utf8');
  } catch (cause) {
    throw new EmulsionError('GENERATOR_REFUSED', { reason: say('models.refused.notPackage'), cause });
  }
}

async function extract(file: FileHandle, entry: Entry, to: string): Promise<void> {
  const start = await startOf(file, entry);
  if (entry.packed === 0 || entry.size > MOST_NET) throw refused('notPackage');
  const packed = file.createReadStream({ start, end: start + entry.packed - 1, autoClose: false });
  let length = 0;
  // SECURITY: a file that unpacks to more than it says is given up.
  const counted = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      length += chunk.length;
      if (length > entry.size) throw refused('notPackage');
      yield chunk;
    }
  };
  const into = createWriteStream(to, { flags: 'wx', mode: 0o600 });
  try {
    if (entry.method === 0) await pipeline(packed, counted, into);
    else await pipeline(packed, createInflateRaw(), counted, into);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw new EmulsionError('GENERATOR_REFUSED', { reason: say('models.refused.notPackage'), cause });
    throw cause;
  }
  if (length !== entry.size) throw refused('notPackage');
}
