import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptAt, type Evidence, packEvidence, unpackEvidence } from './evidence';
import { compileMask } from './mask';
import { evidences } from './testing';

describe('packed evidence', () => {
  const rules = fc.option(
    fc.record({
      smallest: fc.integer({ min: 1, max: 9 }),
      seed: fc.integer({ min: 0, max: 64 }),
      flank: fc.integer({ min: 0, max: 64 }),
    }),
    { nil: undefined },
  );

  test('accepts the same pixels after it is unpacked, with any rules', () => {
    const sensitivity = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(evidences, rules, sensitivity, (plain, given, at) => {
        const evidence: Evidence = given ? { ...plain, rules: given } : plain;
        const arrived = unpackEvidence(packEvidence(evidence))!;
        expect([arrived.width, arrived.height]).toEqual([evidence.width, evidence.height]);
        expect([arrived.fullWidth, arrived.fullHeight]).toEqual([evidence.fullWidth, evidence.fullHeight]);
        expect(acceptAt(arrived, at)).toEqual(acceptAt(evidence, at));
      }),
      { numRuns: 50 },
    );
  });

  test('keeps the kinds of damage, if they are known', () => {
    const kinds = Uint8Array.from([0, 1, 2, 0, 1, 2]);
    const evidence = { width: 3, height: 2, fullWidth: 3, fullHeight: 2, plane: new Uint8Array(6).fill(9) };
    const arrived = unpackEvidence(packEvidence({ ...evidence, kinds }))!;
    expect([arrived.plane, arrived.kinds]).toEqual([evidence.plane, kinds]);
    expect(unpackEvidence(packEvidence(evidence))!.kinds).toBeUndefined();
  });

  test('is empty without a detector, and refused if it is cut short', () => {
    expect(unpackEvidence(packEvidence(null))).toBeNull();
    const bytes = packEvidence({ width: 3, height: 2, fullWidth: 3, fullHeight: 2, plane: new Uint8Array(6) });
    expect(() => unpackEvidence(bytes.subarray(0, bytes.length - 1))).toThrow(RangeError);
    expect(() => unpackEvidence(bytes.subarray(0, 20))).toThrow(RangeError);
  });
});

test('a defect that no longer exists changes nothing', () => {
  const plane = new Uint8Array(100);
  for (const i of [11, 12, 21, 22]) plane[i] = 240;
  const evidence = { width: 10, height: 10, fullWidth: 100, fullHeight: 100, plane };
  const read = (ops: Parameters<typeof compileMask>[0]) => {
    const out = new Uint8Array(100 * 100);
    const source = { width: 100, height: 100, evidence, settings: { sensitivity: 0.5, grow: 0 }, bitmaps: new Map() };
    compileMask(ops, source).read({ x: 0, y: 0, width: 100, height: 100 }, out);
    return out;
  };
  const detected = { kind: 'detected', sensitivity: null, grow: null } as const;
  const gone = { kind: 'defect', x: 85, y: 85, sensitivity: 1 } as const;
  const found = read([detected]);
  expect(found.some((value) => value > 0)).toBe(true);
  expect(read([detected, { ...gone, mode: 'remove' }, { ...gone, mode: 'add' }])).toEqual(found);
});
