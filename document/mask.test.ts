import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MaskOp } from '../contract/edit';
import { defectAt } from './defect';
import type { Evidence } from './evidence';
import type { Rect } from './geometry';
import { compileMask, DETECTED_MASK, FrameMask, type MaskSource } from './mask';
import { packRuns, RunWriter, readRuns, unpackRuns } from './runs';
import { anyOp, areaOp, evidences, evidenceWith, strokeOp } from './testing';

const settings = { sensitivity: 0.5, grow: 2 };

function sourceOf(evidence: Evidence, bitmaps: MaskSource['bitmaps'] = new Map()): MaskSource {
  return { width: evidence.fullWidth, height: evidence.fullHeight, evidence, settings, bitmaps };
}

interface Readable {
  width: number;
  height: number;
  read(rect: Rect, out: Uint8Array): void;
}

function whole(mask: Readable): Uint8Array {
  const out = new Uint8Array(mask.width * mask.height).fill(7);
  mask.read({ x: 0, y: 0, width: mask.width, height: mask.height }, out);
  return out;
}

const wholeOf = (ops: readonly MaskOp[], source: MaskSource) => whole(compileMask(ops, source));
const ops = fc.array(anyOp, { minLength: 1, maxLength: 8 });
const share = fc.double({ min: 0, max: 0.999, noNaN: true });

function someRect({ width, height }: { width: number; height: number }, [l, t, w, h]: readonly number[]): Rect {
  const x = Math.floor(l! * width);
  const y = Math.floor(t! * height);
  return { x, y, width: 1 + Math.floor(w! * (width - x)), height: 1 + Math.floor(h! * (height - y)) };
}

describe('a mask', () => {
  test('reads the same in pieces as whole, and any() and constant() are right', () => {
    fc.assert(
      fc.property(evidences, ops, fc.tuple(share, share, share, share), (evidence, list, shares) => {
        const mask = compileMask(list, sourceOf(evidence));
        const all = whole(mask);
        const rect = someRect(mask, shares);
        const piece = new Uint8Array(rect.width * rect.height).fill(7);
        mask.read(rect, piece);
        for (let row = 0; row < rect.height; row++) {
          const start = (rect.y + row) * mask.width + rect.x;
          expect(piece.subarray(row * rect.width, (row + 1) * rect.width)).toEqual(
            all.subarray(start, start + rect.width),
          );
        }
        expect(mask.any(rect)).toBe(piece.some((value) => value > 0));
        const constant = mask.constant(rect);
        if (constant !== null) expect(piece.every((value) => value === constant)).toBe(true);
        expect(mask.coverage()).toBeCloseTo(all.filter((value) => value > 0).length / all.length, 10);
      }),
      { numRuns: 300 },
    );
  });

  test('each pixel of a smaller frame has the greatest value of the pixels that it covers', () => {
    fc.assert(
      fc.property(evidences, ops, fc.tuple(share, share, share, share), share, (evidence, list, shares, scale) => {
        const mask = compileMask(list, sourceOf(evidence));
        const frame = {
          width: Math.max(1, Math.floor(mask.width * scale)),
          height: Math.max(1, Math.floor(mask.height * scale)),
        };
        const all = whole(mask);
        const preview = new FrameMask(mask, frame);
        const rect = someRect(frame, shares);
        const piece = new Uint8Array(rect.width * rect.height);
        preview.read(rect, piece);
        for (let y = 0; y < rect.height; y++) {
          for (let x = 0; x < rect.width; x++) {
            let greatest = 0;
            for (let v = 0; v < mask.height; v++) {
              if ((v + 1) * frame.height <= (rect.y + y) * mask.height) continue;
              if (v * frame.height >= (rect.y + y + 1) * mask.height) break;
              for (let u = 0; u < mask.width; u++) {
                if ((u + 1) * frame.width <= (rect.x + x) * mask.width) continue;
                if (u * frame.width >= (rect.x + x + 1) * mask.width) break;
                greatest = Math.max(greatest, all[v * mask.width + u]!);
              }
            }
            const read = piece[y * rect.width + x];
            if (read !== greatest) expect(read).toBe(greatest);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a frame of twice the size repeats each pixel', () => {
    fc.assert(
      fc.property(evidences, ops, (evidence, list) => {
        const mask = compileMask(list, sourceOf(evidence));
        const all = whole(mask);
        const twice = whole(new FrameMask(mask, { width: mask.width * 2, height: mask.height * 2 }));
        twice.forEach((value, i) => {
          const x = Math.floor((i % (mask.width * 2)) / 2);
          const y = Math.floor(i / (mask.width * 2) / 2);
          if (value !== all[y * mask.width + x]) expect(value).toBe(all[y * mask.width + x]);
        });
      }),
      { numRuns: 30 },
    );
  });

  test('inverting twice changes nothing; shrinking grows the outside; clearing leaves nothing', () => {
    fc.assert(
      fc.property(evidences, ops, fc.integer({ min: 1, max: 6 }), (evidence, list, radius) => {
        const source = sourceOf(evidence);
        const before = wholeOf(list, source);
        expect(wholeOf([...list, { kind: 'invert' }, { kind: 'invert' }], source)).toEqual(before);
        expect(wholeOf([...list, { kind: 'shrink', radius }], source)).toEqual(
          wholeOf([...list, { kind: 'invert' }, { kind: 'grow', radius }, { kind: 'invert' }], source),
        );
        expect(wholeOf([...list, { kind: 'clear' }], source).some((value) => value !== 0)).toBe(false);
      }),
      { numRuns: 80 },
    );
  });

  test('growing adds a disc, shrinking removes one, and neither changes the rest', () => {
    const source = sourceOf(evidenceWith({ width: 40, height: 40, fullWidth: 40, fullHeight: 40 }, []));
    fc.assert(
      fc.property(fc.array(areaOp, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 9 }), (list, radius) => {
        const before = wholeOf(list, source);
        const grown = wholeOf([...list, { kind: 'grow', radius }], source);
        const shrunk = wholeOf([...list, { kind: 'shrink', radius }], source);
        const nearest = (x: number, y: number, inside: boolean) => {
          let found = Number.POSITIVE_INFINITY;
          before.forEach((value, i) => {
            if (value > 0 === inside) found = Math.min(found, ((i % 40) - x) ** 2 + (Math.floor(i / 40) - y) ** 2);
          });
          return found;
        };
        for (let i = 0; i < before.length; i += 7) {
          const x = i % 40;
          const y = Math.floor(i / 40);
          expect(grown[i]).toBe(nearest(x, y, true) <= radius * radius ? 255 : 0);
          expect(shrunk[i]).toBe(nearest(x, y, false) <= radius * radius ? 0 : before[i]);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('a stroke covers exactly what its disc passes over, and the eraser removes the same', () => {
    const source = sourceOf(evidenceWith({ width: 60, height: 60, fullWidth: 60, fullHeight: 60 }, []));
    fc.assert(
      fc.property(strokeOp, (op) => {
        if (op.kind !== 'stroke') return;
        const hard = {
          ...op,
          mode: 'paint',
          hardness: 1,
          points: op.points.map((v, i) => (i % 3 === 2 ? 1 : v)),
        } as const;
        const painted = wholeOf([hard], source);
        const radius = Math.max(0.75, op.size / 2);
        const wrong: number[] = [];
        for (let i = 0; i < painted.length; i++) {
          const x = (i % 60) + 0.5;
          const y = Math.floor(i / 60) + 0.5;
          let nearest = Number.POSITIVE_INFINITY;
          for (let p = 0; p < hard.points.length; p += 3) {
            const q = Math.min(p + 3, hard.points.length - 3);
            for (let t = 0; t <= 64; t++) {
              const cx = hard.points[p]! + ((hard.points[q]! - hard.points[p]!) * t) / 64;
              const cy = hard.points[p + 1]! + ((hard.points[q + 1]! - hard.points[p + 1]!) * t) / 64;
              nearest = Math.min(nearest, (x - cx) ** 2 + (y - cy) ** 2);
            }
          }
          nearest = Math.sqrt(nearest);
          if (nearest < radius - 0.01 && painted[i] !== 255) wrong.push(i);
          // Sampled at 64 places, the distance to a segment comes out a little too long.
          if (nearest > radius + 2 && painted[i] !== 0) wrong.push(i);
        }
        expect(wrong).toEqual([]);
        const erased = wholeOf([{ kind: 'invert' }, { ...hard, mode: 'erase' }], source);
        expect(erased).toEqual(painted.map((value) => 255 - value));
        const soft = wholeOf([{ ...hard, hardness: 0.3 }], source);
        expect(soft.every((value, i) => value <= painted[i]!)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('a lasso that crosses itself has no holes; an outline is the same whichever way it is drawn', () => {
    const source = sourceOf(evidenceWith({ width: 30, height: 30, fullWidth: 30, fullHeight: 30 }, []));
    const star: MaskOp = {
      kind: 'area',
      shape: 'lasso',
      mode: 'add',
      points: [15, 2, 23, 27, 2, 11, 28, 11, 7, 27],
    };
    expect(wholeOf([star], source)[15 * 30 + 15]).toBe(255);
    const back = { ...star, points: [15, 2, 7, 27, 28, 11, 2, 11, 23, 27] };
    expect(wholeOf([back], source)).toEqual(wholeOf([star], source));
    const square: MaskOp = { kind: 'area', shape: 'rectangle', mode: 'add', points: [3, 4, 9, 4, 9, 6, 3, 6] };
    expect(wholeOf([square], source).filter((value) => value === 255)).toHaveLength(12);
  });

  test('is unchanged after it is written as a bitmap and read', () => {
    fc.assert(
      fc.property(evidences, ops, (evidence, list) => {
        const mask = compileMask(list, sourceOf(evidence));
        const all = whole(mask);
        const writer = new RunWriter(mask.width, mask.height);
        for (let y = 0; y < mask.height; y++) writer.add(all.subarray(y * mask.width, (y + 1) * mask.width));
        const id = 'a'.repeat(64);
        const packed = packRuns(writer.finish());
        const source = sourceOf(evidence, new Map([[id, unpackRuns(packed)]]));
        expect(wholeOf([...list, { kind: 'bitmap', mode: 'replace', id }], source)).toEqual(all);
        expect(wholeOf([{ kind: 'bitmap', mode: 'add', id }], source)).toEqual(all);
        expect(wholeOf([{ kind: 'invert' }, { kind: 'bitmap', mode: 'subtract', id }], source)).toEqual(
          all.map((value) => 255 - value),
        );
      }),
      { numRuns: 80 },
    );
  });

  test('a bitmap that is missing or of another size is an error', () => {
    const evidence = evidenceWith({ width: 30, height: 30, fullWidth: 30, fullHeight: 30 }, []);
    const writer = new RunWriter(31, 1);
    writer.add(new Uint8Array(31));
    const op: MaskOp = { kind: 'bitmap', mode: 'replace', id: 'b'.repeat(64) };
    expect(() => compileMask([op], sourceOf(evidence))).toThrow(RangeError);
    expect(() => compileMask([op], sourceOf(evidence, new Map([[op.id, writer.finish()]])))).toThrow(RangeError);
  });
});

describe('a detected piece', () => {
  // Two neighbouring lines whose grown masks touch, and one far away.
  const lines = [
    { x: 0.2, y: 0.2, dx: 0, dy: 0.03 },
    { x: 0.29, y: 0.2, dx: 0, dy: 0.03 },
    { x: 0.7, y: 0.3, dx: 0.01, dy: 0.01 },
  ];
  const size = { width: 60, height: 50, fullWidth: 120, fullHeight: 100 };
  const evidence = evidenceWith(size, lines);
  const click = { kind: 'defect', x: 0.2 * 120, y: 0.4 * 100, sensitivity: null } as const;

  test('is removed by a click, and nothing else is', () => {
    const without = wholeOf(DETECTED_MASK, sourceOf(evidenceWith(size, lines.slice(1))));
    const removed = wholeOf([...DETECTED_MASK, { ...click, mode: 'remove' }], sourceOf(evidence));
    expect(removed).toEqual(without);
    expect(without).not.toEqual(wholeOf(DETECTED_MASK, sourceOf(evidence)));
  });

  test('comes back with a second click, and is alone in an empty mask', () => {
    const back = wholeOf(
      [...DETECTED_MASK, { ...click, mode: 'remove' }, { ...click, mode: 'add' }],
      sourceOf(evidence),
    );
    expect(back).toEqual(wholeOf(DETECTED_MASK, sourceOf(evidence)));
    const alone = wholeOf([{ ...click, mode: 'add' }], sourceOf(evidence));
    expect(alone).toEqual(wholeOf(DETECTED_MASK, sourceOf(evidenceWith(size, lines.slice(0, 1)))));
  });

  test('that touches another can be removed, and so can the other', () => {
    const both = wholeOf(
      [...DETECTED_MASK, { ...click, mode: 'remove' }, { ...click, x: 0.29 * 120, mode: 'remove' }],
      sourceOf(evidence),
    );
    expect(both).toEqual(wholeOf(DETECTED_MASK, sourceOf(evidenceWith(size, lines.slice(2)))));
  });

  test('is removed by a click and added by the next; a click adds a faint one', () => {
    const source = sourceOf(evidence);
    const clicked = (ops: readonly MaskOp[]) => defectAt(compileMask(ops, source), ops, source, click.x, click.y);
    const first = clicked(DETECTED_MASK);
    expect(first).toEqual({ ...click, mode: 'remove' });
    const second = clicked([...DETECTED_MASK, first!]);
    expect(second).toEqual({ ...click, mode: 'add' });
    expect(wholeOf([...DETECTED_MASK, first!, second!], source)).toEqual(wholeOf(DETECTED_MASK, source));
    expect(defectAt(compileMask(DETECTED_MASK, source), DETECTED_MASK, source, 60, 90)).toBeNull();
    const faint = {
      ...evidence,
      plane: evidence.plane.map((value) => (value > 200 ? 135 : value > 100 ? 110 : value)),
    };
    const dim = sourceOf(faint);
    expect(wholeOf(DETECTED_MASK, dim).includes(255)).toBe(false);
    const added = defectAt(compileMask(DETECTED_MASK, dim), DETECTED_MASK, dim, click.x, click.y);
    expect(added).toMatchObject({ mode: 'add', sensitivity: 1 });
    expect(wholeOf([...DETECTED_MASK, added!], dim).includes(255)).toBe(true);
  });

  test('does not change when the click is beside everything', () => {
    const beside = wholeOf([...DETECTED_MASK, { ...click, x: 60, y: 90, mode: 'remove' }], sourceOf(evidence));
    expect(beside).toEqual(wholeOf(DETECTED_MASK, sourceOf(evidence)));
  });
});

describe('packed runs', () => {
  test('are never read beyond their end, and other bytes are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let bitmap: ReturnType<typeof unpackRuns>;
        try {
          bitmap = unpackRuns(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        const row = new Uint8Array(Math.min(bitmap.width, 4096));
        for (let y = 0; y < bitmap.height; y++) readRuns(bitmap, { x: 0, y, width: row.length, height: 1 }, row);
      }),
      { numRuns: 2000 },
    );
  });
});
