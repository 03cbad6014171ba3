import { DOMParser, type Document, type Element, Node, XMLSerializer } from '@xmldom/xmldom';

/** Reading and writing XMP packets as documents. */

export const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
export const XML_NAMES = 'http://www.w3.org/2000/xmlns/';
export const NAMES = {
  xmp: 'http://ns.adobe.com/xap/1.0/',
  xmpMM: 'http://ns.adobe.com/xap/1.0/mm/',
  xmpNote: 'http://ns.adobe.com/xmp/note/',
  stEvt: 'http://ns.adobe.com/xap/1.0/sType/ResourceEvent#',
  tiff: 'http://ns.adobe.com/tiff/1.0/',
  exif: 'http://ns.adobe.com/exif/1.0/',
  dc: 'http://purl.org/dc/elements/1.1/',
  dcterms: 'http://purl.org/dc/terms/',
  photoshop: 'http://ns.adobe.com/photoshop/1.0/',
  Iptc4xmpCore: 'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/',
  Iptc4xmpExt: 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
  GCamera: 'http://ns.google.com/photos/1.0/camera/',
  Container: 'http://ns.google.com/photos/1.0/container/',
  GPano: 'http://ns.google.com/photos/1.0/panorama/',
  hdrgm: 'http://ns.adobe.com/hdr-gain-map/1.0/',
  HDRGainMap: 'http://ns.apple.com/HDRGainMap/1.0/',
  mwgRs: 'http://www.metadataworkinggroup.com/schemas/regions/',
  stDim: 'http://ns.adobe.com/xap/1.0/sType/Dimensions#',
  stArea: 'http://ns.adobe.com/xmp/sType/Area#',
  MicrosoftPhoto: 'http://ns.microsoft.com/photo/1.0/',
  MPReg: 'http://ns.microsoft.com/photo/1.2/t/Region#',
  emulsion: 'urn:emulsion:xmp:1.0/',
} as const;
export type Prefix = keyof typeof NAMES;

/** A packet that says nothing. */
export const EMPTY_PACKET = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}"><rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>`;

/**
 * SECURITY: a document takes many times the memory of its text. Real packets have a few hundred elements; those of large
 * panoramas and face lists a few thousand. Depth maps make single values long, which is harmless.
 */
const MAX_LENGTH = 8 * 1024 * 1024;
const MAX_TAGS = 40_000;
const MAX_VALUES = 80_000;
const MAX_DEPTH = 100;

/** Whether a packet is too large or too nested to be read. Looks at each letter once. */
export function isExcessive(packet: string): boolean {
  if (packet.length > MAX_LENGTH) return true;
  let tags = 0;
  let values = 0;
  let depth = 0;
  for (let at = 0; at < packet.length; at++) {
    const code = packet.charCodeAt(at);
    if (code === 61) values++;
    else if (code === 47 && packet.charCodeAt(at + 1) === 62) depth--;
    else if (code === 60) {
      tags++;
      const next = packet.charCodeAt(at + 1);
      if (next === 47) depth--;
      else if (next !== 33 && next !== 63) depth++;
      if (depth > MAX_DEPTH) return true;
    }
    if (tags > MAX_TAGS || values > MAX_VALUES) return true;
  }
  return false;
}

/** Null if the packet is not well-formed XMP, or too large. */
export function parseXmp(packet: string): { document: Document; rdf: Element; described: Element[] } | null {
  if (isExcessive(packet)) return null;
  try {
    const parser = new DOMParser({
      onError: (level, message) => {
        if (level !== 'warning') throw new SyntaxError(message);
      },
    });
    const document = parser.parseFromString(packet.replace(/^\ufeff/, '').trim(), 'text/xml');
    // SECURITY: XMP has no document type. One could only define entities.
    if (document.doctype) return null;
    const rdf = document.getElementsByTagNameNS(RDF, 'RDF').item(0);
    if (!rdf) return null;
    return { document, rdf, described: describedIn(rdf) };
  } catch {
    // Damaged XMP is dropped, which the notes of the photo say.
    return null;
  }
}

function describedIn(rdf: Element): Element[] {
  return childrenOf(rdf).filter((child) => child.namespaceURI === RDF && child.localName === 'Description');
}

export function serialiseXmp(document: Document): string {
  const root = document.documentElement;
  const xml = root ? new XMLSerializer().serializeToString(root) : '';
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n${xml}\n<?xpacket end="w"?>`;
}

export function property(document: Document, prefix: Prefix, name: string): Element {
  return document.createElementNS(NAMES[prefix], `${prefix}:${name}`);
}

/** A name in the RDF namespace under the prefix that the packet uses for it. */
export function prefixed(rdf: Element, name: string): string {
  return rdf.prefix ? `${rdf.prefix}:${name}` : name;
}

export function is(element: Element, prefix: Prefix, name: string): boolean {
  return element.namespaceURI === NAMES[prefix] && element.localName === name;
}

/** A simple property may be written as an attribute or as an element. */
export function removeProperty(description: Element, prefix: Prefix, name: string): void {
  description.removeAttributeNS(NAMES[prefix], name);
  for (const child of childrenOf(description)) if (is(child, prefix, name)) description.removeChild(child);
}

/** Removes every property of a namespace that `isWanted` chooses by its name. Returns whether there was one. */
export function removeAll(described: readonly Element[], prefix: Prefix, isWanted: (name: string) => boolean): boolean {
  let removed = false;
  for (const description of described) {
    const names = new Set([
      ...Array.from(description.attributes).flatMap((each) =>
        each.namespaceURI === NAMES[prefix] ? (each.localName ?? []) : [],
      ),
      ...childrenOf(description).flatMap((each) => (each.namespaceURI === NAMES[prefix] ? (each.localName ?? []) : [])),
    ]);
    for (const name of names) {
      if (!isWanted(name)) continue;
      removeProperty(description, prefix, name);
      removed = true;
    }
  }
  return removed;
}

export function childrenOf(element: Element): Element[] {
  return Array.from(element.childNodes).filter((node) => node.nodeType === Node.ELEMENT_NODE) as Element[];
}

export function textsOf(element: Element): string[] {
  return childrenOf(element).map((child) => child.textContent ?? '');
}
