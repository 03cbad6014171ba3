import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certainShare, strictnessOf, strictnessRules } from './strictness';

const RULES = {
  strictness_share: 0.0005,
  strictness_certain: 0.5,
  strictness_usual: 0.5,
  strictness_per_decade: 1.5,
  strictness_least: -1.5,
  strictness_most: 1.25,
  strictness_least_in_colour: 0.5,
  strictness_enough: 0.04,
  strictness_per_decade_after: 5,
};
const rules = strictnessRules(RULES)!;

describe('strictnessOf', () => {
  test('is lower the more of a photo is certainly damaged, within the bounds on the card', () => {
    const share = fc.double({ min: 0, max: rules.enough, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.boolean(), (a, b, isPrint) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(strictnessOf(rules, more, isPrint)).toBeLessThanOrEqual(strictnessOf(rules, less, isPrint));
        expect(strictnessOf(rules, a, isPrint)).toBeGreaterThanOrEqual(isPrint ? rules.least : rules.leastInColour);
        expect(strictnessOf(rules, a, isPrint)).toBeLessThanOrEqual(rules.most);
      }),
    );
  });

  test('has the usual value at the usual share, and falls with each decade', () => {
    expect(strictnessOf(rules, 0.0005, true)).toBeCloseTo(0.5, 10);
    expect(strictnessOf(rules, 0.005, true)).toBeCloseTo(-1, 10);
    expect(strictnessOf(rules, 0.005, false)).toBe(0.5);
    expect(strictnessOf(rules, 0, true)).toBe(1.25);
    expect(strictnessOf(rules, 0.03, true)).toBe(-1.5);
  });

  test('rises again where very much is certain, but not above that of the card', () => {
    expect(strictnessOf(rules, 0.05, true)).toBeGreaterThan(-1.5);
    expect(strictnessOf(rules, 0.07, true)).toBeGreaterThan(strictnessOf(rules, 0.05, true));
    expect(strictnessOf(rules, 0.4, true)).toBe(0);
    expect(strictnessOf(rules, 0.4, false)).toBe(0.5);
  });

  test('a card without the share has one threshold for every photo', () => {
    expect(strictnessRules(null)).toBeNull();
    expect(strictnessRules({ lines: 0.5, strictness_most: 1 })).toBeNull();
  });
});

describe('certainShare', () => {
  /** The probability with these log-odds, as a byte. */
  const byte = (logits: number) => Math.round(255 / (1 + Math.exp(-logits)));
  const of = (logits: number[], threshold = 0.5) => ({ values: Uint8Array.from(logits, byte), threshold });

  test('counts a pixel once, if any kind is that far above its own threshold', () => {
    const lines = of([3, 3, -3, -3, 0.9], 0.5);
    const areas = of([3, -3, 2.1, -3, -3], 1 / (1 + Math.exp(-1)));
    expect(certainShare([lines, areas], of([]), 1)).toBe(3 / 5);
  });

  test('leaves out what is at least as likely to be writing', () => {
    expect(certainShare([of([2, 2, 2])], of([3, 1, -1]), 0.5)).toBe(2 / 3);
  });

  test('is 0 without pixels', () => {
    expect(certainShare([], of([]), 0)).toBe(0);
  });
});
