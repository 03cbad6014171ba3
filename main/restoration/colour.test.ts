import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deltaE, toLab, toLabs } from './colour';

describe('CIELAB of many colours', () => {
  test('is within 0.001 delta E of that of each single colour, also outside 0..1', () => {
    const component = fc.oneof(
      fc.float({ min: -1, max: 2, noNaN: true }),
      fc.integer({ min: 0, max: 255 }).map((value) => Math.fround(value / 255)),
      fc.float({ min: 0, max: Math.fround(0.05), noNaN: true }),
      fc.constantFrom(0, 1, Math.fround(1 - 2 ** -24), Math.fround(0.04045)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(component, component, component), { minLength: 1, maxLength: 50 }), (colours) => {
        const plane = (channel: 0 | 1 | 2) => Float32Array.from(colours, (colour) => colour[channel]);
        const { lightness, a, b } = toLabs(plane(0), plane(1), plane(2));
        for (const [i, colour] of colours.entries()) {
          expect(deltaE([lightness[i]!, a[i]!, b[i]!], toLab(...colour))).toBeLessThan(0.001);
        }
      }),
    );
  });
});
