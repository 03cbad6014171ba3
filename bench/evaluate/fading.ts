import { toLab } from '../../main/restoration/colour';
import { componentOf, densityOf } from '../../main/restoration/steps/tone/density';
import { type Picture, Random } from './protocol';

/**
 * Faded photographs, and the difference of colours. `models/training/evaluation/protocol.py` and `metrics.py` are the
 * same in Python.
 */

export const FADINGS = ['dyes', 'curves', 'crosstalk'] as const;

const level = (component: number) => Math.floor(Math.max(0, Math.min(1, component)) * 255 + 0.5);
const table = (of: (component: number) => number) => Float64Array.from({ length: 256 }, (_, i) => of(i / 255));

/**
 * A photograph as it looks after fading. `dyes`: each layer keeps 0.4 to 0.95 of its density and gets 0 to 0.16 of
 * stain, as in training. Never trained on: `curves` raises the blacks, dulls the whites and bends the middle of each
 * channel; `crosstalk` mixes the layers' densities besides.
 */
export function faded({ width, height, data }: Picture, kind: (typeof FADINGS)[number], index: number): Picture {
  const random = new Random(`fading ${kind}`, index);
  const share = (low: number, high: number) => (low + random.below(high - low + 1)) / 1000;
  const three = <T>(of: (channel: number) => T) => [of(0), of(1), of(2)];
  if (kind === 'curves') {
    const curves = three(() => {
      const [low, high, bend] = [share(0, 200), share(750, 1000), share(-200, 200)];
      return table((component) => level(low + (high - low) * component ** Math.exp(bend)));
    });
    return { width, height, data: data.map((value, i) => curves[i % 3]![value]!) };
  }
  const kept = three(() => share(400, 950));
  const stain = three(() => share(0, 160));
  const densities = three((c) => table((component) => kept[c]! * densityOf(component)));
  if (kind === 'dyes') {
    const tables = densities.map((each, c) => each.map((density) => level(componentOf(density + stain[c]!))));
    return { width, height, data: data.map((value, i) => tables[i % 3]![value]!) };
  }
  const weights = three((c) => three((other) => (other === c ? 1 : share(0, 150))));
  const sums = weights.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const layers = three((c) => densities[c]![data[i + c]!]!);
    for (let c = 0; c < 3; c++) {
      const mixed = weights[c]!.reduce((sum, weight, other) => sum + weight * layers[other]!, 0) / sums[c]!;
      out[i + c] = level(componentOf(mixed + stain[c]!));
    }
  }
  return { width, height, data: out };
}

const degrees = (radians: number) => ((((radians * 180) / Math.PI) % 360) + 360) % 360;
const cos = (angle: number) => Math.cos((angle * Math.PI) / 180);

/** Mean CIEDE2000 difference of two pictures (Sharma, Wu and Dalal 2005). */
export function ciede2000(one: Picture, other: Picture): number {
  let sum = 0;
  const known = new Map<number, readonly [number, number, number]>();
  const labAt = ({ data }: Picture, i: number) => {
    const key = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!;
    let lab = known.get(key);
    if (!lab) {
      lab = toLab(data[i]! / 255, data[i + 1]! / 255, data[i + 2]! / 255);
      known.set(key, lab);
    }
    return lab;
  };
  for (let i = 0; i < one.data.length; i += 3) sum += difference(labAt(one, i), labAt(other, i));
  return sum / (one.data.length / 3);
}

type Lab = readonly [number, number, number];

function difference([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number {
  const mean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7)));
  const [p1, p2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const [h1, h2] = [degrees(Math.atan2(b1, p1)), degrees(Math.atan2(b2, p2))];
  const isGrey = c1 * c2 === 0;
  let turn = h2 - h1;
  if (isGrey) turn = 0;
  else if (Math.abs(turn) > 180) turn -= 360 * Math.sign(turn);
  const dl = l2 - l1;
  const dc = c2 - c1;
  const dh = 2 * Math.sqrt(c1 * c2) * Math.sin((turn * Math.PI) / 360);
  const l = (l1 + l2) / 2;
  const c = (c1 + c2) / 2;
  const total = h1 + h2;
  const h = isGrey ? total : Math.abs(h1 - h2) <= 180 ? total / 2 : (total < 360 ? total + 360 : total - 360) / 2;
  const t = 1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.2 * cos(4 * h - 63);
  const angle = 60 * Math.exp(-(((h - 275) / 25) ** 2));
  const rotation = -Math.sin((angle * Math.PI) / 180) * 2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const sc = 1 + 0.045 * c;
  const sh = 1 + 0.015 * c * t;
  const square = (dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rotation * (dc / sc) * (dh / sh);
  return Math.sqrt(Math.max(0, square));
}
