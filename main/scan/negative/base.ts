import type { Three } from './density';
import type { Sampled } from './sampled';

/** Unexposed film on a scan, and what is no film at all. */

export interface FoundBase {
  /** Its densities. */
  density: Three;
  /** `strip`: a part of the film that was not exposed; `picture`: the thinnest places of the picture itself. */
  from: 'strip' | 'picture';
  /** Which places belong to the picture: 1, else 0. */
  picture: Uint8Array;
}

/** Thinner than this in every channel, there is no film in the light. */
const NO_FILM = 0.06;
/** Denser than this in every channel, there is a holder or a lid. */
const OPAQUE = 3;
/** Share of the places that may be thinner than the base by chance. */
const THINNEST = 0.003;
/** How far the densities of a strip of unexposed film differ. */
const EVEN = 0.035;
/** The least share of a scan that is taken for a strip of unexposed film. */
const LEAST_STRIP = 0.004;

/** `isColour`: the film has an orange base, so that a neutral light place is no film. */
export function findBase(scan: Sampled, isColour: boolean): FoundBase {
  const { width, height, planes } = scan;
  const [reds, greens, blues] = planes;
  const count = width * height;
  const picture = new Uint8Array(count).fill(1);
  for (let i = 0; i < count; i++) {
    const [r, g, b] = [reds[i]!, greens[i]!, blues[i]!];
    const isBare = isColour && Math.max(r, g, b) < NO_FILM + 0.1 && b - r < 0.12;
    if (isBare || Math.min(r, g, b) > OPAQUE) picture[i] = 0;
  }
  const least = planes.map((plane) => percentile(plane, picture, THINNEST)) as unknown as Three;
  const strip = stripAt(scan, picture, least);
  if (strip === null) return { density: least, from: 'picture', picture };
  const density = planes.map((plane) => percentile(plane, strip, 0.5)) as unknown as Three;
  for (let i = 0; i < count; i++) if (strip[i] === 1) picture[i] = 0;
  return { density, from: 'strip', picture };
}

/** The value below which a share of the marked places lie; 0 if none is marked. */
export function percentile(plane: Float32Array, marked: Uint8Array, share: number): number {
  const values = plane.filter((_, i) => marked[i] === 1).sort();
  return values.length === 0 ? 0 : values[Math.min(values.length - 1, Math.floor(share * values.length))]!;
}

/** The even part at an edge of the film, as thin as its thinnest places; null without one. */
function stripAt({ width, height, planes }: Sampled, film: Uint8Array, least: Three): Uint8Array | null {
  const count = width * height;
  const isThin = (i: number) => film[i] === 1 && planes.every((plane, c) => Math.abs(plane[i]! - least[c]!) < EVEN);
  const parts = new Int32Array(count);
  let best: { part: number; size: number } | null = null;
  let part = 0;
  for (let start = 0; start < count; start++) {
    if (parts[start] !== 0 || !isThin(start)) continue;
    part += 1;
    const queue = [start];
    parts[start] = part;
    let touches = false;
    for (let at = 0; at < queue.length; at++) {
      const i = queue[at]!;
      const x = i % width;
      const around = [x > 0 ? i - 1 : -1, x < width - 1 ? i + 1 : -1, i - width, i + width];
      for (const next of around) {
        // The edge of the scan, or what lies beside the film.
        if (next < 0 || next >= count || film[next] === 0) touches = true;
        else if (parts[next] === 0 && isThin(next)) {
          parts[next] = part;
          queue.push(next);
        }
      }
    }
    if (touches && queue.length > (best?.size ?? 0)) best = { part, size: queue.length };
  }
  if (best === null || best.size < LEAST_STRIP * count) return null;
  // A picture that is all one tone is no strip.
  if (best.size > 0.6 * count) return null;
  return Uint8Array.from(parts, (each) => (each === best.part ? 1 : 0));
}
