import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { latin1, viewOf } from '../containers/file-bytes';
import { packBits } from '../containers/tiff-strips';
import { assertSize, damaged, type Foreign, NOTHING_BESIDE } from './foreign';

/** The composite picture of a Photoshop document: what it looks like with all its layers. */

const MODES: Record<number, { samples: number; photometric: Foreign['photometric'] }> = {
  1: { samples: 1, photometric: 1 },
  3: { samples: 3, photometric: 2 },
  4: { samples: 4, photometric: 5 },
  8: { samples: 1, photometric: 1 },
  9: { samples: 3, photometric: 8 },
};

const RESOURCE = { resolution: 1005, iptc: 1028, icc: 1039, exif: 1058, xmp: 1060 } as const;

export async function readPsd(bytes: Uint8Array): Promise<Foreign> {
  const view = viewOf(bytes);
  try {
    const isBig = view.getUint16(4) === 2;
    const channels = view.getUint16(12);
    const [height, width, depth, mode] = [
      view.getUint32(14),
      view.getUint32(18),
      view.getUint16(22),
      view.getUint16(24),
    ];
    const kind = MODES[mode];
    assertSize(width, height);
    if (!kind || (depth !== 8 && depth !== 16) || channels < kind.samples) {
      throw new EmulsionError('FORMAT_UNSUPPORTED', {
        reason: say('failures.unreadPixels'),
        detail: `mode ${mode}, ${depth} bits`,
      });
    }
    let at = 26;
    at += 4 + view.getUint32(at);
    const resources = readResources(bytes, at + 4, at + 4 + view.getUint32(at));
    at += 4 + view.getUint32(at);
    // Layers; large documents count them in 64 bits.
    const layers = isBig ? Number(view.getBigUint64(at)) : view.getUint32(at);
    at += (isBig ? 8 : 4) + layers;
    const planes = readPlanes(bytes, at, { width, height, channels, depth, isBig, wanted: kind.samples });
    const pixels = interleave(planes, width * height, depth, kind.photometric);
    const density = resources.get(RESOURCE.resolution);
    const resolution =
      density && density.length >= 16 && viewOf(density).getUint32(0) > 0
        ? { x: viewOf(density).getUint32(0) / 65536, y: viewOf(density).getUint32(8) / 65536 }
        : null;
    return {
      ...NOTHING_BESIDE,
      width,
      height,
      pixels,
      samples: kind.samples,
      photometric: kind.photometric,
      hasAlpha: false,
      icc: resources.get(RESOURCE.icc) ?? null,
      exif: resources.get(RESOURCE.exif) ?? null,
      xmp: resources.get(RESOURCE.xmp) ?? null,
      iptc: resources.get(RESOURCE.iptc) ?? null,
      resolution,
      notes: layers > 0 ? [say('notes.layers')] : [],
    };
  } catch (error) {
    if (error instanceof RangeError) throw damaged('the document breaks off', error);
    throw error;
  }
}

function readResources(bytes: Uint8Array, from: number, to: number): Map<number, Uint8Array> {
  const view = viewOf(bytes);
  const resources = new Map<number, Uint8Array>();
  let at = from;
  while (at + 12 <= to && latin1(bytes, at, 4) === '8BIM') {
    const id = view.getUint16(at + 4);
    const name = bytes[at + 6]! + 1;
    const sizeAt = at + 6 + name + (name % 2);
    const size = view.getUint32(sizeAt);
    resources.set(id, bytes.subarray(sizeAt + 4, sizeAt + 4 + size));
    at = sizeAt + 4 + size + (size % 2);
  }
  return resources;
}

interface Layout {
  width: number;
  height: number;
  channels: number;
  depth: number;
  isBig: boolean;
  wanted: number;
}

function readPlanes(
  bytes: Uint8Array,
  from: number,
  { width, height, channels, depth, isBig, wanted }: Layout,
): Uint8Array[] {
  const view = viewOf(bytes);
  const compression = view.getUint16(from);
  const row = (width * depth) / 8;
  const planes: Uint8Array[] = [];
  let at = from + 2;
  if (compression === 0) {
    for (let channel = 0; channel < wanted; channel++, at += row * height)
      planes.push(bytes.subarray(at, at + row * height));
  } else if (compression === 1) {
    const counts: number[] = [];
    for (let i = 0; i < channels * height; i++, at += isBig ? 4 : 2)
      counts.push(isBig ? view.getUint32(at) : view.getUint16(at));
    for (let channel = 0; channel < wanted; channel++) {
      const plane = new Uint8Array(row * height);
      for (let y = 0; y < height; y++) {
        const size = counts[channel * height + y]!;
        plane.set(packBits(bytes.subarray(at, at + size), row), y * row);
        at += size;
      }
      planes.push(plane);
    }
  } else
    throw new EmulsionError('FORMAT_UNSUPPORTED', {
      reason: say('failures.unreadPixels'),
      detail: `compression ${compression}`,
    });
  if (planes.some((plane) => plane.length < row * height)) throw damaged('the pixels break off');
  return planes;
}

function interleave(planes: Uint8Array[], count: number, depth: number, photometric: number): Uint8Array | Uint16Array {
  const samples = planes.length;
  // Photoshop stores inverted inks, and Lab with the middle at 128; TIFF wants neither. Lab needs 16 bits in libvips.
  const isLab = photometric === 8;
  const inverted = photometric === 5;
  const wide = depth === 16 || isLab;
  const out = wide ? new Uint16Array(count * samples) : new Uint8Array(count * samples);
  for (const [channel, plane] of planes.entries()) {
    for (let i = 0; i < count; i++) {
      let value = depth === 16 ? (plane[2 * i]! << 8) | plane[2 * i + 1]! : plane[i]!;
      if (isLab && depth === 8) value = channel === 0 ? value * 257 : value << 8;
      if (isLab && channel > 0) value ^= 0x8000;
      if (inverted) value = (depth === 16 ? 65535 : 255) - value;
      out[i * samples + channel] = value;
    }
  }
  return out;
}
