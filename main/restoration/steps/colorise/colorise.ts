import type { ColourHint } from '../../../../contract/edit';
import type { ColoriseSettings } from '../../../../contract/recipe';
import { fromLab, fromLinear, lumaOf, toLab, toLinear } from '../../colour';
import { atAffordableSize, atSize, squeezedSize, takesLuma } from '../../foreign';
import { GuidedPlanes } from '../../guided';
import { createRaster, maxValue, type Raster, type Rect, readSrgb } from '../../raster';
import { chosen, type ForeignFacts, type PassReport, type StepTools } from '../../tools';
import type { ByHand } from '../step';
import { type HintPlanes, hintPlanes, shareShown } from './hints';

/**
 * Gives a picture imagined colours. The generator sees a small version of the whole luma and returns Cb and Cr (ITU-R
 * BT.601, full range). They are enlarged along the edges of the full size. Existing colours, including a sepia toning,
 * are removed first. The luma of every pixel stays; colours that its encoding cannot hold become paler. Nets from elsewhere
 * may return a and b of CIELAB, then its lightness stays, or a picture, of which only the colours are taken. Colours that
 * a person gives for some places guide a generator that takes hints.
 */

/** The generator's input picture has about this many pixels, like those that it was trained on. */
export const COLOUR_PIXELS = 62_500;
/** The same for a net from elsewhere that takes any size: 384 pixels square, as those are usually run. */
const FOREIGN_PIXELS = 147_456;
/** The generator's input that makes colours warmer or cooler, in units of the spread between photographs. */
export const WARMTH_INPUT = 'warmth';
/** Value of that input for each variant. */
const WARMTH: Record<ColoriseSettings['variant'], number> = { natural: 0, warm: 1.2, cool: -1.2 };

/** Pixels computed between two checks for a cancel. */
const BAND_PIXELS = 1 << 17;

/** Whether the installed generator supports variants, or gives the same result for each. */
export function hasColourVariants(tools: StepTools): boolean {
  return tools.generator('colorise')?.extraInputs.some(({ name }) => name === WARMTH_INPUT) ?? false;
}

/**
 * Colours a raster. Changes an RGB raster in place, and creates a new one for a grey raster. `strength` is the share of
 * the imagined colours, 0..1; with 0 it changes nothing and returns null. `given` are colours of places; the returned
 * `hints` are null if the generator takes none.
 *
 * Throws GENERATOR_MISSING, OUTPUT_INVALID, OUT_OF_MEMORY or CANCELLED. After a throw the raster cannot be used.
 */
export async function colorise(
  raster: Raster,
  { strength, variant, ...named }: ColoriseSettings,
  tools: StepTools,
  given?: ByHand<ColourHint>,
): Promise<{ raster: Raster; report: PassReport; hints: HintPlanes | null } | null> {
  if (strength === 0) return null;
  const wanted = chosen(named);
  const facts = tools.generator('colorise', wanted);
  const space = SPACES[facts?.foreign?.returns === 'lab-ab' ? 'lab' : 'luma'];
  const foreign = facts?.foreign;
  const copies = facts && takesLuma(facts) ? 1 : foreign ? 3 : 1;
  const input = facts?.extraInputs.find(({ name }) => name === WARMTH_INPUT);
  const takesHints = facts?.takes === 'luma+hints';
  let hints: HintPlanes | null = null;
  const own = foreign ? null : await tools.shrink(raster, COLOUR_PIXELS);
  let light: Float32Array = new Float32Array(0);
  let colours: Float32Array = new Float32Array(0);
  const { report, size: small } = await atAffordableSize(
    (share) => own ?? squeezedSize(foreign!, raster, FOREIGN_PIXELS * share),
    async (size) => {
      light = lightOf(own ?? (await atSize(raster, size, tools)), tools.colour, space);
      const seen = facts?.takes === 'l100' ? light.map((value) => toLab(value, value, value)[0] / 100) : light;
      colours = new Float32Array(2 * light.length);
      const about = { list: given?.list ?? [], full: given?.full ?? size };
      const drawn = takesHints ? hintPlanes(about, size, light) : null;
      hints = drawn;
      return tools.runTiles({
        task: 'colorise',
        wanted,
        width: size.width,
        height: size.height,
        extras: input ? { [WARMTH_INPUT]: Math.max(input.min, Math.min(input.max, WARMTH[variant])) } : {},
        read: (rect, into) => {
          const count = rect.width * rect.height;
          for (let copy = 0; copy < copies; copy++) {
            copyRect(seen, size.width, rect, (from, to) => into.set(from, copy * count + to));
          }
          for (let plane = 0; drawn && plane < 3; plane++) {
            const from = drawn.planes.subarray(plane * light.length, (plane + 1) * light.length);
            copyRect(from, size.width, rect, (row, to) => into.set(row, (plane + 1) * count + to));
          }
        },
        write: (rect, planes) => {
          const [one, two] = chromaOf(planes, rect.width * rect.height, foreign?.returns ?? 'cbcr');
          for (const [plane, source] of [one, two].entries()) {
            const target = colours.subarray(plane * light.length, (plane + 1) * light.length);
            for (let y = 0; y < rect.height; y++) {
              for (let x = 0; x < rect.width; x++) {
                target[(rect.y + y) * size.width + rect.x + x] = strength * source[y * rect.width + x]!;
              }
            }
          }
        },
        weight: 0.3,
      });
    },
  );
  const into = raster.channels === 3 ? raster : createRaster(raster.width, raster.height, 3, raster.depth);
  const { width, height } = small;
  await spread(new GuidedPlanes({ width, height, luma: light, planes: colours }, raster), raster, into, space, tools);
  return { raster: into, report, hints };
}

/** How a colour is put together from what stays of a pixel and what the generator imagines. */
interface Space {
  /** What stays of a pixel, as the grey of the same, 0..1. */
  light(red: number, green: number, blue: number): number;
  /** Writes a pixel, made paler as far as 0..1 demands. */
  paint(planes: Float32Array, i: number, count: number, light: number, found: Float64Array): void;
}

const SPACES: Record<'luma' | 'lab', Space> = {
  luma: { light: lumaOf, paint },
  lab: {
    light: (red, green, blue) =>
      fromLinear(0.2126729 * toLinear(red) + 0.7151522 * toLinear(green) + 0.072175 * toLinear(blue)),
    paint: paintLab,
  },
};

/** Both colour planes of what a generator returns: Cb and Cr, or a and b. */
function chromaOf(planes: Float32Array, count: number, returns: ForeignFacts['returns']): [Float32Array, Float32Array] {
  const [one, two] = [planes.subarray(0, count), planes.subarray(count, 2 * count)];
  if (returns === 'lab-ab') return [one, two];
  // The card's range of -0.5..0.5 arrives as 0..1.
  if (returns === 'cbcr') return [one.map((value) => value - 0.5), two.map((value) => value - 0.5)];
  const [cb, cr] = [new Float32Array(count), new Float32Array(count)];
  for (let i = 0; i < count; i++) {
    const [red, green, blue] = [planes[i]!, planes[i + count]!, planes[i + 2 * count]!];
    const luma = lumaOf(red, green, blue);
    cb[i] = (blue - luma) / 1.772;
    cr[i] = (red - luma) / 1.402;
  }
  return [cb, cr];
}

/** What stays of each pixel of a small raster, nominally 0..1. */
function lightOf(raster: Raster, colour: StepTools['colour'], { light }: Space): Float32Array {
  const { width, height } = raster;
  const count = width * height;
  const planes = new Float32Array(3 * count);
  readSrgb(raster, { x: 0, y: 0, width, height }, colour, planes);
  return planes.subarray(0, count).map((red, i) => light(red, planes[i + count]!, planes[i + 2 * count]!));
}

function copyRect(plane: Float32Array, stride: number, rect: Rect, put: (row: Float32Array, at: number) => void): void {
  for (let y = 0; y < rect.height; y++) {
    const from = (rect.y + y) * stride + rect.x;
    put(plane.subarray(from, from + rect.width), y * rect.width);
  }
}

/** Applies colours to what stays of `from` and writes them into `into`, which may be the same raster. */
async function spread(
  colours: GuidedPlanes,
  from: Raster,
  into: Raster,
  space: Space,
  tools: StepTools,
): Promise<void> {
  const { width, height } = from;
  const band = Math.max(1, Math.floor(BAND_PIXELS / width));
  const planes = new Float32Array(3 * width * band);
  const found = new Float64Array(2);
  for (let top = 0; top < height; top += band) {
    await tools.breathe();
    const rect = { x: 0, y: top, width, height: Math.min(band, height - top) };
    const count = rect.width * rect.height;
    readSrgb(from, rect, tools.colour, planes);
    for (let y = 0, i = 0; y < rect.height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const light = space.light(planes[i]!, planes[i + count]!, planes[i + 2 * count]!);
        colours.at(x, top + y, light, found);
        space.paint(planes, i, count, light, found);
      }
    }
    writeRgb(into, rect, tools.colour, planes);
    tools.progress(0.3 + (0.7 * (top + rect.height)) / height);
  }
}

/** Steps in which a colour that sRGB does not have is made paler. */
const PALER = 8;

/** A colour of CIELAB, whose lightness is that of a grey. */
function paintLab(planes: Float32Array, i: number, count: number, light: number, found: Float64Array): void {
  const [lightness] = toLab(light, light, light);
  const [a, b] = [found[0]!, found[1]!];
  let colour = fromLab(lightness, a, b);
  if (!isShown(colour)) {
    colour = [light, light, light];
    let [least, most] = [0, 1];
    for (let step = 0; step < PALER; step++) {
      const share = (least + most) / 2;
      const paler = fromLab(lightness, share * a, share * b);
      if (isShown(paler)) [least, colour] = [share, paler];
      else most = share;
    }
  }
  planes[i] = colour[0];
  planes[i + count] = colour[1];
  planes[i + 2 * count] = colour[2];
}

const isShown = (colour: readonly number[]): boolean => colour.every((value) => value >= -1e-4 && value <= 1 + 1e-4);

/** RGB from a luma and the colours found, made paler as far as 0..1 demands. */
function paint(planes: Float32Array, i: number, count: number, luma: number, found: Float64Array): void {
  const [cb, cr] = [found[0]!, found[1]!];
  const red = 1.402 * cr;
  const green = -0.344136 * cb - 0.714136 * cr;
  const blue = 1.772 * cb;
  const share = shareShown(luma, cb, cr);
  planes[i] = luma + share * red;
  planes[i + count] = luma + share * green;
  planes[i + 2 * count] = luma + share * blue;
}

function writeRgb(raster: Raster, rect: Rect, colour: StepTools['colour'], planes: Float32Array): void {
  const { data, width } = raster;
  const max = maxValue(raster);
  const count = rect.width * rect.height;
  colour?.fromSrgb(planes, count);
  let target = 3 * (rect.y * width + rect.x);
  for (let i = 0; i < count; i++, target += 3) {
    for (let c = 0; c < 3; c++) {
      data[target + c] = Math.max(0, Math.min(max, Math.round(planes[i + c * count]! * max)));
    }
  }
}
