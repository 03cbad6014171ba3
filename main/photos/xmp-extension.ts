import { latin1, viewOf } from './containers/file-bytes';
import { concat } from './exif';
import { childrenOf, NAMES, parseXmp, RDF, removeProperty, serialiseXmp, XML_NAMES } from './xmp-document';

/** XMP beyond the 64 KB of a JPEG segment: it lies in further segments, each with a hash, the whole length and its offset. */

const GUID = 32;
const HEADER = GUID + 8;
const MAX_BYTES = 8 * 1024 * 1024;

/** The packet with the properties of its extension; the packet itself if the extension is incomplete or unreadable. */
export function mergeExtension(packet: string, parts: readonly Uint8Array[]): string {
  const whole = wholeExtension(packet, parts);
  return (whole !== null && mergePackets(packet, whole)) || packet;
}

/** Two packets in one. Where both have a property, that of the second counts. Null if one of them cannot be read. */
export function mergePackets(packet: string, stronger: string): string | null {
  const main = parseXmp(packet);
  const other = parseXmp(stronger);
  if (!main || !other) return null;
  const properties = other.described.flatMap((each) => [...Array.from(each.attributes), ...childrenOf(each)]);
  for (const description of main.described) {
    removeProperty(description, 'xmpNote', 'HasExtendedXMP');
    for (const { namespaceURI, localName } of properties) {
      if (!namespaceURI || !localName || namespaceURI === RDF || namespaceURI === XML_NAMES) continue;
      description.removeAttributeNS(namespaceURI, localName);
      for (const child of childrenOf(description)) {
        if (child.namespaceURI === namespaceURI && child.localName === localName) description.removeChild(child);
      }
    }
  }
  for (const child of childrenOf(other.rdf)) main.rdf.appendChild(main.document.importNode(child, true));
  return serialiseXmp(main.document);
}

function wholeExtension(packet: string, parts: readonly Uint8Array[]): string | null {
  // The packet names the extension that belongs to it; others are left over from earlier programs.
  const mine = parts.filter((part) => part.length > HEADER && packet.includes(latin1(part, 0, GUID)));
  if (mine.length === 0) return null;
  const size = viewOf(mine[0]!).getUint32(GUID);
  if (size > MAX_BYTES) return null;
  const ordered = [...mine].sort((a, b) => viewOf(a).getUint32(GUID + 4) - viewOf(b).getUint32(GUID + 4));
  const bytes = concat(ordered.map((part) => part.subarray(HEADER)));
  return bytes.length === size ? new TextDecoder().decode(bytes) : null;
}

/** A short packet that names its extension. */
export function withExtension(packet: string, guid: string): string {
  const about = 'rdf:about=""';
  return packet.replace(about, `${about} xmlns:xmpNote="${NAMES.xmpNote}" xmpNote:HasExtendedXMP="${guid}"`);
}

const ROOM = 65_000;

/** Divides a packet into extension segments, without their name. `guid`: the hash that the main packet names. */
export function extensionParts(packet: Uint8Array, guid: string): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < packet.length; at += ROOM) {
    const numbers = new Uint8Array(8);
    viewOf(numbers).setUint32(0, packet.length);
    viewOf(numbers).setUint32(4, at);
    parts.push(concat([Buffer.from(guid, 'latin1'), numbers, packet.subarray(at, at + ROOM)]));
  }
  return parts;
}
