import type { StyleSettings } from '../../preload/contract';
import { EmulsionError } from '../errors';
import { lumaOf } from './colour';
import { createRaster, maxValue, type Raster, readSrgb, writeSrgb } from './raster';
import { PAINTING, type PassReport, type StepTools } from './tools';

/**
 * Paints a picture in the manner of another (adaptive instance normalisation, Huang and Belongie 2017). The generator is
 * told what it would see in the whole picture, so that its tiles, each computed by itself, make one painting.
 */

/**
 * Longer edge in pixels of the picture that is painted at a brush of 1; what is larger is painted reduced. The
 * generator's strokes are a few pixels wide.
 */
export const PAINTED_EDGE = 1024;
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

/**
 * Paints a raster. One in RGB is worked on in place, for a grey one a new raster is made unless it keeps its colours.
 * `strength` 0 changes nothing and gives null.
 *
 * Throws STYLE_UNKNOWN, GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED; after a throw the raster is of no
 * use.
 */
export async function paint(
  raster: Raster,
  settings: StyleSettings,
  tools: StepTools,
): Promise<{ raster: Raster; report: PassReport } | null> {
  if (settings.strength === 0) return null;
  const style = styleCode(settings, tools);
  const content = await tools.measureStyle(raster);
  if (content.length !== style.length) throw new EmulsionError('STYLE_UNKNOWN', { detail: settings.style });
  const small = await toPaint(raster, settings.brush, tools);
  const painted = createRaster(small.width, small.height, 3, small.depth);
  const report = await tools.runTiles({
    task: 'style',
    wanted: PAINTING,
    width: small.width,
    height: small.height,
    vectors: { content, style },
    read: (rect, planes) => readSrgb(small, rect, tools.colour, planes),
    write: (rect, planes) => writeSrgb(painted, rect, raster.channels === 3 ? tools.colour : null, planes),
    weight: 0.9,
  });
  const whole =
    small.width === raster.width && small.height === raster.height
      ? painted
      : await tools.resize(painted, raster.width, raster.height);
  const isGrey = raster.channels === 1 && settings.keepColours;
  const into = raster.channels === 3 || isGrey ? raster : createRaster(raster.width, raster.height, 3, raster.depth);
  await blend(raster, whole, into, settings, tools);
  return { raster: into, report };
}

/** The picture reduced to the size at which strokes of the generator's own width are of the width that is asked for. */
async function toPaint(raster: Raster, brush: number, tools: StepTools): Promise<Raster> {
  const { width, height } = raster;
  const scale = PAINTED_EDGE / brush / Math.max(width, height);
  return scale >= 1 ? raster : tools.shrink(raster, Math.max(1, Math.round(width * scale * (height * scale))));
}

/** Mixes the painted picture into the original, pixel by pixel, into a raster that may be the original itself. */
async function blend(
  original: Raster,
  painted: Raster,
  into: Raster,
  { strength, keepColours }: StyleSettings,
  tools: StepTools,
): Promise<void> {
  const { width, height, channels } = original;
  const max = maxValue(original);
  const rows = Math.max(1, Math.floor(BAND_PIXELS / width));
  for (let y = 0; y < height; y += rows) {
    const end = Math.min(height, y + rows) * width;
    for (let i = y * width; i < end; i++) {
      const [red, green, blue] = [painted.data[3 * i]!, painted.data[3 * i + 1]!, painted.data[3 * i + 2]!];
      if (channels === 1) {
        const grey = original.data[i]!;
        if (into.channels === 1) {
          into.data[i] = Math.round(grey + strength * (lumaOf(red, green, blue) - grey));
          continue;
        }
        into.data[3 * i] = Math.round(grey + strength * (red - grey));
        into.data[3 * i + 1] = Math.round(grey + strength * (green - grey));
        into.data[3 * i + 2] = Math.round(grey + strength * (blue - grey));
        continue;
      }
      const [r, g, b] = [original.data[3 * i]!, original.data[3 * i + 1]!, original.data[3 * i + 2]!];
      // With its own colours a pixel is moved along grey, by as much as the painting is lighter or darker.
      const lighter = keepColours ? lumaOf(red, green, blue) - lumaOf(r, g, b) : 0;
      const to = (own: number, other: number) => {
        const value = own + strength * (keepColours ? lighter : other - own);
        return Math.max(0, Math.min(max, Math.round(value)));
      };
      into.data[3 * i] = to(r, red);
      into.data[3 * i + 1] = to(g, green);
      into.data[3 * i + 2] = to(b, blue);
    }
    await tools.breathe();
    tools.progress(0.9 + (0.1 * Math.min(height, y + rows)) / height);
  }
}
