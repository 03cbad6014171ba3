import { DOMParser, type Document, type Element, Node, XMLSerializer } from '@xmldom/xmldom';
import type { StepReport } from '../../contract/photo';

/** What was done to a photo, for the record in the result. */
export interface Edit {
  /** Emulsion's version. */
  version: string;
  recipe: { id: string; name: string };
  /** Only steps that were done count. If one of them used a generator, the result is marked. */
  reports: readonly Pick<StepReport, 'kind' | 'outcome' | 'generator'>[];
  at: Date;
}

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const XML_NAMES = 'http://www.w3.org/2000/xmlns/';
const NAMES = {
  xmp: 'http://ns.adobe.com/xap/1.0/',
  xmpMM: 'http://ns.adobe.com/xap/1.0/mm/',
  xmpNote: 'http://ns.adobe.com/xmp/note/',
  stEvt: 'http://ns.adobe.com/xap/1.0/sType/ResourceEvent#',
  tiff: 'http://ns.adobe.com/tiff/1.0/',
  exif: 'http://ns.adobe.com/exif/1.0/',
  Iptc4xmpExt: 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
  emulsion: 'urn:emulsion:xmp:1.0/',
} as const;
type Prefix = keyof typeof NAMES;

/** IPTC's term for a real photograph that a trained model has partly changed. */
export const AI_EDITED = 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia';

/** IPTC's terms for a composite of captured and drawn elements, and for a picture made by an algorithm alone. */
export const COMPOSITE = 'http://cv.iptc.org/newscodes/digitalsourcetype/composite';
export const ALGORITHMIC = 'http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia';

/** Properties that describe the file before the edit and would be wrong for the result. */
const STALE: readonly [Prefix, string][] = [
  ['tiff', 'Orientation'],
  ['tiff', 'ImageWidth'],
  ['tiff', 'ImageLength'],
  ['exif', 'PixelXDimension'],
  ['exif', 'PixelYDimension'],
  ['xmp', 'Thumbnails'],
  ['xmpNote', 'HasExtendedXMP'],
];

const EMPTY = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}"><rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>`;

/**
 * Records an edit in an XMP packet and keeps everything else; `null` creates a new packet. Returns null if the packet is not
 * well-formed XMP. Adds the mark {@link AI_EDITED} only if a generator changed pixels, and never removes an existing mark.
 */
export function recordEdit(packet: string, edit: Edit): string | null;
export function recordEdit(packet: null, edit: Edit): string;
export function recordEdit(packet: string | null, edit: Edit): string | null {
  const document = parse(packet ?? EMPTY);
  const rdf = document?.getElementsByTagNameNS(RDF, 'RDF').item(0) as Element | null | undefined;
  if (!document || !rdf) return null;
  const described = childrenOf(rdf).filter((child) => child.namespaceURI === RDF && child.localName === 'Description');
  const about = described[0]?.getAttributeNS(RDF, 'about') ?? '';

  const done = edit.reports.filter((report) => report.outcome === 'done');
  const generated = done.some((report) => report.generator !== null);
  const own: [Prefix, string, string][] = [
    ['xmp', 'CreatorTool', `Emulsion ${edit.version}`],
    ['xmp', 'ModifyDate', edit.at.toISOString()],
    ['xmp', 'MetadataDate', edit.at.toISOString()],
    ['emulsion', 'Version', edit.version],
    ['emulsion', 'Recipe', edit.recipe.id],
    ['emulsion', 'RecipeName', edit.recipe.name],
  ];
  if (generated) own.push(['Iptc4xmpExt', 'DigitalSourceType', AI_EDITED]);

  if (done.some(isColouring)) own.push(['emulsion', 'Imagined', 'colours']);

  for (const [prefix, name] of [...STALE, ...own, ['emulsion', 'Steps'] as const]) {
    for (const description of described) removeProperty(description, prefix, name);
  }
  const history = described.flatMap(childrenOf).find((child) => is(child, 'xmpMM', 'History'));
  const events =
    history && childrenOf(history).find((child) => child.namespaceURI === RDF && child.localName === 'Seq');

  const description = document.createElementNS(RDF, prefixed(rdf, 'Description'));
  description.setAttributeNS(RDF, prefixed(rdf, 'about'), about);
  for (const prefix of ['xmp', 'xmpMM', 'stEvt', 'Iptc4xmpExt', 'emulsion'] as const) {
    description.setAttributeNS(XML_NAMES, `xmlns:${prefix}`, NAMES[prefix]);
  }
  for (const [prefix, name, value] of own) {
    description.appendChild(property(document, prefix, name)).textContent = value;
  }
  const sequence = document.createElementNS(RDF, prefixed(rdf, 'Seq'));
  description.appendChild(property(document, 'emulsion', 'Steps')).appendChild(sequence);
  for (const { kind, generator } of done) {
    const item = sequence.appendChild(document.createElementNS(RDF, prefixed(rdf, 'li')));
    const imagined = isColouring({ kind, generator }) ? ', colours imagined' : '';
    item.textContent = generator === null ? kind : `${kind} (${generator}${imagined})`;
  }
  const event = eventOf(document, rdf, edit, textsOf(sequence));
  if (events) {
    events.appendChild(event);
  } else {
    if (history) history.parentNode?.removeChild(history);
    const list = description
      .appendChild(property(document, 'xmpMM', 'History'))
      .appendChild(document.createElementNS(RDF, prefixed(rdf, 'Seq')));
    list.appendChild(event);
  }
  rdf.appendChild(description);
  const root = document.documentElement;
  const xml = root ? new XMLSerializer().serializeToString(root) : '';
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n${xml}\n<?xpacket end="w"?>`;
}

/**
 * A packet for a picture of a training pair, so that nobody takes it for a photograph. `sourceType`: IPTC's term; null for
 * an unchanged crop of a photograph. It has no time in it, so that the same pair gives the same file.
 */
export function pairPacket(version: string, part: string, sourceType: string | null): string {
  const facts = [
    `<xmp:CreatorTool>Emulsion ${version}</xmp:CreatorTool>`,
    `<emulsion:Version>${version}</emulsion:Version>`,
    `<emulsion:TrainingPair>${part}</emulsion:TrainingPair>`,
    ...(sourceType === null ? [] : [`<Iptc4xmpExt:DigitalSourceType>${sourceType}</Iptc4xmpExt:DigitalSourceType>`]),
  ];
  const names = (['xmp', 'Iptc4xmpExt', 'emulsion'] as const).map((prefix) => `xmlns:${prefix}="${NAMES[prefix]}"`);
  const description = `<rdf:Description rdf:about="" ${names.join(' ')}>${facts.join('')}</rdf:Description>`;
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}">${description}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
}

/** Whether a step added generated colours, which later readers of the file must know. */
function isColouring({ kind, generator }: Pick<StepReport, 'kind' | 'generator'>): boolean {
  return kind === 'colorise' && generator !== null;
}

/** An entry of the history. */
function eventOf(document: Document, rdf: Element, edit: Edit, steps: string[]): Element {
  const item = document.createElementNS(RDF, prefixed(rdf, 'li'));
  item.setAttributeNS(RDF, prefixed(rdf, 'parseType'), 'Resource');
  // In an existing history, the prefix may not be declared above this element.
  item.setAttributeNS(XML_NAMES, 'xmlns:stEvt', NAMES.stEvt);
  const values = {
    action: 'edited',
    softwareAgent: `Emulsion ${edit.version}`,
    when: edit.at.toISOString(),
    parameters: `recipe ${edit.recipe.name}: ${steps.length > 0 ? steps.join(', ') : 'no step was needed'}`,
  };
  for (const [name, value] of Object.entries(values)) {
    item.appendChild(property(document, 'stEvt', name)).textContent = value;
  }
  return item;
}

function parse(packet: string): Document | null {
  try {
    const parser = new DOMParser({
      onError: (level, message) => {
        if (level !== 'warning') throw new SyntaxError(message);
      },
    });
    const document = parser.parseFromString(packet.replace(/^\ufeff/, '').trim(), 'text/xml');
    // SECURITY: XMP has no document type. One could only define entities.
    return document.doctype ? null : document;
  } catch {
    // Damaged XMP is dropped, which the notes of the photo say.
    return null;
  }
}

function property(document: Document, prefix: Prefix, name: string): Element {
  return document.createElementNS(NAMES[prefix], `${prefix}:${name}`);
}

/** A name in the RDF namespace under the prefix that the packet uses for it. */
function prefixed(rdf: Element, name: string): string {
  return rdf.prefix ? `${rdf.prefix}:${name}` : name;
}

function is(element: Element, prefix: Prefix, name: string): boolean {
  return element.namespaceURI === NAMES[prefix] && element.localName === name;
}

/** A simple property may be written as an attribute or as an element. */
function removeProperty(description: Element, prefix: Prefix, name: string): void {
  description.removeAttributeNS(NAMES[prefix], name);
  for (const child of childrenOf(description)) if (is(child, prefix, name)) description.removeChild(child);
}

function childrenOf(element: Element): Element[] {
  return Array.from(element.childNodes).filter((node) => node.nodeType === Node.ELEMENT_NODE) as Element[];
}

function textsOf(element: Element): string[] {
  return childrenOf(element).map((child) => child.textContent ?? '');
}
