import type { Document, Element } from '@xmldom/xmldom';
import type { Message } from '../../contract/basics';
import type { StepReport } from '../../contract/photo';
import { addTexts, type Shape, settleClaims } from './xmp-claims';
import {
  childrenOf,
  EMPTY_PACKET,
  is,
  NAMES,
  type Prefix,
  parseXmp,
  prefixed,
  property,
  RDF,
  removeProperty,
  serialiseXmp,
  textsOf,
  XML_NAMES,
} from './xmp-document';

/** What was done to a photo, for the record in the result. */
export interface Edit {
  /** Emulsion's version. */
  version: string;
  recipe: { id: string; name: string };
  /** Only steps that were done count. If one of them used a generator, the result is marked. */
  reports: readonly Pick<StepReport, 'kind' | 'outcome' | 'generator'>[];
  at: Date;
  /** Stars that a person has given; null or absent: what the packet says stays. */
  rating?: number | null;
  /** Generators that were used and whose licences forbid commercial use, by their names and licences. */
  restrictions?: readonly string[];
}

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

/** What else is brought up to date. `notes` receives what has to be said about it. */
export interface Recorded {
  shape?: Shape;
  texts?: readonly { keyword: string; text: string }[];
  notes?: Message[];
}

/**
 * Records an edit in an XMP packet and keeps everything else; `null` creates a new packet. Returns null if the packet is not
 * well-formed XMP. Adds the mark {@link AI_EDITED} only if a generator changed pixels, and never removes an existing mark.
 */
export function recordEdit(packet: string, edit: Edit, more?: Recorded): string | null;
export function recordEdit(packet: null, edit: Edit, more?: Recorded): string;
export function recordEdit(packet: string | null, edit: Edit, more: Recorded = {}): string | null {
  const parsed = parseXmp(packet ?? EMPTY_PACKET);
  if (!parsed) return null;
  const { document, rdf, described } = parsed;
  const about = described[0]?.getAttributeNS(RDF, 'about') ?? '';

  const done = edit.reports.filter((report) => report.outcome === 'done');
  const own: [Prefix, string, string][] = [
    ...markOf(edit),
    ['xmp', 'ModifyDate', edit.at.toISOString()],
    ['xmp', 'MetadataDate', edit.at.toISOString()],
  ];

  if (edit.rating != null) {
    removeRating(described);
    if (edit.rating > 0) own.push(['xmp', 'Rating', String(edit.rating)]);
  }

  // What an earlier edit has said of the picture stays true.
  const restrictions = new Set([...described.flatMap(restrictionsIn), ...(edit.restrictions ?? [])]);
  if (restrictions.size > 0) own.push(['emulsion', 'NonCommercial', [...restrictions].join('; ')]);

  for (const [prefix, name] of [...STALE, ...own, ['emulsion', 'Steps'] as const]) {
    for (const description of described) removeProperty(description, prefix, name);
  }
  const history = described.flatMap(childrenOf).find((child) => is(child, 'xmpMM', 'History'));
  const events =
    history && childrenOf(history).find((child) => child.namespaceURI === RDF && child.localName === 'Seq');

  const description = document.createElementNS(RDF, prefixed(rdf, 'Description'));
  description.setAttributeNS(RDF, prefixed(rdf, 'about'), about);
  for (const prefix of ['xmp', 'xmpMM', 'stEvt', 'dc', 'Iptc4xmpExt', 'emulsion'] as const) {
    description.setAttributeNS(XML_NAMES, `xmlns:${prefix}`, NAMES[prefix]);
  }
  for (const [prefix, name, value] of own) {
    description.appendChild(property(document, prefix, name)).textContent = value;
  }
  const sequence = document.createElementNS(RDF, prefixed(rdf, 'Seq'));
  description.appendChild(property(document, 'emulsion', 'Steps')).appendChild(sequence);
  for (const step of done) {
    sequence.appendChild(document.createElementNS(RDF, prefixed(rdf, 'li'))).textContent = stepText(step);
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
  if (more.shape) more.notes?.push(...settleClaims(document, described, more.shape));
  addTexts(document, description, described, more.texts ?? []);
  return serialiseXmp(document);
}

/** What a result says of its edit, and of the part that a trained model had in it. */
function markOf({ version, recipe, reports }: Edit): [Prefix, string, string][] {
  const done = reports.filter((report) => report.outcome === 'done');
  const generated = done.some((report) => report.generator !== null);
  return [
    ['xmp', 'CreatorTool', `Emulsion ${version}`],
    ['emulsion', 'Version', version],
    ['emulsion', 'Recipe', recipe.id],
    ['emulsion', 'RecipeName', recipe.name],
    ...(generated ? [['Iptc4xmpExt', 'DigitalSourceType', AI_EDITED] satisfies [Prefix, string, string]] : []),
    ...(done.some(isColouring) ? [['emulsion', 'Imagined', 'colours'] satisfies [Prefix, string, string]] : []),
  ];
}

/** The mark of a result, word for word, as it is shown before the file is written. */
export function markLines(edit: Edit): { name: string; value: string }[] {
  const steps = edit.reports.filter((report) => report.outcome === 'done').map(stepText);
  return [
    ...markOf(edit).map(([prefix, name, value]) => ({ name: `${prefix}:${name}`, value })),
    ...(steps.length > 0 ? [{ name: 'emulsion:Steps', value: steps.join('; ') }] : []),
  ];
}

function stepText({ kind, generator }: Edit['reports'][number]): string {
  const imagined = isColouring({ kind, generator }) ? ', colours imagined' : '';
  return generator === null ? kind : `${kind} (${generator}${imagined})`;
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

/** The stars of a packet, 0 to 5; null if it does not say, or is no XMP. Rejected photos (-1) have none. */
export function ratingIn(packet: string): number | null {
  const parsed = parseXmp(packet);
  if (!parsed) return null;
  for (const description of parsed.described) {
    const child = childrenOf(description).find((each) => is(each, 'xmp', 'Rating'));
    const text = description.getAttributeNS(NAMES.xmp, 'Rating') ?? child?.textContent;
    const stars = text?.trim() ? Math.round(Number(text)) : Number.NaN;
    if (Number.isFinite(stars)) return Math.min(5, Math.max(0, stars));
  }
  return null;
}

/** Some programs write a second rating in per cent, which would say something else. */
function removeRating(described: readonly Element[]): void {
  for (const description of described) {
    removeProperty(description, 'xmp', 'Rating');
    removeProperty(description, 'MicrosoftPhoto', 'Rating');
  }
}

/** A packet with this rating and everything else as it was; null creates a new one. Null if it is no XMP. */
export function withRating(packet: string | null, rating: number, at: Date): string | null {
  const parsed = parseXmp(packet ?? EMPTY_PACKET);
  const description = parsed?.described[0];
  if (!parsed || !description) return null;
  removeRating(parsed.described);
  for (const each of parsed.described) removeProperty(each, 'xmp', 'MetadataDate');
  for (const [name, value] of [
    ['Rating', String(rating)],
    ['MetadataDate', at.toISOString()],
  ] as const) {
    description.setAttributeNS(XML_NAMES, 'xmlns:xmp', NAMES.xmp);
    description.appendChild(property(parsed.document, 'xmp', name)).textContent = value;
  }
  return serialiseXmp(parsed.document);
}

/** What a description says of licences that forbid commercial use. */
function restrictionsIn(description: Element): string[] {
  const said = childrenOf(description).find((child) => is(child, 'emulsion', 'NonCommercial'));
  return (said?.textContent ?? '').split('; ').filter(Boolean);
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
