import type { ColourTransform, Raster } from '../restoration/raster';

/**
 * The kind of an embedded ICC profile. `matrix`: RGB with three primaries and three curves. The photo stays in its own
 * encoding, and {@link Profile.transform} converts to sRGB and back. `lut`: RGB with lookup tables (or curves that cannot be
 * inverted), which the colour engine converts. `grey`: one curve. `other`: CMYK, Lab and the rest.
 */
export interface Profile {
  kind: 'matrix' | 'lut' | 'grey' | 'other';
  /** Description in the profile, null if it has none. */
  name: string | null;
  /** For `matrix` only; null if the profile is sRGB within rounding. */
  transform: ColourTransform | null;
}

/** Monotone, odd around zero and continued beyond 1, so that it has an inverse everywhere. */
interface Curve {
  toLinear(value: number): number;
  fromLinear(value: number): number;
}

/** The curves of red, green and blue. */
type Curves = readonly [Curve, Curve, Curve];

/** Row-major 3 x 3. */
type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/** Linear sRGB to CIE XYZ under D50, the connection space of ICC profiles; rounded as the usual sRGB profiles are. */
const SRGB_TO_XYZ: Matrix = [0.43607, 0.38515, 0.14307, 0.22249, 0.71687, 0.06061, 0.01392, 0.09708, 0.7141];

const SRGB_CURVE = parametricCurve({ g: 2.4, a: 1 / 1.055, b: 0.055 / 1.055, c: 1 / 12.92, d: 0.04045, e: 0, f: 0 });

const HALF_LEVEL = 0.5 / 255;

/** Reads an ICC profile. Null if the bytes are not a profile, are cut short or inconsistent; never throws. */
export function readProfile(bytes: Uint8Array): Profile | null {
  try {
    return parseProfile(bytes);
  } catch {
    // Offsets or counts beyond the end make DataView and the curves throw a RangeError.
    return null;
  }
}

/**
 * The curve from a grey profile's values to those of sRGB's curve, both 0..1; null if it is no grey profile, or has no curve that
 * can be read.
 */
export function greyCurve(bytes: Uint8Array): ((value: number) => number) | null {
  try {
    if (bytes.length < 132 || signature(bytes, 16) !== 'GRAY') return null;
    const curve = readCurve(readTags(bytes).get('kTRC'));
    return curve && ((value) => SRGB_CURVE.fromLinear(curve.toLinear(value)));
  } catch {
    // As in `readProfile`.
    return null;
  }
}

/** The profile for a raster. A grey photo that now has colours no longer uses its grey profile. */
export function profileFor({ channels }: Pick<Raster, 'channels'>, profile: Uint8Array | null): Uint8Array | null {
  if (!profile) return null;
  const isGrey = profile.length >= 20 && signature(profile, 16) === 'GRAY';
  return isGrey === (channels === 1) ? profile : null;
}

function parseProfile(bytes: Uint8Array): Profile | null {
  if (bytes.length < 132 || signature(bytes, 36) !== 'acsp') return null;
  const tags = readTags(bytes);
  const name = readName(tags.get('desc'));
  const space = signature(bytes, 16);
  if (space === 'GRAY') return { kind: 'grey', name, transform: null };
  if (space !== 'RGB ') return { kind: 'other', name, transform: null };
  const lut: Profile = { kind: 'lut', name, transform: null };
  // Tables take precedence over primaries, and may differ from them.
  if (tags.has('A2B0') || signature(bytes, 20) !== 'XYZ ') return lut;

  const red = readXyz(tags.get('rXYZ'));
  const green = readXyz(tags.get('gXYZ'));
  const blue = readXyz(tags.get('bXYZ'));
  const curves = [readCurve(tags.get('rTRC')), readCurve(tags.get('gTRC')), readCurve(tags.get('bTRC'))] as const;
  if (!red || !green || !blue) return null;
  if (!curves[0] || !curves[1] || !curves[2]) return lut;
  const toXyz: Matrix = [red[0], green[0], blue[0], red[1], green[1], blue[1], red[2], green[2], blue[2]];
  const own = neutral(multiply(invert(SRGB_TO_XYZ), toXyz));
  const all: Curves = [curves[0], curves[1], curves[2]];
  return { kind: 'matrix', name, transform: isSrgb(all, own) ? null : transformOf(all, own) };
}

// ------------------------------------------------------------------------------------------- transforms

function transformOf(curves: Curves, toSrgb: Matrix): ColourTransform {
  const srgb: Curves = [SRGB_CURVE, SRGB_CURVE, SRGB_CURVE];
  const fromSrgb = invert(toSrgb);
  return {
    toSrgb: (planes, count) => convert(planes, count, curves, toSrgb, srgb),
    fromSrgb: (planes, count) => convert(planes, count, srgb, fromSrgb, curves),
  };
}

function convert(planes: Float32Array, count: number, from: Curves, matrix: Matrix, to: Curves): void {
  for (let i = 0; i < count; i++) {
    const r = from[0].toLinear(planes[i]!);
    const g = from[1].toLinear(planes[i + count]!);
    const b = from[2].toLinear(planes[i + 2 * count]!);
    planes[i] = to[0].fromLinear(matrix[0] * r + matrix[1] * g + matrix[2] * b);
    planes[i + count] = to[1].fromLinear(matrix[3] * r + matrix[4] * g + matrix[5] * b);
    planes[i + 2 * count] = to[2].fromLinear(matrix[6] * r + matrix[7] * g + matrix[8] * b);
  }
}

/** Tolerances. The primaries of common sRGB profiles differ in the fourth decimal, their curves by less than half a level. */
function isSrgb(curves: Curves, toSrgb: Matrix): boolean {
  const sameMatrix = toSrgb.every((value, i) => Math.abs(value - (i % 4 === 0 ? 1 : 0)) < 1e-3);
  const levels = Array.from({ length: 65 }, (_, i) => i / 64);
  return (
    sameMatrix &&
    curves.every((curve) =>
      levels.every((level) => Math.abs(SRGB_CURVE.fromLinear(curve.toLinear(level)) - level) < HALF_LEVEL),
    )
  );
}

/**
 * Profiles round their primaries, which would tint grey slightly. If white maps to white within that rounding, this makes
 * it map exactly.
 */
function neutral(m: Matrix): Matrix {
  const white = [m[0] + m[1] + m[2], m[3] + m[4] + m[5], m[6] + m[7] + m[8]] as const;
  if (white.some((sum) => Math.abs(sum - 1) > 0.01)) return m;
  return m.map((value, i) => value / white[Math.floor(i / 3) as 0 | 1 | 2]) as unknown as Matrix;
}

function multiply(a: Matrix, b: Matrix): Matrix {
  const cell = (row: number, column: number) =>
    a[row * 3]! * b[column]! + a[row * 3 + 1]! * b[3 + column]! + a[row * 3 + 2]! * b[6 + column]!;
  return [cell(0, 0), cell(0, 1), cell(0, 2), cell(1, 0), cell(1, 1), cell(1, 2), cell(2, 0), cell(2, 1), cell(2, 2)];
}

/** Throws a RangeError for a matrix that has no usable inverse. */
function invert(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 1e-4)) throw new RangeError('The primaries lie on a line.');
  return [
    (e * i - f * h) / determinant,
    (c * h - b * i) / determinant,
    (b * f - c * e) / determinant,
    (f * g - d * i) / determinant,
    (a * i - c * g) / determinant,
    (c * d - a * f) / determinant,
    (d * h - e * g) / determinant,
    (b * g - a * h) / determinant,
    (a * e - b * d) / determinant,
  ];
}

// ------------------------------------------------------------------------------------------- curves

/** `(a x + b)^g + e` for x >= `d` and `c x + f` below, as ICC's parametric curve of type 4. */
function parametricCurve(p: { g: number; a: number; b: number; c: number; d: number; e: number; f: number }): Curve {
  const joint = p.c * p.d + p.f;
  return odd(
    (x) => (x >= p.d ? (p.a * x + p.b) ** p.g + p.e : p.c * x + p.f),
    (y) => (y >= joint ? (Math.max(0, y - p.e) ** (1 / p.g) - p.b) / p.a : (y - p.f) / p.c),
  );
}

function gammaCurve(gamma: number): Curve {
  return odd(
    (x) => x ** gamma,
    (y) => y ** (1 / gamma),
  );
}

/** Linear between the samples; continues the last piece beyond them. */
function sampledCurve(samples: Float64Array): Curve {
  const last = samples.length - 1;
  return odd(
    (x) => {
      const i = Math.min(last - 1, Math.floor(x * last));
      return samples[i]! + (samples[i + 1]! - samples[i]!) * (x * last - i);
    },
    (y) => {
      let low = 0;
      let high = last;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (samples[middle]! <= y) low = middle;
        else high = middle;
      }
      return (low + (y - samples[low]!) / (samples[high]! - samples[low]!)) / last;
    },
  );
}

function odd(toLinear: (x: number) => number, fromLinear: (y: number) => number): Curve {
  return {
    toLinear: (x) => (x < 0 ? -toLinear(-x) : toLinear(x)),
    fromLinear: (y) => (y < 0 ? -fromLinear(-y) : fromLinear(y)),
  };
}

/** Null if the curve has no inverse: falling, flat, or not running from black to white. */
function invertible(curve: Curve): Curve | null {
  const steps = 1024;
  if (Math.abs(curve.toLinear(0)) > 1e-4 || Math.abs(curve.toLinear(1) - 1) > 0.02) return null;
  for (let i = 1; i <= steps; i++) {
    const x = i / steps;
    if (!(curve.toLinear(x) > curve.toLinear((i - 1) / steps))) return null;
    if (!(Math.abs(curve.fromLinear(curve.toLinear(x)) - x) < 1e-4)) return null;
  }
  return curve;
}

/** Null if the tag is not a curve that can be inverted. */
function readCurve(tag: Uint8Array | undefined): Curve | null {
  if (!tag) return null;
  const view = viewOf(tag);
  const type = signature(tag, 0);
  if (type === 'curv') return invertible(readTable(view));
  if (type !== 'para') return null;
  const kind = view.getUint16(8);
  const parameter = (index: number) => view.getInt32(12 + index * 4) / 65536;
  const g = parameter(0);
  if (kind === 0) return invertible(gammaCurve(g));
  const line = { g, a: parameter(1), b: parameter(2) };
  if (kind === 3) return invertible(parametricCurve({ ...line, c: parameter(3), d: parameter(4), e: 0, f: 0 }));
  if (kind === 4) {
    const [c, d, e, f] = [parameter(3), parameter(4), parameter(5), parameter(6)];
    return invertible(parametricCurve({ ...line, c, d, e, f }));
  }
  // Types 1 and 2 are flat below a threshold.
  return null;
}

function readTable(view: DataView): Curve {
  const count = view.getUint32(8);
  if (count === 0) return gammaCurve(1);
  if (count === 1) return gammaCurve(view.getUint16(12) / 256);
  const samples = new Float64Array(Math.min(count, 65536)).map((_, i) => view.getUint16(12 + i * 2) / 65535);
  // Long tables start with several zeros, because dark values round to nothing in 16 bits. The slightest slope makes
  // them invertible, with an error far below one 8-bit level.
  const flat = samples.some((value, i) => i > 0 && value === samples[i - 1]);
  const slope = flat ? 1e-4 : 0;
  return sampledCurve(samples.map((value, i) => value * (1 - slope) + (slope * i) / (samples.length - 1)));
}

// ------------------------------------------------------------------------------------------- the file

function readTags(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = viewOf(bytes);
  const count = view.getUint32(128);
  if (count > 200) throw new RangeError('No profile has so many tags.');
  const tags = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) {
    const at = 132 + i * 12;
    const offset = view.getUint32(at + 4);
    const size = view.getUint32(at + 8);
    if (offset + size > bytes.length) throw new RangeError('A tag lies beyond the end of the profile.');
    tags.set(signature(bytes, at), bytes.subarray(offset, offset + size));
  }
  return tags;
}

function readXyz(tag: Uint8Array | undefined): [number, number, number] | null {
  if (!tag || signature(tag, 0) !== 'XYZ ') return null;
  const view = viewOf(tag);
  return [view.getInt32(8) / 65536, view.getInt32(12) / 65536, view.getInt32(16) / 65536];
}

/** Description in the first language that the profile gives. */
function readName(tag: Uint8Array | undefined): string | null {
  if (!tag) return null;
  const view = viewOf(tag);
  let name = '';
  if (signature(tag, 0) === 'desc') {
    const length = view.getUint32(8);
    name = new TextDecoder('latin1').decode(tag.subarray(12, 12 + length));
  } else if (signature(tag, 0) === 'mluc' && view.getUint32(8) > 0) {
    const length = view.getUint32(20);
    const offset = view.getUint32(24);
    name = new TextDecoder('utf-16be').decode(tag.subarray(offset, offset + length));
  }
  return (
    name
      .replace(/\p{Cc}/gu, '')
      .trim()
      .slice(0, 120) || null
  );
}

function signature(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
