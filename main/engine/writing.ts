import { createWriteStream } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Message } from '../../contract/basics';
import type { Caption } from '../../contract/caption';
import type { Crop } from '../../contract/edit';
import { DEEP_FORMATS } from '../../contract/output';
import type { ExportFormat, Photo, StepReport } from '../../contract/photo';
import { cropIn } from '../../document/crop';
import { writtenSize } from '../../document/output-size';
import { ontoPrint } from '../../document/scan';
import type { Size } from '../../document/size';
import packageInfo from '../../package.json' with { type: 'json' };
import { say } from '../../text/message';
import { toEmulsionError } from '../errors';
import { captionInXmp, withCaption } from '../photos/caption';
import { encodePhoto } from '../photos/encode';
import { EXPORT_EXTENSIONS } from '../photos/extensions';
import { withoutLocation } from '../photos/location';
import { writeMask } from '../photos/mask';
import { metadataFor, NO_METADATA, type OutputMetadata } from '../photos/metadata';
import type { OpenPhoto } from '../photos/open';
import { convertForOutput, recoded } from '../photos/output-colour';
import { copyWithMetadata, isPatchable } from '../photos/patch';
import { orientRaster, resizeRaster } from '../photos/raster';
import { sideBySide } from '../photos/side-by-side';
import { changesStem } from '../photos/side-files';
import { withRating } from '../photos/xmp';
import { scaleMask } from '../restoration/changes';
import { cropRaster, type Raster } from '../restoration/raster';
import { openRegular } from '../storage/open-file';
import { handOverStaged, stagePhoto, type WriteTarget, writePhoto } from '../storage/write';
import { CODEC_SECONDS } from './decoding';
import type { Job } from './job';
import { cropOutside, printDensity } from './planned-edit';
import type { Requests, WrittenFile } from './protocol';

/** A result and the part of it that is written. */
export interface Cropped {
  raster: Raster;
  crop: Crop | null;
  width: number;
  height: number;
}

/** `crop` is in pixels of the photo; the result may be enlarged. Throws BAD_REQUEST for a part that lies outside. */
export function cropped(raster: Raster, crop: Crop | null, photo: Size): Cropped {
  if (crop === null) return { raster, crop, width: raster.width, height: raster.height };
  const part = cropIn(crop, photo, raster);
  if (!part) throw cropOutside(photo);
  return { raster, crop: part, width: part.width, height: part.height };
}

export type WriteChoice = Omit<Requests['export']['request'], 'photoId' | 'edit' | 'target'>;

/** What is written of a photo. */
export interface ToWrite {
  path: string;
  photo: Photo;
  source: OpenPhoto;
  result: Cropped;
  reports: readonly StepReport[];
  /** Generators whose licences forbid commercial use. */
  restrictions: readonly string[];
}

/** What was written, and what could not be kept. */
export type Encoded = Size & { notes: Message[] };

/**
 * Writes a result to a file: cropped, turned, in the size, the colours and the depth that were asked for, with its metadata.
 */
export async function encodeResult(to: string, what: ToWrite, choice: WriteChoice): Promise<Encoded> {
  const copied = await copyUnchanged(to, what, choice);
  if (copied) return copied;
  const { photo, source, result, reports, restrictions } = what;
  const { recipe, format, quality, orientation, crop: asked } = choice;
  const { raster, crop } = result;
  let turned = await orientRaster(crop ? cropRaster(raster, crop) : raster, orientation);
  if (choice.sideBySide) turned = await sideBySide(await uprightOriginal(what, choice), turned);
  const size = writtenSize({ size: choice.size ?? null, dpi: choice.dpi ?? null }, turned);
  const isReduced = size.width !== turned.width || size.height !== turned.height;
  const sized = isReduced ? await resizeRaster(turned, size.width, size.height, 'lanczos3') : turned;
  const { profile: wanted = 'original', depth } = choice;
  const own = { profile: source.profile, colour: source.colour };
  const shown = convertForOutput(sized, own, { profile: wanted, depth: writtenDepth(format, depth, sized) });
  const edit = {
    version: packageInfo.version,
    recipe,
    reports,
    at: new Date(),
    restrictions,
    rating: ratingOf(what, choice),
  };
  const isPlain = choice.metadata === 'none' || choice.sideBySide;
  const given = isPlain ? { metadata: NO_METADATA, notes: [] } : located(source.metadata, choice.metadata);
  const { metadata: kept, notes } = metadataFor(
    given.metadata,
    edit,
    {
      width: size.width,
      height: size.height,
      orientation,
      crop: crop && sharesOf(crop, raster),
      ...(photo.page && { print: ontoPrint(photo.page) }),
    },
    size.dpi ?? printDensity(recipe, reports),
  );
  const metadata = isPlain ? kept : captioned(kept, captionFor(what, choice), format);
  const alpha = choice.sideBySide ? null : await opacityOf(photo, source, { crop: asked ?? null, orientation });
  const encoded = await encodePhoto({
    ...shown,
    alpha: fitDepth(alpha, shown.raster),
    metadata,
    format,
    quality,
    path: to,
  });
  return {
    width: size.width,
    height: size.height,
    notes: [
      ...(source.infrared ? [say('notes.infraredLeftOut')] : []),
      ...(restrictions.length > 0 ? [say('notes.nonCommercial', { names: restrictions.join(', ') })] : []),
      ...(size.isSmaller ? [smallerNote(size)] : []),
      ...given.notes,
      ...notes,
      ...shown.notes,
      ...encoded.notes,
    ],
  };
}

const located = (metadata: OpenPhoto['metadata'], kept: WriteChoice['metadata']) =>
  kept === 'withoutLocation' ? withoutLocation(metadata) : { metadata, notes: [] };

const smallerNote = ({ width, height, dpi }: Size & { dpi: number | null }) =>
  dpi === null
    ? say('notes.smallerThanAsked', { width, height })
    : say('notes.smallerPrint', { width, height, dpi: Math.round(dpi) });

/** JPEG, WebP and AVIF round by themselves, so that they say it. */
export const writtenDepth = (format: ExportFormat, depth: 8 | 16 | null | undefined, raster: Raster): 8 | 16 =>
  DEEP_FORMATS.some((deep) => deep === format) || depth === 8 ? (depth ?? raster.depth) : raster.depth;

/** The photo as it was opened, with the crop and the turn of its result. */
async function uprightOriginal(
  { photo, source: { raster } }: ToWrite,
  { crop, orientation }: WriteChoice,
): Promise<Raster> {
  const part = crop ? cropIn(crop, photo, raster) : null;
  return orientRaster(part ? cropRaster(raster, part) : raster, orientation);
}

/** The opacity has the size of the photo, also beside an enlarged result. */
async function opacityOf(
  photo: Photo,
  { alpha }: OpenPhoto,
  { crop, orientation }: Pick<WriteChoice, 'orientation'> & { crop: Crop | null },
): Promise<Raster | null> {
  const part = crop && alpha && cropIn(crop, photo, alpha);
  const opacity = alpha && part ? cropRaster(alpha, part) : alpha;
  return opacity && (await orientRaster(opacity, orientation));
}

/** Stars that a person has given and the file does not have; null if there are none to write. */
const ratingOf = ({ source }: ToWrite, { metadata, rating }: WriteChoice): number | null =>
  metadata !== 'none' && rating != null && rating !== (source.rating ?? 0) ? rating : null;

/** What a person has said of the photo and its file does not say. A place is left out with the others. */
function captionFor({ source }: ToWrite, { metadata, caption = {} }: WriteChoice): Caption {
  if (metadata === 'none') return {};
  const before = source.caption;
  const said = Object.entries(caption).filter(([field, value]) => {
    if (value === undefined || (field === 'place' && metadata === 'withoutLocation')) return false;
    const known = before[field as keyof Caption] ?? '';
    return JSON.stringify(value.length === 0 ? '' : value) !== JSON.stringify(known);
  });
  return Object.fromEntries(said);
}

/** These formats have a place for IPTC's records. */
const WITH_IPTC: readonly ExportFormat[] = ['jpeg', 'tiff'];

const captioned = (metadata: OutputMetadata, caption: Caption, format: ExportFormat): OutputMetadata => ({
  ...metadata,
  ...withCaption(metadata, caption, WITH_IPTC.includes(format)),
  shortXmp: captionInXmp(metadata.shortXmp, caption) ?? metadata.shortXmp,
});

const LOSSLESS: readonly ExportFormat[] = ['png', 'tiff'];

/**
 * Copies the file where nothing of the picture changes, which avoids another lossy encoding: as it is, or with other metadata. Null
 * where a result has to be encoded.
 */
async function copyUnchanged(to: string, what: ToWrite, choice: WriteChoice): Promise<Encoded | null> {
  const { path, source, result, reports } = what;
  const { format, orientation, metadata, size = null, dpi = null, depth, profile = 'original' } = choice;
  const isEdited =
    reports.some(({ outcome }) => outcome === 'done') ||
    orientation !== 1 ||
    result.crop !== null ||
    what.photo.page !== undefined;
  const isAsked = dpi !== null || profile !== 'original' || (depth ?? source.raster.depth) !== source.raster.depth;
  const written = writtenSize({ size, dpi }, result);
  const isResized = written.dpi !== null || written.width !== result.width || written.height !== result.height;
  const isSame = !isEdited && !isAsked && !isResized && !choice.sideBySide;
  if (!isSame || format !== source.format || !isAsStored(source) || metadata === 'none') return null;
  const rating = ratingOf(what, choice);
  const caption = captionFor(what, choice);
  const hasCaption = Object.keys(caption).length > 0;
  const isPatched = rating !== null || hasCaption || metadata === 'withoutLocation';
  const { width, height } = result;
  const too = written.isSmaller ? [smallerNote(written)] : [];
  try {
    if (!isPatched) {
      await copyOriginal(path, to);
      const notes = source.sidecar === null ? [] : [say('notes.sidecarLeft', { name: source.sidecar })];
      return { width, height, notes: [...too, ...notes] };
    }
    // Without loss, writing the file anew is as good, and records it.
    if (LOSSLESS.includes(format)) return null;
    const given = located(source.metadata, metadata);
    const { exif, iptc, xmp: packet } = withCaption(given.metadata, caption, WITH_IPTC.includes(format));
    const xmp = rating === null ? packet : withRating(packet, rating, new Date());
    const isLocated = metadata === 'withoutLocation';
    const parts = { xmp, ...((isLocated || hasCaption) && { exif, iptc }) };
    const picture = { width, height, alpha: source.alpha !== null };
    if (isPatchable(format) && (await copyWithMetadata(path, to, format, parts, picture))) {
      return { width, height, notes: [...too, ...given.notes] };
    }
    if (isLocated) return null;
    await copyOriginal(path, to);
    return { width, height, notes: [...too, say(hasCaption ? 'notes.captionLeft' : 'notes.ratingLeft')] };
  } catch (error) {
    throw toEmulsionError(error);
  }
}

/** A rectangle as shares of a picture, by its middle. */
const sharesOf = ({ x, y, width: w, height: h }: Crop, { width, height }: Size) => ({
  x: (x + w / 2) / width,
  y: (y + h / 2) / height,
  w: w / width,
  h: h / height,
});

/** Whether the file itself shows the photo as it was opened: whole, in its shape, and alone. */
function isAsStored({ missing, pages, metadata }: OpenPhoto): boolean {
  return missing.length === 0 && pages.count === 1 && metadata.aspect === 1;
}

/**
 * Copies only the bytes: with the permissions of a read-only original, the copy could not be synced. The stream closes the
 * file.
 */
async function copyOriginal(path: string, to: string): Promise<void> {
  const file = await openRegular(path);
  await pipeline(file.createReadStream(), createWriteStream(to));
}

/** Writes files for a job, with their own names, or with temporary ones for a caller that gives them theirs. */
export class ResultWriter {
  readonly #job: Job;
  readonly #isStaged: boolean;

  constructor(job: Job, isStaged: boolean) {
    this.#job = job;
    this.#isStaged = isStaged;
  }

  async #write(target: WriteTarget, produce: (path: string) => Promise<unknown>): Promise<WrittenFile> {
    const { signal } = this.#job;
    this.#job.busy(CODEC_SECONDS);
    if (!this.#isStaged) return writePhoto(target, produce, { signal });
    const file = await stagePhoto(target, produce, { signal });
    handOverStaged(file.path);
    return file;
  }

  async result(
    what: ToWrite,
    choice: WriteChoice & Pick<Requests['export']['request'], 'target'>,
  ): Promise<WrittenFile & Encoded> {
    let encoded: Encoded | null = null;
    const target = { ...choice.target, extension: EXPORT_EXTENSIONS[choice.format] };
    const { path, bytes } = await this.#write(target, async (temporary) => {
      encoded = await encodeResult(temporary, what, choice);
    });
    return { path, bytes, ...encoded! };
  }

  /**
   * Writes the mask of what was changed beside a result: as this is cropped, turned and reduced.
   *
   * @param mask of the whole photo or its enlargement
   * @param beside the written result
   */
  async changes(
    mask: Raster,
    { photo, crop, orientation }: { photo: Size; crop: Crop | null } & Pick<WriteChoice, 'orientation'>,
    beside: { path: string; root?: string; stem: string } & Size,
  ): Promise<WrittenFile> {
    const part = crop === null ? null : cropIn(crop, photo, mask);
    const turned = await orientRaster(part ? cropRaster(mask, part) : mask, orientation);
    const sized = scaleMask(turned, beside.width, beside.height);
    // A staged result does not have its name yet.
    const stem = this.#isStaged ? beside.stem : basename(beside.path, extname(beside.path));
    const target = { folder: dirname(beside.path), root: beside.root, stem: changesStem(stem), extension: 'png' };
    return this.#write(target, (path) => writeMask(sized, path));
  }
}

/** The opacity in the depth of its picture. */
function fitDepth(alpha: Raster | null, { depth }: Raster): Raster | null {
  return alpha === null || alpha.depth === depth ? alpha : recoded(alpha, depth);
}
