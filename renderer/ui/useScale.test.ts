import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scaleFor } from './useScale';

test('the interface is as large as chosen where the window has room, and never so large that something is cut off', () => {
  expect(scaleFor(1.5, { width: 2560, height: 1440 })).toBe(1.5);
  expect(scaleFor(1.5, { width: 1024, height: 700 })).toBe(1);
  expect(scaleFor(0.9, { width: 1024, height: 620 })).toBe(0.9);
  fc.assert(
    fc.property(
      fc.double({ min: 0.9, max: 1.5, noNaN: true }),
      fc.integer({ min: 200, max: 5000 }),
      fc.integer({ min: 200, max: 3000 }),
      (chosen, width, height) => {
        const scale = scaleFor(chosen, { width, height });
        expect(scale).toBeLessThanOrEqual(chosen);
        // In rem, an enlarged interface still has the window that it is made for.
        if (scale > 1) expect([width / scale >= 1023.9, height / scale >= 619.9]).toEqual([true, true]);
      },
    ),
  );
});
