import { type FileBytes, latin1, viewOf } from './file-bytes';

/** What the boxes of an AVIF or HEIF file say about its main picture. */
export interface IsoMedia {
  /** Colour primaries and transfer curve as code points of ITU-T H.273; null if there is a profile or nothing. */
  colours: { primaries: number; transfer: number } | null;
  hasProfile: boolean;
  profile: Uint8Array | null;
  /** Size of the picture before its orientation, and bits of its channels; null if the boxes do not say. */
  size: { width: number; height: number } | null;
  bits: number | null;
  /** A sequence of pictures without a single one that could be shown. */
  isOnlyAnimated: boolean;
}

const NOTHING: IsoMedia = {
  colours: null,
  hasProfile: false,
  profile: null,
  size: null,
  bits: null,
  isOnlyAnimated: false,
};
const MAX_PROFILE = 16 * 1024 * 1024;

interface Box {
  type: string;
  /** Where its content begins and ends. */
  at: number;
  end: number;
}

const MAX_BOXES = 10_000;

export function boxesIn(file: FileBytes, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  let at = from;
  while (at + 8 <= to && boxes.length < MAX_BOXES) {
    const head = file.read(at, 16);
    if (head.length < 8) break;
    const view = viewOf(head);
    let size = view.getUint32(0);
    let header = 8;
    if (size === 1 && head.length >= 16) {
      size = Number(view.getBigUint64(8));
      header = 16;
    }
    const end = size === 0 ? to : at + size;
    if (end < at + header) break;
    boxes.push({ type: latin1(head, 4, 4), at: at + header, end: Math.min(end, to) });
    at = end;
  }
  return boxes;
}

/** Reads the boxes; null if the file has none that describe a picture. */
export function readIsoMedia(file: FileBytes): IsoMedia | null {
  const top = boxesIn(file, 0, file.size);
  const meta = top.find(({ type }) => type === 'meta');
  const hasTracks = top.some(({ type }) => type === 'moov');
  if (!meta) return hasTracks ? { ...NOTHING, isOnlyAnimated: true } : null;
  const boxes = boxesIn(file, meta.at + 4, meta.end);
  const find = (type: string) => boxes.find((box) => box.type === type);
  const primary = primaryItem(file, find('pitm'));
  const properties = boxesIn(file, find('iprp')?.at ?? 0, find('iprp')?.end ?? 0);
  const list = properties.find(({ type }) => type === 'ipco');
  const all = list ? boxesIn(file, list.at, list.end) : [];
  const own = propertiesOf(
    file,
    properties.find(({ type }) => type === 'ipma'),
    primary,
  );
  // A grid has its colours itself or in its tiles; without an assignment every property counts.
  const mine = own.length > 0 ? own.flatMap((index) => all[index - 1] ?? []) : all;
  let colours: IsoMedia['colours'] = null;
  let profile: Uint8Array | null = null;
  for (const box of mine.filter(({ type }) => type === 'colr')) {
    const body = file.read(box.at, Math.min(12, box.end - box.at));
    const kind = latin1(body, 0, 4);
    if (kind === 'nclx' && body.length >= 8)
      colours = { primaries: viewOf(body).getUint16(4), transfer: viewOf(body).getUint16(6) };
    if (kind === 'prof' || kind === 'rICC')
      profile = file.read(box.at + 4, Math.min(MAX_PROFILE, box.end - box.at - 4));
  }
  const extent = mine.find(({ type }) => type === 'ispe');
  const depth = mine.find(({ type }) => type === 'pixi');
  const size = extent ? file.read(extent.at, 12) : null;
  return {
    colours,
    hasProfile: profile !== null,
    profile,
    size: size && size.length === 12 ? { width: viewOf(size).getUint32(4), height: viewOf(size).getUint32(8) } : null,
    bits: depth ? (file.read(depth.at + 5, 1)[0] ?? null) : null,
    isOnlyAnimated: hasTracks && primary === 0,
  };
}

function primaryItem(file: FileBytes, box: Box | undefined): number {
  if (!box) return 0;
  const body = file.read(box.at, 8);
  if (body.length < 6) return 0;
  return body[0] === 0 ? viewOf(body).getUint16(4) : body.length >= 8 ? viewOf(body).getUint32(4) : 0;
}

/** Indexes (from 1) of an item's properties. */
function propertiesOf(file: FileBytes, box: Box | undefined, item: number): number[] {
  if (!box || box.end - box.at > 1 << 20) return [];
  const body = file.read(box.at, box.end - box.at);
  const view = viewOf(body);
  try {
    const version = body[0]!;
    const wide = (body[3]! & 1) === 1;
    const count = view.getUint32(4);
    let at = 8;
    for (let i = 0; i < count; i++) {
      const id = version < 1 ? view.getUint16(at) : view.getUint32(at);
      at += version < 1 ? 2 : 4;
      const associations = view.getUint8(at++);
      const indexes: number[] = [];
      for (let k = 0; k < associations; k++) {
        indexes.push(wide ? view.getUint16(at) & 0x7fff : view.getUint8(at) & 0x7f);
        at += wide ? 2 : 1;
      }
      if (id === item) return indexes;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return [];
}

// ------------------------------------------------------------------------------------------- metadata

const MAX_ITEM = 64 * 1024 * 1024;

/** EXIF from its TIFF header on, and XMP, of a HEIF file. */
export function isoItems(file: FileBytes): { exif: Uint8Array | null; xmp: Uint8Array | null } {
  const none = { exif: null, xmp: null };
  const meta = boxesIn(file, 0, file.size).find(({ type }) => type === 'meta');
  if (!meta) return none;
  const boxes = boxesIn(file, meta.at + 4, meta.end);
  const infos = boxes.find(({ type }) => type === 'iinf');
  const locations = boxes.find(({ type }) => type === 'iloc');
  if (!infos || !locations) return none;
  try {
    const wide = file.read(infos.at, 1)[0] !== 0;
    const places = itemPlaces(file, locations);
    const found: { exif: Uint8Array | null; xmp: Uint8Array | null } = { ...none };
    for (const box of boxesIn(file, infos.at + (wide ? 8 : 6), infos.end)) {
      const body = file.read(box.at, Math.min(80, box.end - box.at));
      const isLong = body[0] === 3;
      const id = isLong ? viewOf(body).getUint32(4) : viewOf(body).getUint16(4);
      const type = latin1(body, isLong ? 10 : 8, 4);
      const place = places.get(id);
      if (!place || place.length > MAX_ITEM) continue;
      if (type === 'Exif' && !found.exif) {
        const bytes = file.read(place.at, place.length);
        // The offset of the TIFF header stands before the block.
        if (bytes.length > 4) found.exif = bytes.slice(4 + Math.min(viewOf(bytes).getUint32(0), bytes.length - 4));
      }
      if (type === 'mime' && latin1(body).includes('application/rdf+xml'))
        found.xmp ??= file.read(place.at, place.length);
    }
    return found;
  } catch (error) {
    if (error instanceof RangeError) return none;
    throw error;
  }
}

/** Where items lie whose content is in one piece of the file. */
function itemPlaces(file: FileBytes, box: Box): Map<number, { at: number; length: number }> {
  const places = new Map<number, { at: number; length: number }>();
  const body = file.read(box.at, Math.min(1 << 20, box.end - box.at));
  const view = viewOf(body);
  const version = body[0]!;
  const sizes = {
    offset: body[4]! >> 4,
    length: body[4]! & 15,
    base: body[5]! >> 4,
    index: version > 0 ? body[5]! & 15 : 0,
  };
  let at = 6;
  const take = (size: number): number => {
    const value =
      size === 0
        ? 0
        : size === 2
          ? view.getUint16(at)
          : size === 4
            ? view.getUint32(at)
            : Number(view.getBigUint64(at));
    at += size;
    return value;
  };
  const count = take(version < 2 ? 2 : 4);
  for (let i = 0; i < count; i++) {
    const id = take(version < 2 ? 2 : 4);
    const method = version > 0 ? take(2) & 15 : 0;
    take(2);
    const base = take(sizes.base);
    const extents = take(2);
    for (let k = 0; k < extents; k++) {
      take(sizes.index);
      const offset = take(sizes.offset);
      const length = take(sizes.length);
      if (method === 0 && extents === 1) places.set(id, { at: base + offset, length });
    }
  }
  return places;
}
