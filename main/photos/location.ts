import type { Message } from '../../contract/basics';
import { say } from '../../text/message';
import { concat, withoutGps } from './exif';
import type { PhotoMetadata } from './metadata';
import { childrenOf, NAMES, parseXmp, serialiseXmp } from './xmp-document';

/** Leaves the place out of a photo's metadata: coordinates, and names of places in the fields that are made for them. */

/** Properties of XMP that name a place, by namespace; coordinates are found by their names, which begin with GPS. */
const PLACE_NAMES: Readonly<Record<string, readonly string[]>> = {
  'http://ns.adobe.com/photoshop/1.0/': ['City', 'State', 'Country'],
  'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/': ['Location', 'CountryCode'],
  [NAMES.Iptc4xmpExt]: ['LocationCreated', 'LocationShown'],
};
const isPlace = (namespace: string | null, name: string | null) =>
  name !== null && (/^gps/i.test(name) || (namespace !== null && PLACE_NAMES[namespace]?.includes(name) === true));

/** Fields of IPTC's second record: content location, city, sublocation, state, and country. */
const PLACE_FIELDS = [26, 27, 90, 92, 95, 100, 101];

/** What cannot be read is left out whole, since nobody knows what it says of the place. */
export function withoutLocation(metadata: PhotoMetadata): { metadata: PhotoMetadata; notes: Message[] } {
  const notes: Message[] = [];
  const exif = metadata.exif && withoutGps(metadata.exif);
  if (metadata.exif && !exif) notes.push(say('notes.exifDamaged'));
  const xmp = metadata.xmp === null ? null : withoutPlaces(metadata.xmp);
  if (metadata.xmp !== null && xmp === null) notes.push(say('notes.xmpMalformed'));
  const iptc = metadata.iptc && withoutPlaceFields(metadata.iptc);
  return { metadata: { ...metadata, exif, xmp, iptc }, notes };
}

function withoutPlaces(packet: string): string | null {
  const parsed = parseXmp(packet);
  if (!parsed) return null;
  for (const description of parsed.described) {
    for (const { namespaceURI, localName } of Array.from(description.attributes)) {
      if (isPlace(namespaceURI, localName)) description.removeAttributeNS(namespaceURI, localName!);
    }
    for (const child of childrenOf(description)) {
      if (isPlace(child.namespaceURI, child.localName)) description.removeChild(child);
    }
  }
  return serialiseXmp(parsed.document);
}

/** Null for records that do not follow one another as they should. */
function withoutPlaceFields(records: Uint8Array): Uint8Array | null {
  const kept: Uint8Array[] = [];
  let at = 0;
  while (at + 5 <= records.length && records[at] === 0x1c) {
    const length = (records[at + 3]! << 8) | records[at + 4]!;
    // The highest bit announces a longer field, which no name of a place needs.
    const end = at + 5 + length;
    if (length >= 0x8000 || end > records.length) return null;
    const isField = records[at + 1] === 2 && PLACE_FIELDS.includes(records[at + 2]!);
    if (!isField) kept.push(records.subarray(at, end));
    at = end;
  }
  // What follows can only be padding.
  if (records.subarray(at).some((byte) => byte !== 0)) return null;
  return kept.length === 0 ? null : concat(kept);
}
