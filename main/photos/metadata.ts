import { closeSync, openSync, readSync } from 'node:fs';
import type { Message } from '../../contract/basics';
import type { Photo, PhotoFormat } from '../../contract/photo';
import { say } from '../../text/message';
import {
  DESCRIPTIVE_TAGS,
  type Directories,
  fitExif,
  numberOf,
  readDirectories,
  readerOf,
  TAG,
  textOf,
  writeExifBlock,
} from './exif';
import type { FileHeader } from './sharp';
import { type Edit, recordEdit } from './xmp';

/** The metadata of a photo, without its colour profile. */
export interface PhotoMetadata {
  /** EXIF block from its TIFF header on. */
  exif: Uint8Array | null;
  /** XMP packet. */
  xmp: string | null;
  /** IPTC records (IIM), without the wrapping that JPEG files put around them. */
  iptc: Uint8Array | null;
  /** Pixels per inch; null if the file does not say. */
  density: number | null;
}

/** For photos whose metadata are left out. */
export const NO_METADATA: PhotoMetadata = { exif: null, xmp: null, iptc: null, density: null };

/** Collects the metadata of a photo from its header and, for TIFF, from the directories in the file at `path`. */
export function readMetadata(header: FileHeader, format: PhotoFormat, path: string): PhotoMetadata {
  return {
    exif: format === 'tiff' ? exifOfTiff(path) : exifBlock(header.exif),
    xmp: header.xmp ? decodeXmp(header.xmp) : null,
    iptc: iptcRecords(header.iptc) ?? iptcRecords(header.tifftagPhotoshop),
    density: header.density !== undefined && header.density > 0 ? header.density : null,
  };
}

function exifBlock(bytes: Uint8Array | undefined): Uint8Array | null {
  if (!bytes) return null;
  const prefixed = String.fromCharCode(...bytes.subarray(0, 6)) === 'Exif\0\0';
  const block = prefixed ? bytes.subarray(6) : bytes;
  return readDirectories(readerOf(block)) ? block : null;
}

function exifOfTiff(path: string): Uint8Array | null {
  const file = openSync(path, 'r');
  try {
    const directories = readDirectories((offset, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    });
    if (!directories) return null;
    for (const tag of directories.image.keys()) if (!DESCRIPTIVE_TAGS.has(tag)) directories.image.delete(tag);
    return Object.values(directories).some((directory) => directory.size > 0) ? writeExifBlock(directories) : null;
  } finally {
    closeSync(file);
  }
}

function decodeXmp(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\0+$/, '');
}

/** IPTC's records, taken from the Photoshop resources that usually contain them. Null if there are none. */
function iptcRecords(bytes: Uint8Array | undefined): Uint8Array | null {
  if (!bytes || bytes.length < 5) return null;
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  if (bytes[0] === 0x1c) return bytes;
  let at = text(0, 14) === 'Photoshop 3.0\0' ? 14 : 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Each resource: '8BIM', a number, a name padded to even length, a size, the data padded to even length.
  while (at + 12 <= bytes.length && text(at, 4) === '8BIM') {
    const id = view.getUint16(at + 4);
    const name = bytes[at + 6]! + 1;
    const sizeAt = at + 6 + name + (name % 2);
    if (sizeAt + 4 > bytes.length) return null;
    const size = view.getUint32(sizeAt);
    const data = bytes.subarray(sizeAt + 4, sizeAt + 4 + size);
    if (id === 0x0404) return data.length === size && size > 0 ? data : null;
    at = sizeAt + 4 + size + (size % 2);
  }
  return null;
}

/** Facts to show about a photo, in display order. Labels are keys of translations. */
export function factsOf(metadata: PhotoMetadata): Photo['facts'] {
  const directories = metadata.exif ? readDirectories(readerOf(metadata.exif)) : null;
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

/**
 * The metadata for a result of `width` x `height` pixels: those of the original (or {@link NO_METADATA}), corrected for an
 * upright picture, with the edit recorded. `density`: pixels per inch of the result. The notes say what could not be kept.
 */
export function metadataFor(
  original: PhotoMetadata,
  edit: Edit,
  { width, height }: { width: number; height: number },
  density = original.density,
): { metadata: OutputMetadata; notes: Message[] } {
  const notes: Message[] = [];
  const exif = original.exif && fitExif(original.exif, width, height, density === original.density ? null : density);
  if (original.exif && !exif) notes.push(say('notes.exifDamaged'));
  let xmp = original.xmp === null ? null : recordEdit(original.xmp, edit);
  if (original.xmp !== null && xmp === null) notes.push(say('notes.xmpMalformed'));
  const shortXmp = recordEdit(null, edit);
  xmp ??= shortXmp;
  return { metadata: { exif, xmp, shortXmp, iptc: original.iptc, density }, notes };
}
