import { type Face, isAnyIn } from '../../../../contract/photo';
import type { FaceSettings } from '../../../../contract/recipe';
import { lumaOf } from '../../colour';
import type { Raster } from '../../raster';
import { readSrgb, writeSrgb } from '../../raster';
import { chosen, type GeneratorFacts, type PassReport, type StepTools } from '../../tools';
import {
  covered,
  inverse,
  moved,
  type Similarity,
  sample,
  scaleOf,
  squareOf,
  type Template,
  toTemplate,
} from './align';

/*
 * Restores faces with a generator that knows faces alone: each is brought upright into the place that it was trained on,
 * computed, and blended back with a soft mask.
 */

/** The mask, as shares of the square: a rounded shape around forehead, ears and chin, and the width of its soft edge. */
const SHAPE = { x: 0.5, y: 0.54, across: 0.4, down: 0.44, soft: 0.16 };
/** Inputs of such generators for how close the result stays to the photo, 0..1. */
export const FIDELITY_INPUTS = /^(?:w|weight|weights|fidelity.*)$/i;
/** Sides of a square that is measured. */
const LEAST_SIDE = 32;
/**
 * A face is sharp if what a blur by one pixel takes away is at least this share of its contrast. Of 16 faces in sound
 * photographs 15 have 0.12 or more (half of them 0.2), of the same ones blurred by 1.2 pixels none.
 */
const SHARP = 0.12;
/** Faces of fewer pixels between the eyes are not restored: there is nothing to go by, and the result would be somebody else. */
const LEAST_EYE_DISTANCE = 6;

export interface RestoredFaces {
  report: PassReport;
  restored: number;
  /** Left alone because they are sharp already, and because they are too small. */
  sharp: number;
  small: number;
}

/**
 * Restores the chosen faces of a raster in place; pixels outside of their masks are not touched. Null if there is nothing to
 * do. Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED; after a throw the raster cannot be used.
 */
export async function restoreFaces(
  raster: Raster,
  faces: readonly Face[],
  settings: FaceSettings,
  tools: StepTools,
): Promise<RestoredFaces | Omit<RestoredFaces, 'report'>> {
  const result = { restored: 0, sharp: 0, small: 0 };
  if (settings.strength === 0) return result;
  const wanted = chosen(settings);
  const facts = tools.generator('face', wanted);
  const side = facts?.foreign?.sides.fixed?.width ?? 512;
  const template = facts?.template ?? 'ffhq';
  let report: PassReport | undefined;
  const wantedFaces = chosenFaces(faces, settings);
  for (const [index, face] of wantedFaces.entries()) {
    await tools.breathe();
    if (eyeDistance(face, raster) < LEAST_EYE_DISTANCE) {
      result.small++;
      continue;
    }
    // A face that a person has chosen is restored even if it is sharp.
    if (settings.chosen === undefined && isSharp(raster, face, template, tools)) {
      result.sharp++;
      continue;
    }
    const to = toTemplate(face, raster, template, side);
    const before = squareOf(raster, tools.colour, to, side);
    const after = new Float32Array(before.length);
    report = await tools.runTiles({
      task: 'face',
      wanted,
      width: side,
      height: side,
      extras: extrasFor(facts, settings),
      read: ({ x, y, width, height }, into) => {
        for (let c = 0, i = 0; c < 3; c++) {
          for (let row = y; row < y + height; row++, i += width) {
            const at = (c * side + row) * side + x;
            into.set(before.subarray(at, at + width), i);
          }
        }
      },
      write: ({ x, y, width, height }, planes) => {
        for (let c = 0, i = 0; c < 3; c++) {
          for (let row = y; row < y + height; row++, i += width) {
            after.set(planes.subarray(i, i + width), (c * side + row) * side + x);
          }
        }
      },
      weight: 1 / wantedFaces.length,
    });
    // Only the change is turned back, so what the generator leaves as it is keeps all its detail.
    for (let i = 0; i < after.length; i++) after[i] = Math.max(0, Math.min(1, after[i]!)) - before[i]!;
    await paste(raster, after, to, side, settings.strength, tools);
    result.restored++;
    tools.progress((index + 1) / wantedFaces.length);
  }
  return report ? { ...result, report } : result;
}

/** The faces in which a chosen place lies; all of them if nobody has chosen. */
function chosenFaces(faces: readonly Face[], { chosen: places }: FaceSettings): Face[] {
  if (places === undefined) return [...faces];
  return faces.filter((face) => isAnyIn(places, face));
}

function eyeDistance({ points: [left, right] }: Face, { width, height }: Raster): number {
  return Math.hypot((right!.x - left!.x) * width, (right!.y - left!.y) * height);
}

/** The fidelity, for a generator that has an input for it; the others have their defaults. */
function extrasFor(facts: GeneratorFacts | null, { fidelity }: FaceSettings): Record<string, number> {
  const input = facts?.extraInputs.find(({ name }) => FIDELITY_INPUTS.test(name));
  return input ? { [input.name]: input.min + fidelity * (input.max - input.min) } : {};
}

/** Whether the chosen generator has an input for fidelity. */
export const hasFidelity = (facts: GeneratorFacts | null): boolean =>
  facts?.extraInputs.some(({ name }) => FIDELITY_INPUTS.test(name)) ?? false;

/** Whether a face has as much fine detail as its pixels can hold. */
export function isSharp(raster: Raster, face: Face, template: Template, tools: Pick<StepTools, 'colour'>): boolean {
  return sharpness(raster, face, template, tools.colour) >= SHARP;
}

/** Contrast that a blur by one pixel takes away, as a share of all contrast of the middle of a face. */
export function sharpness(raster: Raster, face: Face, template: Template, colour: StepTools['colour']): number {
  const full = scaleOf(toTemplate(face, raster, template, 512));
  // At the photo's own resolution, but no more than a generator sees.
  const side = Math.max(LEAST_SIDE, Math.min(512, Math.round(512 / full)));
  const square = squareOf(raster, colour, toTemplate(face, raster, template, side), side);
  const count = side * side;
  const luma = Float32Array.from({ length: count }, (_, i) =>
    lumaOf(square[i]!, square[i + count]!, square[i + 2 * count]!),
  );
  const blurred = blur(luma, side);
  const [from, to] = [Math.floor(0.25 * side), Math.ceil(0.75 * side)];
  let [sum, squares, detail, n] = [0, 0, 0, 0];
  for (let y = from; y < to; y++) {
    for (let x = from; x < to; x++) {
      const value = luma[y * side + x]!;
      sum += value;
      squares += value * value;
      detail += (value - blurred[y * side + x]!) ** 2;
      n++;
    }
  }
  const variance = squares / n - (sum / n) ** 2;
  return variance > 1e-8 ? Math.sqrt(detail / n / variance) : 0;
}

/** A blur by a Gaussian with a standard deviation of a pixel. Edges are repeated. */
function blur(plane: Float32Array, side: number): Float32Array {
  const kernel = [0.0545, 0.2442, 0.4026, 0.2442, 0.0545];
  const pass = (source: Float32Array, step: number, other: number) => {
    const result = new Float32Array(source.length);
    for (let line = 0; line < side; line++) {
      for (let i = 0; i < side; i++) {
        let sum = 0;
        for (let k = -2; k <= 2; k++) {
          sum += kernel[k + 2]! * source[line * other + Math.max(0, Math.min(side - 1, i + k)) * step]!;
        }
        result[line * other + i * step] = sum;
      }
    }
    return result;
  };
  return pass(pass(plane, 1, side), side, 1);
}

/** The weight of the mask at a place in the square, 0..1; u and v are shares of its side. */
export function maskAt(u: number, v: number): number {
  const { x, y, across, down, soft } = SHAPE;
  // Between an ellipse and a rectangle.
  const reach = (((u - x) / across) ** 4 + ((v - y) / down) ** 4) ** 0.25;
  const share = Math.max(0, Math.min(1, (1 - reach) / soft));
  return share * share * (3 - 2 * share);
}

const ROWS = 64;

/** Adds a change, given in the square of the template, to a raster. */
async function paste(
  raster: Raster,
  square: Float32Array,
  to: Similarity,
  side: number,
  strength: number,
  tools: StepTools,
): Promise<void> {
  const part = covered(inverse(to), side, raster);
  if (part === null) return;
  const found = [0, 0, 0];
  // A face of fewer pixels than the square has would alias: several samples make a pixel.
  const taps = Math.min(8, Math.max(1, Math.ceil(scaleOf(to))));
  for (let top = part.y; top < part.y + part.height; top += ROWS) {
    await tools.breathe();
    const rect = { ...part, y: top, height: Math.min(ROWS, part.y + part.height - top) };
    const count = rect.width * rect.height;
    const planes = new Float32Array(3 * count);
    readSrgb(raster, rect, tools.colour, planes);
    const kept = raster.data.slice(
      raster.channels * rect.y * raster.width,
      raster.channels * (rect.y + rect.height) * raster.width,
    );
    const touched = new Uint8Array(count);
    for (let row = 0, i = 0; row < rect.height; row++) {
      for (let column = 0; column < rect.width; column++, i++) {
        const middle = moved(to, rect.x + column + 0.5, rect.y + row + 0.5);
        const weight = strength * maskAt(middle.x / side, middle.y / side);
        if (weight === 0) continue;
        touched[i] = 1;
        const mean = [0, 0, 0];
        for (let a = 0; a < taps; a++) {
          for (let b = 0; b < taps; b++) {
            const place = moved(to, rect.x + column + (b + 0.5) / taps, rect.y + row + (a + 0.5) / taps);
            sample(square, side, side, place.x - 0.5, place.y - 0.5, found);
            for (let c = 0; c < 3; c++) mean[c]! += found[c]! / (taps * taps);
          }
        }
        for (let c = 0; c < 3; c++) {
          const at = c * count + i;
          planes[at] = planes[at]! + weight * mean[c]!;
        }
      }
    }
    writeSrgb(raster, rect, tools.colour, planes);
    // Converting there and back may change what the mask does not cover.
    const { channels, width, data } = raster;
    for (let row = 0, i = 0; row < rect.height; row++) {
      for (let column = 0; column < rect.width; column++, i++) {
        if (touched[i] === 1) continue;
        const at = channels * (row * width + rect.x + column);
        const whole = channels * rect.y * width + at;
        for (let c = 0; c < channels; c++) data[whole + c] = kept[at + c]!;
      }
    }
  }
}
