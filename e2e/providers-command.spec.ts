import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { run } from './command-line';
import { softwareVulkan } from './software-vulkan';

const FIXTURES = fileURLToPath(new URL('../main/engine/fixtures/', import.meta.url));

const data = () => test.info().outputPath('data');
const own = () => ({ EMULSION_USER_DATA: data() });

/** A folder with one restorer, which returns the picture as it is: small enough for a graphics card in software. */
async function models(): Promise<string> {
  const folder = join(test.info().outputPath('models'), 'plain');
  const net = await readFile(join(FIXTURES, 'identity.onnx'));
  const known = { id: 'plain', name: 'Plain', version: '1', licence: 'Apache-2.0', author: '', source: '' };
  const card = {
    ...{ format: 2, task: 'restore', description: '', trainingData: [], opset: 17, parameters: 0, ...known },
    file: 'plain.onnx',
    sha256: createHash('sha256').update(net).digest('hex'),
    input: { name: 'x', layout: 'nchw', channels: 'rgb', range: [0, 1], multiple: 1, fixed: null },
    output: { name: 'y', channels: 'rgb', range: [0, 1], scale: 1 },
    ...{ tile: 512, halo: 0, border: 'mirror', extraInputs: [], vectorInputs: [], thresholds: null, measured: [] },
    ...{ training: { device: 'none', minutes: 0, steps: 0, seed: 0 }, limits: '' },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'card.json'), JSON.stringify(card));
  await writeFile(join(folder, 'plain.onnx'), net);
  return join(folder, '..');
}

test('providers are listed with what works here, and the others say why', async () => {
  const { code, records } = await run(['providers', '--json'], own());
  expect(code).toBe(0);
  const state = Object.fromEntries(
    records.flatMap((each) => (each.type === 'provider' ? [[each.provider, each.state]] : [])),
  );
  expect(Object.keys(state)).toEqual(['cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu']);
  expect(state.cpu).toBe('ready');
  const elsewhere = process.platform === 'win32' ? 'coreml' : 'dml';
  expect(state[elsewhere]).toBe('notBuilt');
  expect(state.webgpu).toMatch(/^(ready|noDevice|notBuilt)$/);
  if (process.platform === 'linux' && process.arch === 'x64')
    expect(state.cuda).toMatch(/^(noLibraries|ready|failed)$/);

  const told = await run(['providers'], { ...own(), LC_ALL: 'pt_BR.UTF-8' });
  expect(told.out).toContain('cpu: funciona');
  expect(told.out).toContain(`${elsewhere}: não faz parte deste onnxruntime`);
});

test('WebGPU computes what the CPU computes, is measured beside it, and is remembered until it is reset', async () => {
  test.skip(process.platform !== 'linux' || process.arch !== 'x64', 'elsewhere WebGPU needs a real graphics card');
  const env = { ...own(), ...(await softwareVulkan(test.info().outputPath('vulkan'))) };
  // Two convolutions, compared with the CPU.
  const listed = await run(['providers', '--json'], env);
  const webgpu = (records: Record<string, unknown>[]) => records.find(({ provider }) => provider === 'webgpu');
  expect(webgpu(listed.records)).toMatchObject({
    state: 'ready',
    detail: '',
    devices: [{ name: 'vk_swiftshader_icd' }],
    remembered: [],
  });

  const measured = await run(
    ['generators', 'benchmark', 'plain', '--models', await models(), '--every-provider', '--json'],
    env,
  );
  expect(measured.code).toBe(0);
  expect(measured.records).toMatchObject(
    ['cpu', 'webgpu'].map((provider) => ({
      type: 'benchmark',
      id: 'plain',
      asked: provider,
      provider,
      refused: [],
      tile: 500,
    })),
  );
  const verdicts = await readdir(join(data(), 'providers', 'verdicts'));
  expect(verdicts).toHaveLength(1);
  const verdict = JSON.parse(await readFile(join(data(), 'providers', 'verdicts', verdicts[0]!), 'utf8'));
  expect(verdict).toMatchObject({
    use: { generator: 'plain', provider: 'webgpu' },
    verdict: { isRight: true, worst: 0 },
  });
  expect(webgpu((await run(['providers', '--json'], env)).records)).toMatchObject({
    remembered: [{ generator: 'plain', outcome: 'right', holds: true }],
  });

  // As after a crash of the driver.
  await writeFile(
    join(data(), 'providers', 'verdicts', verdicts[0]!),
    JSON.stringify({ ...verdict, verdict: { outcome: 'crashed' } }),
  );
  const demoted = ['generators', 'benchmark', 'plain', '--models', await models(), '--provider', 'webgpu'];
  const onCpu = await run(demoted, env);
  expect(onCpu.out).toMatch(/^plain: [\d.]+ s per megapixel on CPU/);
  expect(onCpu.out).toContain('Graphics (WebGPU) crashed before with this net and driver');
  expect((await run(['providers', 'reset', 'webgpu'], env)).out).toContain('1 result was forgotten.');
  expect(await readdir(join(data(), 'providers', 'verdicts'))).toEqual([]);
});

test('libraries for CUDA are added, listed and removed; what does not fit is refused with the reason', async () => {
  test.skip(process.platform !== 'linux' || process.arch !== 'x64', 'other builds of onnxruntime cannot use them');
  const folder = test.info().outputPath('libraries');
  await mkdir(folder);
  const head = Buffer.alloc(64);
  head.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  head.writeUInt16LE(3, 16);
  head.writeUInt16LE(62, 18);
  await writeFile(join(folder, 'libonnxruntime_providers_cuda.so'), head);
  await writeFile(join(folder, 'VERSION_NUMBER'), '1.2.3');
  expect((await run(['providers', 'add', folder], own())).err).toContain(
    'It lacks libonnxruntime_providers_shared.so.',
  );
  await writeFile(join(folder, 'libonnxruntime_providers_shared.so'), head);
  const refused = await run(['providers', 'add', folder], own());
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.err).toContain('The libraries belong to onnxruntime 1.2.3');

  const { version } = JSON.parse(
    await readFile(new URL('../node_modules/onnxruntime-node/package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  await writeFile(join(folder, 'VERSION_NUMBER'), version);
  expect((await run(['providers', 'add', folder], own())).out).toContain(`Added 2 libraries of onnxruntime ${version}`);
  const { records } = await run(['providers', '--json'], own());
  expect(records.find(({ type }) => type === 'pack')).toMatchObject({
    runtime: version,
    from: 'libraries',
    fault: null,
  });
  // They were found, and these cannot be loaded.
  expect(records.find(({ provider }) => provider === 'cuda')).toMatchObject({ state: 'failed' });
  expect((await run(['providers', 'remove'], own())).out).toBe('The added libraries were removed.\n');
  expect((await run(['providers', 'remove'], own())).out).toBe('No libraries were added.\n');
});
