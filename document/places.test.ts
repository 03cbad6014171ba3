import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MaskOp, MaskOp as MaskOpSchema } from '../contract/edit';
import { type Evidence, forEachPiece } from './evidence';
import { compileMask, DETECTED_MASK, type MaskDocument, type MaskSource } from './mask';
import { type Place, PlaceSearch } from './places';
import { isRepaired, isSkip, keepPlace, skipPlace } from './skips';
import { anyOp, evidences, evidenceWith } from './testing';

const sourceOf = (evidence: Evidence, grow = 1): MaskSource => ({
  width: evidence.fullWidth,
  height: evidence.fullHeight,
  evidence,
  settings: { sensitivity: 0.5, grow },
  bitmaps: new Map(),
});

const search = (ops: readonly MaskOp[], source: MaskSource): readonly Place[] =>
  new PlaceSearch(compileMask(ops, source), source, ops).step()!;

function read(mask: MaskDocument): Uint8Array {
  const values = new Uint8Array(mask.width * mask.height);
  mask.read({ x: 0, y: 0, width: mask.width, height: mask.height }, values);
  return values;
}

/** The number of the place that each masked pixel belongs to, from 1; 0 outside the mask. */
function numbered(places: readonly Place[], mask: MaskDocument): Uint16Array {
  const values = read(mask);
  const { width, height } = mask;
  const numbers = new Uint16Array(values.length);
  for (const [index, { runs, grid }] of places.entries()) {
    for (const [row, from, end] of runs) {
      for (let i = 0; i < values.length; i++) {
        const x = Math.floor((((i % width) + 0.5) * grid.width) / width);
        const y = Math.floor(((Math.floor(i / width) + 0.5) * grid.height) / height);
        if (values[i] !== 0 && y === row && x >= from && x < end) numbers[i] = index + 1;
      }
    }
  }
  return numbers;
}

const masks = fc.record({ evidence: evidences, ops: fc.array(anyOp, { minLength: 1, maxLength: 4 }) });

describe('places', () => {
  test('are the connected pieces of the mask, and every masked pixel is in exactly one', () => {
    fc.assert(
      fc.property(masks, ({ evidence, ops }) => {
        const source = sourceOf(evidence);
        const mask = compileMask(ops, source);
        const places = search(ops, source);
        const numbers = numbered(places, mask);
        const values = read(mask);
        expect(numbers.map((number) => Math.min(1, number))).toEqual(Uint16Array.from(values, (v) => (v > 0 ? 1 : 0)));
        for (const [index, place] of places.entries()) {
          expect(numbers.filter((number) => number === index + 1).length).toBe(place.pixels);
          expect(isRepaired(mask, place)).toBe(true);
        }
        // Pieces that are connected at full size are in one place; a place may hold several that nearly touch.
        let pieces = 0;
        forEachPiece(values, mask.width, mask.height, 1, (piece) => {
          pieces++;
          expect(new Set(Array.from(piece, (i) => numbers[i])).size).toBe(1);
        });
        expect(places.length).toBeLessThanOrEqual(pieces);
      }),
      { numRuns: 60 },
    );
  });

  test('are the same however often the search pauses', () => {
    fc.assert(
      fc.property(masks, ({ evidence, ops }) => {
        const source = sourceOf(evidence);
        const slow = new PlaceSearch(compileMask(ops, source), source, ops);
        let places = slow.step(0);
        while (places === null) places = slow.step(0);
        expect(places).toEqual(search(ops, source));
      }),
      { numRuns: 20 },
    );
  });

  test('are listed with the largest first, their kind and certainty; what was only painted has neither', () => {
    const size = { width: 80, height: 60, fullWidth: 80, fullHeight: 60 };
    const evidence = evidenceWith(size, [
      { x: 0.1, y: 0.2, dx: 0.03, dy: 0 },
      { x: 0.5, y: 0.7, dx: 0.005, dy: 0 },
    ]);
    const kinds = new Uint8Array(evidence.plane.length).fill(2, 80 * 30);
    const stroke: MaskOp = { kind: 'stroke', mode: 'paint', size: 4, hardness: 1, points: [70, 50, 1] };
    const places = search([...DETECTED_MASK, stroke], sourceOf({ ...evidence, kinds }, 0));
    expect(places.map(({ kind }) => kind)).toEqual(['line', 'loss', null]);
    expect(places[0]!.pixels).toBeGreaterThan(places[1]!.pixels);
    expect(places[0]!.certainty).toBeGreaterThan(0.9);
    expect(places[2]).toMatchObject({ x: 68, y: 48, width: 4, height: 4, certainty: null });
  });
});

describe('a skipped place', () => {
  test('leaves the mask, no other pixel does, and keeping it brings exactly it back', () => {
    fc.assert(
      fc.property(masks, fc.nat(), ({ evidence, ops: all }, choice) => {
        const ops = all.filter((op) => !isSkip(op));
        const source = sourceOf(evidence);
        const before = compileMask(ops, source);
        const places = search(ops, source);
        if (places.length === 0) return;
        const place = places[choice % places.length]!;
        const numbers = numbered([place], before);
        const skipped = [...ops, ...skipPlace(place, places, ops, source)];
        for (const op of skipped) expect(MaskOpSchema.safeParse(op).success).toBe(true);
        const after = compileMask(skipped, source);
        expect(read(after)).toEqual(read(before).map((value, i) => (numbers[i] === 1 ? 0 : value)));
        expect(isRepaired(after, place)).toBe(false);
        expect(keepPlace(place, skipped, source)).toEqual(ops);
      }),
      { numRuns: 150 },
    );
  });

  test('that was detected stays out when the mask grows or becomes more sensitive', () => {
    const size = { width: 80, height: 60, fullWidth: 160, fullHeight: 120 };
    const evidence = evidenceWith(size, [
      { x: 0.1, y: 0.2, dx: 0.03, dy: 0 },
      { x: 0.1, y: 0.7, dx: 0.02, dy: 0 },
    ]);
    const source = sourceOf(evidence);
    const places = search(DETECTED_MASK, source);
    expect(places.length).toBe(2);
    const ops = [...DETECTED_MASK, ...skipPlace(places[0]!, places, DETECTED_MASK, source)];
    const wider = { ...source, settings: { sensitivity: 0.9, grow: 6 } };
    expect(search(ops, wider).length).toBe(1);
    expect(isRepaired(compileMask(ops, wider), places[0]!)).toBe(false);
  });

  test('with a hole is left out around what lies in the hole', () => {
    const source = {
      ...sourceOf(evidenceWith({ width: 90, height: 90, fullWidth: 90, fullHeight: 90 }, [])),
      evidence: null,
    };
    const ring: MaskOp = {
      kind: 'stroke',
      mode: 'paint',
      size: 6,
      hardness: 1,
      points: [20, 20, 1, 70, 20, 1, 70, 70, 1, 20, 70, 1, 20, 20, 1],
    };
    const speck: MaskOp = { kind: 'stroke', mode: 'paint', size: 8, hardness: 0.5, points: [45, 45, 1] };
    const places = search([ring, speck], source);
    expect(places.length).toBe(2);
    const ops = [ring, speck, ...skipPlace(places[0]!, places, [ring, speck], source)];
    expect(search(ops, source)).toEqual([places[1]]);
  });
});
