import { DYES, type Dye, type Fading } from '../../../../contract/photo';
import { createRaster, type Raster } from '../../raster';
import type { StepTools } from '../../tools';
import { componentOf, densityOf } from './density';
import { bend, CURVE_SIZE, MARGIN, ramp, type ToneCurves, type ToneSettings } from './tone';

/**
 * The fading of colour prints and slides. Each dye keeps a share of its density, and stain adds some everywhere, so that
 * measured density = kept * original density + stain (Gschwind and Frey, "Electronic imaging, a tool for the
 * reconstruction of faded color photographs", J. Imaging Sci. Technol. 38, 1994). A generator estimates the six figures
 * from the whole photo, and the step inverts the model. The red channel shows the cyan dye, green the magenta one, and
 * blue the yellow one.
 */

/** Estimates the fading of a small raster; null if no generator is installed. `ignore` selects damaged pixels. */
export async function estimateFading(
  small: Raster,
  tools: StepTools,
  ignore?: (x: number, y: number) => boolean,
): Promise<Fading | null> {
  const found = await tools.fading(withinMargin(small, ignore));
  if (!found) return null;
  const { generator, values, thresholds } = found;
  const perDye = (from: number, most: number) => ({
    cyan: Math.max(0, Math.min(most, values[from]!)),
    magenta: Math.max(0, Math.min(most, values[from + 1]!)),
    yellow: Math.max(0, Math.min(most, values[from + 2]!)),
  });
  const before = Math.max(0, values[6]!);
  return {
    kept: perDye(0, 1),
    stain: perDye(3, Number.POSITIVE_INFINITY),
    before,
    after: Math.max(0, values[7]!),
    // A photo that the correction hardly changes has not faded, whatever error is expected.
    certainty: ramp(Math.min(before, values[8]!), thresholds.perhaps, thresholds.certain),
    generator,
  };
}

/** The raster without its borders. Ignored pixels get the colour of the last one before them that counts. */
function withinMargin(raster: Raster, ignore?: (x: number, y: number) => boolean): Raster {
  const [left, top] = [Math.floor(raster.width * MARGIN), Math.floor(raster.height * MARGIN)];
  const { channels, depth } = raster;
  const inner = createRaster(raster.width - 2 * left, raster.height - 2 * top, channels, depth);
  let last = -1;
  const gaps: number[] = [];
  for (let y = 0, target = 0; y < inner.height; y++) {
    for (let x = 0; x < inner.width; x++, target += channels) {
      if (ignore?.(x + left, y + top)) {
        if (last < 0) gaps.push(target);
        else inner.data.copyWithin(target, last, last + channels);
        continue;
      }
      last = target;
      const source = ((y + top) * raster.width + x + left) * channels;
      for (let c = 0; c < channels; c++) inner.data[target + c] = raster.data[source + c]!;
    }
  }
  // Pixels before the first one that counts.
  if (last >= 0) for (const gap of gaps) inner.data.copyWithin(gap, last, last + channels);
  return inner;
}

/** The dye that has lost most, and the share of its density that is left. */
export function weakestDye({ kept }: Fading): { dye: Dye; kept: number } {
  return DYES.map((dye) => ({ dye, kept: kept[dye] })).reduce((one, other) => (other.kept < one.kept ? other : one));
}

/** Largest stretch of density. A larger one would make noise visible. */
const LARGEST_STRETCH = 2.5;
/** Ends of the tones, as sRGB components, beyond which the curves bend so that nothing new is clipped. */
const LIGHTEST = 0.985;
const DARKEST = 0.02;

/** The curves that undo a photo's fading; null if they would change nothing. */
export function fadingCurves({ kept, stain }: Fading, settings: ToneSettings): ToneCurves | null {
  const { strength, cast, contrast } = settings;
  if (strength === 0 || (cast === 0 && contrast === 0)) return null;
  const lines = DYES.map((dye) => {
    const slope = Math.min(LARGEST_STRETCH, 1 / Math.max(kept[dye], 1e-3));
    return { slope, offset: -stain[dye] * slope };
  });
  const mean = (name: 'slope' | 'offset') => lines.reduce((sum, line) => sum + line[name], 0) / lines.length;
  const [slope, offset] = [mean('slope'), mean('offset')];
  // What all layers have lost is contrast; what they have lost differently is the cast.
  const mixed = lines.map((line) => ({
    slope: 1 + contrast * (slope - 1) + cast * (line.slope - slope),
    offset: contrast * offset + cast * (line.offset - offset),
  }));
  const curves = mixed.map((line) => {
    const wanted = (density: number) => line.slope * density + line.offset;
    const bent = bend(wanted, densityOf(LIGHTEST), densityOf(DARKEST));
    return Float32Array.from({ length: CURVE_SIZE }, (_, i) => {
      const component = i / (CURVE_SIZE - 1);
      return component + strength * (componentOf(bent(densityOf(component))) - component);
    });
  });
  const [red, green, blue] = curves as [Float32Array, Float32Array, Float32Array];
  return { red, green, blue };
}
