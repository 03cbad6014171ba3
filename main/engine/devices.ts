import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Provider } from '../../contract/app';
import { logged } from '../log/log';

/*
 * The graphics devices of this computer and the versions of their drivers. onnxruntime tells neither, so the system is asked.
 */

export interface Device {
  /** As people know it; unique on this computer. */
  name: string;
  /** What changes when its driver is changed; empty if it cannot be told. */
  driver: string;
}

interface Found extends Device {
  vendor: 'nvidia' | 'other';
}

/** Where the system is asked; tests bring their own. */
export interface System {
  platform: NodeJS.Platform;
  /** Folder above `proc`, `sys` and `usr`. */
  root: string;
  env: NodeJS.ProcessEnv;
  /** Runs a program and returns what it prints. */
  ask(program: string, args: readonly string[]): Promise<string>;
}

const PATIENCE = 10_000;
const THIS: System = {
  platform: process.platform,
  root: '/',
  env: process.env,
  ask: async (program, args) =>
    (await promisify(execFile)(program, [...args], { timeout: PATIENCE, windowsHide: true, maxBuffer: 1 << 20 }))
      .stdout,
};

/** Providers that take the number of a device. */
export const CHOOSES_DEVICE: readonly Provider[] = ['cuda', 'tensorrt', 'dml'];

let asked: Promise<Found[]> | undefined;

/** The devices that a provider can compute on, in the order of their numbers. Empty if none is found, or none can be told. */
export async function devicesFor(provider: Provider, system?: System): Promise<Device[]> {
  if (provider === 'cpu') return [];
  // They do not change as long as the process runs, and asking takes up to a second.
  if (system === undefined) asked ??= graphicsOf(THIS);
  const all = await (system === undefined ? asked! : graphicsOf(system));
  const own = provider === 'cuda' || provider === 'tensorrt' ? all.filter(({ vendor }) => vendor === 'nvidia') : all;
  return numbered(own.map(({ name, driver }) => ({ name, driver })));
}

/** Names that occur twice get numbers. */
function numbered(devices: readonly Device[]): Device[] {
  const seen = new Map<string, number>();
  return devices.map(({ name, driver }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { name: count === 1 ? name : `${name} (${count})`, driver };
  });
}

async function graphicsOf(system: System): Promise<Found[]> {
  const find = { linux: onLinux, win32: onWindows, darwin: onMac }[system.platform as string];
  // Without names and drivers everything still works; a driver that was exchanged is not noticed.
  return (await find?.(system).catch(logged('The graphics devices could not be told'))) ?? [];
}

/** What the system does not have is empty: then nothing is known of a device. */
const text = (path: string) => readFile(path, 'utf8').catch(() => '');
const list = (path: string) =>
  readdir(path).then(
    (names) => names.sort(),
    () => [],
  );

/** NVIDIA's in the order of their places on the bus, which `CUDA_DEVICE_ORDER` makes that of CUDA; then the others. */
async function onLinux(system: System): Promise<Found[]> {
  const { root, env } = system;
  const chosen = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES;
  const places = await list(join(root, 'proc/driver/nvidia/gpus'));
  const version = /Kernel Module\s+(?:for \S+\s+)?([\d.]+)/.exec(await text(join(root, 'proc/driver/nvidia/version')));
  const nvidia = await Promise.all(
    places.map(async (place): Promise<Found> => {
      const about = await text(join(root, 'proc/driver/nvidia/gpus', place, 'information'));
      const name = /^Model:\s*(.+)$/m.exec(about)?.[1]?.trim();
      return { name: name || `NVIDIA ${place}`, driver: version?.[1] ?? '', vendor: 'nvidia' };
    }),
  );
  // Somebody has said which driver of Vulkan is used.
  if (chosen) {
    const manifests = chosen.split(':').filter(Boolean);
    const name = manifests.map((each) => basename(each, '.json')).join(', ');
    return [...nvidia, { name, driver: await stateOf(manifests), vendor: 'other' }];
  }
  const manifests = ['usr/share/vulkan/icd.d', 'etc/vulkan/icd.d'].map((each) => join(root, each));
  const files = (
    await Promise.all(manifests.map(async (folder) => (await list(folder)).map((each) => join(folder, each))))
  ).flat();
  const driver = `${release()} ${await stateOf(files)}`;
  const cards = (await list(join(root, 'sys/class/drm'))).filter((name) => /^card\d+$/.test(name));
  const names = await text(join(root, 'usr/share/misc/pci.ids'));
  const others = await Promise.all(
    cards.map(async (card): Promise<Found | null> => {
      const device = join(root, 'sys/class/drm', card, 'device');
      const [vendor, id] = await Promise.all(
        ['vendor', 'device'].map(async (each) => (await text(join(device, each))).trim()),
      );
      if (!vendor || (vendor === '0x10de' && nvidia.length > 0)) return null;
      // A device without a driver is named by its numbers alone.
      const module = basename(await readlink(join(device, 'driver')).catch(() => ''));
      return { name: nameIn(names, vendor, id ?? '') ?? `${module} ${vendor}:${id}`, driver, vendor: 'other' };
    }),
  );
  return [...nvidia, ...others.filter((each) => each !== null)];
}

/** Changes when one of the files does: packages of drivers bring new ones. */
async function stateOf(files: readonly string[]): Promise<string> {
  const facts = await Promise.all(
    files.map(async (path) => {
      const info = await stat(path).catch(() => null);
      return [path, info?.size, info?.mtimeMs];
    }),
  );
  return files.length === 0 ? '' : createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12);
}

/** The name of a device in the list of PCI devices: a line for each vendor, and indented ones for its devices. */
function nameIn(names: string, vendor: string, device: string): string | undefined {
  const [from, id] = [vendor, device].map((each) => each.replace(/^0x/, ''));
  if (!/^[0-9a-f]{4}$/.test(from ?? '') || !/^[0-9a-f]{4}$/.test(id ?? '')) return undefined;
  const at = `\n${names}`.indexOf(`\n${from}  `);
  if (at < 0) return undefined;
  for (const line of names.slice(at).split('\n').slice(1)) {
    if (line.startsWith(`\t${id}  `)) return line.slice(7).trim();
    if (line !== '' && !line.startsWith('\t') && !line.startsWith('#')) return undefined;
  }
  return undefined;
}

const QUERY =
  'Get-CimInstance Win32_VideoController | Select-Object Name,DriverVersion,CurrentHorizontalResolution | ConvertTo-Json -Compress';

/** DirectML counts the device of the main screen as the first, and so do we: those that show something come first. */
async function onWindows({ ask, env }: System): Promise<Found[]> {
  const shell = join(env.SystemRoot ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const answer = JSON.parse((await ask(shell, ['-NoProfile', '-NonInteractive', '-Command', QUERY])).trim() || '[]');
  const all = [answer].flat() as {
    Name?: string;
    DriverVersion?: string;
    CurrentHorizontalResolution?: number | null;
  }[];
  return all
    .toSorted((a, b) => Number(Boolean(b.CurrentHorizontalResolution)) - Number(Boolean(a.CurrentHorizontalResolution)))
    .map(({ Name = '', DriverVersion = '' }) => ({
      name: Name,
      driver: DriverVersion,
      vendor: /nvidia/i.test(Name) ? 'nvidia' : 'other',
    }));
}

/** The chip has one, and its driver comes with the system. */
async function onMac(): Promise<Found[]> {
  return [{ name: cpus()[0]?.model ?? 'Apple', driver: release(), vendor: 'other' }];
}
