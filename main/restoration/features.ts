import type { Face } from '../../contract/photo';
import { STEPS_PER_LOGIT } from '../../document/evidence';

/**
 * Eyes and mouths of found faces. A detector of damage takes bright eyes, catchlights and dark lips for spots more
 * easily than anything else in a picture, and nothing is missed sooner than an eye. There damage has to be more certain
 * than elsewhere.
 */

/** By how much it has to be more certain, in logits. Of marked photographs, eyes reach 1, damage on them 2.5 and more. */
const STRICTER_LOGITS = 2.5;
/** Half the width and height of an eye with its lids, as shares of the distance of the pupils. */
const EYE = { across: 0.34, down: 0.22 };
/** The same of a mouth, as shares of the distance of its corners. */
const MOUTH = { across: 0.6, down: 0.34 };
/** In a face seen from the side the pupils are close together: as a share of the face's height. */
const LEAST_EYE_DISTANCE = 0.25;

/** An ellipse in pixels of a damage map. `angle`: of its longer axis, in radians. */
interface Feature {
  x: number;
  y: number;
  across: number;
  down: number;
  angle: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function featuresOf(face: Face, { width, height }: Size): Feature[] {
  const [left, right, , from, to] = face.points.map(({ x, y }) => ({ x: x * width, y: y * height }));
  const distance = Math.max(
    Math.hypot(right!.x - left!.x, right!.y - left!.y),
    LEAST_EYE_DISTANCE * face.height * height,
  );
  const angle = Math.atan2(right!.y - left!.y, right!.x - left!.x);
  const eyes = [left!, right!].map((eye) => ({
    ...eye,
    across: EYE.across * distance,
    down: EYE.down * distance,
    angle,
  }));
  const mouth = Math.max(Math.hypot(to!.x - from!.x, to!.y - from!.y), 0.5 * distance);
  const middle = { x: (from!.x + to!.x) / 2, y: (from!.y + to!.y) / 2 };
  return [...eyes, { ...middle, across: MOUTH.across * mouth, down: MOUTH.down * mouth, angle }];
}

/**
 * Lowers the evidence of damage on eyes and mouths, pixel by pixel: beside a crack that crosses an eye, the eye is kept.
 * `plane` has the evidence of a picture of this size, in rows without padding; it is changed in place.
 */
export function spareFeatures(plane: Uint8Array, size: Size, faces: readonly Face[]): void {
  const features = faces.flatMap((face) => featuresOf(face, size));
  if (features.length === 0) return;
  const lower = Math.round(STRICTER_LOGITS * STEPS_PER_LOGIT);
  const seen = new Set<number>();
  for (const feature of features) {
    forEachPixel(feature, size, (index) => {
      // Once only, where two features overlap.
      if (seen.has(index) || plane[index] === 0) return;
      seen.add(index);
      plane[index] = Math.max(1, plane[index]! - lower);
    });
  }
}

/** Calls `visit` with the index of each pixel of an ellipse. */
function forEachPixel(feature: Feature, { width, height }: Size, visit: (index: number) => void): void {
  const { x, y, across, down, angle } = feature;
  const reach = Math.ceil(Math.max(across, down));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let row = Math.max(0, Math.floor(y) - reach); row <= Math.min(height - 1, Math.ceil(y) + reach); row++) {
    for (
      let column = Math.max(0, Math.floor(x) - reach);
      column <= Math.min(width - 1, Math.ceil(x) + reach);
      column++
    ) {
      const dx = column + 0.5 - x;
      const dy = row + 0.5 - y;
      const along = (dx * cos + dy * sin) / across;
      const other = (dy * cos - dx * sin) / down;
      if (along * along + other * other <= 1) visit(row * width + column);
    }
  }
}
