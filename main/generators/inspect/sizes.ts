import { because, type Decisions, decide } from './decision';
import { greyOf, type Planes, photoOf, planesOf } from './pictures';
import type { Probe } from './probe';
import { Refused } from './signature';

/*
 * Which sizes a net takes, and how large its result is. Only runs tell: nets with free sides still need multiples.
 */

const SIDES = [64, 96, 128, 112, 160, 208, 256, 512];
const STEPS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 96, 128];
/** Large steps, by which the scale shows whatever the multiple is. */
const LEAPS = [48, 64, 32, 96, 128, 56, 192];

export interface Sizes {
  /** Sides of the picture that the other trials use. */
  width: number;
  height: number;
  scale: number;
  offset: number;
  multiple: number;
  isFixed: boolean;
}

/** A photo of as many channels as the net takes, without a mask. */
export function photoFor(probe: Probe, width: number, height: number, seed = 7): Planes {
  const photo = photoOf(width, height, seed);
  return probe.colours === 3 ? photo : greyOf(photo, 1);
}

/** Throws Refused if no size runs. */
export async function findSizes(probe: Probe, decisions: Decisions): Promise<Sizes> {
  const { image } = probe.signature;
  return image.width !== null && image.height !== null
    ? fixedSize(probe, decisions, image.width, image.height)
    : freeSize(probe, decisions);
}

async function fixedSize(probe: Probe, decisions: Decisions, width: number, height: number): Promise<Sizes> {
  const out = await probe.attempt(photoFor(probe, width, height));
  if (!out) throw new Refused('neverRuns', { detail: probe.lastError.slice(0, 200) });
  const [across, down] = [out.width / width, out.height / height];
  // Something is cropped where the result is no whole multiple, or no half, of the picture.
  const scale = across >= 1 ? Math.ceil(across - 0.05) : 1 / Math.round(1 / across);
  const offset = Math.max(0, Math.round(scale * width - out.width));
  if (Math.abs(across - down) > 0.1 * across)
    throw new Refused('noPictureOut', { name: probe.output?.name ?? '', shape: `[${out.height}, ${out.width}]` });
  const evidence = because('declaredSize', { width, height });
  decide(decisions, 'scale', scale, 'certain', because('sizeOut', { width: out.width, height: out.height, scale }));
  decide(decisions, 'offset', offset, 'certain', because('sizeOut', { width: out.width, height: out.height, scale }));
  decide(
    decisions,
    'size',
    { multiple: 1, remainder: 0, minimum: Math.min(width, height), square: false, fixed: { width, height } },
    'certain',
    evidence,
  );
  return { width, height, scale, offset, multiple: 1, isFixed: true };
}

async function freeSize(probe: Probe, decisions: Decisions): Promise<Sizes> {
  let base = 0;
  let first: Planes | null = null;
  const layouts = probe.signature.image.unsure ? (['nchw', 'nhwc'] as const) : [probe.layout];
  search: for (const side of SIDES) {
    for (const layout of layouts) {
      probe.layout = layout;
      probe.output = null;
      first = await probe.attempt(photoFor(probe, side, side));
      if (first && first.channels <= 4) {
        base = side;
        break search;
      }
    }
  }
  if (!first || base === 0) throw new Refused('neverRuns', { detail: probe.lastError.slice(0, 200) });
  const sideAt = async (width: number, height: number) => await probe.attempt(photoFor(probe, width, height));
  let scale: number | null = null;
  for (const leap of LEAPS) {
    const larger = await sideAt(base + leap, base + leap);
    if (!larger) continue;
    const across = (larger.width - first.width) / leap;
    if (across <= 0) continue;
    scale = across;
    break;
  }
  if (scale === null || Math.abs(scale * 8 - Math.round(scale * 8)) > 1e-6) {
    // It runs at one size alone, whatever it declares.
    return onlySize(decisions, base, first);
  }
  const offset = scale * base - first.width;
  let multiple = 0;
  let isSquare = false;
  for (const step of STEPS) {
    const out = await sideAt(base + step, base + step);
    if (!out || out.width !== scale * (base + step) - offset || out.height !== out.width) {
      if (out)
        decide(
          decisions,
          'size',
          { multiple: 1, remainder: 0, minimum: base, square: false, fixed: null },
          'open',
          because('sizeCut', { side: base + step, out: out.width }),
        );
      continue;
    }
    multiple = step;
    const oblong = await sideAt(base + step, base);
    isSquare = !oblong || oblong.width !== scale * (base + step) - offset;
    break;
  }
  delete decisions.size;
  if (multiple === 0) return onlySize(decisions, base, first);
  const remainder = base % multiple;
  const evidence = [
    because('sizeRuns', { side: base, next: base + multiple }),
    ...(remainder > 0 ? [because('sizeRemainder', { multiple, remainder })] : []),
  ];
  decide(
    decisions,
    'size',
    { multiple, remainder, minimum: base, square: isSquare, fixed: null },
    'certain',
    ...evidence,
  );
  const measured = because('sizeScale', {
    side: base,
    out: first.width,
    next: base + multiple,
    nextOut: scale * (base + multiple) - offset,
  });
  decide(decisions, 'scale', scale, 'certain', measured);
  decide(decisions, 'offset', Math.max(0, offset), 'certain', measured);
  return { width: base, height: base, scale, offset: Math.max(0, offset), multiple, isFixed: false };
}

function onlySize(decisions: Decisions, side: number, out: Planes): Sizes {
  const scale = Math.max(1, Math.round(out.width / side));
  const fixed = { width: side, height: side };
  decide(
    decisions,
    'size',
    { multiple: 1, remainder: 0, minimum: side, square: true, fixed },
    'probable',
    because('sizeOnly', { side }),
  );
  decide(decisions, 'scale', scale, 'certain', because('sizeOut', { width: out.width, height: out.height, scale }));
  decide(
    decisions,
    'offset',
    Math.max(0, scale * side - out.width),
    'certain',
    because('sizeOut', { width: out.width, height: out.height, scale }),
  );
  return { width: side, height: side, scale, offset: 0, multiple: 1, isFixed: true };
}

/** The smallest side of at least `side` pixels that the net takes. */
export function sideFrom({ width, multiple, isFixed }: Sizes, side: number): number {
  return isFixed ? width : width + Math.ceil(Math.max(0, side - width) / multiple) * multiple;
}

/** A picture of one value. */
export const flatFor = (probe: Probe, { width, height }: Sizes, value: number): Planes =>
  planesOf(probe.colours, width, height, value);
