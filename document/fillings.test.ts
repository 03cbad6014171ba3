import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Filling, MaskOp } from '../contract/edit';
import { chooseFilling, fillingOf, nextFilling } from './fillings';
import { compileMask, type MaskSource } from './mask';
import { PlaceSearch } from './places';
import { anyOp, evidences } from './testing';

const cases = fc.record({
  evidence: evidences,
  ops: fc.array(anyOp, { minLength: 1, maxLength: 4 }),
  filling: fc.constantFrom(...Filling.options),
  pick: fc.nat(),
});

test('a choice is for one place, changes no mask, and can be taken back', () => {
  fc.assert(
    fc.property(cases, ({ evidence, ops, filling, pick }) => {
      const source: MaskSource = {
        width: evidence.fullWidth,
        height: evidence.fullHeight,
        evidence,
        settings: { sensitivity: 0.5, grow: 1 },
        bitmaps: new Map(),
      };
      const places = new PlaceSearch(compileMask(ops, source), source, ops).step()!;
      fc.pre(places.length > 0);
      const place = places[pick % places.length]!;
      const op = chooseFilling(place, filling);
      expect(MaskOp.parse(op)).toEqual(op);
      const chosen = [...ops, op];
      expect(places.map((each) => fillingOf(each, chosen, source))).toEqual(
        places.map((each) => (each === place ? filling : fillingOf(each, ops, source))),
      );
      expect(fillingOf(place, [...chosen, chooseFilling(place, null)], source)).toBeNull();
      const read = (list: readonly MaskOp[]) => {
        const values = new Uint8Array(source.width * source.height);
        compileMask(list, source).read({ x: 0, y: 0, width: source.width, height: source.height }, values);
        return values;
      };
      expect(read(chosen)).toEqual(read(ops));
    }),
  );
});

test('all ways to fill a place are offered in turn', () => {
  const seen: (Filling | null)[] = [null];
  while (seen.length < 10 && nextFilling(seen.at(-1)!) !== null) seen.push(nextFilling(seen.at(-1)!));
  expect(seen).toEqual([null, ...Filling.options]);
});
