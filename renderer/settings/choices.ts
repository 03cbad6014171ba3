import type { AppInfo, Provider } from '../../contract/app';

/** What computes on each system; the engine knows better still, and says what it really uses. */
const ON_PLATFORM: Record<string, readonly Provider[]> = {
  win32: ['cpu', 'cuda', 'dml', 'webgpu'],
  darwin: ['cpu', 'coreml', 'webgpu'],
  linux: ['cpu', 'cuda', 'webgpu'],
};

const MEMORY = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

/** What is chosen now can be chosen, even if it was set by hand or on another computer. */
const withChosen = (choices: readonly number[], chosen: number): number[] =>
  chosen === 0 ? [...choices] : [...new Set([...choices, chosen])].sort((a, b) => a - b);

export function providerChoices(platform: AppInfo['platform'], chosen: Provider | 'auto'): Provider[] {
  const offered = ON_PLATFORM[platform] ?? ['cpu'];
  return chosen === 'auto' || offered.includes(chosen) ? [...offered] : [...offered, chosen];
}

/** Numbers of threads: each one while they are few, then in larger steps up to all cores. */
export function threadChoices(cores: number, chosen: number): number[] {
  const step = (count: number) => (count < 8 ? 1 : count < 32 ? 4 : 16);
  const choices: number[] = [];
  for (let count = 1; count < cores; count += step(count)) choices.push(count);
  return withChosen([...choices, cores], chosen);
}

/** Megabytes, no more than the computer has. */
export function memoryChoices(memory: number, chosen: number): number[] {
  return withChosen(
    MEMORY.filter((each) => each <= memory),
    chosen,
  );
}
