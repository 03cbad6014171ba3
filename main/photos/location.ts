import type { Message } from '../../contract/basics';
import { say } from '../../text/message';
import { withoutGps } from './exif';
import { withoutIptcFields } from './iptc';
import type { PhotoMetadata } from './metadata';
import { childrenOf, NAMES, parseXmp, serialiseXmp } from './xmp-document';

/** Leaves the place out of a photo's metadata: coordinates, and names of places in the fields that are made for them. */

/** Properties of XMP that name a place, by namespace; coordinates are found by their names, which begin with GPS. */
const PLACE_NAMES: Readonly<Record<string, readonly string[]>> = {
  [NAMES.photoshop]: ['City', 'State', 'Country'],
  [NAMES.Iptc4xmpCore]: ['Location', 'CountryCode'],
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
  const iptc = metadata.iptc && withoutIptcFields(metadata.iptc, PLACE_FIELDS);
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
