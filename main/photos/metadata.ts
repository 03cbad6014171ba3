import type { Message } from '../../contract/basics';
import type { Orientation } from '../../contract/edit';
import type { Photo } from '../../contract/photo';
import { say } from '../../text/message';
import { bytesOf } from './containers/file-bytes';
import { type Directories, fitExif, numberOf, readDirectories, TAG, textOf } from './exif';
import { type Edit, recordEdit } from './xmp';
import type { Region, Shape } from './xmp-claims';
import { isExcessive } from './xmp-document';

/** The metadata of a photo, without its colour profile. */
export interface PhotoMetadata {
  /** EXIF block from its TIFF header on. */
  exif: Uint8Array | null;
  /** XMP packet. */
  xmp: string | null;
  /** IPTC records (IIM), without the wrapping that JPEG files put around them. */
  iptc: Uint8Array | null;
  /** Pixels per inch, along the finer axis if the two differ; null if the file does not say. */
  density: number | null;
  /** Width of a pixel as a share of its height; 1 for square pixels. */
  aspect: number;
  /** EXIF orientation of the stored picture, which is upright once it is open; and its size. */
  orientation: Orientation;
  stored: { width: number; height: number } | null;
  /** Comments and captions outside EXIF, XMP and IPTC; a JPEG's comment has the keyword "Comment". */
  texts: readonly { keyword: string; text: string }[];
}

/** For photos whose metadata are left out. */
export const NO_METADATA: PhotoMetadata = {
  exif: null,
  xmp: null,
  iptc: null,
  density: null,
  aspect: 1,
  orientation: 1,
  stored: null,
  texts: [],
};

/** Facts to show about a photo, in display order. Labels are keys of translations. */
export function factsOf(metadata: PhotoMetadata): Photo['facts'] {
  const directories = metadata.exif ? readDirectories(bytesOf(metadata.exif)) : null;
  if (!directories) return [];
  const { image, exif } = directories;
  const facts: Photo['facts'] = [];
  const add = (label: string, value: string | null) => {
    if (value !== null) facts.push({ label: `facts.${label}`, value: value.slice(0, 200) });
  };
  add('taken', takenOf(directories));
  add('camera', cameraOf(textOf(image.get(TAG.make)), textOf(image.get(TAG.model))));
  add('lens', textOf(exif.get(TAG.lensModel)));
  add('exposure', exposureOf(directories));
  add('focalLength', withUnit(numberOf(exif.get(TAG.focalLength)), 'mm'));
  add('sensitivity', withUnit(numberOf(exif.get(TAG.sensitivity)), '', 'ISO '));
  add('location', locationOf(directories));
  add('software', textOf(image.get(TAG.software)));
  return facts;
}

/** "2001:07:30 12:00:00" as "2001-07-30 12:00:00". The scan's own date does not count as the date taken. */
function takenOf({ exif }: Directories): string | null {
  const text = textOf(exif.get(TAG.dateTimeOriginal));
  return text?.replace(/^(\d{4}):(\d\d):(\d\d)/, '$1-$2-$3') ?? null;
}

/** Make and model. Many makers repeat their name in the model. */
function cameraOf(make: string | null, model: string | null): string | null {
  if (make === null || model === null) return model ?? make;
  return model.toLowerCase().startsWith(make.split(' ')[0]!.toLowerCase()) ? model : `${make} ${model}`;
}

function exposureOf({ exif }: Directories): string | null {
  const seconds = numberOf(exif.get(TAG.exposureTime));
  const aperture = numberOf(exif.get(TAG.fNumber));
  const parts: string[] = [];
  if (seconds !== null && seconds > 0 && Number.isFinite(seconds)) {
    parts.push(seconds < 0.4 ? `1/${Math.round(1 / seconds)} s` : `${rounded(seconds)} s`);
  }
  if (aperture !== null && aperture > 0 && Number.isFinite(aperture)) parts.push(`f/${rounded(aperture)}`);
  return parts.length > 0 ? parts.join(', ') : null;
}

function withUnit(value: number | null, unit: string, prefix = ''): string | null {
  if (value === null || !Number.isFinite(value) || value <= 0) return null;
  return `${prefix}${rounded(value)}${unit && ` ${unit}`}`;
}

const GPS = { latitudeRef: 1, latitude: 2, longitudeRef: 3, longitude: 4 } as const;

/** Decimal degrees, north and east positive. */
function locationOf({ gps }: Directories): string | null {
  const degrees = (value: number, ref: number, negative: string) => {
    const entry = gps.get(value);
    if (entry?.type !== 5 || entry.count !== 3) return null;
    const [whole, minutes, seconds] = [0, 8, 16].map((at) =>
      numberOf({ type: 5, count: 1, bytes: entry.bytes.subarray(at, at + 8) }),
    );
    const sum = whole! + minutes! / 60 + seconds! / 3600;
    if (!Number.isFinite(sum)) return null;
    return textOf(gps.get(ref)) === negative ? -sum : sum;
  };
  const latitude = degrees(GPS.latitude, GPS.latitudeRef, 'S');
  const longitude = degrees(GPS.longitude, GPS.longitudeRef, 'W');
  return latitude === null || longitude === null ? null : `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

// ------------------------------------------------------------------------------------------- on the way out

/** Metadata of a photo that is about to be written. */
export interface OutputMetadata extends PhotoMetadata {
  /** A packet with Emulsion's own entries only, for formats that the whole packet does not fit into. */
  shortXmp: string;
}

/** The size of a result, how it was turned since it was opened, and which part of it was kept before that. */
export interface ResultShape {
  width: number;
  height: number;
  orientation?: Orientation;
  crop?: Region | null;
  /** Where places of the page lie in the print that was cut out of it before, both in shares. Absent: it is the whole page. */
  print?: Shape['print'];
}

/**
 * The metadata for a result of `width` x `height` pixels: those of the original (or {@link NO_METADATA}), corrected for an
 * upright picture, with the edit recorded. `density`: pixels per inch of the result. The notes say what could not be kept.
 */
export function metadataFor(
  original: PhotoMetadata,
  edit: Edit,
  { width, height, orientation = 1, crop = null, print }: ResultShape,
  density = original.density,
): { metadata: OutputMetadata; notes: Message[] } {
  const notes: Message[] = [];
  // Pixels are square now, and the block may say otherwise.
  const isNew = density !== original.density || original.aspect !== 1;
  const exif = original.exif && fitExif(original.exif, width, height, isNew ? density : null);
  if (original.exif && !exif) notes.push(say('notes.exifDamaged'));
  const { stored, texts } = original;
  const isSame =
    original.orientation === 1 &&
    orientation === 1 &&
    crop === null &&
    print === undefined &&
    stored !== null &&
    stored.width === width &&
    stored.height === height;
  const shape: Shape = { width, height, turns: [original.orientation, orientation], crop, print, isSame };
  let xmp = original.xmp === null ? null : recordEdit(original.xmp, edit, { shape, texts, notes });
  if (original.xmp !== null && xmp === null) {
    notes.push(say(isExcessive(original.xmp) ? 'notes.xmpExcessive' : 'notes.xmpMalformed'));
  }
  const shortXmp = recordEdit(null, edit, { texts });
  xmp ??= shortXmp;
  return { metadata: { ...original, exif, xmp, shortXmp, density, aspect: 1, orientation: 1 }, notes };
}
