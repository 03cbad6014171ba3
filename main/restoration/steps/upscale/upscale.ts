import { MAX_ENLARGED_PIXELS } from '../../../../contract/basics';
import { MAX_ENLARGED_TIMES, type UpscaleSettings } from '../../../../contract/recipe';
import { enlargedSize, type Size } from '../../../../document/size';
import { say } from '../../../../text/message';
import { EmulsionError } from '../../../errors';
import { lumaOf } from '../../colour';
import { LumaReader, seesWhole, takesLuma } from '../../foreign';
import { createRaster, type Raster, type Rect, readSrgb, writeSrgb } from '../../raster';
import { chosen, type PassReport, type StepTools, type Wanted } from '../../tools';

/** How a picture is enlarged: by passes of generators, and then by resampling if they miss the size. */
export interface Enlargement {
  /** Empty if the picture is already large enough. */
  passes: Wanted[];
  size: Size;
}

/**
 * The passes that make a picture `scale` times as wide and high, 2 to 16: as few as the installed generators allow;
 * null if they cannot.
 */
export function upscalePasses(scale: number, variant: UpscaleSettings['variant'], tools: StepTools): Wanted[] | null {
  if (scale === 1) return [];
  for (const each of [4, 2]) {
    if (scale % each !== 0 || !tools.generator('upscale', { scale: each, variant })) continue;
    const rest = upscalePasses(scale / each, variant, tools);
    if (rest) return [{ scale: each, variant }, ...rest];
  }
  return null;
}

/**
 * As many passes of one generator as make a picture at least `times` as wide, fewer where there would be too many pixels in
 * between; null if it is not there. One that does not enlarge draws the picture anew, which is resampled then.
 */
function passesOf(wanted: Wanted, times: number, { width, height }: Size, tools: StepTools): Wanted[] | null {
  const scale = tools.generator('upscale', wanted)?.scale;
  if (scale === undefined) return null;
  const passes: Wanted[] = [{ ...wanted, scale }];
  for (let so = scale; so < times - 1e-9 && scale > 1; so *= scale) {
    if (width * height * (so * scale) ** 2 > MAX_ENLARGED_PIXELS) break;
    passes.push({ ...wanted, scale });
  }
  return passes;
}

/**
 * Plans an enlargement. A target size is reached by the smallest enlargement beyond it, followed by a reduction. If
 * that would need too many pixels in between, it uses the largest enlargement that does not, and resamples the rest. A
 * target never makes a picture smaller.
 *
 * Throws GENERATOR_MISSING if no generator can do it, PHOTO_TOO_LARGE if the result would have more than {@link
 * MAX_ENLARGED_PIXELS}, or be more than 16 times as wide.
 */
export function planEnlargement(
  { scale, variant, target, generator, inputs }: UpscaleSettings,
  { width, height }: Size,
  tools: StepTools,
): Enlargement {
  const missing = (times: string) =>
    new EmulsionError('GENERATOR_MISSING', { detail: `no generator enlarges ${times}, ${generator ?? variant}` });
  const { times, ...size } = enlargedSize({ scale, target }, { width, height });
  if (times === 1) return { passes: [], size };
  if (times > MAX_ENLARGED_TIMES) {
    throw new EmulsionError('PHOTO_TOO_LARGE', {
      reason: say('failures.enlargedTooOften', { times: Math.ceil(times), most: MAX_ENLARGED_TIMES }),
      detail: `${width} x ${height} to ${size.width} x ${size.height}`,
    });
  }
  checkEnlarged({ width, height }, times);
  const own = generator === undefined ? null : passesOf(chosen({ generator, inputs }), times, { width, height }, tools);
  if (generator !== undefined && !own) throw missing(`${times.toFixed(1)} times`);
  if (own) {
    checkEnlarged({ width, height }, productOf(own));
    return { passes: own, size };
  }
  if (!target) {
    const passes = upscalePasses(scale, variant, tools);
    if (!passes) throw missing(`${scale} times`);
    return { passes, size };
  }
  let best: Wanted[] | null = null;
  for (const whole of [2, 4, 8, 16]) {
    const passes = upscalePasses(whole, variant, tools);
    if (!passes || (best && width * height * whole ** 2 > MAX_ENLARGED_PIXELS)) continue;
    best = passes;
    if (whole >= times) break;
  }
  if (!best) throw missing(`${times.toFixed(1)} times`);
  checkEnlarged({ width, height }, productOf(best));
  return { passes: best, size };
}

const productOf = (passes: readonly Wanted[]) => passes.reduce((product, { scale = 1 }) => product * scale, 1);

function checkEnlarged({ width, height }: Size, times: number): void {
  const pixels = width * height * times ** 2;
  if (pixels <= MAX_ENLARGED_PIXELS) return;
  const megapixels = (count: number) => Math.round(count / 1e6);
  throw new EmulsionError('PHOTO_TOO_LARGE', {
    reason: say('failures.enlargedTooLarge', {
      times,
      megapixels: megapixels(pixels),
      most: megapixels(MAX_ENLARGED_PIXELS),
    }),
    detail: `${width} x ${height}, ${times} times`,
  });
}

/**
 * Enlarges a picture as planned by {@link planEnlargement}. Does not change the given raster; the result has the same
 * channels, depth and encoding. Generators work in sRGB and may leave its gamut, so that wide-gamut colours survive.
 * `share` is the part of the step's progress that it covers, 0..1.
 *
 * Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED.
 */
export async function upscale(
  original: Raster,
  { passes, size }: Enlargement,
  tools: StepTools,
  share = 1,
): Promise<{ raster: Raster; report: PassReport }> {
  const scales = passes.map((wanted) => tools.generator('upscale', wanted)?.scale ?? 1);
  // The time of a pass is proportional to the size of its input.
  const areas = scales.map((_, i) => scales.slice(0, i).reduce((product, scale) => product * scale ** 2, 1));
  const total = areas.reduce((sum, area) => sum + area, 0);
  let raster = original;
  let report: PassReport | null = null;
  for (const [i, wanted] of passes.entries()) {
    const from = raster;
    const size = { width: from.width * scales[i]!, height: from.height * scales[i]! };
    const facts = tools.generator('upscale', wanted);
    // A net for luma leaves the colours to resampling.
    const isLuma = takesLuma(facts);
    const luma = new LumaReader(from, tools.colour);
    const into = isLuma
      ? await resampled(from, size, tools)
      : createRaster(size.width, size.height, from.channels, from.depth);
    const done: PassReport = await tools.runTiles({
      task: 'upscale',
      wanted,
      width: from.width,
      height: from.height,
      weight: (share * areas[i]!) / total,
      read: (rect, planes) => {
        if (isLuma) luma.read(rect, planes);
        else readSrgb(from, rect, tools.colour, planes);
      },
      write: (rect, planes) =>
        writeSrgb(into, rect, tools.colour, isLuma ? withLuma(into, rect, planes, tools) : planes),
    });
    const kept: number = (report?.kept ?? 0) + (done.kept ?? 0);
    const cut: number = (report?.cut ?? 0) + (seesWhole(facts) && done.tiles > 1 ? done.tiles : 0);
    report = { ...done, ...(kept > 0 && { kept }), ...(cut > 0 && { cut }) };
    raster = into;
  }
  if (!report) throw new EmulsionError('INTERNAL', { detail: 'an enlargement without a pass' });
  if (raster.width !== size.width || raster.height !== size.height) {
    raster = await tools.resize(raster, size.width, size.height);
  }
  return { raster, report };
}

/** A copy at a larger size, never the raster itself. */
async function resampled(raster: Raster, { width, height }: Size, tools: StepTools): Promise<Raster> {
  const copy = await tools.resize(raster, width, height);
  return copy === raster ? { ...raster, data: raster.data.slice() } : copy;
}

/**
 * The colours of a part of a raster with another luma. Colours that sRGB cannot hold at that luma become paler, so that they
 * do not change it; a wider encoding has room for them.
 */
function withLuma(raster: Raster, rect: Rect, luma: Float32Array, tools: StepTools): Float32Array {
  const count = rect.width * rect.height;
  const planes = new Float32Array(3 * count);
  readSrgb(raster, rect, tools.colour, planes);
  for (let i = 0; i < count; i++) {
    const before = lumaOf(planes[i]!, planes[i + count]!, planes[i + 2 * count]!);
    const after = Math.max(0, Math.min(1, luma[i]!));
    let kept = 1;
    for (let c = 0; c < 3 && !tools.colour; c++) {
      const chroma = planes[c * count + i]! - before;
      if (chroma > 1 - after) kept = Math.min(kept, (1 - after) / chroma);
      if (chroma < -after) kept = Math.min(kept, -after / chroma);
    }
    for (let c = 0; c < 3; c++) planes[c * count + i] = after + kept * (planes[c * count + i]! - before);
  }
  return planes;
}
