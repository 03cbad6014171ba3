import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import type { PackInfo } from '../../contract/providers';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { logged } from '../log/log';
import { hashFile } from '../storage/hash';
import { linkError, readText } from '../storage/open-file';
import { writeSafely } from '../storage/replace';
import { openPackSource, type PackFile, type PackSource } from './pack-source';
import { BINDING, PROVIDER_LIBRARIES, runtimeVersion, shippedRuntime } from './runtime';

/*
 * Libraries for CUDA and TensorRT that a person adds from a folder or an archive: a GPU pack. They are copied into a folder of
 * the data folder, with a copy of onnxruntime, which looks for its providers beside itself. Nothing is downloaded.
 * SECURITY: these are programs that run in the engine with the rights of the person, so they are only taken on an explicit
 * command, and loaded only as they were then.
 */

const FOLDER = 'pack';
const RECORD = 'pack.json';
const MOST_RECORD = 1 << 18;
/** The largest library in bytes. */
const MOST_LIBRARY = 8e9;
/** Bytes at its beginning that tell what it is for. */
const HEAD = 20;

/** What a pack must have, and what it may have: TensorRT, and the libraries of CUDA that both need. */
const REQUIRED = PROVIDER_LIBRARIES.cuda;
const OPTIONAL =
  /^(libonnxruntime_providers_tensorrt\.so|lib(cudart|cublas|cublasLt|cufft|curand|nvrtc|nvrtc-builtins|nvJitLink|cudnn[a-z_]*|nvinfer[a-z_]*|nvonnxparser)\.so(\.\d+){0,4})$/;
/** Libraries of the same name for other systems. */
const FOREIGN = /^(libonnxruntime_providers_\w+\.dylib|onnxruntime_providers_(shared|cuda)\.dll)$/;

const Name = z.string().regex(/^[A-Za-z0-9][\w.+-]{0,99}$/);
const Record = z.object({
  format: z.literal(1),
  runtime: z.string().max(40),
  platform: z.string(),
  arch: z.string(),
  from: z.string().max(255),
  added: z.string().max(40),
  /** Copies of onnxruntime itself, and what was added. */
  own: z.array(z.object({ name: Name, bytes: z.number(), sha256: z.string() })).max(10),
  files: z.array(z.object({ name: Name, bytes: z.number(), sha256: z.string() })).max(100),
});
type Record = z.infer<typeof Record>;

/** The computer that a pack is for; tests bring another. */
export interface Target {
  platform: NodeJS.Platform;
  arch: string;
  runtime: string;
}
const here = (): Target => ({ platform: process.platform, arch: process.arch, runtime: runtimeVersion() });

export const packFolder = (providers: string): string => join(providers, FOLDER);

/** The folder that an engine is started with; undefined if nothing was added. */
export function addedRuntime(providers: string | undefined): string | undefined {
  if (providers === undefined) return undefined;
  const folder = packFolder(providers);
  return existsSync(join(folder, RECORD)) ? folder : undefined;
}

const refused = (
  key: 'system' | 'otherSystem' | 'missing' | 'version' | 'noVersion' | 'notLibrary' | 'changed',
  values?: { [name: string]: string },
) => new EmulsionError('PROVIDER_FAILED', { reason: say(`packs.${key}`, values) });

/**
 * Adds the libraries of a folder or an archive (a wheel or a package of onnxruntime for GPUs, or a `.tgz` of its releases), in
 * place of those that were added before. Throws PROVIDER_FAILED with the reason, NOT_ALLOWED for links, and the errors of
 * reading and writing.
 *
 * @param providers the folder for providers of the data folder
 */
export async function addPack(providers: string, path: string, target: Target = here()): Promise<PackInfo> {
  // Other builds of onnxruntime for Node cannot load them.
  if (target.platform !== 'linux' || target.arch !== 'x64')
    throw refused('system', { system: `${target.platform} ${target.arch}` });
  const source = await openPackSource(resolve(path));
  const staging = join(providers, `${FOLDER}-${process.pid}.part`);
  try {
    const files = chosenFrom(source);
    const found = await source.version(files);
    if (found === null) throw refused('noVersion', { version: target.runtime });
    if (found !== target.runtime) throw refused('version', { found, version: target.runtime });
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true, mode: 0o700 });
    const record: Record = {
      format: 1,
      runtime: target.runtime,
      platform: target.platform,
      arch: target.arch,
      from: basename(path).slice(0, 255),
      added: new Date().toISOString(),
      own: await copyOwn(staging),
      files: [],
    };
    for (const file of files) record.files.push(await take(source, file, staging));
    await writeSafely(join(staging, RECORD), `${JSON.stringify(record, null, 2)}\n`);
    await rm(packFolder(providers), { recursive: true, force: true });
    await rename(staging, packFolder(providers));
    return shown(record, null);
  } catch (error) {
    throw toEmulsionError(error);
  } finally {
    await source.close();
    await rm(staging, { recursive: true, force: true }).catch(logged('A folder could not be removed'));
  }
}

/** The files of a source that are taken, each by its own name. */
function chosenFrom({ files }: PackSource): PackFile[] {
  const chosen = new Map<string, PackFile>();
  for (const file of files) {
    const name = basename(file.path);
    if ((REQUIRED as readonly string[]).includes(name) || OPTIONAL.test(name))
      chosen.set(name, chosen.get(name) ?? file);
  }
  const missing = REQUIRED.filter((name) => !chosen.has(name));
  const foreign = files.map(({ path }) => basename(path)).find((name) => FOREIGN.test(name));
  if (missing.length > 0 && foreign !== undefined) throw refused('otherSystem', { file: foreign });
  if (missing.length > 0) throw refused('missing', { files: missing.join(', ') });
  for (const file of chosen.values()) {
    // SECURITY: a link may lead anywhere. The libraries of CUDA come with links between their names, which are left out.
    if (file.isLink && (REQUIRED as readonly string[]).includes(basename(file.path))) throw linkError(file.path);
  }
  return [...chosen.values()].filter(({ isLink }) => !isLink);
}

async function take(source: PackSource, file: PackFile, to: string): Promise<Record['files'][number]> {
  const name = basename(file.path);
  if (file.size > MOST_LIBRARY) throw refused('notLibrary', { file: name });
  const into = await open(join(to, name), 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  let head: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of source.content(file)) {
      const isFirst = head.length < HEAD;
      if (isFirst) head = Buffer.concat([head, chunk.subarray(0, HEAD)]);
      if (isFirst && head.length >= HEAD) checkLibrary(name, head);
      bytes += chunk.length;
      hash.update(chunk);
      await into.writeFile(chunk);
    }
    if (head.length < HEAD) throw refused('notLibrary', { file: name });
    await into.sync();
  } finally {
    await into.close();
  }
  return { name, bytes, sha256: hash.digest('hex') };
}

/** Throws unless these are the first bytes of a library for Linux on x64. */
function checkLibrary(name: string, head: Buffer): void {
  const magic = head.toString('latin1', 0, 4);
  const isOther = magic.startsWith('MZ') || ['cafebabe', 'cffaedfe', 'feedfacf'].includes(head.toString('hex', 0, 4));
  if (isOther) throw refused('otherSystem', { file: name });
  if (magic !== '\x7fELF') throw refused('notLibrary', { file: name });
  // 64 bits, little-endian, a shared object, x86-64.
  const fits = head[4] === 2 && head[5] === 1 && head.readUInt16LE(16) === 3 && head.readUInt16LE(18) === 62;
  if (!fits) throw refused('otherSystem', { file: name });
}

/** Copies onnxruntime itself. */
async function copyOwn(to: string): Promise<Record['own']> {
  const from = shippedRuntime();
  const names = (await readdir(from)).filter((name) => name === BINDING || /^libonnxruntime\.so/.test(name));
  return Promise.all(
    names.map(async (name) => {
      await copyFile(join(from, name), join(to, name));
      const { size } = await stat(join(to, name));
      return { name, bytes: size, sha256: await hashFile(join(to, name), { follow: false }) };
    }),
  );
}

async function recordOf(folder: string): Promise<Record> {
  return Record.parse(JSON.parse(await readText(join(folder, RECORD), MOST_RECORD, { follow: false })));
}

/** What was added; null if nothing was. */
export async function readPack(providers: string, target: Target = here()): Promise<PackInfo | null> {
  const folder = addedRuntime(providers);
  if (folder === undefined) return null;
  try {
    const record = await recordOf(folder);
    const fault = await faultOf(folder, record, target).catch((error: unknown) => toEmulsionError(error));
    return shown(record, fault);
  } catch (error) {
    logged('The record of added libraries could not be read')(error);
    return { runtime: '', from: '', added: '', files: [], fault: say('packs.changed', { file: RECORD }) };
  }
}

const shown = ({ runtime, from, added, files }: Record, fault: EmulsionError | null): PackInfo => ({
  runtime,
  from,
  added,
  files,
  fault: fault && (fault.reason?.[0] ?? { key: `errors.${fault.code}` }),
});

/** Whether anything was removed. */
export async function removePack(providers: string): Promise<boolean> {
  const isThere = existsSync(packFolder(providers));
  await rm(packFolder(providers), { recursive: true, force: true });
  return isThere;
}

/** What can be seen without reading the libraries. */
async function faultOf(folder: string, { runtime, platform, arch, own, files }: Record, target: Target) {
  if (runtime !== target.runtime) return refused('version', { found: runtime, version: target.runtime });
  if (platform !== target.platform || arch !== target.arch) return refused('otherSystem', { file: RECORD });
  for (const { name, bytes } of [...own, ...files]) {
    // What is not there any more has changed as well.
    const info = await stat(join(folder, name)).catch(() => null);
    if (info?.size !== bytes) return refused('changed', { file: name });
  }
  return null;
}

/**
 * Throws PROVIDER_FAILED unless the folder belongs to this version of onnxruntime, is complete, and its copy of onnxruntime is
 * the one that comes with the app.
 */
export async function checkRuntime(folder: string): Promise<void> {
  const record = await recordOf(folder);
  const fault = await faultOf(folder, record, here());
  if (fault) throw fault;
  for (const { name, sha256 } of record.own) {
    const [copy, shipped] = await Promise.all(
      [join(folder, name), join(shippedRuntime(), name)].map((path) => hashFile(path)),
    );
    if (copy !== sha256 || copy !== shipped) throw refused('changed', { file: name });
  }
}

/** Throws PROVIDER_FAILED unless the libraries that were added are as they were then. Reads all of them. */
export async function checkLibraries(folder: string): Promise<void> {
  const { files } = await recordOf(folder);
  for (const { name, sha256 } of files) {
    if ((await hashFile(join(folder, name), { follow: false })) !== sha256) throw refused('changed', { file: name });
  }
}
