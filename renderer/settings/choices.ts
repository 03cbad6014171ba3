import type { AppInfo, Provider } from '../../contract/app';

/** Providers that exist on each system. The engine reports which one is really used. */
const ON_PLATFORM: Record<string, readonly Provider[]> = {
  win32: ['cpu', 'dml', 'webgpu'],
  darwin: ['cpu', 'coreml', 'webgpu'],
  linux: ['cpu', 'cuda', 'tensorrt', 'webgpu'],
};

const MEMORY = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

/** The current value is always offered, even if it was set in the file or on another computer. */
const withChosen = (choices: readonly number[], chosen: number): number[] =>
  chosen === 0 ? [...choices] : [...new Set([...choices, chosen])].sort((a, b) => a - b);

export function providerChoices(platform: AppInfo['platform'], chosen: Provider | 'auto'): Provider[] {
  const offered = ON_PLATFORM[platform] ?? ['cpu'];
  return chosen === 'auto' || offered.includes(chosen) ? [...offered] : [...offered, chosen];
}

/** Numbers of threads: every number at first, then in larger steps up to all cores. */
export function threadChoices(cores: number, chosen: number): number[] {
  const step = (count: number) => (count < 8 ? 1 : count < 32 ? 4 : 16);
  const choices: number[] = [];
  for (let count = 1; count < cores; count += step(count)) choices.push(count);
  return withChosen([...choices, cores], chosen);
}

/** Megabytes, limited by the computer's memory. */
export function memoryChoices(memory: number, chosen: number): number[] {
  return withChosen(
    MEMORY.filter((each) => each <= memory),
    chosen,
  );
}
