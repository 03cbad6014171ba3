import { inverse } from '../../document/quad';
import type { Raster } from '../restoration/raster';
import { concat } from './exif';

/**
 * Colour spaces that a file gives by numbers instead of a profile: the code points of ITU-T H.273 (AVIF, HEIF, PNG), or
 * primaries and a gamma (PNG). A space that a simple profile can describe gets one; brightness beyond white is converted.
 */

/** x and y of red, green, blue and white in CIE 1931. */
export type Chromaticities = readonly [number, number, number, number, number, number, number, number];

/** `srgb`: nothing to do. `profile`: the pixels stay, and this profile describes them. `hdr`: {@link toStandardRange} converts. */
export type NumberedSpace =
  | { kind: 'srgb' }
  | { kind: 'profile'; profile: Uint8Array; greyProfile: Uint8Array; name: string }
  | { kind: 'hdr'; primaries: Chromaticities; curve: 'PQ' | 'HLG' };

export const SRGB_PRIMARIES: Chromaticities = [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329];

const PRIMARIES: Record<number, { name: string; xy: Chromaticities }> = {
  1: { name: 'sRGB', xy: SRGB_PRIMARIES },
  5: { name: 'BT.601 (625 lines)', xy: [0.64, 0.33, 0.29, 0.6, 0.15, 0.06, 0.3127, 0.329] },
  6: { name: 'BT.601 (525 lines)', xy: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, 0.3127, 0.329] },
  7: { name: 'SMPTE 240M', xy: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, 0.3127, 0.329] },
  9: { name: 'BT.2020', xy: [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329] },
  11: { name: 'DCI-P3', xy: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.314, 0.351] },
  12: { name: 'Display P3', xy: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329] },
};

/** Transfer curves that photos use as if they were sRGB's. */
const LIKE_SRGB = [1, 2, 6, 13, 14, 15];
const GAMMAS: Record<number, number> = { 4: 2.2, 5: 2.8, 8: 1 };

/** Null for code points that are unknown or left open. */
export function spaceOfCodes(primaries: number, transfer: number): NumberedSpace | null {
  const known = PRIMARIES[primaries] ?? (primaries === 2 ? PRIMARIES[1] : undefined);
  if (!known) return null;
  if (transfer === 16 || transfer === 18)
    return { kind: 'hdr', primaries: known.xy, curve: transfer === 16 ? 'PQ' : 'HLG' };
  if (LIKE_SRGB.includes(transfer)) return spaceOf(known.xy, null, known.name);
  const gamma = GAMMAS[transfer];
  return gamma === undefined ? null : spaceOf(known.xy, gamma, `${known.name}, gamma ${gamma}`);
}

/** Primaries closer than this are the same: files round them in different ways. */
const SAME_PRIMARIES = 0.003;
/** A pure gamma in this range stands for sRGB's curve. */
const LIKE_SRGB_GAMMA = [2.15, 2.25] as const;

/** A space by its primaries and its gamma; null: sRGB's curve. Null for primaries that make no colour space. */
export function spaceOf(primaries: Chromaticities, gamma: number | null, name?: string): NumberedSpace | null {
  const same = primaries.every((value, i) => Math.abs(value - SRGB_PRIMARIES[i]!) < SAME_PRIMARIES);
  const likeSrgb = gamma === null || (gamma > LIKE_SRGB_GAMMA[0] && gamma < LIKE_SRGB_GAMMA[1]);
  if (same && likeSrgb) return { kind: 'srgb' };
  // Adobe RGB's curve is a pure gamma of 2.2, so other primaries keep the gamma that is given.
  const curve = gamma === null ? SRGB_CURVE : gammaCurve(gamma);
  const label = name ?? `${same ? 'sRGB' : 'RGB'}, gamma ${Math.round((gamma ?? 2.2) * 100) / 100}`;
  const matrix = toD50(primaries);
  if (!matrix || (gamma !== null && !(gamma > 0.2 && gamma < 5))) return null;
  return {
    kind: 'profile',
    profile: rgbProfile(label, matrix, curve),
    greyProfile: greyProfile(label, curve),
    name: label,
  };
}

// ------------------------------------------------------------------------------------------- matrices

type Matrix = number[];

/** From linear RGB to CIE XYZ under the space's own white; null if the primaries lie on a line. */
function toXyz([rx, ry, gx, gy, bx, by, wx, wy]: Chromaticities): { matrix: Matrix; white: number[] } | null {
  const column = (x: number, y: number) => [x / y, 1, (1 - x - y) / y];
  const [r, g, b, white] = [column(rx, ry), column(gx, gy), column(bx, by), column(wx, wy)];
  const shape = [r[0]!, g[0]!, b[0]!, r[1]!, g[1]!, b[1]!, r[2]!, g[2]!, b[2]!];
  const inverse = invert(shape);
  if (!inverse || ![...shape, ...white].every(Number.isFinite)) return null;
  const scale = apply(inverse, white);
  return { matrix: shape.map((value, i) => value * scale[i % 3]!), white };
}

const BRADFORD: Matrix = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];
const D50 = [0.9642, 1, 0.8249];

/** From linear RGB to CIE XYZ under D50, as profiles need it. */
function toD50(primaries: Chromaticities): Matrix | null {
  const own = toXyz(primaries);
  if (!own) return null;
  const from = apply(BRADFORD, own.white);
  const to = apply(BRADFORD, D50);
  const scaled = BRADFORD.map((value, i) => (value * to[Math.floor(i / 3)]!) / from[Math.floor(i / 3)]!);
  return multiply(multiply(invert(BRADFORD)!, scaled), own.matrix);
}

function apply(m: Matrix, v: readonly number[]): number[] {
  return [0, 3, 6].map((row) => m[row]! * v[0]! + m[row + 1]! * v[1]! + m[row + 2]! * v[2]!);
}

function multiply(a: Matrix, b: Matrix): Matrix {
  return Array.from({ length: 9 }, (_, i) => {
    const row = Math.floor(i / 3) * 3;
    const column = i % 3;
    return a[row]! * b[column]! + a[row + 1]! * b[3 + column]! + a[row + 2]! * b[6 + column]!;
  });
}

function invert(m: Matrix): Matrix | null {
  const [a, b, c, d, e, f, g, h, i] = m as [number, number, number, number, number, number, number, number, number];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 1e-6)) return null;
  return inverse([a, b, c, d, e, f, g, h, i]).map((value) => value / determinant);
}

// ------------------------------------------------------------------------------------------- profiles

const text = (value: string) => Buffer.from(value, 'latin1');

function numbers(values: readonly number[], size: 2 | 4): Uint8Array {
  const bytes = Buffer.alloc(values.length * size);
  values.forEach((value, i) => {
    if (size === 2) bytes.writeUInt16BE(value, i * 2);
    else bytes.writeUInt32BE(value, i * 4);
  });
  return bytes;
}

const fixed = (value: number) => Math.round(value * 65536) >>> 0;

const parametric = (kind: number, parameters: readonly number[]) =>
  concat([text('para\0\0\0\0'), numbers([kind, 0], 2), numbers(parameters.map(fixed), 4)]);
const SRGB_CURVE = parametric(3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]);
const gammaCurve = (gamma: number) => parametric(0, [gamma]);

const xyz = (x: number, y: number, z: number) => concat([text('XYZ \0\0\0\0'), numbers([x, y, z].map(fixed), 4)]);

function unicode(value: string): Uint8Array {
  const letters = Buffer.from(value, 'utf16le').swap16();
  return concat([text('mluc\0\0\0\0'), numbers([1, 12], 4), text('enUS'), numbers([letters.length, 28], 4), letters]);
}

function rgbProfile(name: string, m: Matrix, curve: Uint8Array): Uint8Array {
  return profile('RGB ', {
    ...descriptive(name),
    rXYZ: xyz(m[0]!, m[3]!, m[6]!),
    gXYZ: xyz(m[1]!, m[4]!, m[7]!),
    bXYZ: xyz(m[2]!, m[5]!, m[8]!),
    rTRC: curve,
    gTRC: curve,
    bTRC: curve,
  });
}

const greyProfile = (name: string, curve: Uint8Array) => profile('GRAY', { ...descriptive(name), kTRC: curve });

const descriptive = (name: string) => ({
  desc: unicode(name),
  cprt: unicode('No copyright; made from the numbers of the colour space'),
  wtpt: xyz(D50[0]!, D50[1]!, D50[2]!),
});

/** An ICC profile (version 4.3) of a display. */
function profile(space: string, tags: Record<string, Uint8Array>): Uint8Array {
  const names = Object.keys(tags);
  const table: Uint8Array[] = [numbers([names.length], 4)];
  const bodies: Uint8Array[] = [];
  let offset = 132 + names.length * 12;
  for (const name of names) {
    const body = concat([tags[name]!, new Uint8Array((4 - (tags[name]!.length % 4)) % 4)]);
    table.push(text(name), numbers([offset, tags[name]!.length], 4));
    bodies.push(body);
    offset += body.length;
  }
  const header = new Uint8Array(128);
  header.set(numbers([offset], 4), 0);
  header.set(numbers([0x04300000], 4), 8);
  header.set(text(`mntr${space}XYZ `), 12);
  header.set(text('acsp'), 36);
  header.set(numbers(D50.map(fixed), 4), 68);
  return concat([header, ...table, ...bodies]);
}

// ------------------------------------------------------------------------------------------- brightness beyond white

/** Luminance of white in a photo of high dynamic range, in candela per square metre (ITU-R BT.2408). */
const WHITE = 203;
/** Share of white up to which tones stay; brighter ones are compressed into the rest. */
const KNEE = 0.8;

/** Converts a raster in place to sRGB. Tones brighter than white are compressed. */
export function toStandardRange(
  raster: Raster,
  { primaries, curve }: { primaries: Chromaticities; curve: 'PQ' | 'HLG' },
): void {
  const { data, channels } = raster;
  const max = raster.depth === 16 ? 65535 : 255;
  const toSrgb = channels === 3 ? multiply(invert(toXyz(SRGB_PRIMARIES)!.matrix)!, toXyz(primaries)!.matrix) : null;
  const linear = Float32Array.from({ length: max + 1 }, (_, i) =>
    curve === 'PQ' ? fromPq(i / max) : fromHlg(i / max),
  );
  const gain = curve === 'HLG' ? 1000 / WHITE : 1;
  for (let i = 0; i < data.length; i += channels) {
    let r = linear[data[i]!]!;
    let g = channels === 3 ? linear[data[i + 1]!]! : r;
    let b = channels === 3 ? linear[data[i + 2]!]! : r;
    if (curve === 'HLG') {
      // The display's own curve, for a display of 1000 candela per square metre.
      const display = gain * (0.2627 * r + 0.678 * g + 0.0593 * b) ** 0.2;
      r *= display;
      g *= display;
      b *= display;
    }
    if (toSrgb) [r, g, b] = apply(toSrgb, [r, g, b]) as [number, number, number];
    const most = Math.max(r, g, b);
    if (most > KNEE) {
      const room = 1 - KNEE;
      const scale = (KNEE + room * (1 - Math.exp(-(most - KNEE) / room))) / most;
      r *= scale;
      g *= scale;
      b *= scale;
    }
    data[i] = Math.round(max * encoded(r));
    if (channels === 3) {
      data[i + 1] = Math.round(max * encoded(g));
      data[i + 2] = Math.round(max * encoded(b));
    }
  }
}

function encoded(linear: number): number {
  if (linear <= 0) return 0;
  return Math.min(1, linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
}

/** SMPTE ST 2084, as a share of white. */
function fromPq(value: number): number {
  const power = value ** (1 / 78.84375);
  const base = Math.max(0, power - 0.8359375) / (18.8515625 - 18.6875 * power);
  return (10000 * base ** (1 / 0.1593017578125)) / WHITE;
}

/** ARIB STD-B67, as a share of the scene's peak. */
function fromHlg(value: number): number {
  return value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12;
}
