import type { StyleSettings } from '../../../../contract/recipe';
import { say } from '../../../../text/message';
import { EmulsionError } from '../../../errors';
import { lumaOf } from '../../colour';
import { atAffordableSize, atSize, fittingSize, seesWhole, shareOf, squeezedSize } from '../../foreign';
import type { SmallPlanes } from '../../guided';
import type { Mask } from '../../mask';
import { createRaster, maxValue, type Raster, readSrgb, writeSrgb } from '../../raster';
import { chosen, type ForeignFacts, PAINTING, type PassReport, type StepTools, type Wanted } from '../../tools';
import { upscale } from '../upscale/upscale';
import { findNight, isNight, nightRows } from './night';

/**
 * Paints a picture in the style of another one (adaptive instance normalisation, Huang and Belongie 2017). The
 * generator gets statistics of the whole picture, so that its tiles, which are computed separately, make one painting.
 */

/**
 * Longer edge in pixels of the painted picture at a brush of 1. Larger pictures are painted reduced, because the
 * generator's strokes are only a few pixels wide.
 */
export const PAINTED_EDGE = 896;
/**
 * A painting that would be enlarged more than this many times is first drawn larger, so that strokes have sharp edges.
 */
const ENLARGED_SOFTLY = 1.5;
const STROKES: Wanted = { scale: 2, variant: 'crisp' };
const BAND_PIXELS = 1 << 18;

/** The code of the chosen style: of a preset, of a picture of the user, or of a mix of two. */
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

/** Throws what {@link paint} would throw because of the style that is chosen, or of the one that is mixed with it. */
export function requireStyle({ mix, ...settings }: StyleSettings, tools: StepTools): void {
  for (const each of mix && mix.share > 0 ? [settings, { ...settings, ...mix }] : [settings]) {
    if (!isNight(each, tools)) styleCode({ ...each, mix: undefined }, tools);
  }
}

/**
 * A whole picture as generators make it: painted, usually smaller than the photo, or the light of a night for each of its
 * places; or both, for a mix of the two.
 */
export interface Painted {
  raster: Raster | null;
  /** Share of the night in the picture. */
  night: { light: SmallPlanes; share: number } | null;
  report: PassReport;
}

/** Cache key of a painting. The painting only depends on these settings; the others determine how it is blended. */
export function paintedKey({ style, code, brush, mix, generator, example, inputs }: StyleSettings): string {
  return JSON.stringify([style, code, brush, mix?.share === 0 ? undefined : mix, generator, example?.sha256, inputs]);
}

/** Further options of {@link paint}. */
export interface PaintOptions {
  /** The raster is a reduced copy of the photo for quick display: strokes may be soft. */
  isReduced?: boolean;
  /** Where the style is applied, of the raster's size; everywhere if absent. */
  mask?: Mask;
  /** Cache of paintings of this raster by {@link paintedKey}. A cached painting is not painted again. */
  paintings?: { find(key: string): Painted | null; keep(key: string, painted: Painted): void };
}

/**
 * Paints a raster. Changes an RGB raster in place; creates a new one for a grey raster, unless the painting keeps its
 * colours. Outside a mask all pixels stay the same. `strength` 0 changes nothing and returns null.
 *
 * Throws STYLE_UNKNOWN, GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED. After a throw the raster cannot
 * be used.
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
  const whole = painted.raster && (await atSize(painted.raster, { width, height }, tools));
  const isGrey = raster.channels === 1 && settings.keepColours;
  const into = raster.channels === 3 || isGrey ? raster : createRaster(width, height, 3, raster.depth);
  await blend(raster, rowsOf(raster, whole, painted.night, tools), into, settings, mask, tools);
  return { raster: into, report: painted.report };
}

/** The painting at full strength, in three channels, at its reduced size, or twice that if its strokes are redrawn. */
async function paintWhole(
  raster: Raster,
  settings: StyleSettings,
  tools: StepTools,
  isReduced: boolean,
): Promise<Painted> {
  const isOwn = settings.generator !== undefined;
  if (isOwn) return paintByOwn(raster, settings, tools);
  const share = nightShare(settings, tools);
  if (share === 0) return paintByCode(raster, settings, tools, isReduced, 1);
  const { light, report } = await findNight(raster, tools, share === 1 ? 0.9 : 0.2);
  if (share === 1) return { raster: null, night: { light, share }, report };
  const { style, code } = isNight(settings, tools) ? settings.mix! : settings;
  const painted = await paintByCode(raster, { ...settings, style, code, mix: undefined }, tools, isReduced, 0.7);
  const generator = `${painted.report.generator}, ${report.generator}`;
  return { raster: painted.raster, night: { light, share }, report: { ...painted.report, generator } };
}

/** The share of the night among the one or two styles that are chosen. */
function nightShare({ mix, ...settings }: StyleSettings, tools: StepTools): number {
  const second = mix?.share ?? 0;
  const share = isNight(settings, tools) ? 1 - second : 0;
  return mix && isNight(mix, tools) ? share + second : share;
}

/** A picture painted with the code of a style. `weight`: share of the step's progress. */
async function paintByCode(
  raster: Raster,
  settings: StyleSettings,
  tools: StepTools,
  isReduced: boolean,
  weight: number,
): Promise<Painted> {
  const vectors = await codesFor(raster, settings, tools);
  const small = await toPaint(raster, settings.brush, tools);
  const painted = createRaster(small.width, small.height, 3, small.depth);
  const isSoft = !isReduced && raster.width > ENLARGED_SOFTLY * small.width;
  const isRedrawn = isSoft && tools.generator('upscale', STROKES) !== null;
  const report = await tools.runTiles({
    task: 'style',
    wanted: PAINTING,
    width: small.width,
    height: small.height,
    vectors,
    read: (rect, planes) => readSrgb(small, rect, tools.colour, planes),
    write: (rect, planes) => writeSrgb(painted, rect, raster.channels === 3 ? tools.colour : null, planes),
    weight: (isRedrawn ? 0.4 : 0.9) * weight,
  });
  if (!isRedrawn) return { raster: painted, night: null, report };
  const size = { width: 2 * small.width, height: 2 * small.height };
  const sharp = await upscale(painted, { passes: [STROKES], size }, tools, 0.5 * weight);
  const generator = `${report.generator}, ${sharp.report.generator}`;
  return { raster: sharp.raster, night: null, report: { ...report, generator } };
}

/** A picture painted by a net that a person has added: whole where it has to be, and reduced as far as the brush wants. */
async function paintByOwn(raster: Raster, settings: StyleSettings, tools: StepTools): Promise<Painted> {
  const wanted = chosen(settings);
  const facts = tools.generator('style', wanted);
  if (!facts) throw new EmulsionError('GENERATOR_MISSING', { detail: `no generator "${settings.generator}"` });
  const scale = Math.min(1, PAINTED_EDGE / settings.brush / Math.max(raster.width, raster.height));
  const brushed = {
    width: Math.max(1, Math.round(raster.width * scale)),
    height: Math.max(1, Math.round(raster.height * scale)),
  };
  const example = facts.foreign?.takesExample && (await exampleFor(settings, facts.foreign, tools));
  let painted: Raster | null = null;
  const { report } = await atAffordableSize(
    (share) => (seesWhole(facts) ? fittingSize(facts.foreign, shareOf(brushed, share)) : brushed),
    async (size) => {
      const small = await atSize(raster, size, tools);
      const into = createRaster(size.width * facts.scale, size.height * facts.scale, 3, small.depth);
      painted = into;
      return tools.runTiles({
        task: 'style',
        wanted,
        ...size,
        ...(example && { example }),
        read: (rect, planes) => readSrgb(small, rect, tools.colour, planes),
        write: (rect, planes) => writeSrgb(into, rect, raster.channels === 3 ? tools.colour : null, planes),
        weight: 0.9,
      });
    },
  );
  return { raster: painted!, night: null, report };
}

/** Whether the generator that the settings name copies the style of a picture. */
export const takesExample = (settings: StyleSettings, tools: StepTools): boolean =>
  tools.generator('style', chosen(settings))?.foreign?.takesExample === true;

/** The picture whose style is copied. Throws STYLE_UNKNOWN if there is none. */
export async function exampleOf({ example }: StyleSettings, tools: StepTools): Promise<Raster> {
  if (!example) throw new EmulsionError('STYLE_UNKNOWN', { reason: say('failures.styleWithoutPicture') });
  return tools.example(example);
}

/** The picture whose style is copied, at a size that the net takes. */
async function exampleFor(settings: StyleSettings, foreign: ForeignFacts, tools: StepTools) {
  const example = await exampleOf(settings, tools);
  const { width, height } = squeezedSize(foreign, example, example.width * example.height);
  const small = await atSize(example, { width, height }, tools);
  const planes = new Float32Array(3 * width * height);
  // It is a picture of its own, without the profile of the photo.
  readSrgb(small, { x: 0, y: 0, width, height }, null, planes);
  return { planes, width, height };
}

/** What the painting generator needs to know of the picture and of the style. */
async function codesFor(raster: Raster, settings: StyleSettings, tools: StepTools) {
  const style = styleCode(settings, tools);
  const content = await tools.measure('style', raster, PAINTING);
  if (content.length !== style.length) throw new EmulsionError('STYLE_UNKNOWN', { detail: settings.style });
  return { content, style };
}

/** The picture reduced to the size at which the generator's strokes get the requested width. */
async function toPaint(raster: Raster, brush: number, tools: StepTools): Promise<Raster> {
  const { width, height } = raster;
  const scale = PAINTED_EDGE / brush / Math.max(width, height);
  return scale >= 1 ? raster : tools.shrink(raster, Math.max(1, Math.round(width * scale * (height * scale))));
}

/** Rows of what generators have made, in three channels: `data`, with the first sample of the rows at `at`. */
type Rows = (y: number, rows: number) => { data: Raster['data']; at: number };

/** The rows of a picture at the photo's size: painted, by night, or a mix of both. */
function rowsOf(original: Raster, painted: Raster | null, night: Painted['night'], tools: StepTools): Rows {
  const fromPainted: Rows | null = painted && ((y) => ({ data: painted.data, at: 3 * y * original.width }));
  if (!night) return fromPainted!;
  const byNight = nightRows(original, night.light, tools);
  return (y, rows) => {
    const { data } = byNight(y, rows);
    if (fromPainted) {
      const other = fromPainted(y, rows);
      for (let i = 0; i < data.length; i++) {
        const value = other.data[other.at + i]!;
        data[i] = Math.round(value + night.share * (data[i]! - value));
      }
    }
    return { data, at: 0 };
  };
}

/**
 * Blends the painted picture with the original, pixel by pixel, into a raster that may be the original. The value for
 * strength 1 is first limited to the range and rounded, so that every strength mixes two pictures that can be
 * displayed.
 */
async function blend(
  original: Raster,
  painted: Rows,
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
    const { data, at } = painted(y, band);
    for (let i = from; i < from + band * width; i++) {
      const share = mask ? (strength * cover[i - from]!) / 255 : strength;
      const place = at + 3 * (i - from);
      const [red, green, blue] = [data[place]!, data[place + 1]!, data[place + 2]!];
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
      // A pixel that keeps its colour moves along grey, by the lightness difference to the painting.
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
