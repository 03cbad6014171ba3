import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Raster } from '../restoration/raster';
import { concat } from './exif';

/** A temporary folder for the tests of one file. */
export function temporaryFolder(): () => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emulsion-photos-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}

/** A raster with a smooth, asymmetric picture, so that any rotation or swap of channels is noticed. */
export function testRaster(width: number, height: number, channels: 1 | 3, depth: 8 | 16): Raster {
  const data = depth === 8 ? new Uint8Array(width * height * channels) : new Uint16Array(width * height * channels);
  const max = depth === 8 ? 255 : 65535;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const values = [x / width, y / height, (x + y) / (width + height)];
      for (let channel = 0; channel < channels; channel++)
        data[at++] = Math.round(max * (0.1 + 0.8 * values[channel]!));
    }
  }
  return { width, height, channels, depth, data };
}

/** Largest difference between two rasters of one size, in levels. */
export function maxDifference(a: Raster, b: Raster): number {
  if (a.data.length !== b.data.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < a.data.length; i++) most = Math.max(most, Math.abs(a.data[i]! - b.data[i]!));
  return most;
}

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function numbers(values: readonly number[], bytes: 2 | 4): Uint8Array {
  const whole = new Uint8Array(values.length * bytes);
  const view = new DataView(whole.buffer);
  values.forEach((value, i) => {
    if (bytes === 2) view.setUint16(i * 2, value);
    else view.setUint32(i * 4, value);
  });
  return whole;
}

const fixed = (value: number) => Math.round(value * 65536) >>> 0;

/** An ICC profile (version 2.1) of a display with these tags. */
export function profileOf(tags: Record<string, Uint8Array>, space = 'RGB ', connection = 'XYZ '): Uint8Array {
  const names = Object.keys(tags);
  let offset = 132 + names.length * 12;
  const table: Uint8Array[] = [numbers([names.length], 4)];
  const bodies: Uint8Array[] = [];
  for (const name of names) {
    const body = concat([tags[name]!, new Uint8Array((4 - (tags[name]!.length % 4)) % 4)]);
    table.push(latin1(name), numbers([offset, tags[name]!.length], 4));
    bodies.push(body);
    offset += body.length;
  }
  const header = new Uint8Array(128);
  header.set(numbers([offset], 4), 0);
  header.set(numbers([0x02100000], 4), 8);
  header.set(latin1(`mntr${space}${connection}`), 12);
  header.set(latin1('acsp'), 36);
  header.set(numbers([fixed(0.9642), fixed(1), fixed(0.8249)], 4), 68);
  return concat([header, ...table, ...bodies]);
}

export function description(name: string): Uint8Array {
  return concat([latin1('desc\0\0\0\0'), numbers([name.length + 1], 4), latin1(`${name}\0`), new Uint8Array(78)]);
}

export function xyz(x: number, y: number, z: number): Uint8Array {
  return concat([latin1('XYZ \0\0\0\0'), numbers([fixed(x), fixed(y), fixed(z)], 4)]);
}

/** A curve tag: a gamma in 1/256, or a table of 16-bit samples. */
export function curve(values: readonly number[]): Uint8Array {
  return concat([latin1('curv\0\0\0\0'), numbers([values.length], 4), numbers(values, 2)]);
}

/** A parametric curve tag. */
export function parametric(kind: number, parameters: readonly number[]): Uint8Array {
  return concat([latin1('para\0\0\0\0'), numbers([kind, 0], 2), numbers(parameters.map(fixed), 4)]);
}

function matrixProfile(name: string, primaries: readonly (readonly [number, number, number])[], trc: Uint8Array) {
  const [red, green, blue] = primaries as [
    [number, number, number],
    [number, number, number],
    [number, number, number],
  ];
  return profileOf({
    desc: description(name),
    wtpt: xyz(0.9642, 1, 0.8249),
    rXYZ: xyz(...red),
    gXYZ: xyz(...green),
    bXYZ: xyz(...blue),
    rTRC: trc,
    gTRC: trc,
    bTRC: trc,
    cprt: concat([latin1('text\0\0\0\0'), latin1('none\0')]),
  });
}

const SRGB_CURVE = parametric(3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]);

/** Primaries under D50, as in common profiles. */
export const PROFILES = {
  srgb: matrixProfile(
    'sRGB',
    [
      [0.43607, 0.22249, 0.01392],
      [0.38515, 0.71687, 0.09708],
      [0.14307, 0.06061, 0.7141],
    ],
    SRGB_CURVE,
  ),
  p3: matrixProfile(
    'Display P3',
    [
      [0.51512, 0.2412, -0.00105],
      [0.29198, 0.69225, 0.04189],
      [0.1571, 0.06657, 0.78407],
    ],
    SRGB_CURVE,
  ),
  adobe: matrixProfile(
    'Adobe RGB (1998)',
    [
      [0.60974, 0.31111, 0.01947],
      [0.20528, 0.62567, 0.06087],
      [0.14919, 0.06322, 0.74457],
    ],
    curve([563]),
  ),
  prophoto: matrixProfile(
    'ProPhoto RGB',
    [
      [0.79767, 0.28804, 0],
      [0.13519, 0.71188, 0],
      [0.03134, 0.00009, 0.8249],
    ],
    curve([461]),
  ),
};

/** A profile with a lookup table that turns every colour into the grey of its mean, as CIE lightness. */
export function lutProfile(): Uint8Array {
  const ramp = Uint8Array.from({ length: 256 }, (_, i) => i);
  const corners = Array.from({ length: 8 }, (_, i) => [
    Math.round(((((i >> 2) & 1) + ((i >> 1) & 1) + (i & 1)) / 3) * 255),
    128,
    128,
  ]);
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1].map(fixed);
  const lut = concat([
    latin1('mft1\0\0\0\0'),
    Uint8Array.of(3, 3, 2, 0),
    numbers(identity, 4),
    ramp,
    ramp,
    ramp,
    Uint8Array.from(corners.flat()),
    ramp,
    ramp,
    ramp,
  ]);
  return profileOf(
    {
      desc: description('Table'),
      wtpt: xyz(0.9642, 1, 0.8249),
      A2B0: lut,
      cprt: concat([latin1('text\0\0\0\0'), latin1('none\0')]),
    },
    'RGB ',
    'Lab ',
  );
}

/** A disk in memory of this many bytes; null if this user may not mount one. */
export function mountSmallDisk(size: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'emulsion-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'emulsion-test', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    // Only root may mount, so the caller skips its test.
    rmSync(folder, { recursive: true });
    return null;
  }
}

export function unmountDisk(folder: string): void {
  execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
}
