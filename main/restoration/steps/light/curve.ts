/** Samples of a curve over 0..1. Between them it is straight, which 16 bits cannot tell from the curve itself. */
const SAMPLES = 4097;

/** A curve over the components of sRGB, sampled evenly from 0 to 1. */
export type Curve = Float32Array;

/** The curve of a function. */
export function sampled(value: (x: number) => number): Curve {
  return Float32Array.from({ length: SAMPLES }, (_, i) => value(i / (SAMPLES - 1)));
}

/** The value at a place. Outside 0..1 the curve continues as a shift, so that colours beyond sRGB keep their distance. */
export function valueAt(curve: Curve, x: number): number {
  if (x <= 0) return curve[0]! + x;
  if (x >= 1) return curve[SAMPLES - 1]! + x - 1;
  const place = x * (SAMPLES - 1);
  const index = Math.floor(place);
  return curve[index]! + (place - index) * (curve[index + 1]! - curve[index]!);
}
