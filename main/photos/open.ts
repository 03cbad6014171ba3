import { basename } from 'node:path';
import type { Message } from '../../contract/basics';
import { MAX_PIXELS } from '../../contract/basics';
import type { Caption } from '../../contract/caption';
import type { Photo, PhotoFormat } from '../../contract/photo';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';
import { log } from '../log/log';
import { type ColourTransform, createRaster, maxValue, type Raster, type Rect } from '../restoration/raster';
import { captionOf } from './caption';
import { type FileBytes, withFile } from './containers/file-bytes';
import { decode, greyOut, uprightRect } from './decode';
import { type Examined, examine, isZeroedJpeg, mend } from './examine';
import { infraredBeside, mayBeInfrared } from './infrared-beside';
import { factsOf, type PhotoMetadata } from './metadata';
import { assertFits, type Plan, planOf } from './plan';
import { resizeRaster } from './raster';
import { readMetadata } from './read-metadata';
import { type FileHeader, loadSharp, type SharpModule } from './sharp';
import { SNIFF_BYTES, sniff } from './sniff';
import { ratingIn } from './xmp';
import { claimNotes } from './xmp-claims';
import { withSidecar } from './xmp-sidecar';

/** A decoded, upright photo, with everything that must be restored when it is written. */
export interface OpenPhoto {
  format: PhotoFormat;
  /** Size of the file. */
  bytes: number;
  raster: Raster;
  /** Opacity: one channel in the raster's own size and depth; null for a photo that is opaque everywhere. */
  alpha: Raster | null;
  /** An infrared scan that belongs to the photo, in its size: it shows dust and no colours. */
  infrared: Raster | null;
  /** ICC profile that describes the raster's encoding; null: sRGB, or plain grey. */
  profile: Uint8Array | null;
  /** Name of the profile found in the file, even if the photo was converted from it; null without one. */
  profileName: string | null;
  /** Between the raster's encoding and sRGB; null if it is sRGB or grey already. */
  colour: ColourTransform | null;
  metadata: PhotoMetadata;
  /** Name of a file beside the photo whose XMP is part of the metadata; null without one. */
  sidecar: string | null;
  facts: Photo['facts'];
  /** Stars of the file or of the XMP beside it; null: they do not say. */
  rating: number | null;
  /** What the file and the XMP beside it say of the photo. */
  caption: Caption;
  /** What was normalised while opening. */
  notes: Message[];
  /** Parts that the file does not hold; they are grey. Empty for a complete photo. */
  missing: Rect[];
  /** Which of the file's photos this is, from 1, and how many it has. */
  pages: { number: number; count: number };
  /** What it was cut out of; absent: it is the whole page. */
  page?: Photo['page'];
}

/** The part of a photo that is being decoded. */
export interface Decoding {
  part: 'colour' | 'alpha';
  /** Whether the photo's opacity is decoded as well. */
  hasAlpha: boolean;
  format: PhotoFormat;
  megapixels: number;
}

export interface OpenOptions {
  /** Which of the file's photos, from 1; absent: the first. */
  page?: number;
  /** Opens a file that breaks off as far as it goes, instead of refusing it. */
  salvage?: boolean;
  /** Called before each part. */
  onDecoding?: (what: Decoding) => void;
}

/**
 * Decodes a photo. Needs little more memory than its raster: the pixels are decoded straight into it, and a second pass over
 * the file reads the opacity.
 *
 * Throws FILE_MISSING, FILE_UNREADABLE, FILE_EMPTY, NOT_A_PHOTO, FORMAT_UNSUPPORTED, PHOTO_TOO_LARGE (before anything
 * is decoded), PHOTO_DAMAGED, BAD_REQUEST (no such page) or OUT_OF_MEMORY.
 */
export async function openPhoto(path: string, options: OpenOptions = {}): Promise<OpenPhoto> {
  try {
    return await withFile(path, (file, place) => openFile(file, path, place, options));
  } catch (error) {
    throw openingError(error);
  }
}

async function openFile(
  file: FileBytes,
  path: string,
  place: string,
  { page, salvage = false, onDecoding = () => {} }: OpenOptions,
): Promise<OpenPhoto> {
  const format = sniff(file.read(0, SNIFF_BYTES));
  const sharp = await loadSharp();
  const found = await examine(file, place, format, page);
  const { examined, header } = await readHeader(sharp, file, found, format);
  const own = readMetadata(file, header, format, examined.structure);
  const { metadata, sidecar, notes } = await withSidecar(path, own);
  const plan = planOf(header, format, examined, metadata.orientation);
  assertFits(plan);
  plan.notes.push(...notes);
  for (const note of claimNotes(metadata.xmp))
    if (plan.notes.every(({ key }) => key !== note.key)) plan.notes.push(note);
  const about = { hasAlpha: plan.alpha !== null, format, megapixels: (plan.width * plan.height) / 1e6 };
  onDecoding({ ...about, part: 'colour' });
  const { raster, source } = await decodeColours(sharp, file, examined, plan, format);
  const missing = source.missing.map((rect) => uprightRect(rect, plan));
  assertWhole(missing, raster, salvage);
  greyOut(raster, missing);
  if (missing.length > 0) plan.notes.push(say('notes.partlyRead', { share: shareRead(missing, raster) }));
  if (plan.alpha !== null) onDecoding({ ...about, part: 'alpha' });
  const alpha = plan.alpha === null ? null : withoutOpaque((await decode(sharp, source, plan, 'alpha')).raster);
  const isOnly = examined.pages.count === 1;
  const inFile = await decodeInfrared(sharp, source, plan);
  const infrared = await fitInfrared(
    inFile ?? (isOnly ? await openInfrared(path, plan.notes) : null),
    raster,
    plan.notes,
  );
  const shape = await trueShape({ raster, alpha, infrared, missing }, metadata, plan.notes);
  return {
    format,
    bytes: file.size,
    ...shape,
    profile: plan.profile,
    profileName: plan.profileName,
    colour: plan.colour,
    metadata,
    sidecar,
    facts: factsOf(metadata),
    rating: metadata.xmp === null ? null : ratingIn(metadata.xmp),
    caption: captionOf(metadata),
    notes: plan.notes,
    pages: examined.pages,
  };
}

function openingError(error: unknown): EmulsionError {
  const { code } = error as NodeJS.ErrnoException;
  // Windows refuses to open a folder at all; on other systems a part of the path may be a file.
  if (code === 'EISDIR') return new EmulsionError('NOT_A_PHOTO', { reason: say('failures.isFolder') });
  if (code === 'ENOTDIR') return new EmulsionError('FILE_MISSING', { cause: error });
  if (code === 'EIO' || code === 'ELOOP') return new EmulsionError('FILE_UNREADABLE', { cause: error });
  return toEmulsionError(error);
}

/** Reads the header without decoding pixels. */
async function readHeader(
  sharp: SharpModule,
  file: FileBytes,
  examined: Examined,
  format: PhotoFormat,
): Promise<{ examined: Examined; header: FileHeader }> {
  let header: FileHeader;
  try {
    header = await sharp(examined.source, {
      failOn: 'none',
      limitInputPixels: false,
      limitInputChannels: false,
      ...(examined.page === undefined ? {} : { page: examined.page }),
    }).metadata();
  } catch (error) {
    const mended = await mend(file, examined, format);
    if (mended) return readHeader(sharp, file, mended, format);
    throw new EmulsionError('PHOTO_DAMAGED', { cause: error });
  }
  if (header.width * header.height > MAX_PIXELS) {
    throw new EmulsionError('PHOTO_TOO_LARGE', { detail: `${header.width} x ${header.height}` });
  }
  if (header.format !== examined.decodesAs) {
    throw new EmulsionError('PHOTO_DAMAGED', { detail: `A ${format} file that reads as ${header.format}.` });
  }
  return { examined, header };
}

/**
 * Decodes the colours. What a strict decoder refuses is examined more closely, mended, and decoded once more: harmless
 * errors are passed over, and missing parts are found.
 */
async function decodeColours(
  sharp: SharpModule,
  file: FileBytes,
  examined: Examined,
  plan: Plan,
  format: PhotoFormat,
): Promise<{ raster: Raster; source: Examined }> {
  let failure: unknown = null;
  let isDamaged = true;
  try {
    const { raster, warnings } = await decode(sharp, examined, plan, 'colour');
    if (warnings === 'harmless' || examined.isMended) noteErrors(plan, warnings);
    isDamaged = warnings === 'damage';
    const isSuspect = isDamaged || isZeroedJpeg(file, examined);
    if (!isSuspect || examined.isMended) return { raster, source: examined };
  } catch (error) {
    if (!(error instanceof EmulsionError) || error.code !== 'PHOTO_DAMAGED') throw error;
    failure = error;
  }
  const source = await mend(file, examined, format);
  if (!source) throw failure ?? new EmulsionError('PHOTO_DAMAGED', { detail: 'The decoder found damaged data.' });
  plan.notes.push(...source.notes.slice(examined.notes.length));
  const { raster } = await decode(sharp, source, plan, 'colour');
  if (source.missing.length === 0 && isDamaged) noteErrors(plan, 'harmless');
  return { raster, source };
}

function noteErrors({ notes }: Plan, warnings: 'none' | 'harmless' | 'damage'): void {
  // What breaks off is no small error, and is said already.
  const isSaid = notes.some(({ key }) => key === 'notes.smallErrors' || key === 'notes.lacksDetail');
  if (warnings === 'none' || isSaid) return;
  notes.push(say('notes.smallErrors'));
}

async function decodeInfrared(sharp: SharpModule, examined: Examined, plan: Plan): Promise<Raster | null> {
  if (plan.infrared !== null) return (await decode(sharp, examined, plan, 'infrared')).raster;
  const { infrared } = examined;
  if (!infrared || !('page' in infrared) || examined.isMended) return null;
  const page = { ...examined, page: infrared.page };
  const { width, height } = infrared;
  try {
    return (await decode(sharp, page, { ...plan, width, height, channels: 1, convert: false, hdr: null }, 'colour'))
      .raster;
  } catch {
    // The photo itself is sound; the notes say what became of its infrared scan.
    plan.notes.push(say('notes.infraredLost'));
    return null;
  }
}

/** The infrared picture of a photo in the file beside it; null without one. */
async function openInfrared(path: string, notes: Message[]): Promise<Raster | null> {
  const beside = await infraredBeside(path);
  if (beside === null) return null;
  const name = basename(beside.path);
  if (!beside.fits) {
    notes.push(say('notes.infraredStranger', { name }));
    return null;
  }
  try {
    const { raster } = await openPhoto(beside.path);
    notes.push(say('notes.infraredBeside', { name }));
    return raster.channels === 1 ? raster : channelOf(raster, 1);
  } catch (error) {
    // The photo itself is sound; the notes say what became of its infrared picture.
    log.failure('The infrared picture beside a photo was not read', toEmulsionError(error), { file: beside.path });
    notes.push(say('notes.infraredLost'));
    return null;
  }
}

/** An infrared picture in the size of its photo; null if its shape is another. */
async function fitInfrared(
  infrared: Raster | null,
  { width, height }: Raster,
  notes: Message[],
): Promise<Raster | null> {
  if (infrared === null || (infrared.width === width && infrared.height === height)) return infrared;
  if (mayBeInfrared({ ...infrared, samples: 1 }, { width, height })) return resizeRaster(infrared, width, height);
  notes.push(say('notes.infraredShape', { width: infrared.width, height: infrared.height }));
  return null;
}

function channelOf({ width, height, channels, depth, data }: Raster, channel: number): Raster {
  const out = createRaster(width, height, 1, depth);
  for (let i = 0; i < out.data.length; i++) out.data[i] = data[i * channels + channel]!;
  return out;
}

// ------------------------------------------------------------------------------------------- what is missing

/** Refuses a photo that breaks off, unless it may be opened as far as it goes. */
function assertWhole(missing: readonly Rect[], raster: Raster, salvage: boolean): void {
  if (missing.length === 0) return;
  const share = shareRead(missing, raster);
  const [first] = missing;
  const detail = `data are missing from row ${first!.y} of ${raster.height} on`;
  if (share === 0) throw new EmulsionError('PHOTO_DAMAGED', { reason: say('failures.nothingReadable'), detail });
  if (!salvage) throw new EmulsionError('PHOTO_DAMAGED', { reason: say('failures.partlyReadable', { share }), detail });
}

/** In whole percent, rounded down: a photo that lacks anything is never 100 % read. */
function shareRead(missing: readonly Rect[], size: { width: number; height: number }): number {
  return Math.floor(100 * (1 - missingShare(missing, size))) / 100;
}

/** Share of a photo's pixels that the file does not hold, 0..1. */
export function missingShare(missing: readonly Rect[], { width, height }: { width: number; height: number }): number {
  const area = missing.reduce((sum, rect) => sum + rect.width * rect.height, 0);
  return Math.min(1, area / (width * height));
}

function withoutOpaque(alpha: Raster): Raster | null {
  const opaque = maxValue(alpha);
  return alpha.data.every((value: number) => value === opaque) ? null : alpha;
}

// ------------------------------------------------------------------------------------------- shape

/** Pixels count as square up to this difference between their sides. */
const SQUARE = 0.01;
/** Nobody stores pixels that are longer than this; the numbers are wrong. */
const MAX_ASPECT = 4;

interface Planes {
  raster: Raster;
  alpha: Raster | null;
  infrared: Raster | null;
  missing: Rect[];
}

/** Stretches a photo whose pixels are not square along its coarser axis. */
async function trueShape(planes: Planes, { aspect }: PhotoMetadata, notes: Message[]): Promise<Planes> {
  if (Math.abs(aspect - 1) <= SQUARE || aspect > MAX_ASPECT || aspect < 1 / MAX_ASPECT) return planes;
  const { raster } = planes;
  // The aspect is the width of a pixel as a share of its height.
  const width = aspect > 1 ? Math.round(raster.width * aspect) : raster.width;
  const height = aspect < 1 ? Math.round(raster.height / aspect) : raster.height;
  if (width * height > MAX_PIXELS) return planes;
  notes.push(say('notes.aspect', { width, height }));
  const stretch = (plane: Raster | null) => plane && resizeRaster(plane, width, height);
  const x = width / raster.width;
  const y = height / raster.height;
  return {
    raster: await resizeRaster(raster, width, height),
    alpha: await stretch(planes.alpha),
    infrared: await stretch(planes.infrared),
    missing: planes.missing.map((rect) => ({
      x: Math.floor(rect.x * x),
      y: Math.floor(rect.y * y),
      width: Math.ceil(rect.width * x),
      height: Math.ceil(rect.height * y),
    })),
  };
}
