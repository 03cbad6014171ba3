import fc from 'fast-check';
import { Filling, type MaskOp } from '../contract/edit';
import type { Evidence } from './evidence';

/** Evidence with lines that fade out at their edges, as a detector's output does. */
export function evidenceWith(
  size: { width: number; height: number; fullWidth: number; fullHeight: number },
  lines: readonly { x: number; y: number; dx: number; dy: number }[],
): Evidence {
  const { width, height } = size;
  const plane = new Uint8Array(width * height).fill(30);
  for (const { x, y, dx, dy } of lines) {
    for (let t = 0; t <= 20; t++) {
      const cx = Math.round((x + dx * t) * width);
      const cy = Math.round((y + dy * t) * height);
      for (let row = Math.max(0, cy - 1); row <= Math.min(height - 1, cy + 1); row++) {
        for (let column = Math.max(0, cx - 1); column <= Math.min(width - 1, cx + 1); column++) {
          const value = row === cy && column === cx ? 250 : 140;
          const index = row * width + column;
          plane[index] = Math.max(plane[index]!, value);
        }
      }
    }
  }
  return { ...size, plane };
}

const place = fc.double({ min: -8, max: 110, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

export const strokeOp: fc.Arbitrary<MaskOp> = fc.record({
  kind: fc.constant('stroke' as const),
  mode: fc.constantFrom('paint' as const, 'erase' as const),
  size: fc.double({ min: 1, max: 40, noNaN: true }),
  hardness: share,
  points: fc.array(fc.tuple(place, place, share), { minLength: 1, maxLength: 6 }).map((list) => list.flat()),
});

export const areaOp: fc.Arbitrary<MaskOp> = fc.record({
  kind: fc.constant('area' as const),
  shape: fc.constantFrom('lasso' as const, 'polygon' as const, 'rectangle' as const),
  mode: fc.constantFrom('add' as const, 'subtract' as const),
  points: fc.array(fc.tuple(place, place), { minLength: 3, maxLength: 7 }).map((list) => list.flat()),
});

const spread = fc.integer({ min: 1, max: 7 });

export const anyOp: fc.Arbitrary<MaskOp> = fc.oneof(
  { weight: 4, arbitrary: strokeOp },
  { weight: 3, arbitrary: areaOp },
  fc.constant<MaskOp>({ kind: 'detected', sensitivity: null, grow: null }),
  fc.record({
    kind: fc.constant('detected' as const),
    sensitivity: share,
    grow: fc.integer({ min: 0, max: 6 }),
  }),
  fc.record({
    kind: fc.constant('defect' as const),
    mode: fc.constantFrom('add' as const, 'remove' as const),
    x: place,
    y: place,
    sensitivity: fc.constant(null),
  }),
  fc.record({ kind: fc.constantFrom('grow' as const, 'shrink' as const, 'feather' as const), radius: spread }),
  fc.record({
    kind: fc.constant('filling' as const),
    x: place,
    y: place,
    filling: fc.constantFrom(...Filling.options, null),
  }),
  fc.constant<MaskOp>({ kind: 'invert' }),
  fc.constant<MaskOp>({ kind: 'clear' }),
);

const line = fc.record({
  x: share,
  y: share,
  dx: fc.double({ min: -0.03, max: 0.03, noNaN: true }),
  dy: fc.double({ min: -0.03, max: 0.03, noNaN: true }),
});

/** Evidence of photos of odd sizes, with damage detected at half their size or less. */
export const evidences: fc.Arbitrary<Evidence> = fc
  .record({
    fullWidth: fc.integer({ min: 30, max: 100 }),
    fullHeight: fc.integer({ min: 30, max: 90 }),
    scale: fc.double({ min: 0.3, max: 1, noNaN: true }),
    lines: fc.array(line, { minLength: 1, maxLength: 4 }),
  })
  .map(({ fullWidth, fullHeight, scale, lines }) =>
    evidenceWith(
      { fullWidth, fullHeight, width: Math.round(fullWidth * scale), height: Math.round(fullHeight * scale) },
      lines,
    ),
  );
