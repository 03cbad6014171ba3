import { MAX_PIXELS } from '../../contract/basics';
import type { Orientation } from '../../contract/edit';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import type { Raster, Rect } from '../restoration/raster';
import { toStandardRange } from './colour-numbers';
import type { Examined } from './examine';
import type { Plan } from './plan';
import { ownWords } from './raster';
import { ownBytes, type SharpModule } from './sharp';
import { TURNS } from './turns';

/** What is decoded in one pass over the file. */
export type Part = 'colour' | 'alpha' | 'infrared';

/** A decoded part, and whether the decoder warned that the data are damaged, or of something harmless. */
export interface Decoded {
  raster: Raster;
  warnings: 'none' | 'harmless' | 'damage';
}

/** Warnings that mean made-up pixels. All other warnings are about headers and markers. */
const DAMAGE =
  /premature end|bad huffman|arithmetic code|corrupt jpeg data|not enough data|truncat|scanline|fewer scan/i;

/** The upright colours (1 or 3 channels) or one other channel. */
export async function decode(sharp: SharpModule, examined: Examined, plan: Plan, part: Part): Promise<Decoded> {
  const grey = plan.channels === 1;
  const wide = plan.depth === 16;
  let pipeline = sharp(examined.source, {
    // What a mended file lacks is known already.
    failOn: examined.isMended ? 'none' : 'error',
    limitInputPixels: MAX_PIXELS,
    limitInputChannels: false,
    ignoreIcc: !plan.convert,
    ...(examined.page === undefined ? {} : { page: examined.page }),
  });
  // Rotation needs the stored picture in memory; only here are there two pictures for a moment.
  const [mirrored, degrees] = TURNS[plan.orientation as Orientation]!;
  if (mirrored) pipeline = pipeline.flop();
  if (degrees !== 0) pipeline = pipeline.rotate(degrees);
  pipeline = pipeline.toColourspace(grey ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb');
  // Without this, libvips converts 16-bit colours to Display P3.
  if (plan.convert && wide) pipeline = pipeline.withIccProfile('srgb', { attach: false });
  const channel = part === 'alpha' ? plan.alpha : part === 'infrared' ? plan.infrared : null;
  pipeline = channel === null ? pipeline.removeAlpha() : pipeline.extractChannel(channel as 0);
  let warnings: Decoded['warnings'] = 'none';
  pipeline.on('warning', (warning: string) => {
    if (plan.convert && /profile/i.test(warning)) plan.notes.push(say('notes.profileFailed'));
    else if (DAMAGE.test(warning)) warnings = 'damage';
    else if (warnings === 'none') warnings = 'harmless';
  });
  let bytes: Buffer;
  try {
    bytes = await pipeline.raw({ depth: wide ? 'ushort' : 'uchar' }).toBuffer();
  } catch (error) {
    throw decodingError(error);
  }
  const { width, height } = uprightSize(plan);
  const channels = part === 'colour' ? plan.channels : 1;
  if (bytes.length !== (width * height * channels * plan.depth) / 8) {
    throw new EmulsionError('PHOTO_DAMAGED', { detail: `${bytes.length} bytes for ${width} x ${height} pixels` });
  }
  const raster: Raster = wide
    ? { width, height, channels, depth: 16, data: ownWords(bytes) }
    : { width, height, channels, depth: 8, data: ownBytes(bytes) };
  if (plan.leftAligned !== null && raster.depth === 16) fillLowBits(raster.data as Uint16Array, plan.leftAligned);
  if (part === 'colour' && plan.hdr) toStandardRange(raster, plan.hdr);
  return { raster, warnings };
}

/** Size after the orientation is applied. */
export function uprightSize({ width, height, orientation }: Plan): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** A rectangle of the stored picture in the upright one. */
export function uprightRect(rect: Rect, { width, height, orientation }: Plan): Rect {
  const [mirrored, degrees] = TURNS[orientation as Orientation]!;
  const x = mirrored ? width - rect.x - rect.width : rect.x;
  const { y } = rect;
  if (degrees === 90) return { x: height - y - rect.height, y: x, width: rect.height, height: rect.width };
  if (degrees === 180) return { ...rect, x: width - x - rect.width, y: height - y - rect.height };
  if (degrees === 270) return { x: y, y: width - x - rect.width, width: rect.height, height: rect.width };
  return { ...rect, x, y };
}

/** Copies the upper bits to the empty lower ones, so that white becomes 65535. */
function fillLowBits(samples: Uint16Array, bits: number): void {
  for (let i = 0; i < samples.length; i++) samples[i] = samples[i]! | (samples[i]! >> bits);
}

/** Paints what is missing in mid grey, whatever the decoder made up there. */
export function greyOut(raster: Raster, rects: readonly Rect[]): void {
  const grey = raster.depth === 16 ? 0x8080 : 0x80;
  for (const { x, y, width, height } of rects) {
    for (let row = y; row < y + height; row++) {
      const from = (row * raster.width + x) * raster.channels;
      raster.data.fill(grey, from, from + width * raster.channels);
    }
  }
}

function decodingError(error: unknown): EmulsionError {
  const text = error instanceof Error ? error.message : String(error);
  if (/out of memory|enough memory|allocat/i.test(text)) return new EmulsionError('OUT_OF_MEMORY', { cause: error });
  if (/pixel limit/i.test(text)) return new EmulsionError('PHOTO_TOO_LARGE', { cause: error });
  return new EmulsionError('PHOTO_DAMAGED', { cause: error });
}
