import { type FileBytes, latin1, viewOf } from './file-bytes';

/** What the boxes of an AVIF or HEIF file say about its main picture. */
export interface IsoMedia {
  /** Colour primaries and transfer curve as code points of ITU-T H.273; null if there is a profile or nothing. */
  colours: { primaries: number; transfer: number } | null;
  hasProfile: boolean;
  /** A sequence of pictures without a single one that could be shown. */
  isOnlyAnimated: boolean;
  /** Other pictures in the file that are shown on their own. */
  pictures: number;
}

interface Box {
  type: string;
  /** Where its content begins and ends. */
  at: number;
  end: number;
}

const MAX_BOXES = 10_000;

function boxesIn(file: FileBytes, from: number, to: number): Box[] {
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
  if (!meta) return hasTracks ? { colours: null, hasProfile: false, isOnlyAnimated: true, pictures: 0 } : null;
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
  let hasProfile = false;
  for (const box of mine.filter(({ type }) => type === 'colr')) {
    const body = file.read(box.at, Math.min(12, box.end - box.at));
    const kind = latin1(body, 0, 4);
    if (kind === 'nclx' && body.length >= 8)
      colours = { primaries: viewOf(body).getUint16(4), transfer: viewOf(body).getUint16(6) };
    if (kind === 'prof' || kind === 'rICC') hasProfile = true;
  }
  return { colours, hasProfile, isOnlyAnimated: hasTracks && primary === 0, pictures: 1 };
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
