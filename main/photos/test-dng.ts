/** A raw photo as a test needs it: the ramp of the fixtures, seen by a camera whose white is not (1, 1, 1). */

const NEUTRAL = [0.5, 1, 0.625] as const;
const BLACK = 1024;
const WHITE = 60_000;
/** From XYZ to the sensor: that of sRGB, dimmed by what the white balance has to make up for. */
const XYZ_TO_SRGB = [3.2405, -1.5371, -0.4985, -0.9693, 1.876, 0.0416, 0.0556, -0.204, 1.0572];

const STRIP = 273;
const TYPES = {
  byte: [1, 1],
  ascii: [2, 1],
  short: [3, 2],
  long: [4, 4],
  rational: [5, 4],
  srational: [10, 4],
} as const;

export const RAMP = { width: 64, height: 48 };

/** The ramp at a place, as sRGB of 8 bits. */
export const rampAt = (x: number, y: number): [number, number, number] => [
  25 + (200 * x) / RAMP.width,
  25 + (200 * y) / RAMP.height,
  25 + (200 * (x + y)) / (RAMP.width + RAMP.height),
];

const linear = (value: number) =>
  value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;

/** A DNG of 16 bits without compression: a mosaic, or (`isLinear`) all colours of each pixel. */
export function dng({ isLinear = false, orientation = 1, compression = 1 } = {}): Buffer {
  const { width, height } = RAMP;
  const samples = isLinear ? 3 : 1;
  const pixels = Buffer.alloc(width * height * samples * 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let s = 0; s < samples; s++) {
        const channel = isLinear ? s : (x % 2) + (y % 2);
        const light = linear(rampAt(x, y)[channel]!) * NEUTRAL[channel]!;
        pixels.writeUInt16LE(Math.round(BLACK + light * (WHITE - BLACK)), 2 * ((y * width + x) * samples + s));
      }
    }
  }
  const ratio = (values: readonly number[]) => values.flatMap((value) => [Math.round(value * 10_000), 10_000]);
  const text = (value: string) => [...Buffer.from(`${value}\0`)];
  const each = (value: number) => Array<number>(samples).fill(value);
  type Entry = readonly [tag: number, type: keyof typeof TYPES, values: readonly number[]];
  const mosaic: Entry[] = [
    [33421, 'short', [2, 2]],
    [33422, 'byte', [0, 1, 1, 2]],
  ];
  const entries: Entry[] = [
    [254, 'long', [0]],
    [256, 'long', [width]],
    [257, 'long', [height]],
    [258, 'short', each(16)],
    [259, 'short', [compression]],
    [262, 'short', [isLinear ? 34892 : 32803]],
    [271, 'ascii', text('Agfa')],
    [272, 'ascii', text('Isolette')],
    [STRIP, 'long', [0]],
    [274, 'short', [orientation]],
    [277, 'short', [samples]],
    [278, 'long', [height]],
    [279, 'long', [pixels.length]],
    [284, 'short', [1]],
    ...(isLinear ? [] : mosaic),
    [50706, 'byte', [1, 4, 0, 0]],
    [50707, 'byte', [1, 1, 0, 0]],
    [50708, 'ascii', text('Agfa Isolette')],
    [50714, 'short', each(BLACK)],
    [50717, 'short', each(WHITE)],
    [50721, 'srational', ratio(XYZ_TO_SRGB.map((value, i) => value * NEUTRAL[Math.floor(i / 3)]!))],
    [50728, 'rational', ratio(NEUTRAL)],
    [50778, 'short', [21]],
  ];
  const lengthOf = ([, type, values]: Entry) => Math.max(4, values.length * TYPES[type][1]);
  const longBytes = entries.map(lengthOf).reduce((sum, length) => sum + (length > 4 ? length : 0), 0);
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  const long: Buffer[] = [];
  let longAt = 8 + directory.length;
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, type, values], i) => {
    const [code, size] = TYPES[type];
    const bytes = Buffer.alloc(lengthOf([tag, type, values]));
    for (const [j, value] of values.entries()) {
      if (code === 10) bytes.writeInt32LE(value, j * 4);
      else bytes.writeUIntLE(value, j * size, size);
    }
    const entry = 2 + 12 * i;
    directory.writeUInt16LE(tag, entry);
    directory.writeUInt16LE(code, entry + 2);
    directory.writeUInt32LE(type.endsWith('rational') ? values.length / 2 : values.length, entry + 4);
    if (tag === STRIP) bytes.writeUInt32LE(8 + directory.length + longBytes);
    if (bytes.length === 4) bytes.copy(directory, entry + 8);
    else {
      directory.writeUInt32LE(longAt, entry + 8);
      long.push(bytes);
      longAt += bytes.length;
    }
  });
  const head = Buffer.from('II*\0\x08\0\0\0', 'latin1');
  return Buffer.concat([head, directory, ...long, pixels]);
}
