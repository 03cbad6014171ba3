import type { Document, Element } from '@xmldom/xmldom';
import type { Caption } from '../../contract/caption';
import { isEdtf, plainDate } from '../../document/edtf';
import { bytesOf } from './containers/file-bytes';
import { type ExifValue, putText, readDirectories, TAG, textOf, writeExifBlock } from './exif';
import { type IimName, iptcText, withIptcTexts } from './iptc';
import type { PhotoMetadata } from './metadata';
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

/**
 * Title, description, people, place and date of a photo, in the fields in which the Metadata Working Group's guidelines
 * (version 2.0) have programs look for them: XMP first, then IPTC's records, then EXIF. The date is when the photo was
 * taken; the date of the scan (`DateTimeDigitized`, `xmp:CreateDate`) is never touched.
 */

type Field = keyof Caption;

/** Properties that hold a field. The first is written. */
const PROPERTIES: Readonly<Record<Field, readonly [Prefix, string][]>> = {
  title: [['dc', 'title']],
  description: [['dc', 'description']],
  people: [['Iptc4xmpExt', 'PersonInImage']],
  place: [['Iptc4xmpCore', 'Location']],
  // The first holds EDTF, the others what a plain date can say.
  date: [
    ['dcterms', 'created'],
    ['photoshop', 'DateCreated'],
    ['exif', 'DateTimeOriginal'],
  ],
};

// ------------------------------------------------------------------------------------------- reading

/** What the metadata of a photo say of it; fields that they do not have are absent. */
export function captionOf({ xmp, iptc, exif }: PhotoMetadata): Caption {
  const parsed = xmp === null ? null : parseXmp(xmp);
  const listed = (field: Field) => (parsed ? PROPERTIES[field].flatMap((each) => textsIn(parsed.described, each)) : []);
  const directories = exif && readDirectories(bytesOf(exif));
  const older = (name: IimName) => (iptc && iptcText(iptc, name)) || undefined;
  const described = (directories && textOf(directories.image.get(TAG.imageDescription))) || undefined;
  const taken = directories && textOf(directories.exif.get(TAG.dateTimeOriginal));
  const dates = [...listed('date'), older('date') ?? '', taken ?? ''].map(edtfIn);
  const found: Caption = {
    title: listed('title')[0] ?? older('title'),
    description: listed('description')[0] ?? older('description') ?? described,
    people: listed('people'),
    place: listed('place')[0] ?? older('place'),
    date: dates.find((date) => date !== null) ?? undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined && value.length > 0));
}

/** Texts of a property: its own, or those of its list. Empty ones are left out. */
function textsIn(described: readonly Element[], [prefix, name]: [Prefix, string]): string[] {
  return described
    .flatMap((description) => {
      const attribute = description.getAttributeNS(NAMES[prefix], name);
      const child = childrenOf(description).find((each) => is(each, prefix, name));
      const list = child && childrenOf(child).find(({ namespaceURI }) => namespaceURI === RDF);
      return list ? textsOf(list) : [attribute ?? child?.textContent ?? ''];
    })
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** A date of EDTF, XMP ("1925-06-14T12:00"), IPTC ("19250600") or EXIF ("1925:06:14 12:00:00"), as EDTF. */
function edtfIn(text: string): string | null {
  if (isEdtf(text)) return text;
  const [, year, month, day] = /^(\d{4})[-:]?(\d{2})?[-:]?(\d{2})?(?![-:\d])/.exec(text) ?? [];
  if (year === undefined || year === '0000') return null;
  const known = [year, month, day].slice(0, month === undefined || month === '00' ? 1 : day && day !== '00' ? 3 : 2);
  return isEdtf(known.join('-')) ? known.join('-') : null;
}

// ------------------------------------------------------------------------------------------- writing

/** Control characters and halves of letters, which XML cannot hold. Line breaks and tabs stay. */
const UNWRITABLE = /[^\t\n\P{Cc}]|[\ufffe\uffff]|\p{Cs}/gu;

/** A caption as it can be written. A date that is none is left out, so that nothing is lost to it. */
function writable({ people, date, ...texts }: Caption): Caption {
  const cleaned = Object.entries(texts).flatMap(([field, text]) =>
    text === undefined ? [] : [[field, text.replace(UNWRITABLE, ' ')]],
  );
  return {
    ...Object.fromEntries(cleaned),
    ...(people && { people: people.map((name) => name.replace(UNWRITABLE, ' ')) }),
    ...(date !== undefined && (date === '' || isEdtf(date)) && { date }),
  };
}

/** Metadata with a caption. `hasIptc`: the file's format keeps IPTC's records. Fields that are absent stay as they are. */
export function withCaption(metadata: PhotoMetadata, said: Caption, hasIptc: boolean): PhotoMetadata {
  const caption = writable(said);
  if (Object.keys(caption).length === 0) return metadata;
  return {
    ...metadata,
    // A packet that is no XMP stays, so that whoever writes it says so.
    xmp: captionInXmp(metadata.xmp, caption) ?? metadata.xmp,
    iptc: hasIptc || metadata.iptc ? captionInIptc(metadata.iptc, caption) : null,
    exif: captionInExif(metadata.exif, caption),
  };
}

/** A packet with a caption and everything else as it was; null creates a new one. Null if it is no XMP. */
export function captionInXmp(packet: string | null, said: Caption): string | null {
  const caption = writable(said);
  const parsed = parseXmp(packet ?? EMPTY_PACKET);
  const description = parsed?.described[0];
  if (!parsed || !description) return null;
  const { document, rdf, described } = parsed;
  const put = ([prefix, name]: [Prefix, string]): Element => {
    description.setAttributeNS(XML_NAMES, `xmlns:${prefix}`, NAMES[prefix]);
    const element = property(document, prefix, name);
    description.appendChild(element);
    return element;
  };
  for (const field of Object.keys(caption) as Field[]) {
    for (const [prefix, name] of PROPERTIES[field]) {
      for (const each of described) removeProperty(each, prefix, name);
    }
    const value = caption[field];
    if (value === undefined || value.length === 0) continue;
    const [first, second] = PROPERTIES[field];
    if (field === 'people') putList(document, rdf, put(first!), 'Bag', caption.people!);
    else if (field === 'title' || field === 'description')
      putList(document, rdf, put(first!), 'Alt', [value as string]);
    else put(first!).textContent = value as string;
    const plain = field === 'date' ? plainDate(value as string) : null;
    if (plain) put(second!).textContent = partsOf(plain).join('-');
  }
  return serialiseXmp(document);
}

function putList(document: Document, rdf: Element, into: Element, kind: 'Alt' | 'Bag', texts: readonly string[]): void {
  const list = into.appendChild(document.createElementNS(RDF, prefixed(rdf, kind)));
  for (const text of texts) {
    const item = document.createElementNS(RDF, prefixed(rdf, 'li'));
    list.appendChild(item);
    if (kind === 'Alt') item.setAttribute('xml:lang', 'x-default');
    item.textContent = text;
  }
}

type PlainDate = NonNullable<ReturnType<typeof plainDate>>;
const digits = (value: number, count: number) => String(value).padStart(count, '0');
const partsOf = ({ year, month, day }: PlainDate): string[] => [
  digits(year, 4),
  ...[month, day].flatMap((value) => (value === undefined ? [] : [digits(value, 2)])),
];

function captionInIptc(records: Uint8Array | null, { title, description, place, date }: Caption): Uint8Array | null {
  const plain = date ? plainDate(date) : null;
  const written = withIptcTexts(records, {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(place !== undefined && { place }),
    // Parts that are not known are zeros. Nobody knows the time.
    ...(date !== undefined && { date: plain ? partsOf(plain).join('').padEnd(8, '0') : '', time: '' }),
  });
  return written;
}

/** Parts that are not known are blanks, as EXIF 2.32 has it. The time of a known day is midnight: programs pass over a blank one. */
const exifDate = (plain: PlainDate | null): string => {
  const [year = '    ', month = '  ', day = '  '] = plain ? partsOf(plain) : [];
  return `${year}:${month}:${day} ${day === '  ' ? '  :  :  ' : '00:00:00'}`;
};

/**
 * The block with the description and the date. It is changed in place where it has room: makers' notes hold positions in the
 * block, so one with such notes is not written anew, and what does not fit is in XMP alone. A block that cannot be read stays.
 */
function captionInExif(block: Uint8Array | null, { description, date }: Caption): Uint8Array | null {
  const wanted = [
    ...(description === undefined ? [] : [{ tag: TAG.imageDescription, in: 'image', text: description } as const]),
    ...(date === undefined
      ? []
      : [{ tag: TAG.dateTimeOriginal, in: 'exif', text: date && exifDate(plainDate(date)) } as const]),
  ];
  let written = block;
  for (const { tag, in: directory, text } of wanted) {
    const directories = written ? readDirectories(bytesOf(written)) : empty();
    if (!directories) return block;
    if (directories[directory].get(tag) === undefined && text === '') continue;
    const inPlace = written && putText(written, directory, tag, text);
    if (inPlace) {
      written = inPlace;
      continue;
    }
    if (directories.exif.has(TAG.makerNote)) continue;
    if (text === '') directories[directory].delete(tag);
    else directories[directory].set(tag, asciiValue(text));
    written = writeExifBlock(directories);
  }
  return written;
}

const empty = () => ({ image: new Map(), exif: new Map(), gps: new Map(), interoperability: new Map() });

function asciiValue(text: string): ExifValue {
  const bytes = new TextEncoder().encode(`${text}\0`);
  return { type: 2, count: bytes.length, bytes };
}
