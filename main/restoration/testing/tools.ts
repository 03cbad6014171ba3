import type { Face } from '../../../contract/photo';
import { EmulsionError } from '../../errors';
import { measureSamples } from '../pixels';
import { createRaster, type Raster, type Rect } from '../raster';
import type {
  ExtraInput,
  FadingValues,
  ForeignFacts,
  GeneratorFacts,
  StepTools,
  StyleFacts,
  Task,
  TilePass,
  Wanted,
} from '../tools';
import { shrinkRaster } from './rasters';

/** Step tools with fake generators, which need no files. */

/** A fake generator: planes of one tile in, planes out, as {@link TilePass} describes them. */
export interface FakeGenerator {
  /** Found by this id alone. */
  id?: string;
  /** Number of input and output planes. */
  inputs: number;
  outputs: number;
  run: (
    input: Float32Array,
    width: number,
    height: number,
    extras: Readonly<Record<string, number>>,
    vectors: Readonly<Record<string, Float32Array>>,
  ) => Float32Array;
  thresholds?: Record<string, number>;
  extraInputs?: ExtraInput[];
  /** Names of the output planes, and of the vector inputs. */
  gives?: string[];
  vectorInputs?: string[];
  /** Scale of its output; default 1. */
  scale?: number;
  /** What its input planes are; by default what their number says. */
  takes?: GeneratorFacts['takes'];
  variant?: string;
  /** How it sees and returns pictures, if it is from elsewhere. */
  foreign?: ForeignFacts;
}

/** Repeats every pixel. */
export const fakeUpscaler = (scale: number, variant = 'faithful'): FakeGenerator => ({
  inputs: 3,
  outputs: 3,
  scale,
  variant,
  run: (input, width, height) => {
    const output = new Float32Array(3 * width * height * scale ** 2);
    for (let i = 0; i < output.length; i++) {
      const row = Math.floor(i / (width * scale));
      const x = Math.floor((i % (width * scale)) / scale);
      output[i] = input[Math.floor(row / scale) * width + x]!;
    }
    return output;
  },
});

/** Marks everything bright as a line. */
export const fakeDetector: FakeGenerator = {
  inputs: 1,
  outputs: 2,
  gives: ['lines', 'blobs'],
  thresholds: { lines: 0.5, blobs: 0.5 },
  run: (input, width, height) => {
    const output = new Float32Array(2 * width * height);
    for (let i = 0; i < width * height; i++) output[i] = input[i]! > 0.9 ? 0.98 : 0.01;
    return output;
  },
};

/**
 * A detector of areas, losses and writing that works pixel by pixel: a line is black, an area light grey, a loss white,
 * and writing is blue. The redder the whole photo is, the less certain its results are.
 */
export const fakeFourPlaneDetector: FakeGenerator = {
  inputs: 3,
  outputs: 4,
  gives: ['lines', 'areas', 'losses', 'writing'],
  vectorInputs: ['summary'],
  thresholds: { lines: 0.5, areas: 0.5, losses: 0.5, writing: 0.5, needed: 0.001 },
  run: (input, width, height, _extras, { summary }) => {
    const count = width * height;
    const output = new Float32Array(4 * count).fill(0.01);
    const certain = 0.98 - 0.9 * Math.max(0, summary![0]! - summary![1]!);
    for (let i = 0; i < count; i++) {
      const [red, green, blue] = [input[i]!, input[count + i]!, input[2 * count + i]!];
      if (blue > 0.8 && red < 0.2) output[3 * count + i] = certain;
      else if (red + green + blue < 0.2) output[i] = certain;
      else if (Math.min(red, green, blue) > 0.97) output[2 * count + i] = certain;
      else if (Math.min(red, green, blue) > 0.85) output[count + i] = certain;
    }
    return output;
  },
};

/** Fills with the mean of the known pixels of the tile, and spoils all others, which the step must not use. */
export const fakeInpainter: FakeGenerator = {
  inputs: 4,
  outputs: 3,
  run: (input, width, height) => {
    const count = width * height;
    const output = new Float32Array(3 * count);
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      let known = 0;
      for (let i = 0; i < count; i++) {
        if (input[3 * count + i] === 1) continue;
        sum += input[c * count + i]!;
        known++;
      }
      output.fill(sum / Math.max(1, known), c * count, (c + 1) * count);
    }
    return output;
  },
};

/** Averages 3 x 3 pixels and mixes in the result by the given strength, fully from 0.1 on; 0 returns the input. */
export const fakeRestorer: FakeGenerator = {
  inputs: 3,
  outputs: 3,
  extraInputs: [{ name: 'strength', label: 'Expected error', min: 0, max: 0.3, default: 0.05 }],
  run: (input, width, height, { strength = 0.05 }) => {
    const output = input.slice();
    const share = Math.min(1, 10 * strength);
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (let dy = -1; dy <= 1; dy++) {
            for (let dx = -1; dx <= 1; dx++) {
              const row = Math.max(0, Math.min(height - 1, y + dy));
              sum += input[(c * height + row) * width + Math.max(0, Math.min(width - 1, x + dx))]!;
            }
          }
          const i = (c * height + y) * width + x;
          output[i] = input[i]! + share * (sum / 9 - input[i]!);
        }
      }
    }
    return output;
  },
};

/** Gives each channel the mean of the style. */
export const fakePainter: FakeGenerator = {
  inputs: 3,
  outputs: 3,
  variant: 'painting',
  run: (input, _width, _height, _extras, { content, style }) => {
    const count = input.length / 3;
    return input.map((value, i) => {
      const channel = Math.floor(i / count);
      return value + style![channel]! - content![channel]!;
    });
  },
};

/** Takes half of the light, and all but a fifth of it where the picture is light; adds a tenth of blue. */
export const fakeNight: FakeGenerator = {
  inputs: 3,
  outputs: 6,
  variant: 'night',
  gives: ['gain red', 'gain green', 'gain blue', 'offset red', 'offset green', 'offset blue'],
  run: (input, width, height) => {
    const count = width * height;
    const shown = (value: number) => (value + 1) / 14;
    const output = new Float32Array(6 * count).fill(shown(0));
    for (let i = 0; i < count; i++) {
      const gain = shown(input[i]! > 0.6 ? 0.2 : 0.5);
      for (let c = 0; c < 3; c++) output[c * count + i] = gain;
    }
    output.fill(shown(0.1), 5 * count);
    return output;
  },
};

const FAKE_STYLES: StyleFacts = {
  by: '0'.repeat(64),
  longest: 512,
  presets: [
    { id: 'dusk', name: 'Dusk', code: [0.3, 0.2, 0.5] },
    { id: 'snow', name: 'Snow', code: [0.8, 0.8, 0.9] },
  ],
};

function channelMeans({ data, channels, depth }: Raster): Float32Array {
  const sums = [0, 0, 0];
  const pixels = data.length / channels;
  for (let i = 0; i < data.length; i++) sums[channels === 1 ? 0 : i % 3]! += data[i]!;
  return Float32Array.from(sums, (_, c) => sums[channels === 1 ? 0 : c]! / pixels / (2 ** depth - 1));
}

/** Step tools that run fake generators over tiles with cores of 64 pixels and a halo of 8. */
export function fakeTools(
  generators: Partial<Record<Task, FakeGenerator | FakeGenerator[]>> = {},
  colour: StepTools['colour'] = null,
  fading?: (raster: Raster) => FadingValues,
  faces: Face[] | null = null,
): StepTools & { readonly progressed: number[]; readonly tiles: Rect[] } {
  const progressed: number[] = [];
  const tiles: Rect[] = [];
  const find = (task: Task, { scale, variant, id }: Wanted = {}) =>
    [generators[task] ?? []]
      .flat()
      .find(
        (each) =>
          each.id === id &&
          (scale === undefined || scale === (each.scale ?? 1)) &&
          (variant === undefined || variant === each.variant),
      );
  return {
    progressed,
    tiles,
    colour,
    generator: (task, wanted) => {
      const fake = find(task, wanted);
      if (!fake) return null;
      const { thresholds = null, extraInputs = [], scale = 1, inputs, gives = [], vectorInputs = [] } = fake;
      const takes = fake.takes ?? ({ 1: 'luma', 4: 'rgb+mask' } as const)[inputs] ?? 'rgb';
      const facts = {
        id: fake.id ?? `fake-${task}`,
        thresholds,
        scale,
        extraInputs,
        takes,
        gives,
        vectorInputs,
      } as const;
      return fake.foreign ? { ...facts, foreign: fake.foreign } : facts;
    },
    runTiles: async (pass) => {
      const generator = find(pass.task, pass.wanted);
      if (!generator) throw new EmulsionError('GENERATOR_MISSING');
      for (const core of cores(pass)) {
        if (pass.skip?.(core)) continue;
        tiles.push(core);
        runTile(pass, core, generator);
      }
      return { generator: generator.id ?? `fake-${pass.task}`, provider: 'cpu', tiles: tiles.length, tile: 80 };
    },
    styles: () => (find('style') ? FAKE_STYLES : null),
    measure: async (_task, raster) => channelMeans(raster),
    fading: async (raster) => fading?.(raster) ?? null,
    pixels(samples) {
      return measureSamples(samples, () => this.breathe());
    },
    faces: async () => faces,
    example: async ({ name }) => {
      throw new EmulsionError('STYLE_UNKNOWN', { detail: name });
    },
    shrink: async (raster, pixels) => shrinkRaster(raster, pixels),
    resize: async (raster, width, height) => nearest(raster, width, height),
    breathe: async () => {},
    progress: (done) => progressed.push(done),
  };
}

function* cores({ width, height, region = { x: 0, y: 0, width, height } }: TilePass): Generator<Rect> {
  const right = region.x + region.width;
  const bottom = region.y + region.height;
  for (let y = region.y; y < bottom; y += 64) {
    for (let x = region.x; x < right; x += 64) {
      yield { x, y, width: Math.min(64, right - x), height: Math.min(64, bottom - y) };
    }
  }
}

function runTile(pass: TilePass, core: Rect, generator: FakeGenerator): void {
  const x = Math.max(0, core.x - 8);
  const y = Math.max(0, core.y - 8);
  const width = Math.min(pass.width, core.x + core.width + 8) - x;
  const height = Math.min(pass.height, core.y + core.height + 8) - y;
  const input = new Float32Array(generator.inputs * width * height);
  pass.read({ x, y, width, height }, input);
  const output = generator.run(input, width, height, pass.extras ?? {}, pass.vectors ?? {});
  const { scale = 1 } = generator;
  const made = { x: scale * core.x, y: scale * core.y, width: scale * core.width, height: scale * core.height };
  const cropped = new Float32Array(generator.outputs * made.width * made.height);
  for (let plane = 0, target = 0; plane < generator.outputs; plane++) {
    for (let row = 0; row < made.height; row++, target += made.width) {
      const source = (plane * height * scale + row + scale * (core.y - y)) * width * scale + scale * (core.x - x);
      cropped.set(output.subarray(source, source + made.width), target);
    }
  }
  pass.write(made, cropped);
}

function nearest({ data, channels, depth, ...size }: Raster, width: number, height: number): Raster {
  const out = createRaster(width, height, channels, depth);
  for (let i = 0; i < out.data.length; i++) {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const x = Math.floor((((pixel % width) + 0.5) * size.width) / width);
    const y = Math.floor(((Math.floor(pixel / width) + 0.5) * size.height) / height);
    out.data[i] = data[(y * size.width + x) * channels + channel]!;
  }
  return out;
}
