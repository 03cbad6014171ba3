import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_POINTS, type MaskOp, MaskStroke } from '../../../contract/edit';
import { compileMask } from '../../../document/mask';
import { StrokePainter } from '../../../document/stroke';
import { PIECE_POINTS, withPoint } from './strokePieces';

const SIZE = { width: 96, height: 64 };
const WHOLE = { x: 0, y: 0, ...SIZE };

/** A long stroke that crosses the picture several times. */
function wander(count: number, seed: number): [number, number, number][] {
  let x = 40;
  let y = 30;
  return Array.from({ length: count }, (_, i) => {
    x = Math.min(100, Math.max(-4, x + 3 * Math.sin(seed + i * 0.7) + 0.5 * Math.cos(seed * i)));
    y = Math.min(68, Math.max(-4, y + 3 * Math.cos(seed * 2 + i * 0.31)));
    return [Math.round(x * 16) / 16, Math.round(y * 16) / 16, 0.3 + 0.7 * Math.abs(Math.sin(i / 50))];
  });
}

function piecesOf(points: readonly (readonly [number, number, number])[], about: Omit<MaskStroke, 'points' | 'kind'>) {
  const [first, ...rest] = points;
  let stroke: MaskStroke = { kind: 'stroke', ...about, points: [...first!] };
  const pieces: MaskStroke[] = [];
  for (const point of rest) {
    const next = withPoint(stroke, ...point);
    if (next.full !== null) pieces.push(next.full);
    stroke = next.stroke;
  }
  return [...pieces, stroke];
}

test('a stroke of any length covers the same in pieces as in one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: PIECE_POINTS - 2, max: 2 * PIECE_POINTS + 50 }),
      fc.double({ min: 0, max: 6, noNaN: true }),
      fc.constantFrom('paint', 'erase'),
      fc.double({ min: 1, max: 20, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (count, seed, mode, size, hardness) => {
        const points = wander(count, seed);
        const about = { mode: mode as 'paint' | 'erase', size, hardness };
        const whole = new Uint8Array(SIZE.width * SIZE.height).fill(mode === 'erase' ? 255 : 0);
        new StrokePainter({ ...about, points: points.flat() }).draw(WHOLE, whole);
        const ops: MaskOp[] = [...(mode === 'erase' ? [{ kind: 'invert' } as const] : []), ...piecesOf(points, about)];
        const source = { ...SIZE, evidence: null, settings: { sensitivity: 0, grow: 0 }, bitmaps: new Map() };
        const read = new Uint8Array(whole.length);
        compileMask(ops, source).read(WHOLE, read);
        expect(read).toEqual(whole);
      },
    ),
    { numRuns: 6 },
  );
});

test('a stroke with too many points loses none, and every piece is valid', () => {
  const points = wander(MAX_POINTS + 5000, 1);
  const pieces = piecesOf(points, { mode: 'paint', size: 3, hardness: 1 });
  expect(pieces.reduce((sum, piece) => sum + piece.points.length / 3, 0)).toBe(points.length + pieces.length - 1);
  expect(pieces.at(-1)!.points.slice(-3)).toEqual(points.at(-1));
  for (const piece of pieces) expect(MaskStroke.safeParse(piece).success).toBe(true);
});
