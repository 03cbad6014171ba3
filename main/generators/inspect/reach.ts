import { because, type Decisions, decide } from './decision';
import { RANGES, type RangeName } from './ends';
import { mapped, type Planes } from './pictures';
import type { Probe } from './probe';
import { photoFor, type Sizes, sideFrom } from './sizes';

/*
 * How far a pixel of the result sees: the halo that tiles need, or that a net must not be tiled.
 */

/** Seconds that both runs together may take. */
const PATIENCE = 20;
/** Changes in steps of 255: below the first there are none but those of arithmetic. */
const NOTHING = 0.05;
const VISIBLE = 1;
const STRONG = 6;

export async function findReach(
  probe: Probe,
  sizes: Sizes,
  outputRange: RangeName,
  decisions: Decisions,
): Promise<void> {
  const side = largestSide(probe, sizes);
  const [width, height] = sizes.isFixed ? [sizes.width, sizes.height] : [side, side];
  const photo = photoFor(probe, width, height, 7);
  // Darker as well, since what is seen of the whole picture is often its mean.
  const other = mapped(photoFor(probe, width, height, 63), (value) => 0.4 * value);
  const seam = Math.floor(width / 2);
  const changed: Planes = { ...photo, data: photo.data.slice() };
  for (let row = 0; row < photo.channels * height; row++) {
    changed.data.set(other.data.subarray(row * width, row * width + seam), row * width);
  }
  const [one, two] = [await probe.attempt(photo), await probe.attempt(changed)];
  if (!one || !two) {
    decide(decisions, 'global', 'whole', 'open', because('reachUnknown'));
    return;
  }
  const { low, high } = RANGES[outputRange];
  const { scale, offset, multiple } = sizes;
  const change = columnChanges(one, two, 255 / (high - low));
  const columnOf = (x: number) => Math.round(x * scale - offset / 2);
  const seamOut = columnOf(seam);
  const farFrom = columnOf(seam + Math.floor((width - seam) / 2));
  const far = change.slice(farFrom).reduce((most, each) => Math.max(most, each), 0);
  const last = (least: number): number => {
    for (let x = change.length - 1; x >= seamOut; x--)
      if (change[x]! > least) return Math.ceil((x - seamOut + 1) / scale);
    return 0;
  };
  const exact = last(NOTHING);
  const seen = last(VISIBLE);
  const evidence = because('reach', { side: width, far: Math.round(far * 100) / 100, exact, visible: seen });
  if (far > STRONG) {
    decide(decisions, 'global', sizes.isFixed ? 'fixed' : 'whole', 'certain', evidence);
    decide(decisions, 'halo', 0, 'certain', evidence);
    decide(decisions, 'overlap', 0, 'certain', evidence);
    return;
  }
  // A net whose exact reach ends within the picture is local, however far it is.
  const isLocal = far <= NOTHING;
  const halo = isLocal && exact <= 24 ? exact : Math.ceil(1.2 * seen);
  const rounded = Math.ceil(halo / multiple) * multiple;
  decide(decisions, 'global', isLocal ? 'none' : 'weak', 'certain', evidence);
  decide(decisions, 'halo', Math.min(rounded, Math.floor(width / 4)), 'certain', evidence);
  decide(decisions, 'overlap', far > VISIBLE ? 32 : 0, 'certain', evidence);
}

function largestSide(probe: Probe, sizes: Sizes): number {
  const perPixel = probe.seconds / (sizes.width * sizes.height);
  for (const side of [256, 192, 128]) {
    const real = sideFrom(sizes, side);
    if (2 * perPixel * real * real < PATIENCE) return real;
  }
  return sideFrom(sizes, 96);
}

/** The largest change in each column. */
function columnChanges(one: Planes, two: Planes, unit: number): number[] {
  const changes = new Array<number>(one.width).fill(0);
  for (let i = 0; i < one.data.length; i++) {
    const x = i % one.width;
    const change = Math.abs(one.data[i]! - two.data[i]!) * unit;
    if (change > changes[x]!) changes[x] = change;
  }
  return changes;
}
