import { lumaOf } from './colour';
import { createRaster, maxValue, type Raster } from './raster';

/** Measurements at native resolution, since noise and compression blocks do not survive shrinking. In 8-bit levels. */
export interface Quality {
  /** Standard deviation of noise and grain, as the root mean square over the channels. */
  noise: number;
  /**
   * The same for the luma. Equal to `noise` for grain that is the same in all channels, lower for the noise of a
   * sensor.
   */
  lumaNoise: number;
  /** Steps across the lines of the 8 x 8 grid, relative to the steps elsewhere; 1: no blocks. */
  blockiness: number;
  /** Root mean square error that compression has left, estimated from its blocks; 0 if there are none. */
  compression: number;
}

/** At most this many windows of {@link WINDOW} x {@link WINDOW} pixels are measured, spread over the photo. */
const WINDOWS = 256;
const WINDOW = 64;
const BLOCK = 8;

/** Windows of a photo, one below the other. */
export interface QualityWindows {
  readonly strip: Raster;
  /** Height of each. */
  readonly height: number;
}

/** The parts of a photo on which its quality is measured. */
export function qualityWindows(raster: Raster): QualityWindows {
  const places = [...windows(raster)];
  const { width, height } = places[0]!;
  const { channels, depth, data } = raster;
  const strip = createRaster(width, height * places.length, channels, depth);
  for (const [index, { left, top }] of places.entries()) {
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * raster.width + left) * channels;
      strip.data.set(data.subarray(from, from + width * channels), (index * height + y) * width * channels);
    }
  }
  return { strip, height };
}

/** Measures the {@link Quality} of a photo. */
export function measureQuality(raster: Raster): Quality {
  return qualityOf(qualityWindows(raster));
}

/**
 * Measures noise and compression. Noise is what the best fitting plane leaves of the flattest blocks, which have no
 * texture that could be mistaken for it. Compression is estimated from the steps across the JPEG grid, wherever it
 * begins, relative to the steps elsewhere. Accuracy on the Kodak pictures: white noise of 5 to 25 levels and grain
 * blurred by up to a pixel within a fifth; the error of JPEG qualities 10 to 75 within a third in most pictures.
 */
export function qualityOf({ strip, height }: QualityWindows): Quality {
  const planes = strip.channels === 1 ? 1 : 4;
  const blocks = Array.from({ length: planes }, () => new Blocks());
  const grid = new Grid();
  const { width } = strip;
  for (let top = 0; top < strip.height; top += height) {
    const read = readWindow(strip, top, width, height);
    for (const [plane, samples] of read.entries()) blocks[plane]!.add(samples, width, height);
    grid.add(read[0]!, width, height);
  }
  const [lumaNoise = 0, ...channels] = blocks.map((each) => each.noise());
  const noise = channels.length === 0 ? lumaNoise : Math.hypot(...channels) / Math.sqrt(channels.length);
  return { noise, lumaNoise, ...grid.judge() };
}

/** Windows aligned to 8 x 8 pixels, evenly spread. A picture smaller than a window gives one smaller window. */
function* windows(raster: Raster): Generator<{ left: number; top: number; width: number; height: number }> {
  const width = Math.min(WINDOW, raster.width);
  const height = Math.min(WINDOW, raster.height);
  const columns = Math.max(1, Math.floor(raster.width / WINDOW));
  const rows = Math.max(1, Math.floor(raster.height / WINDOW));
  const stride = Math.max(1, Math.ceil(Math.sqrt((columns * rows) / WINDOWS)));
  for (let row = 0; row < rows; row += stride) {
    for (let column = 0; column < columns; column += stride) {
      yield { left: column * WINDOW, top: row * WINDOW, width, height };
    }
  }
}

/** Luma and, for a colour photo, its three channels, in 8-bit levels. */
function readWindow(raster: Raster, top: number, width: number, height: number): Float32Array[] {
  const { data, channels } = raster;
  const scale = 255 / maxValue(raster);
  const count = width * height;
  const planes = Array.from({ length: channels === 1 ? 1 : 4 }, () => new Float32Array(count));
  const [luma, red, green, blue] = planes as [Float32Array, Float32Array, Float32Array, Float32Array];
  for (let y = 0, i = 0; y < height; y++) {
    let source = (top + y) * width * channels;
    for (let x = 0; x < width; x++, i++, source += channels) {
      if (channels === 1) {
        luma[i] = scale * data[source]!;
        continue;
      }
      red[i] = scale * data[source]!;
      green[i] = scale * data[source + 1]!;
      blue[i] = scale * data[source + 2]!;
      luma[i] = lumaOf(red[i]!, green[i]!, blue[i]!);
    }
  }
  return planes;
}

// ------------------------------------------------------------------------------------------------ noise

/** A block of one channel. */
interface Block {
  mean: number;
  /** Standard deviation around the best fitting plane. */
  rough: number;
  /** The standard deviation estimated from the finest detail only, assuming white noise. */
  fine: number;
}

/** Noise is measured on this share of the blocks, the flattest ones. */
const FLATTEST = 0.01;
/** They are compared with this share of the blocks: noise is equally strong in both, texture is not. */
const FLAT = 0.05;
/** Below the first ratio of the two it is texture, above the second one noise. */
const TEXTURE = 0.45;
const EVEN = 0.65;
/** Nearer to black or white than this, in levels, noise is clipped away. */
const CLIPPED = 12;
/**
 * Grain is coarser than white noise and leaves less around a plane: `fine / rough`, and the share of the noise that is
 * found.
 */
const FOUND: readonly (readonly [ratio: number, share: number])[] = [
  [0.15, 0.54],
  [0.36, 0.69],
  [0.72, 0.8],
  [1, 0.84],
];

class Blocks {
  readonly #blocks: Block[] = [];

  add(samples: Float32Array, width: number, height: number): void {
    for (let top = 0; top + BLOCK <= height; top += BLOCK) {
      for (let left = 0; left + BLOCK <= width; left += BLOCK) {
        this.#blocks.push(measureBlock(samples, width, top * width + left));
      }
    }
  }

  /** Standard deviation of the noise in levels. */
  noise(): number {
    const first = estimate(this.#within(CLIPPED));
    // Strong noise is clipped farther from black and white. If enough blocks lie between, they are more accurate.
    const inner = this.#within(Math.min(110, 1.8 * first));
    return first > CLIPPED / 1.8 && inner.length >= 64 ? Math.max(first, estimate(inner)) : first;
  }

  #within(margin: number): Block[] {
    return this.#blocks.filter(({ mean }) => mean > margin && mean < 255 - margin);
  }
}

/** Sum of the squared distances to the centre in each direction of a block. */
const SPREAD = 336;
const FREEDOM = BLOCK * BLOCK - 3;

function measureBlock(samples: Float32Array, width: number, start: number): Block {
  let sum = 0;
  let squares = 0;
  let across = 0;
  let down = 0;
  let detail = 0;
  for (let y = 0; y < BLOCK; y++) {
    for (let x = 0; x < BLOCK; x++) {
      const i = start + y * width + x;
      const value = samples[i]!;
      sum += value;
      squares += value * value;
      across += (x - 3.5) * value;
      down += (y - 3.5) * value;
      if (x === 0 || y === 0 || x === BLOCK - 1 || y === BLOCK - 1) continue;
      detail += Math.abs(
        samples[i - width - 1]! -
          2 * samples[i - width]! +
          samples[i - width + 1]! -
          2 * samples[i - 1]! +
          4 * value -
          2 * samples[i + 1]! +
          samples[i + width - 1]! -
          2 * samples[i + width]! +
          samples[i + width + 1]!,
      );
    }
  }
  const mean = sum / (BLOCK * BLOCK);
  const left = squares - sum * mean - across ** 2 / SPREAD - down ** 2 / SPREAD;
  // Immerkaer, "Fast noise variance estimation", CVIU 64, 1996.
  const fine = (Math.sqrt(Math.PI / 2) * detail) / (6 * (BLOCK - 2) ** 2);
  return { mean, rough: Math.sqrt(Math.max(0, left) / FREEDOM), fine };
}

function estimate(blocks: Block[]): number {
  if (blocks.length === 0) return 0;
  blocks.sort((one, other) => one.rough - other.rough);
  const at = (share: number) => blocks[Math.floor(share * (blocks.length - 1))]!.rough;
  const flat = blocks.slice(0, Math.ceil(FLAT * blocks.length));
  const middle = (values: number[]) => values.sort((one, other) => one - other)[values.length >> 1]!;
  const rough = middle(flat.map((block) => block.rough));
  if (rough === 0) return 0;
  const ratio = middle(flat.map((block) => block.fine)) / rough;
  const evenness = at(FLATTEST) / at(FLAT);
  const isNoise = Math.max(0, Math.min(1, (evenness - TEXTURE) / (EVEN - TEXTURE)));
  return (isNoise * at(FLATTEST)) / found(ratio);
}

function found(ratio: number): number {
  const next = FOUND.findIndex(([upper]) => ratio < upper);
  if (next === 0) return FOUND[0]![1];
  if (next === -1) return FOUND.at(-1)![1];
  const [low, less] = FOUND[next - 1]!;
  const [high, more] = FOUND[next]!;
  return less + ((more - less) * (ratio - low)) / (high - low);
}

// ------------------------------------------------------------------------------------------------ blocks

/** Larger steps are edges of the scene. */
const LARGEST_STEP = 24;
/** Avoids division by zero in flat pictures: a quarter of a level, squared. */
const LEAST_SQUARE = 0.06;
/** Error per level of excess step at the grid, measured on JPEG files of the Kodak and CID22 pictures. */
const ERROR_PER_STEP = 0.85;

type Steps = ReturnType<typeof newSteps>;

function newSteps() {
  return { sums: new Float64Array(BLOCK), counts: new Float64Array(BLOCK) };
}

/**
 * Squared steps between neighbouring pixels, minus what the slopes on both sides predict, by their position on a grid
 * of 8 pixels. Errors of neighbouring blocks are independent, so the steps between blocks are larger by these errors.
 */
class Grid {
  readonly #across = newSteps();
  readonly #down = newSteps();

  add(luma: Float32Array, width: number, height: number): void {
    for (let y = 0; y < height; y++) {
      for (let x = 2; x < width - 1; x++) this.#step(luma, y * width + x, 1, this.#across, x % BLOCK);
    }
    for (let y = 2; y < height - 1; y++) {
      for (let x = 0; x < width; x++) this.#step(luma, y * width + x, width, this.#down, y % BLOCK);
    }
  }

  #step(luma: Float32Array, i: number, stride: number, { sums, counts }: Steps, phase: number): void {
    const before = luma[i - stride]! - luma[i - 2 * stride]!;
    const after = luma[i + stride]! - luma[i]!;
    const step = luma[i]! - luma[i - stride]! - (before + after) / 2;
    sums[phase]! += Math.min(LARGEST_STEP, Math.abs(step)) ** 2;
    counts[phase]! += 1;
  }

  judge(): Pick<Quality, 'blockiness' | 'compression'> {
    const sides = [this.#across, this.#down].map(({ sums, counts }) => {
      const squares = Array.from(sums, (sum, phase) => sum / Math.max(1, counts[phase]!));
      const largest = Math.max(...squares);
      const phase = squares.indexOf(largest);
      // The grid distorts the steps next to it.
      const away = squares.filter((_, each) => Math.min((each - phase + 8) % 8, (phase - each + 8) % 8) > 1);
      // Compared with the largest of them, because one of eight random numbers is always above the mean.
      const usual = Math.max(...away);
      return {
        excess: Math.max(0, largest - usual),
        ratio: Math.sqrt((largest + LEAST_SQUARE) / (usual + LEAST_SQUARE)),
      };
    });
    // A fence or a fabric may repeat every 8 pixels in one direction. A grid stands out in both.
    return {
      blockiness: Math.max(1, Math.min(...sides.map(({ ratio }) => ratio))),
      compression: ERROR_PER_STEP * Math.sqrt(Math.min(...sides.map(({ excess }) => excess))),
    };
  }
}
