import { MAX_ENLARGED_PIXELS, type UpscaleSettings } from '../../preload/contract';
import { EmulsionError } from '../errors';
import { createRaster, maxValue, type Raster, type Rect, readSrgb } from './raster';
import type { PassReport, StepTools, Wanted } from './tools';

/**
 * The passes that make a picture larger: one where a generator does it at once, two doublings where only that is
 * installed, null where neither is.
 */
export function upscalePasses({ scale, variant }: UpscaleSettings, tools: StepTools): Wanted[] | null {
  if (tools.generator('upscale', { scale, variant })) return [{ scale, variant }];
  const twice = { scale: 2, variant };
  return scale === 4 && tools.generator('upscale', twice) ? [twice, twice] : null;
}

/** Throws PHOTO_TOO_LARGE where a picture would have more than {@link MAX_ENLARGED_PIXELS} once it is enlarged. */
export function checkEnlarged({ width, height }: Pick<Raster, 'width' | 'height'>, scale: number): void {
  const pixels = width * height * scale ** 2;
  if (pixels <= MAX_ENLARGED_PIXELS) return;
  const megapixels = (count: number) => Math.round(count / 1e6);
  throw new EmulsionError('PHOTO_TOO_LARGE', {
    message: `Enlarged ${scale} times, the picture would have ${megapixels(pixels)} megapixels; Emulsion makes up to ${megapixels(MAX_ENLARGED_PIXELS)}.`,
    detail: `${width} x ${height}, ${scale} times`,
  });
}

/**
 * Makes a picture larger by the passes of {@link upscalePasses}. The raster given is left as it is; the result has its
 * channels, depth and encoding. Generators work in sRGB and may overshoot its gamut, so that wide colours survive.
 *
 * Throws PHOTO_TOO_LARGE, GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED.
 */
export async function upscale(
  original: Raster,
  passes: readonly Wanted[],
  tools: StepTools,
): Promise<{ raster: Raster; report: PassReport }> {
  const scales = passes.map((wanted) => tools.generator('upscale', wanted)?.scale ?? 1);
  checkEnlarged(
    original,
    scales.reduce((product, scale) => product * scale, 1),
  );
  // A pass takes as long as its input is large.
  const areas = scales.map((_, i) => scales.slice(0, i).reduce((product, scale) => product * scale ** 2, 1));
  const total = areas.reduce((sum, area) => sum + area, 0);
  let raster = original;
  let report: PassReport | null = null;
  for (const [i, wanted] of passes.entries()) {
    const from = raster;
    const into = createRaster(from.width * scales[i]!, from.height * scales[i]!, from.channels, from.depth);
    report = await tools.runTiles({
      task: 'upscale',
      wanted,
      width: from.width,
      height: from.height,
      weight: areas[i]! / total,
      read: (rect, planes) => readSrgb(from, rect, tools.colour, planes),
      write: (rect, planes) => writeSrgb(into, rect, tools.colour, planes),
    });
    raster = into;
  }
  if (!report) throw new EmulsionError('INTERNAL', { detail: 'an enlargement without a pass' });
  return { raster, report };
}

/** Puts planar sRGB floats `[3, height, width]` into a raster of the photo's encoding; grey takes their mean. */
function writeSrgb(raster: Raster, rect: Rect, colour: StepTools['colour'], planes: Float32Array): void {
  const { channels, data, width } = raster;
  const max = maxValue(raster);
  const count = rect.width * rect.height;
  if (channels === 3) colour?.fromSrgb(planes, count);
  const sample = (value: number) => Math.max(0, Math.min(max, Math.round(value * max)));
  for (let y = 0, i = 0; y < rect.height; y++) {
    let target = ((rect.y + y) * width + rect.x) * channels;
    for (let x = 0; x < rect.width; x++, i++) {
      const [red, green, blue] = [planes[i]!, planes[i + count]!, planes[i + 2 * count]!];
      if (channels === 1) {
        data[target++] = sample((red + green + blue) / 3);
        continue;
      }
      data[target++] = sample(red);
      data[target++] = sample(green);
      data[target++] = sample(blue);
    }
  }
}
