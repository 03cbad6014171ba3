import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROVIDERS } from '../../contract/app';
import { providerOrder } from './providers';

it('always ends with the CPU, and lists only supported providers that are not to be avoided', () => {
  const some = fc.subarray([...PROVIDERS]);
  fc.assert(
    fc.property(
      fc.constantFrom('auto' as const, ...PROVIDERS),
      fc.constantFrom<NodeJS.Platform>('linux', 'darwin', 'win32', 'freebsd'),
      some,
      some,
      (asked, platform, supported, avoid) => {
        const order = providerOrder(asked, platform, supported, avoid);
        expect(order.at(-1)).toBe('cpu');
        expect(new Set(order).size).toBe(order.length);
        for (const provider of order.slice(0, -1)) {
          expect(supported).toContain(provider);
          expect(avoid).not.toContain(provider);
        }
      },
    ),
  );
});

it.each([
  ['win32', ['dml', 'webgpu', 'cpu']],
  ['darwin', ['coreml', 'webgpu', 'cpu']],
  ['linux', ['cuda', 'webgpu', 'cpu']],
] as const)('tries what %s is good at first', (platform, expected) => {
  expect(providerOrder('auto', platform, expected)).toEqual(expected);
});

it('tries only the provider that was asked for, before the CPU', () => {
  expect(providerOrder('webgpu', 'linux', ['cuda', 'webgpu', 'cpu'])).toEqual(['webgpu', 'cpu']);
  expect(providerOrder('cpu', 'linux', ['cuda', 'webgpu', 'cpu'])).toEqual(['cpu']);
});
