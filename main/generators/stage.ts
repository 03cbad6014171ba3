import { createWriteStream } from 'node:fs';
import { copyFile, type FileHandle, link, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import { openRegular } from '../storage/open-file';
import { safeName } from '../storage/write';
import { type ZipEntry, zipContent, zipEntries, zipText } from '../storage/zip';

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

const notPackage = (cause?: unknown) =>
  new EmulsionError('GENERATOR_REFUSED', { reason: say('models.refused.notPackage'), cause });

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
    const entries = await zipEntries(file, { files: MOST_FILES, list: MOST_LIST }, notPackage);
    const named = (name: string) => entries.find((each) => basename(each.name) === name);
    const described = named('config.json');
    const text = described ? await zipText(file, described, MOST_CONFIG, notPackage) : '{}';
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

async function extract(file: FileHandle, entry: ZipEntry, to: string): Promise<void> {
  if (entry.size > MOST_NET) throw refused('notPackage');
  await pipeline(zipContent(file, entry, notPackage), createWriteStream(to, { flags: 'wx', mode: 0o600 }));
}
