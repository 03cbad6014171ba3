import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROVIDERS, Settings } from '../../contract/app';
import { memoryChoices, providerChoices, threadChoices } from './choices';

test('threads and memory rise, stay within the computer and the contract, and include the chosen value', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 256 }),
      fc.integer({ min: 256, max: 2 ** 21 }),
      fc.integer({ min: 0, max: 256 }),
      fc.integer({ min: 0, max: 65_536 }),
      (cores, total, threads, memory) => {
        for (const [choices, most, chosen] of [
          [threadChoices(cores, threads), cores, threads],
          [memoryChoices(total, memory), total, memory],
        ] as const) {
          expect(choices).toEqual([...new Set(choices)].sort((a, b) => a - b));
          for (const each of choices) expect(each === chosen || (each >= 1 && each <= most)).toBe(true);
          if (chosen > 0) expect(choices).toContain(chosen);
        }
        expect(threadChoices(cores, threads)).toContain(cores);
        for (const each of threadChoices(cores, 0)) Settings.parse({ threads: each });
        for (const each of memoryChoices(total, 0)) Settings.parse({ memory: each });
        expect(threadChoices(cores, 0).length).toBeLessThan(40);
      },
    ),
  );
});

test('a system offers its own providers, and keeps another choice visible', () => {
  expect(providerChoices('linux', 'auto')).toEqual(['cpu', 'cuda', 'tensorrt', 'webgpu']);
  expect(providerChoices('linux', 'dml')).toContain('dml');
  for (const platform of ['win32', 'darwin', 'linux'])
    for (const each of PROVIDERS) expect(providerChoices(platform, each)).toContain(each);
});
