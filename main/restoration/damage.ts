import { EmulsionError } from '../errors';
import { lumaOf } from './colour';
import { type Raster, readSrgb } from './raster';
import type { PassReport, StepTools } from './tools';

/**
 * The detector sees the photo at no more than this many pixels: it was trained on prints of 300 to 1,200 pixels a
 * side, where a crease is a few pixels wide, and overlooks creases that a large scan makes wider.
 */
export const WORKING_PIXELS = 2_000_000;

/** Thresholds of a detector whose card gives none. */
const DEFAULT_THRESHOLD = 0.5;
/** Share of damaged pixels from which a photo needs repair, where the card gives none: more than a few specks. */
const DEFAULT_NEEDED = 0.0014;

/**
 * What the detector found, at its working resolution. One map serves the preview and the full size.
 * Probabilities 0..1 are kept as 0..255, in rows without padding.
 */
export interface DamageMap {
  readonly width: number;
  readonly height: number;
  /** Size of the photo that the map belongs to, in pixels. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  /** Creases, scratches, hairs, tears. */
  readonly lines: Uint8Array;
  /** Stains, flakes, specks. */
  readonly blobs: Uint8Array;
  /** Probabilities from which the detector's card calls a pixel damaged. */
  readonly thresholds: { readonly lines: number; readonly blobs: number };
  /**
   * Share of certainly damaged pixels from which repair is worth proposing, 0..1: the card's threshold `needed`, because below
   * it lie the false alarms that this very detector raises on clean photos.
   */
  readonly needed: number;
  readonly report: PassReport;
}

/**
 * Runs the installed detector over a photo: luma in, probabilities of lines and of blobs out. The raster is left as it
 * is. Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED.
 */
export async function detectDamage(raster: Raster, tools: StepTools): Promise<DamageMap> {
  const detector = tools.generator('detect');
  if (!detector) throw new EmulsionError('GENERATOR_MISSING', { detail: 'no generator for the task "detect"' });
  const small = await tools.shrink(raster, WORKING_PIXELS);
  const { width, height } = small;
  const lines = new Uint8Array(width * height);
  const blobs = new Uint8Array(width * height);
  let planes = new Float32Array(0);
  const report = await tools.runTiles({
    task: 'detect',
    width,
    height,
    read: (rect, into) => {
      const count = rect.width * rect.height;
      if (planes.length < 3 * count) planes = new Float32Array(3 * count);
      readSrgb(small, rect, tools.colour, planes);
      for (let i = 0; i < count; i++) into[i] = lumaOf(planes[i]!, planes[i + count]!, planes[i + 2 * count]!);
    },
    write: (rect, output) => {
      const count = rect.width * rect.height;
      for (let y = 0; y < rect.height; y++) {
        const target = (rect.y + y) * width + rect.x;
        for (let x = 0; x < rect.width; x++) {
          const i = y * rect.width + x;
          lines[target + x] = toByte(output[i]!);
          blobs[target + x] = toByte(output[i + count]!);
        }
      }
    },
  });
  return {
    width,
    height,
    fullWidth: raster.width,
    fullHeight: raster.height,
    lines,
    blobs,
    thresholds: {
      lines: detector.thresholds?.lines ?? DEFAULT_THRESHOLD,
      blobs: detector.thresholds?.blobs ?? DEFAULT_THRESHOLD,
    },
    needed: detector.thresholds?.needed ?? DEFAULT_NEEDED,
    report,
  };
}

function toByte(probability: number): number {
  return Math.max(0, Math.min(255, Math.round(probability * 255)));
}
