import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { devicesFor, type System } from './devices';
import { temporaryFolder } from './test-support';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let system: System;
beforeEach(async () => {
  folder = await temporaryFolder();
  system = { platform: 'linux', root: folder.path, env: {}, ask: async () => '' };
});
afterEach(() => folder.remove());

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), text);
  }
}

it('finds nothing where there is nothing', async () => {
  for (const provider of ['cpu', 'cuda', 'webgpu', 'dml'] as const)
    expect(await devicesFor(provider, system)).toEqual([]);
});

it('names the cards of NVIDIA with their driver, in the order of the bus, and twins by number', async () => {
  const about = (model: string) => `Model: \t\t ${model}\nIRQ:   \t\t 1\nGPU UUID: \t GPU-1\n`;
  await put({
    'proc/driver/nvidia/version':
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.10  Release Build\nGCC version: 12',
    'proc/driver/nvidia/gpus/0000:65:00.0/information': about('NVIDIA RTX A2000'),
    'proc/driver/nvidia/gpus/0000:17:00.0/information': about('NVIDIA GeForce RTX 3090'),
    'proc/driver/nvidia/gpus/0000:b3:00.0/information': about('NVIDIA GeForce RTX 3090'),
  });
  const expected = ['NVIDIA GeForce RTX 3090', 'NVIDIA RTX A2000', 'NVIDIA GeForce RTX 3090 (2)'];
  expect(await devicesFor('cuda', system)).toEqual(expected.map((name) => ({ name, driver: '570.86.10' })));
});

it('names other cards by the list of PCI devices, and notices that their drivers were exchanged', async () => {
  await put({
    'sys/class/drm/card0/device/vendor': '0x8086\n',
    'sys/class/drm/card0/device/device': '0x9a49\n',
    'sys/class/drm/card1/device/vendor': '0x1002\n',
    'sys/class/drm/card1/device/device': '0x7777\n',
    'sys/class/drm/card1-HDMI-A-1/status': 'connected',
    'usr/share/misc/pci.ids':
      '# comment\n1002  AMD\n\t9a49  Not this one\n8086  Intel\n\t9a48  Other\n\t9a49  Iris Xe Graphics\n\t\t1028 0a20  Latitude\n',
    'usr/share/vulkan/icd.d/intel_icd.json': '{}',
  });
  await symlink('/drivers/amdgpu', join(folder.path, 'sys/class/drm/card1/device/driver'));
  const before = await devicesFor('webgpu', system);
  expect(before.map(({ name }) => name)).toEqual(['Iris Xe Graphics', 'amdgpu 0x1002:0x7777']);
  expect(await devicesFor('cuda', system)).toEqual([]);

  expect(await devicesFor('webgpu', system)).toEqual(before);
  await utimes(join(folder.path, 'usr/share/vulkan/icd.d/intel_icd.json'), 1, 2);
  const after = await devicesFor('webgpu', system);
  expect(after[0]!.driver).not.toBe(before[0]!.driver);
});

it('names the driver of Vulkan that somebody has chosen', async () => {
  await put({ 'icd/vk_swiftshader_icd.json': '{}' });
  system.env.VK_ICD_FILENAMES = join(folder.path, 'icd/vk_swiftshader_icd.json');
  expect(await devicesFor('webgpu', system)).toMatchObject([{ name: 'vk_swiftshader_icd' }]);
});

it('asks Windows, and puts the card of the screen first as DirectML does', async () => {
  const asked: string[] = [];
  const one = { Name: 'Intel(R) UHD Graphics', DriverVersion: '31.0.101', CurrentHorizontalResolution: null };
  const other = { Name: 'NVIDIA GeForce RTX 4060', DriverVersion: '32.0.15', CurrentHorizontalResolution: 2560 };
  const windows = (answer: string): System => ({
    ...system,
    platform: 'win32',
    ask: async (program) => {
      asked.push(program);
      return answer;
    },
  });
  expect(await devicesFor('dml', windows(JSON.stringify([one, other])))).toEqual([
    { name: other.Name, driver: other.DriverVersion },
    { name: one.Name, driver: one.DriverVersion },
  ]);
  // With one card, Windows does not write a list.
  expect(await devicesFor('dml', windows(`${JSON.stringify(one)}\r\n`))).toHaveLength(1);
  expect(await devicesFor('dml', windows('not JSON'))).toEqual([]);
  // SECURITY: not whatever is called so in the folder of the program.
  expect(asked[0]).toMatch(/^\S+System32\S+powershell\.exe$/);
});

it('names the chip of a Mac', async () => {
  expect(await devicesFor('coreml', { ...system, platform: 'darwin' })).toHaveLength(1);
});
