import type { Message } from '../../contract/basics';
import type { PhotoFormat } from '../../contract/photo';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import type { ColourTransform } from '../restoration/raster';
import type { NumberedSpace } from './colour-numbers';
import type { Examined } from './examine';
import { readProfile } from './profile';
import { type FileHeader, MAX_DECODED_BYTES } from './sharp';

/** How to decode one file into a raster. */
export interface Plan {
  /** Stored size in pixels, before the orientation is applied. */
  width: number;
  height: number;
  /** EXIF orientation, 1..8. */
  orientation: number;
  channels: 1 | 3;
  depth: 8 | 16;
  /** Channel of the opacity, or null. */
  alpha: number | null;
  /** Channel of an infrared scan, or null. */
  infrared: number | null;
  /** True if colours are converted to sRGB while decoding; else they stay in the photo's own encoding. */
  convert: boolean;
  /** Converted to sRGB after decoding. */
  hdr: (NumberedSpace & { kind: 'hdr' }) | null;
  /** Bits per sample in the file, if libvips leaves the lowest of 16 empty; else null. */
  leftAligned: number | null;
  profile: Uint8Array | null;
  profileName: string | null;
  colour: ColourTransform | null;
  notes: Message[];
}

/** `orientation`: as the photo's metadata say. Throws FORMAT_UNSUPPORTED for samples that are not read. */
export function planOf(header: FileHeader, format: PhotoFormat, examined: Examined, orientation: number): Plan {
  const { space, depth } = header;
  const grey = space === 'b-w' || space === 'grey16';
  const rgb = space === 'srgb' || space === 'rgb16' || space === 'rgb';
  const cmyk = space === 'cmyk';
  const lab = space === 'lab' || space === 'labs';
  const linear = space === 'scrgb' && depth === 'float';
  const integers = depth === 'uchar' || depth === 'ushort';
  const bands = grey ? 1 : cmyk ? 4 : 3;
  if (!(grey || rgb || cmyk || lab || linear) || !(integers || lab || linear) || header.channels < bands) {
    throw new EmulsionError('FORMAT_UNSUPPORTED', {
      reason: say('failures.unreadPixels'),
      detail: `${header.channels} channels of ${depth}, ${space}`,
    });
  }
  const notes: Message[] = [...examined.notes];
  if (orientation !== 1) notes.push(say('notes.upright'));
  if (format !== 'tiff' && (header.pages ?? 1) > 1) notes.push(say('notes.pages', { count: header.pages! }));
  if (cmyk) notes.push(say('notes.cmyk'));
  if (lab) notes.push(say('notes.lab'));
  if (linear) notes.push(say('notes.linear'));
  if (header.gainMap) notes.push(say('notes.gainMap'));
  if (header.isPalette && format === 'png') notes.push(say('notes.palette'));

  const { hasAlpha, infrared, numbered } = examined;
  const hdr = numbered?.kind === 'hdr' && !header.icc ? numbered : null;
  const plan: Plan = {
    width: header.width,
    height: header.height,
    orientation,
    channels: grey ? 1 : 3,
    // The colour engine converts CMYK to 8 bits.
    depth: (depth === 'uchar' || cmyk) && !hdr ? 8 : 16,
    alpha: header.channels > bands && hasAlpha !== false ? (grey ? 1 : 3) : null,
    infrared: infrared && 'channel' in infrared && header.channels > infrared.channel ? infrared.channel : null,
    convert: cmyk || lab || linear,
    hdr,
    leftAligned: format === 'avif' && depth === 'ushort' ? (header.bitsPerSample ?? null) : null,
    profile: null,
    profileName: null,
    colour: null,
    notes,
  };
  if (hdr) notes.push(say('notes.hdr', { curve: hdr.curve }));
  if (header.icc) applyProfile(plan, header.icc, cmyk);
  else if (numbered?.kind === 'profile' && !plan.convert) applyNumbers(plan, numbered);
  return plan;
}

/** Refuses a photo that the decoder has no room for, before it tries. */
export function assertFits({ width, height, channels, depth, orientation }: Plan): void {
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
    // A Lab picture is converted by its own numbers, whatever its profile is.
    if (!plan.convert) plan.notes.push(say('notes.profileDamaged'));
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

function applyNumbers(plan: Plan, { profile, greyProfile, name }: NumberedSpace & { kind: 'profile' }): void {
  plan.profile = plan.channels === 1 ? greyProfile : profile;
  plan.profileName = name;
  plan.colour = plan.channels === 1 ? null : (readProfile(profile)?.transform ?? null);
  plan.notes.push(say('notes.numbered', { profile: name }));
}
