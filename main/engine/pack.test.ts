import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inEnglish, sentencesOf } from '../../text/message';
import { EmulsionError } from '../errors';
import { forkEngine } from './launch';
import { addPack, checkLibraries, checkRuntime, packFolder, readPack, removePack, type Target } from './pack';
import type { LaunchEngine } from './protocol';
import { checkProviders } from './provider-check';
import { runtimeVersion } from './runtime';
import { buildEngine, fixtureCard, installFixture, temporaryFolder } from './test-support';
import { withTrialEngine } from './trials';

const VERSION = runtimeVersion();
const LINUX: Target = { platform: 'linux', arch: 'x64', runtime: VERSION };
const SHARED = 'libonnxruntime_providers_shared.so';
const CUDA = 'libonnxruntime_providers_cuda.so';
const TENSORRT = 'libonnxruntime_providers_tensorrt.so';

type Files = Readonly<Record<string, Buffer | string>>;

/** The head of a library for a processor, and nothing that could be loaded. */
function library(content = '', { machine = 62, bits = 2 } = {}): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 0, 'latin1');
  head.set([bits, 1, 1], 4);
  head.writeUInt16LE(3, 16);
  head.writeUInt16LE(machine, 18);
  return Buffer.concat([head, Buffer.from(content, 'latin1')]);
}

const complete = (version = VERSION): Files => ({
  [`lib/${SHARED}`]: library('shared'),
  [`lib/${CUDA}`]: library('cuda'),
  VERSION_NUMBER: `${version}\n`,
});

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let providers: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  providers = join(folder.path, 'data', 'providers');
});
afterEach(() => folder.remove());

async function inFolder(files: Files): Promise<string> {
  const root = join(folder.path, 'libraries');
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
}

async function written(name: string, bytes: Buffer): Promise<string> {
  await writeFile(join(folder.path, name), bytes);
  return join(folder.path, name);
}

function zipped(files: Files, links: readonly string[] = []): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(crc32(data), 14);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(data.length, 22);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    head.copy(entry, 6, 4, 30);
    entry.writeUInt32LE(((links.includes(name) ? 0xa1ff : 0x81a4) << 16) >>> 0, 38);
    entry.writeUInt32LE(at, 42);
    parts.push(head, Buffer.from(name), packed);
    list.push(entry, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const index = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, index, end]);
}

function tarred(files: Files, links: readonly string[] = []): Buffer {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const isLink = links.includes(name);
    const data = isLink ? Buffer.alloc(0) : Buffer.from(content);
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write('0000644\0', 100);
    head.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write(isLink ? '2' : '0', 156);
    if (isLink) head.write('/etc/passwd', 157);
    head.write('ustar\x0000', 257);
    head.fill(' ', 148, 156);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [head, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

async function refusal(path: string, target = LINUX): Promise<string> {
  const error = await addPack(providers, path, target).catch((thrown: unknown) => thrown);
  if (!(error instanceof EmulsionError)) throw error;
  // Nothing is left of what was refused.
  expect(await readdir(providers).catch(() => [])).toEqual([]);
  return sentencesOf(error.reason ?? [], inEnglish());
}

describe('libraries are added', () => {
  const wheel = (version: string): Files => ({
    [`onnxruntime/capi/${SHARED}`]: library('shared'),
    [`onnxruntime/capi/${CUDA}`]: library('cuda'),
    [`onnxruntime/capi/${TENSORRT}`]: library('tensorrt'),
    [`onnxruntime_gpu-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: onnxruntime-gpu\nVersion: ${version}\n`,
  });
  const nuget = (version: string): Files => ({
    'Microsoft.ML.OnnxRuntime.Gpu.Linux.nuspec': `<package><metadata><version>${version}</version></metadata></package>`,
    [`runtimes/linux-x64/native/${SHARED}`]: library('shared'),
    [`runtimes/linux-x64/native/${CUDA}`]: library('cuda'),
  });
  const release = (version: string): Files => ({
    [`onnxruntime-linux-x64-gpu-${version}/lib/${SHARED}`]: library('shared'),
    [`onnxruntime-linux-x64-gpu-${version}/lib/${CUDA}`]: library('cuda'.repeat(100_000)),
    [`onnxruntime-linux-x64-gpu-${version}/VERSION_NUMBER`]: `${version}\n`,
  });
  const sources: Record<string, (version: string) => Promise<string>> = {
    'a folder': (version) => inFolder(complete(version)),
    'a folder without a description': (version) =>
      inFolder({ [SHARED]: library(), [CUDA]: library(), 'libonnxruntime.so.1': library(`\0VERS_${version}\0`) }),
    'a wheel': (version) => written('onnxruntime_gpu.whl', zipped(wheel(version))),
    'a package of NuGet': (version) => written('gpu.nupkg', zipped(nuget(version))),
    'a release': (version) => written('gpu.tgz', tarred(release(version))),
  };

  it.each(Object.entries(sources))('from %s, and refused if they belong to another version', async (_, make) => {
    expect(await refusal(await make('1.2.3'))).toBe(
      `The libraries belong to onnxruntime 1.2.3, and this version of Emulsion needs those of ${VERSION}.`,
    );
    const pack = await addPack(providers, await make(VERSION), LINUX);
    expect(pack).toMatchObject({ runtime: VERSION, fault: null });
    const names = pack.files.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([SHARED, CUDA]));
    const stored = await readdir(packFolder(providers));
    // With a copy of onnxruntime, which looks for them beside itself.
    expect(stored).toEqual(expect.arrayContaining([...names, 'pack.json', 'onnxruntime_binding.node']));
    expect(await readPack(providers, LINUX)).toEqual(pack);
    await checkLibraries(packFolder(providers));
    expect(await removePack(providers)).toBe(true);
    expect(await readPack(providers, LINUX)).toBeNull();
  });

  it('with TensorRT and the libraries of CUDA, and with nothing else', async () => {
    const others = { [TENSORRT]: library(), 'libcudart.so.12': library(), 'libcudnn_graph.so.9': library() };
    const strangers = { 'libevil.so': library(), 'README.md': 'hello', 'libcudart.so.12.py': 'no' };
    const pack = await addPack(providers, await inFolder({ ...complete(), ...others, ...strangers }), LINUX);
    expect(pack.files.map(({ name }) => name).sort()).toEqual([SHARED, CUDA, ...Object.keys(others)].sort());
  });

  it('in place of those that were added before', async () => {
    const both = await inFolder({ ...complete(), [TENSORRT]: library() });
    expect((await addPack(providers, both, LINUX)).files).toHaveLength(3);
    const one = await written('gpu.tgz', tarred(release(VERSION)));
    expect((await addPack(providers, one, LINUX)).files).toHaveLength(2);
    expect(await readdir(packFolder(providers))).not.toContain(TENSORRT);
    expect(await readdir(providers)).toEqual(['pack']);
  });
});

describe('libraries are refused, with the reason', () => {
  it('for another system', async () => {
    const path = await inFolder(complete());
    const reason =
      'This version of Emulsion uses added libraries on Linux with an x64 processor only, not on win32 x64.';
    expect(await refusal(path, { ...LINUX, platform: 'win32' })).toBe(reason);
    expect(await refusal(path, { ...LINUX, arch: 'arm64' })).toContain('not on linux arm64');
  });

  it.each<[string, Files, string]>([
    [
      'for Windows',
      { 'lib/onnxruntime_providers_cuda.dll': 'MZ' },
      'onnxruntime_providers_cuda.dll is made for another',
    ],
    [
      'of Windows under another name',
      { ...complete(), [`lib/${CUDA}`]: Buffer.from('MZ'.padEnd(64)) },
      `${CUDA} is made for another`,
    ],
    [
      'for another processor',
      { ...complete(), [`lib/${CUDA}`]: library('', { machine: 183 }) },
      `${CUDA} is made for another`,
    ],
    ['with 32 bits', { ...complete(), [`lib/${SHARED}`]: library('', { bits: 1 }) }, `${SHARED} is made for another`],
    ['that are none', { ...complete(), [`lib/${CUDA}`]: 'a text that is long enough' }, `${CUDA} is not a library`],
    ['that are empty', { ...complete(), [`lib/${CUDA}`]: '' }, `${CUDA} is not a library`],
    ['that lack one', { [`lib/${CUDA}`]: library(), VERSION_NUMBER: VERSION }, `It lacks ${SHARED}`],
    ['that are not there', { 'README.md': '' }, `It lacks ${SHARED}, ${CUDA}`],
    ['of no version', { [SHARED]: library(), [CUDA]: library('VERS_1') }, 'Nothing in it says which version'],
  ])('%s', async (_, files, reason) => {
    expect(await refusal(await inFolder(files))).toContain(reason);
  });

  it('that are links, in a folder and in archives', async () => {
    const path = await inFolder({ VERSION_NUMBER: VERSION, [SHARED]: library() });
    await symlink('/etc/passwd', join(path, CUDA));
    expect(await refusal(path)).toContain(CUDA);
    const link = [`lib/${CUDA}`];
    expect(await refusal(await written('a.whl', zipped(complete(), link)))).toContain('is a link');
    expect(await refusal(await written('a.tgz', tarred(complete(), link)))).toContain('is a link');
  });

  it('from a file that is no archive, or is damaged', async () => {
    const reason = 'neither a folder nor an archive';
    expect(await refusal(await written('a.whl', Buffer.from('hello')))).toContain(reason);
    for (const [name, whole] of [
      ['a.whl', zipped(complete())],
      ['a.tgz', tarred(complete())],
    ] as const) {
      for (let length = 3; length < whole.length - 30; length += 37) {
        const path = await written(name, whole.subarray(0, length));
        await expect(addPack(providers, path, LINUX)).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
      }
    }
    expect(await readdir(providers).catch(() => [])).toEqual([]);
    await expect(addPack(providers, join(folder.path, 'nothing'), LINUX)).rejects.toThrow();
  });
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('an engine with added libraries', () => {
  let built: Awaited<ReturnType<typeof buildEngine>>;
  beforeAll(async () => {
    built = await buildEngine();
  });
  afterAll(() => built.remove());

  it('loads onnxruntime from their folder, and computes on the CPU as before', async () => {
    await addPack(providers, await inFolder(complete()), LINUX);
    await checkRuntime(packFolder(providers));
    const models = join(folder.path, 'models');
    await installFixture(models, await fixtureCard('restorer', { extraInputs: [] }));
    const options = { models, providers, provider: 'auto' as const, threads: 1 };
    const { providers: found, pack } = await checkProviders(forkEngine(built.entry), options);
    expect(pack).toMatchObject({ fault: null });
    // It finds the stand-ins, and they cannot be loaded.
    expect(found.find(({ provider }) => provider === 'cuda')).toMatchObject({ state: 'failed' });
    expect(found.find(({ provider }) => provider === 'tensorrt')).toMatchObject({ state: 'noLibraries' });
    expect(found.find(({ provider }) => provider === 'dml')).toMatchObject({ state: 'notBuilt' });
    let pid: number | undefined;
    const launch: LaunchEngine = (runtime) => {
      const engine = forkEngine(built.entry)(runtime);
      pid = engine.pid;
      return engine;
    };
    await withTrialEngine(launch, options, async (engine) => {
      expect(await engine.request('tryProvider', { provider: 'cpu', device: null })).toBeNull();
      const mapped = await readFile(`/proc/${pid}/maps`, 'utf8');
      const libraries = new Set(mapped.match(/\/\S*libonnxruntime\.so\S*/g));
      expect([...libraries]).toEqual([join(packFolder(providers), 'libonnxruntime.so.1')]);
    });
  });

  it('uses those of the package instead if anything was changed, and says so', async () => {
    await addPack(providers, await inFolder(complete()), LINUX);
    const binding = join(packFolder(providers), 'onnxruntime_binding.node');
    const bytes = await readFile(binding);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(binding, bytes);
    const options = { models: '', providers, provider: 'cuda' as const, threads: 1 };
    const { providers: found } = await checkProviders(forkEngine(built.entry), options);
    const cuda = found.find(({ provider }) => provider === 'cuda')!;
    expect(cuda.state).toBe('noLibraries');
    expect(cuda.detail).toContain('onnxruntime_binding.node has changed since it was added');

    await writeFile(join(packFolder(providers), CUDA), library('CUDA'));
    await expect(checkLibraries(packFolder(providers))).rejects.toThrow(`${CUDA} has changed`);
    await writeFile(join(packFolder(providers), CUDA), library('longer'));
    const { pack } = await checkProviders(forkEngine(built.entry), options);
    expect(pack?.fault).toEqual({ key: 'packs.changed', values: { file: CUDA } });
  });

  it('are not loaded by another version', async () => {
    await addPack(providers, await inFolder(complete()), LINUX);
    expect((await readPack(providers, { ...LINUX, runtime: '9.9.9' }))?.fault).toMatchObject({ key: 'packs.version' });
  });
});
