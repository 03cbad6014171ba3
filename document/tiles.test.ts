import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MaskOp, MaskStroke } from '../contract/edit';
import type { Evidence } from './evidence';
import { compileMask, type MaskSource } from './mask';
import { anyOp, evidenceWith, strokeOp } from './testing';
import { MASK_TILE, MaskTiles } from './tiles';

// Larger than a tile, but not a multiple of it.
const evidence: Evidence = evidenceWith({ width: 150, height: 100, fullWidth: 300, fullHeight: 290 }, [
  { x: 0.1, y: 0.1, dx: 0.03, dy: 0.02 },
  { x: 0.8, y: 0.4, dx: 0, dy: 0.02 },
]);
const source: MaskSource = {
  width: 300,
  height: 290,
  evidence,
  settings: { sensitivity: 0.5, grow: 2 },
  bitmaps: new Map(),
};

/** The tiles of a level, put together. */
function shown(tiles: MaskTiles, level: number): Uint8Array {
  const width = Math.ceil(300 / 2 ** level);
  const height = Math.ceil(290 / 2 ** level);
  const out = new Uint8Array(width * height);
  for (let row = 0; row * MASK_TILE < height; row++) {
    for (let column = 0; column * MASK_TILE < width; column++) {
      const { values } = tiles.tile(level, column, row)!;
      for (let y = 0; y < Math.min(MASK_TILE, height - row * MASK_TILE); y++) {
        const start = (row * MASK_TILE + y) * width + column * MASK_TILE;
        const end = Math.min(start + MASK_TILE, (row * MASK_TILE + y + 1) * width);
        if (typeof values === 'number') out.fill(values, start, end);
        else out.set(values.subarray(y * MASK_TILE, y * MASK_TILE + end - start), start);
      }
    }
  }
  return out;
}

/** The same, from the engine's reading of the full-size mask. */
function expected(ops: readonly MaskOp[], level: number): Uint8Array {
  const all = new Uint8Array(300 * 290);
  compileMask(ops, source).read({ x: 0, y: 0, width: 300, height: 290 }, all);
  const width = Math.ceil(300 / 2 ** level);
  const out = new Uint8Array(width * Math.ceil(290 / 2 ** level));
  all.forEach((value, i) => {
    const at = Math.floor(Math.floor(i / 300) / 2 ** level) * width + Math.floor((i % 300) / 2 ** level);
    out[at] = Math.max(out[at]!, value);
  });
  return out;
}

/** A fast comparison of large arrays. */
const isSame = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

const level = fc.integer({ min: 0, max: 1 });

describe('mask tiles', () => {
  test('show at every level what the engine fills, after any edits and undos', () => {
    fc.assert(
      fc.property(
        fc.array(anyOp, { minLength: 1, maxLength: 7 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        level,
        (ops, marks, at) => {
          const tiles = new MaskTiles(source);
          for (const mark of [...marks, ops.length]) {
            const state = ops.slice(0, mark % (ops.length + 1));
            tiles.setOps(state);
            expect(isSame(shown(tiles, at), expected(state, at))).toBe(true);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a growing stroke always looks as it will when it is finished', () => {
    fc.assert(
      fc.property(fc.array(anyOp, { maxLength: 3 }), strokeOp, level, (ops, op, at) => {
        const whole = op as MaskStroke;
        const tiles = new MaskTiles(source);
        tiles.setOps(ops);
        shown(tiles, at);
        let before: MaskStroke | null = null;
        for (let length = 3; length <= whole.points.length; length += 3) {
          const stroke: MaskStroke = { ...whole, points: whole.points.slice(0, length) };
          tiles.extend(before, stroke);
          before = stroke;
          expect(isSame(shown(tiles, at), expected([...ops, stroke], at))).toBe(true);
        }
        // The finished stroke replaces the growing one, and is then undone.
        tiles.setOps([...ops, whole]);
        expect(isSame(shown(tiles, at), expected([...ops, whole], at))).toBe(true);
        tiles.setOps(ops);
        expect(isSame(shown(tiles, at), expected(ops, at))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('a version changes only with the content of its tile', () => {
    const tiles = new MaskTiles(source);
    const dab: MaskOp = { kind: 'stroke', mode: 'paint', size: 10, hardness: 1, points: [40, 40, 1] };
    const [near, far] = [tiles.tile(0, 0, 0)!.version, tiles.tile(0, 1, 1)!.version];
    tiles.setOps([dab]);
    expect(tiles.tile(0, 0, 0)!.version).not.toBe(near);
    expect(tiles.tile(0, 1, 1)!.version).toBe(far);
    tiles.setOps([dab, { kind: 'invert' }]);
    expect(tiles.tile(0, 1, 1)!.version).not.toBe(far);
  });

  test('a tile that is not ready in time is null, and the next call continues', () => {
    const tiles = new MaskTiles(source);
    tiles.setOps([{ kind: 'invert' }]);
    expect(tiles.tile(1, 0, 0, 0)).toBeNull();
    expect(tiles.tile(1, 0, 0)).not.toBeNull();
  });
});
