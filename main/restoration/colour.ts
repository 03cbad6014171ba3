/**
 * sRGB (IEC 61966-2-1), linear light and CIELAB under D65, on single values. sRGB components are 0..1 nominal; values
 * outside are continued by the odd symmetry of the curve, so that wide-gamut colours survive.
 */

/** Linear light of an sRGB component. */
export function toLinear(value: number): number {
  if (value < 0) return -toLinear(-value);
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** sRGB component of a linear light value. */
export function fromLinear(value: number): number {
  if (value < 0) return -fromLinear(-value);
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

/** CIELAB: L 0..100, a and b in the same units. */
export type Lab = readonly [number, number, number];

const DELTA = 6 / 29;

function compress(t: number): number {
  return t > DELTA ** 3 ? Math.cbrt(t) : t / (3 * DELTA * DELTA) + 4 / 29;
}

/** CIELAB of an sRGB colour; a neutral sRGB colour has a = b = 0. */
export function toLab(red: number, green: number, blue: number): Lab {
  const r = toLinear(red);
  const g = toLinear(green);
  const b = toLinear(blue);
  const x = compress((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = compress(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = compress((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIE 1976 colour difference. About 1 is just noticeable. */
export function deltaE(one: Lab, other: Lab): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

/** Luma of an sRGB colour (Rec. 601 weights, as the generators were trained), in the units of its components. */
export function lumaOf(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
