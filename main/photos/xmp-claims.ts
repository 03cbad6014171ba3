import type { Document, Element } from '@xmldom/xmldom';
import type { Message } from '../../contract/basics';
import type { Orientation } from '../../contract/edit';
import { say } from '../../text/message';
import { TURNS } from './turns';
import { childrenOf, is, NAMES, type Prefix, property, RDF, removeAll } from './xmp-document';

/** What XMP claims about a file and its pixels, which has to stay true for a result. */

/** What is said on opening: parts of the file that no result has. */
export function claimNotes(packet: string | null): Message[] {
  if (packet === null) return [];
  const notes: Message[] = [];
  const hasFilm = packet.includes(NAMES.GCamera) && /MotionPhoto|MicroVideo/.test(packet);
  if (hasFilm) notes.push(say('notes.motionPhoto'));
  const hasGainMap = packet.includes(NAMES.hdrgm) || packet.includes(NAMES.HDRGainMap);
  if (hasGainMap) notes.push(say('notes.gainMap'));
  return notes;
}

/** The size of the result, and how the stored picture was turned into it, in this order. */
export interface Shape {
  width: number;
  height: number;
  turns: readonly [stored: Orientation, since: Orientation];
  /** The part of the upright picture that is kept, as shares of it, before the last turn. */
  crop: Region | null;
  /** Where a place of the upright page lies in the print that was cut out of it, both in shares. Absent: it is the whole page. */
  print?: (x: number, y: number) => readonly [x: number, y: number];
  /** Whether the result has the size and direction of the stored picture. */
  isSame: boolean;
}

const FILM = /^(MotionPhoto|MicroVideo)/;

/** Removes or recalculates what is no longer true. Returns what has to be said about it. */
export function settleClaims(document: Document, described: readonly Element[], shape: Shape): Message[] {
  removeAll(described, 'GCamera', (name) => FILM.test(name));
  removeAll(described, 'Container', (name) => name === 'Directory');
  removeAll(described, 'hdrgm', () => true);
  removeAll(described, 'HDRGainMap', () => true);
  const notes: Message[] = [];
  if (!shape.isSame && removeAll(described, 'GPano', () => true)) notes.push(say('notes.panorama'));
  for (const description of described) turnRegions(document, description, shape);
  return notes;
}

/** A rectangle as shares of the picture, by its middle. */
export interface Region {
  x: number;
  y: number;
  w: number;
  h: number;
}

function turn({ x, y, w, h }: Region, orientation: Orientation): Region {
  const [mirrored, degrees] = TURNS[orientation]!;
  const from = mirrored ? 1 - x : x;
  if (degrees === 90) return { x: 1 - y, y: from, w: h, h: w };
  if (degrees === 180) return { x: 1 - from, y: 1 - y, w, h };
  if (degrees === 270) return { x: y, y: 1 - from, w: h, h: w };
  return { x: from, y, w, h };
}

/** The upright region around one of the page. */
function inPrint({ x, y, w, h }: Region, print: NonNullable<Shape['print']>): Region {
  const corners = [-1, 1].flatMap((i) => [-1, 1].map((j) => print(x + (i * w) / 2, y + (j * h) / 2)));
  const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
  const [middleX, middleY] = print(x, y);
  return { x: middleX, y: middleY, w: spread(corners.map(([at]) => at)), h: spread(corners.map(([, at]) => at)) };
}

function turned(region: Region, { turns, crop, print }: Shape): Region {
  const onPage = turn(region, turns[0]);
  const upright = print ? inPrint(onPage, print) : onPage;
  if (!crop) return turn(upright, turns[1]);
  const cut = {
    x: (upright.x - crop.x + crop.w / 2) / crop.w,
    y: (upright.y - crop.y + crop.h / 2) / crop.h,
    w: upright.w / crop.w,
    h: upright.h / crop.h,
  };
  return turn(cut, turns[1]);
}

/** A region whose middle was cropped away is not in the picture any more. */
const isOutside = ({ x, y }: Region) => x < 0 || x > 1 || y < 0 || y > 1;

function turnRegions(document: Document, element: Element, shape: Shape): void {
  const dimensions = { w: 0, h: 0 };
  const visit = (each: Element): void => {
    if (is(each, 'mwgRs', 'AppliedToDimensions')) {
      dimensions.w = number(each, 'stDim', 'w') ?? 0;
      dimensions.h = number(each, 'stDim', 'h') ?? 0;
      write(document, each, 'stDim', { w: shape.width, h: shape.height });
    } else if (is(each, 'mwgRs', 'Area')) turnArea(document, each, shape, dimensions);
    else if (is(each, 'MPReg', 'Rectangle')) each.textContent = turnCorner(each.textContent ?? '', shape);
    if (each.hasAttributeNS(NAMES.MPReg, 'Rectangle')) {
      const name = each.getAttributeNodeNS(NAMES.MPReg, 'Rectangle')!;
      name.value = turnCorner(name.value, shape);
    }
    for (const child of childrenOf(each)) visit(child);
  };
  visit(element);
}

function turnArea(
  document: Document,
  area: Element,
  shape: Shape,
  { w: width, h: height }: { w: number; h: number },
): void {
  const values = ['x', 'y', 'w', 'h'].map((name) => number(area, 'stArea', name));
  const isPixels = text(area, 'stArea', 'unit') === 'pixel';
  const [sx, sy] = isPixels ? [width, height] : [1, 1];
  const [x, y, w = 0, h = 0] = values.map((value) => value ?? 0);
  if (values[0] === null || values[1] === null || !(sx > 0) || !(sy > 0)) return;
  const region = turned({ x: x! / sx, y: y! / sy, w: w / sx, h: h / sy }, shape);
  const written: Record<string, number> = { x: region.x, y: region.y };
  // A circle has a diameter instead, and a point has nothing.
  if ((shape.crop || shape.print) && isOutside(region)) {
    removeItem(area);
    return;
  }
  if (values[2] !== null) written.w = region.w;
  if (values[3] !== null) written.h = region.h;
  write(document, area, 'stArea', written);
  if (isPixels) writeText(document, area, 'stArea', 'unit', 'normalized');
}

/** Removes the entry of a list that an element is part of. */
function removeItem(element: Element): void {
  let each: Element | null = element;
  while (each && !(each.namespaceURI === RDF && each.localName === 'li')) each = each.parentElement;
  each?.parentNode?.removeChild(each);
}

/** "x, y, width, height" as shares, by the upper left corner. */
function turnCorner(rectangle: string, shape: Shape): string {
  const values = rectangle.split(',').map(Number);
  if (values.length !== 4 || !values.every(Number.isFinite)) return rectangle;
  const [x, y, w, h] = values as [number, number, number, number];
  const region = turned({ x: x + w / 2, y: y + h / 2, w, h }, shape);
  return [region.x - region.w / 2, region.y - region.h / 2, region.w, region.h].map(rounded).join(', ');
}

const rounded = (value: number) => String(Math.round(value * 1e6) / 1e6);

/** A field may be an attribute, an element, or an element of a description inside. */
function holderOf(element: Element): Element {
  const [inner] = childrenOf(element);
  return inner?.namespaceURI === RDF && inner.localName === 'Description' ? inner : element;
}

function text(element: Element, prefix: Prefix, name: string): string | null {
  const holder = holderOf(element);
  const own = holder.getAttributeNS(NAMES[prefix], name);
  return own || (childrenOf(holder).find((child) => is(child, prefix, name))?.textContent ?? null);
}

function number(element: Element, prefix: Prefix, name: string): number | null {
  const value = text(element, prefix, name);
  return value !== null && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : null;
}

function write(document: Document, element: Element, prefix: Prefix, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) writeText(document, element, prefix, name, rounded(value));
}

function writeText(document: Document, element: Element, prefix: Prefix, name: string, value: string): void {
  const holder = holderOf(element);
  const attribute = holder.getAttributeNodeNS(NAMES[prefix], name);
  const child = childrenOf(holder).find((each) => is(each, prefix, name));
  if (attribute) attribute.value = value;
  else if (child) child.textContent = value;
  else holder.appendChild(property(document, prefix, name)).textContent = value;
}

// ------------------------------------------------------------------------------------------- captions

/** Texts outside XMP that have a place in it. */
const PLACES: Record<string, readonly [name: string, list: 'Alt' | 'Seq']> = {
  Title: ['title', 'Alt'],
  Description: ['description', 'Alt'],
  Comment: ['description', 'Alt'],
  Caption: ['description', 'Alt'],
  Author: ['creator', 'Seq'],
  Artist: ['creator', 'Seq'],
  Copyright: ['rights', 'Alt'],
};

export const hasPlace = (keyword: string): boolean => Object.hasOwn(PLACES, keyword);

/** Adds captions that the packet does not have yet. */
export function addTexts(
  document: Document,
  description: Element,
  described: readonly Element[],
  texts: readonly { keyword: string; text: string }[],
): void {
  for (const { keyword, text: value } of texts) {
    const place = hasPlace(keyword) ? PLACES[keyword] : undefined;
    if (!place || value.trim() === '') continue;
    const [name, list] = place;
    const isThere = [...described, description].some((each) => childrenOf(each).some((child) => is(child, 'dc', name)));
    if (isThere) continue;
    const outer = document.createElementNS(RDF, `rdf:${list}`);
    const item = document.createElementNS(RDF, 'rdf:li');
    outer.appendChild(item);
    if (list === 'Alt') item.setAttributeNS('http://www.w3.org/XML/1998/namespace', 'xml:lang', 'x-default');
    item.textContent = printable(value);
    description.appendChild(property(document, 'dc', name)).appendChild(outer);
  }
}

/** XML has no control characters. */
const printable = (value: string) =>
  value.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' ').trim();
