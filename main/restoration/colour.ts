/**
 * sRGB (IEC 61966-2-1), linear light and CIELAB under D65, for single values. sRGB components are nominally 0..1. The
 * curve continues with odd symmetry outside that range, so that wide-gamut colours survive.
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

/** Linear sRGB to XYZ under D65, relative to the white point. */
const X = [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047] as const;
const Y = [0.2126729, 0.7151522, 0.072175] as const;
const Z = [0.0193339 / 1.08883, 0.119192 / 1.08883, 0.9503041 / 1.08883] as const;

/** CIELAB of an sRGB colour; a neutral sRGB colour has a = b = 0. */
export function toLab(red: number, green: number, blue: number): Lab {
  const r = toLinear(red);
  const g = toLinear(green);
  const b = toLinear(blue);
  const x = compress(X[0] * r + X[1] * g + X[2] * b);
  const y = compress(Y[0] * r + Y[1] * g + Y[2] * b);
  const z = compress(Z[0] * r + Z[1] * g + Z[2] * b);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** Linear sRGB from XYZ under D65. */
const FROM_XYZ = [
  [3.2404542, -1.5371385, -0.4985314],
  [-0.969266, 1.8760108, 0.041556],
  [0.0556434, -0.2040259, 1.0572252],
] as const;

/** The sRGB colour of a CIELAB one; its components are outside 0..1 if sRGB cannot show it. */
export function fromLab(lightness: number, a: number, b: number): [red: number, green: number, blue: number] {
  const expand = (t: number) => (t > DELTA ? t ** 3 : 3 * DELTA * DELTA * (t - 4 / 29));
  const y = (lightness + 16) / 116;
  const [X_, Y_, Z_] = [0.95047 * expand(y + a / 500), expand(y), 1.08883 * expand(y - b / 200)];
  return FROM_XYZ.map(([x, y, z]) => fromLinear(x * X_ + y * Y_ + z * Z_)) as [number, number, number];
}

/** CIELAB of many colours, with one array per component. */
export interface Labs {
  readonly lightness: Float32Array;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** Steps of the tables behind {@link toLabs}. With this many, interpolation causes errors below 0.001 delta E. */
const LINEAR_STEPS = 4096;
const COMPRESS_STEPS = 16384;

let linearTable: Float64Array | undefined;
let compressTable: Float64Array | undefined;

/** Values of a function at 0, 1/steps, 2/steps ... 1. */
function tabulate(of: (value: number) => number, steps: number): Float64Array {
  return Float64Array.from({ length: steps + 1 }, (_, i) => of(i / steps));
}

/** {@link toLab} of many sRGB colours, with one array per component, accurate to 0.001 delta E. */
export function toLabs(red: Float32Array, green: Float32Array, blue: Float32Array): Labs {
  linearTable ??= tabulate(toLinear, LINEAR_STEPS);
  compressTable ??= tabulate(compress, COMPRESS_STEPS);
  const linears = linearTable;
  const compressed = compressTable;
  const linear = (value: number): number => {
    if (!(value >= 0 && value < 1)) return toLinear(value);
    const place = value * LINEAR_STEPS;
    const index = Math.floor(place);
    return linears[index]! + (place - index) * (linears[index + 1]! - linears[index]!);
  };
  const short = (value: number): number => {
    if (!(value >= 0 && value < 1)) return compress(value);
    const place = value * COMPRESS_STEPS;
    const index = Math.floor(place);
    return compressed[index]! + (place - index) * (compressed[index + 1]! - compressed[index]!);
  };
  const count = red.length;
  const lightness = new Float32Array(count);
  const a = new Float32Array(count);
  const b = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const r = linear(red[i]!);
    const g = linear(green[i]!);
    const bl = linear(blue[i]!);
    const x = short(X[0] * r + X[1] * g + X[2] * bl);
    const y = short(Y[0] * r + Y[1] * g + Y[2] * bl);
    const z = short(Z[0] * r + Z[1] * g + Z[2] * bl);
    lightness[i] = 116 * y - 16;
    a[i] = 500 * (x - y);
    b[i] = 200 * (y - z);
  }
  return { lightness, a, b };
}

/** CIE 1976 colour difference. About 1 is just noticeable. */
export function deltaE(one: Lab, other: Lab): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

/** Luma of an sRGB colour (Rec. 601 weights, as the generators were trained), in the units of its components. */
export function lumaOf(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
