import type { StyleSettings } from '../../../../contract/recipe';
import { EmulsionError } from '../../../errors';
import { lumaOf } from '../../colour';
import type { Mask } from '../../mask';
import { createRaster, maxValue, type Raster, readSrgb, writeSrgb } from '../../raster';
import { PAINTING, type PassReport, type StepTools, type Wanted } from '../../tools';
import { upscale } from '../upscale/upscale';

/**
 * Paints a picture in the manner of another (adaptive instance normalisation, Huang and Belongie 2017). The generator is
 * told what it would see in the whole picture, so that its tiles, each computed by itself, make one painting.
 */

/**
 * Longer edge in pixels of the picture that is painted at a brush of 1; what is larger is painted reduced. The
 * generator's strokes are a few pixels wide.
 */
export const PAINTED_EDGE = 896;
/** A painting that would be enlarged more than this many times is drawn larger first, for edges of strokes that are sharp. */
const ENLARGED_SOFTLY = 1.5;
const STROKES: Wanted = { scale: 2, variant: 'crisp' };
const BAND_PIXELS = 1 << 18;

/** What stands for the style that the settings ask for: of a preset, of one's own picture, or of two mixed. */
export function styleCode({ mix, ...settings }: StyleSettings, tools: StepTools): Float32Array {
  const facts = tools.styles();
  if (!facts) throw new EmulsionError('GENERATOR_MISSING', { detail: 'no generator for "style"' });
  const codeOf = ({ style, code }: Pick<StyleSettings, 'style' | 'code'>): readonly number[] => {
    if (code && code.by === facts.by) return code.values;
    const preset = code ? undefined : facts.presets.find(({ id }) => id === style);
    if (!preset) throw new EmulsionError('STYLE_UNKNOWN', { detail: style });
    return preset.code;
  };
  const first = codeOf(settings);
  if (!mix || mix.share === 0) return Float32Array.from(first);
  const second = codeOf(mix);
  return Float32Array.from(first, (value, i) => value + mix.share * (second[i]! - value));
}

/** A whole picture as the generator paints it, mostly smaller than the photo. */
export interface Painted {
  raster: Raster;
  report: PassReport;
}

/** What is painted depends on these settings alone; the others say how it is laid over the photo. */
export function paintedKey({ style, code, brush, mix }: StyleSettings): string {
  return JSON.stringify([style, code, brush, mix?.share === 0 ? undefined : mix]);
}

/** Further wishes of {@link paint}. */
export interface PaintOptions {
  /** The raster is a smaller copy of the photo, to be looked at soon: strokes may be soft. */
  isReduced?: boolean;
  /** Where the painting is laid over the photo, of the raster's size; everywhere where there is none. */
  mask?: Mask;
  /** Paintings of this very raster by {@link paintedKey}: one that is there is not painted again. */
  paintings?: { find(key: string): Painted | null; keep(key: string, painted: Painted): void };
}

/**
 * Paints a raster. One in RGB is worked on in place, for a grey one a new raster is made unless it keeps its colours.
 * Outside a mask all pixels stay as they are. `strength` 0 changes nothing and gives null.
 *
 * Throws STYLE_UNKNOWN, GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED; after a throw the raster is of no
 * use.
 */
export async function paint(
  raster: Raster,
  settings: StyleSettings,
  tools: StepTools,
  { isReduced = false, mask, paintings }: PaintOptions = {},
): Promise<{ raster: Raster; report: PassReport } | null> {
  if (settings.strength === 0) return null;
  const key = paintedKey(settings);
  let painted = paintings?.find(key) ?? null;
  if (!painted) {
    painted = await paintWhole(raster, settings, tools, isReduced);
    paintings?.keep(key, painted);
  }
  const { width, height } = raster;
  const isWhole = painted.raster.width === width && painted.raster.height === height;
  const whole = isWhole ? painted.raster : await tools.resize(painted.raster, width, height);
  const isGrey = raster.channels === 1 && settings.keepColours;
  const into = raster.channels === 3 || isGrey ? raster : createRaster(width, height, 3, raster.depth);
  await blend(raster, whole, into, settings, mask, tools);
  return { raster: into, report: painted.report };
}

/** The picture as it would be at full strength, in three channels, reduced to the size at which it is painted. */
async function paintWhole(
  raster: Raster,
  settings: StyleSettings,
  tools: StepTools,
  isReduced: boolean,
): Promise<Painted> {
  const style = styleCode(settings, tools);
  const content = await tools.measure('style', raster, PAINTING);
  if (content.length !== style.length) throw new EmulsionError('STYLE_UNKNOWN', { detail: settings.style });
  const small = await toPaint(raster, settings.brush, tools);
  const painted = createRaster(small.width, small.height, 3, small.depth);
  const isSoft = !isReduced && raster.width > ENLARGED_SOFTLY * small.width;
  const isRedrawn = isSoft && tools.generator('upscale', STROKES) !== null;
  const report = await tools.runTiles({
    task: 'style',
    wanted: PAINTING,
    width: small.width,
    height: small.height,
    vectors: { content, style },
    read: (rect, planes) => readSrgb(small, rect, tools.colour, planes),
    write: (rect, planes) => writeSrgb(painted, rect, raster.channels === 3 ? tools.colour : null, planes),
    weight: isRedrawn ? 0.4 : 0.9,
  });
  if (!isRedrawn) return { raster: painted, report };
  const size = { width: 2 * small.width, height: 2 * small.height };
  const sharp = await upscale(painted, { passes: [STROKES], size }, tools, 0.5);
  const generator = `${report.generator}, ${sharp.report.generator}`;
  return { raster: sharp.raster, report: { ...report, generator } };
}

/** The picture reduced to the size at which strokes of the generator's own width are of the width that is asked for. */
async function toPaint(raster: Raster, brush: number, tools: StepTools): Promise<Raster> {
  const { width, height } = raster;
  const scale = PAINTED_EDGE / brush / Math.max(width, height);
  return scale >= 1 ? raster : tools.shrink(raster, Math.max(1, Math.round(width * scale * (height * scale))));
}

/**
 * Lays the painted picture over the original, pixel by pixel, into a raster that may be the original itself. What stands
 * for strength 1 is cut off and rounded first: any strength is a mixture of two pictures that one can see.
 */
async function blend(
  original: Raster,
  painted: Raster,
  into: Raster,
  { strength, keepColours }: StyleSettings,
  mask: Mask | undefined,
  tools: StepTools,
): Promise<void> {
  const { width, height, channels } = original;
  const max = maxValue(original);
  const rows = Math.max(1, Math.floor(BAND_PIXELS / width));
  const cover = new Uint8Array(mask ? rows * width : 0);
  for (let y = 0; y < height; y += rows) {
    const band = Math.min(rows, height - y);
    const from = y * width;
    mask?.read({ x: 0, y, width, height: band }, cover.subarray(0, band * width));
    for (let i = from; i < from + band * width; i++) {
      const share = mask ? (strength * cover[i - from]!) / 255 : strength;
      const [red, green, blue] = [painted.data[3 * i]!, painted.data[3 * i + 1]!, painted.data[3 * i + 2]!];
      if (channels === 1) {
        const grey = original.data[i]!;
        if (into.channels === 1) {
          into.data[i] = Math.round(grey + share * (lumaOf(red, green, blue) - grey));
          continue;
        }
        into.data[3 * i] = Math.round(grey + share * (red - grey));
        into.data[3 * i + 1] = Math.round(grey + share * (green - grey));
        into.data[3 * i + 2] = Math.round(grey + share * (blue - grey));
        continue;
      }
      const [r, g, b] = [original.data[3 * i]!, original.data[3 * i + 1]!, original.data[3 * i + 2]!];
      // With its own colours a pixel is moved along grey, by as much as the painting is lighter or darker.
      const lighter = keepColours ? lumaOf(red, green, blue) - lumaOf(r, g, b) : 0;
      const to = (own: number, other: number) => {
        const full = keepColours ? Math.max(0, Math.min(max, Math.round(own + lighter))) : other;
        return Math.round(own + share * (full - own));
      };
      into.data[3 * i] = to(r, red);
      into.data[3 * i + 1] = to(g, green);
      into.data[3 * i + 2] = to(b, blue);
    }
    await tools.breathe();
    tools.progress(0.9 + (0.1 * Math.min(height, y + rows)) / height);
  }
}
