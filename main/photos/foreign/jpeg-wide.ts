import type { Rect } from '../../restoration/raster';
import type { Frame } from '../containers/jpeg';
import { BitReader, type Huffman, Unreadable } from '../containers/jpeg-huffman';
import { type ScanHeader, unitsOf, walkScans } from '../containers/jpeg-walk';
import { assertSize, damaged, type Foreign, NOTHING_BESIDE } from './foreign';

/**
 * JPEG with 12 bits per channel, and lossless JPEG with up to 16: libjpeg as libvips uses it reads neither, and there is no
 * kept library for both. Huffman coding, sequential, as in ITU-T T.81.
 */

const LOSSLESS = 0xc3;
const BLOCK = 8;

/** The samples of one component, as they are stored: in whole units, and often fewer than the picture has pixels. */
interface Plane {
  id: number;
  horizontal: number;
  vertical: number;
  /** Samples that count, and those that are stored. */
  width: number;
  height: number;
  stride: number;
  samples: Uint16Array;
  quantisation: number;
  previous: number;
}

interface Coding {
  frame: Frame;
  planes: Plane[];
  quantisation: Map<number, Uint16Array>;
}

/** Whether a frame is read here: sequential of 12 bits, or lossless, with one or three components. */
export function isWide({ marker, precision, components }: Frame): boolean {
  if (components.length !== 1 && components.length !== 3) return false;
  if (marker === LOSSLESS) {
    const isPlain = components.every(({ horizontal, vertical }) => horizontal === 1 && vertical === 1);
    return isPlain && precision >= 2 && precision <= 16;
  }
  const areFactors = components.every(({ horizontal: h, vertical: v }) => h >= 1 && h <= 4 && v >= 1 && v <= 4);
  return marker === 0xc1 && precision === 12 && areFactors;
}

/** `bytes` begin with the picture. What breaks off is missing from its row on. */
export function readWideJpeg(bytes: Uint8Array, frame: Frame): Foreign {
  const { width, height, precision } = frame;
  assertSize(width, height);
  const isLossless = frame.marker === LOSSLESS;
  const coding: Coding = { frame, planes: [], quantisation: new Map() };
  coding.planes = planesOf(frame, isLossless);
  let transform: number | null = null;
  let isJfif = false;
  let read = 0;
  /** The first row of the picture that no scan gives. */
  let end = height;
  walkScans(
    bytes,
    0,
    (header) => {
      const scanned = header && scannedBy(header, coding);
      if (!scanned) throw damaged('a scan of unknown components');
      read += scanned.length;
      const reader = new BitReader(bytes, header.dataAt, bytes.length);
      const given = isLossless ? readLossless : readBlocks;
      end = Math.min(end, given(reader, bytes, header, scanned, coding));
      return reader.at;
    },
    (marker, body) => {
      const name = String.fromCharCode(...body.subarray(0, 5));
      if (marker === 0xe0 && name === 'JFIF\0') isJfif = true;
      if (marker === 0xee && name === 'Adobe' && body.length >= 12) transform = body[11]!;
      if (marker === 0xdb) readQuantisation(body, coding.quantisation);
      if (marker === frame.marker) takeTables(body, coding.planes);
    },
  );
  if (read < coding.planes.length) end = 0;
  const isYcc = isLuma(coding.planes, { transform, isJfif, isLossless });
  const missing: Rect[] = end < height ? [{ x: 0, y: end, width, height: height - end }] : [];
  const pixels = picture(coding, isYcc, precision);
  return {
    ...NOTHING_BESIDE,
    width,
    height,
    pixels: precision === 8 ? Uint8Array.from(pixels) : pixels,
    samples: coding.planes.length,
    photometric: coding.planes.length === 3 ? 2 : 1,
    hasAlpha: false,
    missing,
  };
}

function planesOf({ width, height, components }: Frame, isLossless: boolean): Plane[] {
  const most = {
    horizontal: Math.max(...components.map(({ horizontal }) => horizontal)),
    vertical: Math.max(...components.map(({ vertical }) => vertical)),
  };
  const unit = isLossless ? 1 : BLOCK;
  return components.map(({ id, horizontal, vertical }) => {
    const stride = Math.ceil(width / (unit * most.horizontal)) * unit * horizontal;
    const rows = Math.ceil(height / (unit * most.vertical)) * unit * vertical;
    return {
      id,
      horizontal,
      vertical,
      width: Math.ceil((width * horizontal) / most.horizontal),
      height: Math.ceil((height * vertical) / most.vertical),
      stride,
      samples: new Uint16Array(stride * rows),
      quantisation: 0,
      previous: 0,
    };
  });
}

/** The number of each component's quantisation table, in the frame's header. */
function takeTables(body: Uint8Array, planes: Plane[]): void {
  for (const [i, plane] of planes.entries()) plane.quantisation = body[8 + i * 3] ?? 0;
}

function readQuantisation(body: Uint8Array, tables: Map<number, Uint16Array>): void {
  for (let at = 0; at < body.length; ) {
    const isWord = body[at]! >> 4 === 1;
    const table = new Uint16Array(64);
    const from = at + 1;
    for (let k = 0; k < 64; k++) {
      table[k] = isWord ? ((body[from + 2 * k] ?? 0) << 8) | (body[from + 2 * k + 1] ?? 0) : (body[from + k] ?? 0);
    }
    tables.set(body[at]! & 15, table);
    at += 1 + (isWord ? 128 : 64);
  }
}

interface Scanned {
  plane: Plane;
  dc: Huffman | undefined;
  ac: Huffman | undefined;
}

/** Null if the scan has no components, or others than the frame. */
function scannedBy({ components }: ScanHeader, { planes }: Coding): Scanned[] | null {
  const scanned = components.flatMap(({ id, dc, ac }) => {
    const plane = planes.find((each) => each.id === id);
    return plane ? [{ plane, dc, ac }] : [];
  });
  return scanned.length > 0 && scanned.length === components.length ? scanned : null;
}

/** Passes over a restart marker. */
function restart(reader: BitReader, bytes: Uint8Array): void {
  reader.align();
  while (bytes[reader.at] === 0xff && bytes[reader.at + 1] === 0xff) reader.at++;
  const marker = bytes[reader.at + 1] ?? 0;
  if (bytes[reader.at] !== 0xff || marker < 0xd0 || marker > 0xd7) throw new Unreadable();
  reader.at += 2;
}

/** The value that so many bits stand for. */
function extended(reader: BitReader, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = (value << 1) | reader.bit();
  return size > 0 && value < 2 ** (size - 1) ? value - 2 ** size + 1 : value;
}

// ------------------------------------------------------------------------------------------- 12 bits

/** Reads one scan into its planes. Returns the first row of the picture that it does not give. */
function readBlocks(
  reader: BitReader,
  bytes: Uint8Array,
  { interval }: ScanHeader,
  scanned: Scanned[],
  { frame, quantisation }: Coding,
): number {
  const planes = scanned.map(({ plane }) => plane);
  const { across, down, height: rowsOfUnit } = unitsOf(frame, planes);
  const isAlone = planes.length === 1;
  for (const { plane } of scanned) plane.previous = 0;
  const block = new Float64Array(64);
  for (let unit = 0; unit < across * down; unit++) {
    try {
      if (interval > 0 && unit > 0 && unit % interval === 0) {
        restart(reader, bytes);
        for (const { plane } of scanned) plane.previous = 0;
      }
      const [x, y] = [unit % across, Math.floor(unit / across)];
      for (const each of scanned) {
        const [wide, high] = isAlone ? [1, 1] : [each.plane.horizontal, each.plane.vertical];
        for (let i = 0; i < wide * high; i++) {
          readBlock(reader, each, quantisation.get(each.plane.quantisation), block);
          place(block, each.plane, BLOCK * (x * wide + (i % wide)), BLOCK * (y * high + Math.floor(i / wide)));
        }
      }
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return Math.min(frame.height, Math.floor(unit / across) * rowsOfUnit);
    }
  }
  return frame.height;
}

/** Where each coefficient belongs. */
const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
];

function readBlock(
  reader: BitReader,
  { plane, dc, ac }: Scanned,
  table: Uint16Array | undefined,
  block: Float64Array,
): void {
  if (!dc || !ac || !table) throw new Unreadable();
  block.fill(0);
  const size = reader.symbol(dc);
  if (size > 15) throw new Unreadable();
  plane.previous += extended(reader, size);
  block[0] = plane.previous * table[0]!;
  for (let k = 1; k < 64; k++) {
    const symbol = reader.symbol(ac);
    const bits = symbol & 15;
    if (bits === 0) {
      if (symbol !== 0xf0) break;
      k += 15;
      continue;
    }
    k += symbol >> 4;
    if (k > 63) throw new Unreadable();
    block[ZIGZAG[k]!] = extended(reader, bits) * table[k]!;
  }
}

/** The cosines of the transform, with their weights. */
const COSINES = Float64Array.from({ length: 64 }, (_, i) => {
  const [sample, frequency] = [i >> 3, i & 7];
  return (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * sample + 1) * frequency * Math.PI) / 16);
});
const HALF = Float64Array.from({ length: 64 });

/** Turns the coefficients of a block into samples. */
function place(block: Float64Array, { samples, stride }: Plane, left: number, top: number): void {
  for (let v = 0; v < BLOCK; v++) {
    for (let x = 0; x < BLOCK; x++) {
      let sum = 0;
      for (let u = 0; u < BLOCK; u++) sum += block[v * BLOCK + u]! * COSINES[x * BLOCK + u]!;
      HALF[v * BLOCK + x] = sum;
    }
  }
  for (let y = 0; y < BLOCK; y++) {
    for (let x = 0; x < BLOCK; x++) {
      let sum = 2048.5;
      for (let v = 0; v < BLOCK; v++) sum += HALF[v * BLOCK + x]! * COSINES[y * BLOCK + v]!;
      samples[(top + y) * stride + left + x] = sum < 0 ? 0 : sum > 4095 ? 4095 : sum;
    }
  }
}

// ------------------------------------------------------------------------------------------- lossless

/** Reads one scan into its planes. Returns the first row that it does not give. */
function readLossless(
  reader: BitReader,
  bytes: Uint8Array,
  { first: predictor, left: shift, interval }: ScanHeader,
  scanned: Scanned[],
  { frame }: Coding,
): number {
  const { width, height, precision } = frame;
  if (predictor < 1 || predictor > 7 || shift >= precision) throw damaged(`predictor ${predictor}, shift ${shift}`);
  const middle = 2 ** (precision - shift - 1);
  let isFirst = true;
  let y = 0;
  try {
    for (; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const unit = y * width + x;
        if (interval > 0 && unit > 0 && unit % interval === 0) {
          restart(reader, bytes);
          isFirst = true;
        }
        for (const { plane, dc } of scanned) {
          if (!dc) throw new Unreadable();
          const { samples } = plane;
          const size = reader.symbol(dc);
          if (size > 16) throw new Unreadable();
          const difference = size === 16 ? 32768 : extended(reader, size);
          const left = samples[unit - 1]!;
          const above = samples[unit - width]!;
          const predicted = isFirst
            ? x === 0
              ? middle
              : left
            : x === 0
              ? above
              : predict(predictor, left, above, samples[unit - width - 1]!);
          samples[unit] = predicted + difference;
        }
      }
      // The row after a restart is predicted as the first one is; restarts come at the ends of rows.
      isFirst = false;
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  if (shift > 0) for (const { plane } of scanned) plane.samples.set(plane.samples.map((value) => value << shift));
  return y;
}

function predict(predictor: number, left: number, above: number, corner: number): number {
  switch (predictor) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return corner;
    case 4:
      return left + above - corner;
    case 5:
      return left + ((above - corner) >> 1);
    case 6:
      return above + ((left - corner) >> 1);
    default:
      return (left + above) >> 1;
  }
}

// ------------------------------------------------------------------------------------------- colours

/** Whether three components are luma and colour differences. The rules are those of libjpeg. */
function isLuma(planes: Plane[], about: { transform: number | null; isJfif: boolean; isLossless: boolean }): boolean {
  if (planes.length !== 3) return false;
  if (about.isJfif) return true;
  if (about.transform !== null) return about.transform === 1;
  return !about.isLossless && String.fromCharCode(...planes.map(({ id }) => id)) !== 'RGB';
}

/** The planes in the picture's size, interleaved, as RGB or grey over the full range of 8 or 16 bits. */
function picture({ frame, planes }: Coding, isYcc: boolean, precision: number): Uint16Array {
  const { width, height } = frame;
  const count = planes.length;
  const out = new Uint16Array(width * height * count);
  const max = 2 ** precision - 1;
  const scale = (precision === 8 ? 255 : 65535) / max;
  const middle = 2 ** (precision - 1);
  const rows = planes.map(() => new Float64Array(width));
  const clamp = (value: number) => Math.round(scale * (value < 0 ? 0 : value > max ? max : value));
  for (let y = 0; y < height; y++) {
    for (const [i, plane] of planes.entries()) fillRow(plane, y, frame, rows[i]!);
    const [first, second, third] = rows;
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * count;
      const luma = first![x]!;
      if (!second || !third || !isYcc) {
        for (let c = 0; c < count; c++) out[at + c] = clamp(rows[c]![x]!);
        continue;
      }
      const blue = second[x]! - middle;
      const red = third[x]! - middle;
      out[at] = clamp(luma + 1.402 * red);
      out[at + 1] = clamp(luma - 0.344136 * blue - 0.714136 * red);
      out[at + 2] = clamp(luma + 1.772 * blue);
    }
  }
  return out;
}

/** A row of a plane in the picture's width; samples stand in the middle of the pixels that they cover. */
function fillRow({ width, height, stride, samples }: Plane, y: number, frame: Frame, row: Float64Array): void {
  if (width === frame.width && height === frame.height) {
    for (let x = 0; x < width; x++) row[x] = samples[y * stride + x]!;
    return;
  }
  const limit = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  const down = limit(((y + 0.5) * height) / frame.height - 0.5, height);
  const top = Math.floor(down) * stride;
  const bottom = limit(Math.floor(down) + 1, height) * stride;
  for (let x = 0; x < frame.width; x++) {
    const along = limit(((x + 0.5) * width) / frame.width - 0.5, width);
    const left = Math.floor(along);
    const right = limit(left + 1, width);
    const above = samples[top + left]! + (samples[top + right]! - samples[top + left]!) * (along - left);
    const below = samples[bottom + left]! + (samples[bottom + right]! - samples[bottom + left]!) * (along - left);
    row[x] = above + (below - above) * (down - Math.floor(down));
  }
}
