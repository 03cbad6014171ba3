import { open, readFile } from 'node:fs/promises';
import type { Message } from '../../contract/basics';
import { MAX_PIXELS } from '../../contract/basics';
import type { Photo, PhotoFormat } from '../../contract/photo';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { type ColourTransform, maxValue, type Raster } from '../restoration/raster';
import { factsOf, type PhotoMetadata, readMetadata } from './metadata';
import { readProfile } from './profile';
import { ownWords } from './raster';
import { type FileHeader, loadSharp, MAX_DECODED_BYTES, ownBytes, type SharpModule } from './sharp';
import { SNIFF_BYTES, sniff } from './sniff';

/** A decoded, upright photo, with everything that must be restored when it is written. */
export interface OpenPhoto {
  format: PhotoFormat;
  /** Size of the file. */
  bytes: number;
  raster: Raster;
  /** Opacity: one channel in the raster's own size and depth; null for a photo that is opaque everywhere. */
  alpha: Raster | null;
  /** ICC profile that describes the raster's encoding; null: sRGB, or plain grey. */
  profile: Uint8Array | null;
  /** Name of the profile found in the file, even if the photo was converted from it; null without one. */
  profileName: string | null;
  /** Between the raster's encoding and sRGB; null if it is sRGB or grey already. */
  colour: ColourTransform | null;
  metadata: PhotoMetadata;
  facts: Photo['facts'];
  /** What was normalised while opening. */
  notes: Message[];
}

/** The part of a photo that is being decoded. */
export interface Decoding {
  part: 'colour' | 'alpha';
  /** Whether the photo's opacity is decoded as well. */
  hasAlpha: boolean;
  format: PhotoFormat;
  megapixels: number;
}

/**
 * Decodes a photo. Needs little more memory than its raster: the pixels are decoded straight into it, and a second pass over
 * the file reads the opacity.
 *
 * Throws FILE_MISSING, FILE_UNREADABLE, FILE_EMPTY, NOT_A_PHOTO, FORMAT_UNSUPPORTED, PHOTO_TOO_LARGE (before anything
 * is decoded), PHOTO_DAMAGED or OUT_OF_MEMORY.
 *
 * @param onDecoding called before each part
 */
export async function openPhoto(path: string, onDecoding: (what: Decoding) => void = () => {}): Promise<OpenPhoto> {
  const { head, bytes } = await readHead(path);
  const format = sniff(head);
  const sharp = await loadSharp();
  // libvips reads options from a name that ends in a bracket.
  const source: Source = path.endsWith(']') ? await readFile(path) : path;
  const header = await readHeader(sharp, source, format);
  const plan = planOf(header, format);
  assertFits(plan);
  const about = { hasAlpha: plan.alpha, format, megapixels: (plan.width * plan.height) / 1e6 };
  onDecoding({ ...about, part: 'colour' });
  const raster = await decode(sharp, source, plan, 'colour');
  if (plan.alpha) onDecoding({ ...about, part: 'alpha' });
  const alpha = plan.alpha ? withoutOpaque(await decode(sharp, source, plan, 'alpha')) : null;
  const metadata = readMetadata(header, format, path);
  return {
    format,
    bytes,
    raster,
    alpha,
    profile: plan.profile,
    profileName: plan.profileName,
    colour: plan.colour,
    metadata,
    facts: factsOf(metadata),
    notes: plan.notes,
  };
}

type Source = string | Buffer;

async function readHead(path: string): Promise<{ head: Uint8Array; bytes: number }> {
  try {
    const file = await open(path, 'r');
    try {
      const status = await file.stat();
      if (status.isDirectory()) {
        throw new EmulsionError('NOT_A_PHOTO', { reason: say('failures.isFolder') });
      }
      const head = new Uint8Array(Math.min(SNIFF_BYTES, status.size));
      const { bytesRead } = await file.read(head, 0, head.length, 0);
      return { head: head.subarray(0, bytesRead), bytes: status.size };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Windows refuses to open a folder at all; on other systems a part of the path may be a file.
    if (code === 'EISDIR') throw new EmulsionError('NOT_A_PHOTO', { reason: say('failures.isFolder') });
    if (code === 'ENOTDIR') throw new EmulsionError('FILE_MISSING', { cause: error });
    if (code === 'EIO' || code === 'ELOOP') throw new EmulsionError('FILE_UNREADABLE', { cause: error });
    throw toEmulsionError(error);
  }
}

/** Reads the header without decoding pixels. */
async function readHeader(sharp: SharpModule, source: Source, format: PhotoFormat): Promise<FileHeader> {
  let header: FileHeader;
  try {
    header = await sharp(source, { failOn: 'none', limitInputPixels: false, limitInputChannels: false }).metadata();
  } catch (error) {
    throw new EmulsionError('PHOTO_DAMAGED', { cause: error });
  }
  if (header.width * header.height > MAX_PIXELS) {
    throw new EmulsionError('PHOTO_TOO_LARGE', { detail: `${header.width} x ${header.height}` });
  }
  const expected = format === 'avif' ? 'heif' : format;
  if (header.format !== expected) {
    throw new EmulsionError('PHOTO_DAMAGED', { detail: `A ${format} file that reads as ${header.format}.` });
  }
  return header;
}

/** How to decode one file into a raster. */
interface Plan {
  /** Stored size in pixels, before the orientation is applied. */
  width: number;
  height: number;
  /** EXIF orientation, 1..8. */
  orientation: number;
  channels: 1 | 3;
  depth: 8 | 16;
  alpha: boolean;
  /** True if colours are converted to sRGB while decoding; else they stay in the photo's own encoding. */
  convert: boolean;
  /** Bits per sample in the file, if libvips leaves the lowest of 16 empty; else null. */
  leftAligned: number | null;
  profile: Uint8Array | null;
  profileName: string | null;
  colour: ColourTransform | null;
  notes: Message[];
}

function planOf(header: FileHeader, format: PhotoFormat): Plan {
  const { space, depth } = header;
  const grey = space === 'b-w' || space === 'grey16';
  const rgb = space === 'srgb' || space === 'rgb16' || space === 'rgb';
  const cmyk = space === 'cmyk';
  const lab = space === 'lab' || space === 'labs';
  const linear = space === 'scrgb' && depth === 'float';
  const integers = depth === 'uchar' || depth === 'ushort';
  const bands = grey ? 1 : cmyk ? 4 : 3;
  if (!(grey || rgb || cmyk || lab || linear) || !(integers || lab || linear) || header.channels > bands + 1) {
    throw new EmulsionError('FORMAT_UNSUPPORTED', {
      reason: say('failures.unreadPixels'),
      detail: `${header.channels} channels of ${depth}, ${space}`,
    });
  }
  const notes: Message[] = [];
  const orientation = header.orientation !== undefined && header.orientation <= 8 ? Math.max(1, header.orientation) : 1;
  if (orientation !== 1) notes.push(say('notes.upright'));
  if ((header.pages ?? 1) > 1) notes.push(say('notes.pages', { count: header.pages! }));
  if (cmyk) notes.push(say('notes.cmyk'));
  if (lab) notes.push(say('notes.lab'));
  if (linear) notes.push(say('notes.linear'));
  if (header.gainMap) notes.push(say('notes.gainMap'));
  if (header.isPalette && format === 'png') notes.push(say('notes.palette'));

  const plan: Plan = {
    width: header.width,
    height: header.height,
    orientation,
    channels: grey ? 1 : 3,
    // The colour engine converts CMYK to 8 bits.
    depth: depth === 'uchar' || cmyk ? 8 : 16,
    alpha: header.channels === bands + 1,
    convert: cmyk || lab || linear,
    leftAligned: format === 'avif' && depth === 'ushort' ? (header.bitsPerSample ?? null) : null,
    profile: null,
    profileName: null,
    colour: null,
    notes,
  };
  if (header.icc) applyProfile(plan, header.icc, cmyk);
  return plan;
}

/** Refuses a photo that the decoder has no room for, before it tries. */
function assertFits({ width, height, channels, depth, orientation }: Plan): void {
  const bytes = (width * height * channels * depth) / 8;
  // Rotating needs a second picture.
  if (bytes * (orientation === 1 ? 1 : 2) <= MAX_DECODED_BYTES) return;
  const megapixels = Math.round((width * height) / 1e6);
  throw new EmulsionError('PHOTO_TOO_LARGE', {
    reason: say('failures.tooLargeToDecode', { megapixels, bits: depth, size: Math.round(bytes / 1024 ** 2) }),
    detail: `${width} x ${height}, ${depth} bits, orientation ${orientation}`,
  });
}

function applyProfile(plan: Plan, icc: Uint8Array, cmyk: boolean): void {
  const profile = readProfile(icc);
  plan.profileName = profile?.name ?? null;
  const fits = profile && (cmyk ? profile.kind === 'other' : (profile.kind === 'grey') === (plan.channels === 1));
  if (!profile || !fits || (profile.kind === 'other' && !cmyk)) {
    plan.notes.push(say('notes.profileDamaged'));
  } else if (profile.kind === 'grey' || profile.kind === 'matrix') {
    plan.profile = icc;
    plan.colour = profile.transform;
  } else if (profile.kind === 'lut') {
    plan.convert = true;
    plan.notes.push(
      profile.name === null ? say('notes.profileConverted') : say('notes.profileNamed', { profile: profile.name }),
    );
  }
}

type Part = 'colour' | 'alpha';

/** The upright colours (1 or 3 channels) or opacity (1 channel). */
async function decode(sharp: SharpModule, source: Source, plan: Plan, part: Part): Promise<Raster> {
  const grey = plan.channels === 1;
  const wide = plan.depth === 16;
  // A decoder's warning means that it has made pixels up, so it counts as an error.
  let pipeline = sharp(source, {
    failOn: 'warning',
    limitInputPixels: MAX_PIXELS,
    ignoreIcc: !plan.convert,
  });
  // Rotation needs the stored picture in memory; only here are there two pictures for a moment.
  if (plan.orientation !== 1) pipeline = pipeline.autoOrient();
  pipeline = pipeline.toColourspace(grey ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb');
  // Without this, libvips converts 16-bit colours to Display P3.
  if (plan.convert && wide) pipeline = pipeline.withIccProfile('srgb', { attach: false });
  pipeline = part === 'alpha' ? pipeline.extractChannel(grey ? 1 : 3) : pipeline.removeAlpha();
  pipeline.on('warning', (warning: string) => {
    if (/profile/i.test(warning)) plan.notes.push(say('notes.profileFailed'));
  });
  let bytes: Buffer;
  try {
    bytes = await pipeline.raw({ depth: wide ? 'ushort' : 'uchar' }).toBuffer();
  } catch (error) {
    throw decodingError(error);
  }
  const onSide = plan.orientation >= 5;
  const width = onSide ? plan.height : plan.width;
  const height = onSide ? plan.width : plan.height;
  const channels = part === 'alpha' ? 1 : plan.channels;
  if (bytes.length !== (width * height * channels * plan.depth) / 8) {
    throw new EmulsionError('PHOTO_DAMAGED', { detail: `${bytes.length} bytes for ${width} x ${height} pixels` });
  }
  if (!wide) return { width, height, channels, depth: 8, data: ownBytes(bytes) };
  const data = ownWords(bytes);
  if (plan.leftAligned !== null) fillLowBits(data, plan.leftAligned);
  return { width, height, channels, depth: 16, data };
}

/** Copies the upper bits to the empty lower ones, so that white becomes 65535. */
function fillLowBits(samples: Uint16Array, bits: number): void {
  for (let i = 0; i < samples.length; i++) samples[i] = samples[i]! | (samples[i]! >> bits);
}

function withoutOpaque(alpha: Raster): Raster | null {
  const opaque = maxValue(alpha);
  return alpha.data.every((value: number) => value === opaque) ? null : alpha;
}

function decodingError(error: unknown): EmulsionError {
  const text = error instanceof Error ? error.message : String(error);
  if (/out of memory|enough memory|allocat/i.test(text)) return new EmulsionError('OUT_OF_MEMORY', { cause: error });
  if (/pixel limit/i.test(text)) return new EmulsionError('PHOTO_TOO_LARGE', { cause: error });
  return new EmulsionError('PHOTO_DAMAGED', { cause: error });
}
