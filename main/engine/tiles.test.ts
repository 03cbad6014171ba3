import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmulsionError } from '../errors';
import type { Card } from '../generators/card';
import { DelayedRows } from '../restoration/delayed-rows';
import { createRaster, maxValue, type Raster, type Rect } from '../restoration/raster';
import type { TilePass } from '../restoration/tools';
import { mirror, planTiles } from './tile-plan';
import { runTilePass, type TileHooks, type TileNet } from './tiles';

type NetCard = TileNet['card'];

const quiet: TileHooks = { breathe: () => Promise.resolve(), busy: () => {} };

function cardOf(changes: {
  channels?: Card['input']['channels'];
  output?: Partial<Card['output']>;
  range?: [number, number];
  multiple?: number;
  fixed?: Card['input']['fixed'];
  tile?: number;
  halo?: number;
  border?: Card['border'];
}): NetCard {
  return {
    id: 'test',
    input: {
      name: 'x',
      type: 'float32',
      layout: 'nchw',
      normalise: null,
      remainder: 0,
      minimum: 1,
      ladder: [],
      square: false,
      light: 'srgb',
      channels: changes.channels ?? 'rgb',
      range: changes.range ?? [0, 1],
      multiple: changes.multiple ?? 1,
      fixed: changes.fixed ?? null,
    },
    output: {
      name: 'y',
      type: 'float32',
      layout: 'nchw',
      channels: 'rgb',
      range: changes.range ?? [0, 1],
      scale: 1,
      offset: 0,
      activation: 'none',
      ...changes.output,
    },
    tile: changes.tile ?? 64,
    halo: changes.halo ?? 0,
    border: changes.border ?? 'mirror',
    extraInputs: [
      { name: 'strength', label: 'Strength', min: 0, max: 0.3, default: 0.05, type: 'float32', hidden: false },
    ],
  };
}

function netOf(card: NetCard, compute: (input: Float32Array, width: number, height: number) => Float32Array): TileNet {
  return {
    card,
    provider: 'cpu',
    run: async (input, width, height, output) => output.set(compute(input, width, height)),
  };
}

const identity = (card: NetCard) => netOf(card, (input) => input);

/** Mean over a square window, with zeros beyond the tile, as in a convolution. */
function blur(card: NetCard, radius: number): TileNet {
  /** Sums of windows along lines of `length` samples that are `step` apart. */
  const sums = (from: Float64Array, length: number, step: number, starts: number[]): Float64Array => {
    const to = new Float64Array(from.length);
    for (const start of starts) {
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let k = Math.max(0, i - radius); k <= Math.min(length - 1, i + radius); k++)
          sum += from[start + k * step]!;
        to[start + i * step] = sum;
      }
    }
    return to;
  };
  return netOf(card, (input, width, height) => {
    const rows = Array.from({ length: input.length / width }, (_, row) => row * width);
    const planes = Array.from({ length: input.length / (width * height) }, (_, plane) => plane * width * height);
    const columns = planes.flatMap((plane) => Array.from({ length: width }, (_, x) => plane + x));
    const across = sums(Float64Array.from(input), width, 1, rows);
    return Float32Array.from(sums(across, height, width, columns), (sum) => sum / (2 * radius + 1) ** 2);
  });
}

/** Means of cells, as a net with strides computes them: they depend on where the grid starts. */
function cells(card: NetCard, cell: number): TileNet {
  return netOf(card, (input, width, height) => {
    const output = new Float32Array(input.length);
    for (let i = 0; i < input.length; i++) {
      const plane = Math.floor(i / (width * height));
      const y = Math.floor((i % (width * height)) / width);
      const x = i % width;
      output[i] = input[(plane * height + y - (y % cell)) * width + x - (x % cell)]!;
    }
    return output;
  });
}

/** A picture of pseudo-random samples. */
function noise(width: number, height: number, depth: 8 | 16 = 8, seed = 7): Raster {
  const raster = createRaster(width, height, 3, depth);
  let state = seed;
  for (let i = 0; i < raster.data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    raster.data[i] = depth === 8 ? state >>> 24 : state >>> 16;
  }
  return raster;
}

/** A pass that writes into the raster that it reads. */
function passInPlace(raster: Raster): { pass: TilePass; finish: () => void } {
  const rows = new DelayedRows(raster);
  const reading = passBetween(raster, raster);
  return {
    pass: {
      ...reading,
      read: (rect, into) => {
        rows.release(rect.y);
        reading.read(rect, into);
      },
      write: (rect, planes) => {
        for (let y = 0; y < rect.height; y++) {
          const row = rows.row(rect.y + y);
          for (let x = 0; x < rect.width; x++) {
            for (let c = 0; c < 3; c++) {
              const value = planes[(c * rect.height + y) * rect.width + x]! * maxValue(raster);
              row[(rect.x + x) * 3 + c] = Math.max(0, Math.min(maxValue(raster), Math.round(value)));
            }
          }
        }
      },
    },
    finish: () => rows.finish(),
  };
}

/** Compares the samples as bytes, which is much faster than one by one. */
function expectSame(got: Raster, expected: Raster): void {
  const bytes = ({ data }: Raster) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  expect(bytes(got).equals(bytes(expected))).toBe(true);
}

/** A pass from one raster to another of `scale` times the size. */
function passBetween(from: Raster, to: Raster): TilePass {
  const max = maxValue(from);
  return {
    task: 'restore',
    width: from.width,
    height: from.height,
    read: (rect, into) => {
      expect(into.length).toBe(3 * rect.width * rect.height);
      forEachSample(from, rect, (index, plane) => {
        into[plane] = from.data[index]! / max;
      });
    },
    write: (rect, planes) => {
      expect(planes.length).toBe(3 * rect.width * rect.height);
      forEachSample(to, rect, (index, plane) => {
        to.data[index] = Math.max(0, Math.min(max, Math.round(planes[plane]! * max)));
      });
    },
  };
}

function forEachSample(raster: Raster, rect: Rect, visit: (index: number, plane: number) => void): void {
  expect(rect.x).toBeGreaterThanOrEqual(0);
  expect(rect.y).toBeGreaterThanOrEqual(0);
  expect(rect.x + rect.width).toBeLessThanOrEqual(raster.width);
  expect(rect.y + rect.height).toBeLessThanOrEqual(raster.height);
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < rect.height; y++) {
      for (let x = 0; x < rect.width; x++) {
        visit(((rect.y + y) * raster.width + rect.x + x) * 3 + c, (c * rect.height + y) * rect.width + x);
      }
    }
  }
}

async function run(net: TileNet, from: Raster, hooks: Partial<TileHooks> = {}) {
  const { scale } = net.card.output;
  const to = createRaster(from.width * scale, from.height * scale, 3, from.depth);
  const report = await runTilePass(net, passBetween(from, to), { ...quiet, ...hooks });
  return { to, report };
}

const lengths = fc.oneof(fc.constantFrom(1, 2, 3, 5, 61, 64, 67, 127, 128, 131), fc.integer({ min: 1, max: 160 }));

describe('tiles that end at the edge of the picture', () => {
  it('give what the net gives for the whole picture, edges included', async () => {
    await fc.assert(
      fc.asyncProperty(
        lengths,
        lengths,
        fc.integer({ min: 0, max: 12 }),
        fc.constantFrom(32, 64),
        async (width, height, radius, tile) => {
          const picture = noise(width, height);
          const net = blur(cardOf({ tile, halo: radius, border: 'nothing' }), radius);
          const whole = blur(cardOf({ tile: 1024, halo: radius, border: 'nothing' }), radius);
          const { to, report } = await run(net, picture);
          expect(report.tile).toBeLessThanOrEqual(2 * tile);
          expectSame(to, (await run(whole, picture)).to);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('fill up to the grid of the net with the mirrored picture', async () => {
    const picture = noise(61, 45);
    const shapes: string[] = [];
    const card = cardOf({ tile: 64, halo: 16, multiple: 16, border: 'nothing' });
    const net = netOf(card, (input, width, height) => {
      shapes.push(`${width} x ${height}`);
      return input;
    });
    expectSame((await run(net, picture)).to, picture);
    expect(shapes).toEqual(['64 x 48']);
  });

  it('are mirrored beyond it where the net takes one size only', async () => {
    const picture = noise(20, 90);
    const card = cardOf({ fixed: { width: 32, height: 32 }, halo: 4, border: 'nothing' });
    expectSame((await run(identity(card), picture)).to, picture);
  });
});

describe('planTiles', () => {
  it('covers every pixel once with cores on the grid, in tiles that fit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom(1, 4, 8),
        fc.integer({ min: 0, max: 40 }),
        fc.constantFrom(128, 256, 500),
        (width, height, multiple, halo, tile) => {
          const plan = planTiles(cardOf({ multiple, halo, tile }), { width, height });
          expect(plan.tileWidth % multiple).toBe(0);
          expect(plan.tileHeight % multiple).toBe(0);
          expect(plan.tileWidth * plan.tileHeight).toBeLessThanOrEqual(1.6 * tile ** 2);
          // Never larger than the picture and two halos.
          expect(plan.tileWidth).toBeLessThan(width + 2 * plan.halo + multiple);
          expect(plan.tileHeight).toBeLessThan(height + 2 * plan.halo + multiple);
          expect(plan.halo).toBeGreaterThanOrEqual(halo);
          let area = 0;
          for (const core of plan.cores) {
            expect((core.x - plan.halo) % multiple || 0).toBe(0);
            expect((core.y - plan.halo) % multiple || 0).toBe(0);
            expect(core.width).toBeLessThanOrEqual(plan.tileWidth - 2 * plan.halo);
            expect(core.height).toBeLessThanOrEqual(plan.tileHeight - 2 * plan.halo);
            area += core.width * core.height;
          }
          expect(area).toBe(width * height);
        },
      ),
    );
  });

  it('needs no halo at the edge of the picture if tiles end there', () => {
    const card = cardOf({ tile: 640, halo: 128, multiple: 16, border: 'nothing' });
    const edges = (width: number, height: number) => {
      const { tileWidth, tileHeight, cores } = planTiles(card, { width, height });
      return [tileWidth, tileHeight, cores.length];
    };
    expect(edges(256, 630)).toEqual([256, 640, 1]);
    expect(edges(1000, 256)).toEqual([1008, 256, 1]);
    expect(edges(2000, 256)).toEqual([1008 + 128, 256, 2]);
    // In three by two tiles of 640 x 576 px, twice as much would be computed.
    expect(edges(1150, 870)).toEqual([576 + 128, 880, 2]);
  });

  it('never computes more than with tiles of the usual size, nor more per tile than memory is planned for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 4000 }), (width, height) => {
        const plan = (more: Parameters<typeof cardOf>[0]) => {
          const { tileWidth, tileHeight, cores } = planTiles(
            cardOf({ tile: 640, halo: 128, multiple: 16, border: 'nothing', ...more }),
            { width, height },
          );
          return { tile: tileWidth * tileHeight, all: tileWidth * tileHeight * cores.length };
        };
        // A net that fills holes gets only the tiles with a hole, so they keep their size.
        const usual = plan({ channels: 'rgb+mask' });
        const free = plan({});
        expect(usual.tile).toBeLessThanOrEqual(640 ** 2);
        expect(free.tile).toBeLessThanOrEqual(1.6 * 640 ** 2);
        expect(free.all).toBeLessThanOrEqual(usual.all);
      }),
    );
  });

  it('cuts a picture slightly larger than a core into two halves, not into two full tiles', () => {
    const plan = planTiles(cardOf({ tile: 512, halo: 32, multiple: 8 }), { width: 456, height: 100 });
    expect(plan.tileWidth).toBe(232 + 64);
    expect(plan.cores).toHaveLength(2);
  });

  it('cuts a long thin region into thin tiles', () => {
    const region = { x: 640, y: 1000, width: 640, height: 60 };
    const plan = planTiles(
      cardOf({ tile: 384, halo: 64, multiple: 32 }),
      { width: 4000, height: 3000 },
      384,
      0,
      region,
    );
    // The rows above the region, up to the grid, are included.
    expect([plan.tileWidth, plan.tileHeight]).toEqual([640 + 128, 96 + 128]);
    expect(plan.cores).toHaveLength(1);
  });

  it('honours a fixed size', () => {
    const plan = planTiles(cardOf({ fixed: { width: 64, height: 32 }, halo: 4 }), { width: 10, height: 100 });
    expect([plan.tileWidth, plan.tileHeight]).toEqual([64, 32]);
    expect(plan.cores).toHaveLength(Math.ceil(100 / 24));
  });

  it('refuses a card whose halo leaves no core', () => {
    expect(() => planTiles(cardOf({ fixed: { width: 32, height: 32 }, halo: 16 }), { width: 9, height: 9 })).toThrow(
      expect.objectContaining({ code: 'GENERATOR_REFUSED' }),
    );
  });
});

describe('mirror', () => {
  it('mirrors endlessly without repeating the ends', () => {
    expect([-4, -3, -2, -1, 0, 1, 2, 3, 4, 5].map((index) => mirror(index, 3))).toEqual([0, 1, 2, 1, 0, 1, 2, 1, 0, 1]);
    expect([-2, 0, 5].map((index) => mirror(index, 1))).toEqual([0, 0, 0]);
  });
});

describe('runTilePass', () => {
  it.each([8, 16] as const)('returns every bit through an identity net, %i bit', async (depth) => {
    const range = fc.constantFrom<[number, number]>([0, 1], [-1, 1], [0, 255]);
    await fc.assert(
      fc.asyncProperty(lengths, lengths, range, fc.integer({ min: 0, max: 20 }), async (width, height, r, halo) => {
        const picture = noise(width, height, depth);
        const { to } = await run(identity(cardOf({ range: r, halo, multiple: 4 })), picture);
        expectSame(to, picture);
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same picture tiled and whole, for any size', async () => {
    const halo = 3;
    await fc.assert(
      fc.asyncProperty(lengths, lengths, fc.integer(), async (width, height, seed) => {
        const picture = noise(width, height, 8, seed);
        const { to: tiled } = await run(blur(cardOf({ halo, tile: 32 }), 3), picture);
        const { to: whole } = await run(blur(cardOf({ halo, tile: 1024 }), 3), picture);
        for (let i = 0; i < tiled.data.length; i++) {
          if (Math.abs(tiled.data[i]! - whole.data[i]!) > 1) expect(tiled.data[i], `sample ${i}`).toBe(whole.data[i]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('mirrors beyond the edges of the picture', async () => {
    // One row of two pixels: the window of the left one sees right, left, right.
    const picture = createRaster(2, 1, 3, 8);
    picture.data.set([0, 0, 0, 90, 90, 90]);
    const { to } = await run(blur(cardOf({ halo: 1 }), 1), picture);
    expect([...to.data]).toEqual([60, 60, 60, 30, 30, 30]);
  });

  it('follows the grid of a net with strides', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, lengths, async (width, height) => {
        const picture = noise(width, height);
        const { to: tiled } = await run(cells(cardOf({ halo: 3, multiple: 4, tile: 24 }), 4), picture);
        const { to: whole } = await run(cells(cardOf({ halo: 3, multiple: 4, tile: 1024 }), 4), picture);
        expectSame(tiled, whole);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps flat grey flat, across tiles and at the edges', async () => {
    const picture = createRaster(101, 89, 3, 8);
    picture.data.fill(119);
    const { to } = await run(blur(cardOf({ halo: 4, tile: 32 }), 4), picture);
    expect(new Set(to.data)).toEqual(new Set([119]));
  });

  it('passes hints on as they are, and a flat picture may get flat colours whatever is hinted', async () => {
    const card = cardOf({ channels: 'luma+hints', multiple: 16, output: { channels: 'cbcr', range: [-0.5, 0.5] } });
    let seen: number[] = [];
    const net: TileNet = netOf({ ...card, task: 'colorise' }, (input) => {
      const count = input.length / 4;
      seen = [0, 1, 2, 3].map((plane) => input[plane * count + 5 * 48 + 3]!);
      return new Float32Array(2 * count).fill(0.1);
    });
    const pass: TilePass = {
      task: 'colorise',
      width: 40,
      height: 40,
      read: ({ width, height }, into) => {
        for (const [plane, value] of [0.5, 0.25, 0.75, 1].entries()) {
          into.fill(value, plane * width * height, (plane + 1) * width * height);
        }
      },
      write: () => {},
    };
    await expect(runTilePass(net, pass, quiet)).resolves.toMatchObject({ tiles: 1 });
    expect(seen).toEqual([0.5, 0.25, 0.75, 1]);
  });

  it('enlarges by the scale of the card', async () => {
    const card = cardOf({ halo: 2, tile: 16, output: { scale: 2 } });
    const net = netOf(card, (input, width, height) => {
      const output = new Float32Array(input.length * 4);
      for (let i = 0; i < output.length; i++) {
        const plane = Math.floor(i / (4 * width * height));
        const y = Math.floor((i % (4 * width * height)) / (2 * width));
        const x = i % (2 * width);
        output[i] = input[(plane * height + (y >> 1)) * width + (x >> 1)]!;
      }
      return output;
    });
    const picture = noise(29, 17);
    const { to } = await run(net, picture);
    for (let y = 0; y < to.height; y++) {
      for (let x = 0; x < to.width; x++) {
        const expected = picture.data[((y >> 1) * picture.width + (x >> 1)) * 3];
        expect(to.data[(y * to.width + x) * 3]).toBe(expected);
      }
    }
  });

  it('swaps the channels for a net that expects BGR', async () => {
    const card = cardOf({ channels: 'bgr', output: { channels: 'bgr' } });
    const seen: number[] = [];
    const net = netOf(card, (input) => {
      seen.push(input[0]!, input[input.length - 1]!);
      return input;
    });
    const picture = createRaster(2, 2, 3, 8);
    picture.data.set([255, 0, 0, 255, 0, 0, 255, 51, 0, 255, 0, 0]);
    const { to } = await run(net, picture);
    expect(seen).toEqual([0, 1]);
    expectSame(to, picture);
  });

  it('computes and writes nothing for skipped cores', async () => {
    const picture = noise(64, 64);
    const to = createRaster(64, 64, 3, 8);
    let runs = 0;
    const net = identity(cardOf({ tile: 32 }));
    const counted: TileNet = {
      ...net,
      run: (...args) => {
        runs += 1;
        return net.run(...args);
      },
    };
    const report = await runTilePass(counted, { ...passBetween(picture, to), skip: (core) => core.x > 0 }, quiet);
    expect(runs).toBe(2);
    expect(report.tiles).toBe(2);
    expect(to.data[32 * 3]).toBe(0);
    expect(to.data.subarray(0, 32 * 3)).toEqual(picture.data.subarray(0, 32 * 3));
  });

  it('computes only the named parts of cores, in tiles of their size, and gives the same there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 150 }),
        fc.constantFrom<Card['border'][]>('mirror', 'nothing'),
        fc.integer({ min: 1, max: 1000 }),
        async (width, height, border, seed) => {
          const picture = noise(width, height, 8, seed);
          const card = cardOf({ tile: 64, halo: 6, multiple: 4, border });
          const whole = createRaster(width, height, 3, 8);
          await runTilePass(blur(card, 6), passBetween(picture, whole), quiet);
          const to = createRaster(width, height, 3, 8);
          const expected = createRaster(width, height, 3, 8);
          const areas: number[] = [];
          const parts = (core: Rect, { multiple }: { multiple: number }) => {
            const [x, y] = [core.x + multiple, core.y + 2 * multiple];
            const part = {
              x,
              y,
              width: Math.min(8, core.x + core.width - x),
              height: Math.min(12, core.y + core.height - y),
            };
            return part.width > 0 && part.height > 0 ? [part] : [];
          };
          const net = blur(card, 6);
          const counted: TileNet = {
            ...net,
            run: (...args) => {
              areas.push(args[1] * args[2]);
              return net.run(...args);
            },
          };
          const pass = passBetween(picture, to);
          const written: Rect[] = [];
          await runTilePass(
            counted,
            {
              ...pass,
              parts,
              write: (rect, planes) => {
                written.push(rect);
                pass.write(rect, planes);
              },
            },
            quiet,
          );
          for (const { x, y, width: w, height: h } of written) {
            for (let row = y; row < y + h; row++) {
              const from = 3 * (row * width + x);
              expected.data.set(whole.data.subarray(from, from + 3 * w), from);
            }
          }
          expectSame(to, expected);
          // A part of 8 x 12 px with its context, up to the grid.
          expect(Math.max(0, ...areas)).toBeLessThanOrEqual((8 + 16) * (12 + 16));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stops between tiles', async () => {
    let turns = 0;
    const breathe = async () => {
      turns += 1;
      if (turns > 3) throw new EmulsionError('CANCELLED');
    };
    let computed = 0;
    const tile = () => {
      computed += 1;
    };
    await expect(run(identity(cardOf({ tile: 16 })), noise(160, 160), { breathe, tile })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(computed).toBe(3);
  });

  it('counts the tiles down and announces every blocking stretch', async () => {
    const seen: [number, number, number][] = [];
    const announced: number[] = [];
    await run(identity(cardOf({ tile: 32 })), noise(64, 64), {
      tile: (...args) => void seen.push(args),
      busy: (seconds) => void announced.push(seconds),
    });
    expect(seen.map(([done, total]) => [done, total])).toEqual([1, 2, 3, 4].map((done) => [done, 4]));
    expect(seen.at(-1)?.[2]).toBe(0);
    expect(announced).toHaveLength(4);
    expect(Math.min(...announced)).toBeGreaterThanOrEqual(60);
  });
});

describe('DelayedRows', () => {
  it('gives the same result in place as with a fresh raster', async () => {
    const tiles = fc.constantFrom(16, 24, 64);
    await fc.assert(
      fc.asyncProperty(lengths, lengths, fc.integer({ min: 0, max: 6 }), tiles, async (width, height, radius, tile) => {
        const net = blur(cardOf({ halo: radius, tile }), radius);
        const picture = noise(width, height);
        const { to: fresh } = await run(net, picture);
        const { pass, finish } = passInPlace(picture);
        await runTilePass(net, pass, quiet);
        finish();
        expectSame(picture, fresh);
      }),
      { numRuns: 25 },
    );
  });
});

describe('the checks of the output', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d, naming the tile', async (value) => {
    const net = netOf(cardOf({ tile: 32 }), (input) => {
      const output = input.slice();
      output[17] = value;
      return output;
    });
    await expect(run(net, noise(64, 64))).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
      detail: expect.stringContaining('tile 1 of 4 at 0, 0'),
    });
  });

  it('refuses a uniform output for a picture', async () => {
    const net = netOf(cardOf({}), (input) => new Float32Array(input.length));
    await expect(run(net, noise(64, 64))).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
  });

  it('accepts a flat sky for a flat sky with a crease', async () => {
    const picture = createRaster(64, 64, 3, 8);
    picture.data.fill(250);
    picture.data.fill(20, 0, 64 * 3 * 5);
    const net = netOf(cardOf({}), (input) => new Float32Array(input.length).fill(250 / 255));
    const { to } = await run(net, picture);
    expect(new Set(to.data)).toEqual(new Set([250]));
  });

  it('refuses a uniform detection, but accepts a certain one on a flat surface', async () => {
    const card = cardOf({ output: { channels: ['lines', 'blobs'] } });
    const net: TileNet = netOf(card, (input) => new Float32Array((input.length / 3) * 2));
    const detect = (picture: Raster) => runTilePass(net, { ...passBetween(picture, picture), write: () => {} }, quiet);
    await expect(detect(noise(64, 64))).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
    const flat = createRaster(64, 64, 3, 8);
    await expect(detect(flat)).resolves.toMatchObject({ tiles: 1 });
  });

  it('accepts a detector that is certain of no damage anywhere, but not of damage everywhere', async () => {
    const card = cardOf({ output: { channels: ['lines', 'areas'] } });
    const detect = (value: number) => {
      const net: TileNet = netOf(card, (input) => new Float32Array((input.length / 3) * 2).fill(value));
      const picture = noise(64, 64);
      return runTilePass(net, { ...passBetween(picture, picture), write: () => {} }, quiet);
    };
    // Logits clipped at -12.
    await expect(detect(6e-6)).resolves.toMatchObject({ tiles: 1 });
    for (const value of [0, 0.001, 0.5, 1]) {
      await expect(detect(value)).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
    }
  });
});

describe('when memory is short', () => {
  /** Fails for tiles with more than `limit` pixels, from run `after` on. */
  function starving(card: NetCard, limit: number, after = 0): { net: TileNet; tried: number[] } {
    const tried: number[] = [];
    const inner = blur(card, 2);
    return {
      tried,
      net: {
        ...inner,
        run: async (input, width, height, output) => {
          tried.push(width);
          if (tried.length > after && width * height > limit) throw new EmulsionError('OUT_OF_MEMORY');
          await inner.run(input, width, height, output);
        },
      },
    };
  }

  it('continues with smaller tiles and the same picture, and reports it', async () => {
    const picture = noise(300, 300);
    const card = cardOf({ tile: 256, halo: 2 });
    const { to: expected } = await run(blur(card, 2), picture);
    const { net, tried } = starving(card, 100 * 100);
    let freed = 0;
    const { to, report } = await run(net, picture, {
      shortOfMemory: async () => {
        freed += 1;
      },
    });
    expectSame(to, expected);
    expect(report.tile).toBeLessThanOrEqual(100);
    expect(freed).toBe(1);
    expect(tried[0]).toBeGreaterThan(100);
  });

  it('writes the tile that it read last, at any size, when it skips tiles and when it restarts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 6 }),
        async (width, height, after, every) => {
          const picture = noise(width, height);
          const card = cardOf({ tile: 104, halo: 2 });
          const { net } = starving(card, 80 * 80, after);
          const reading = passBetween(picture, createRaster(width, height, 3, 8));
          let last: Rect | null = null;
          let cores = 0;
          await runTilePass(
            net,
            {
              ...reading,
              skip: () => cores++ % every === 1,
              read: (rect, into) => {
                last = { ...rect };
                reading.read(rect, into);
              },
              write: (rect) => {
                // Written only once, and entirely inside the area that was read.
                const { x, y, width, height } = last!;
                expect(rect.x >= x && rect.x + rect.width <= x + width).toBe(true);
                expect(rect.y >= y && rect.y + rect.height <= y + height).toBe(true);
                last = null;
              },
            },
            quiet,
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('does not repeat finished rows', async () => {
    const picture = noise(300, 300);
    const card = cardOf({ tile: 104, halo: 2 });
    const { to: expected } = await run(blur(card, 2), picture);
    // Three tiles to a row: the failure comes in the second row.
    const { net } = starving(card, 80 * 80, 4);
    const written: number[] = [];
    const to = createRaster(300, 300, 3, 8);
    const pass = passBetween(picture, to);
    await runTilePass(
      net,
      {
        ...pass,
        write: (rect, planes) => {
          written.push(rect.y);
          pass.write(rect, planes);
        },
      },
      quiet,
    );
    expectSame(to, expected);
    expect(written.filter((y) => y === 0)).toHaveLength(3);
  });

  it('an enlarger that sees the whole picture continues in tiles, and no other net for whole pictures does', async () => {
    const picture = noise(200, 150);
    const whole = (task: 'upscale' | 'restore'): NetCard => ({ ...cardOf({ tile: 256 }), task, global: 'whole' });
    const sides: number[] = [];
    const short = (card: NetCard): TileNet => ({
      ...identity(card),
      run: async (input, width, height, output) => {
        sides.push(Math.max(width, height));
        if (width * height > 120 * 120) throw new EmulsionError('OUT_OF_MEMORY');
        output.set(input);
      },
    });
    const { to, report } = await run(short(whole('upscale')), picture);
    expectSame(to, picture);
    expect(sides[0]).toBe(200);
    expect(report.tiles).toBeGreaterThan(2);
    sides.length = 0;
    await expect(run(short(whole('restore')), picture)).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(sides).toEqual([200]);
  });

  it('also continues in place', async () => {
    const picture = noise(300, 300);
    const card = cardOf({ tile: 104, halo: 2 });
    const { to: expected } = await run(blur(card, 2), picture);
    const { net } = starving(card, 80 * 80, 5);
    const { pass, finish } = passInPlace(picture);
    await runTilePass(net, pass, quiet);
    finish();
    expectSame(picture, expected);
  });

  it('gives up at the smallest tile', async () => {
    const { net, tried } = starving(cardOf({ tile: 256, halo: 2 }), 0);
    await expect(run(net, noise(300, 300))).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(Math.min(...tried)).toBeLessThanOrEqual(64);
    expect(tried.length).toBeLessThan(6);
  });
});

describe('extra inputs', () => {
  /** The values that the net was given for each tile; null if it was never run. */
  async function given(extras: TilePass['extras']): Promise<unknown[]> {
    const seen: unknown[] = [];
    const card = cardOf({ tile: 64 });
    const net: TileNet = {
      card,
      provider: 'cpu',
      run: async (input, _width, _height, output, values) => {
        seen.push(values);
        output.set(input);
      },
    };
    const picture = noise(100, 100);
    try {
      await runTilePass(net, { ...passBetween(picture, createRaster(100, 100, 3, 8)), extras }, quiet);
    } catch (error) {
      if (seen.length > 0) throw new Error('the net ran before its extras were checked');
      throw error;
    }
    return seen;
  }

  it('are passed to every tile', async () => {
    expect(await given({ strength: 0.1 })).toEqual(Array(4).fill({ strength: 0.1 }));
  });

  it('may have any value within their bounds, including the bounds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: -1, max: 1 }), async (strength) => {
        const tiles = given({ strength });
        if (strength >= 0 && strength <= 0.3) expect(await tiles).toHaveLength(4);
        else await expect(tiles).rejects.toMatchObject({ code: 'INTERNAL' });
      }),
    );
    expect(await given({ strength: 0.3 })).toHaveLength(4);
  });

  it('are refused if the card does not have them', async () => {
    await expect(given({ gain: 0.1 })).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('nets from elsewhere', () => {
  const foreign = (changes: Partial<NetCard> = {}): NetCard => ({
    ...cardOf({ tile: 64, halo: 0 }),
    origin: { kind: 'imported', file: 'x.onnx', added: '' },
    ...changes,
  });
  /** Each tile comes back in a grey of its own. */
  const greys = (card: NetCard, values: (tile: number) => number): TileNet => {
    let tile = 0;
    return netOf(card, (input) => new Float32Array(input.length).fill(values(tile++)));
  };
  const grey = (width: number, height: number, value = 128) => {
    const raster = createRaster(width, height, 3, 8);
    raster.data.fill(value);
    return raster;
  };
  const rowOf = ({ data, width }: Raster, y: number) =>
    Array.from({ length: width }, (_, x) => data[3 * (y * width + x)]!);
  const columnOf = ({ data, width, height }: Raster, x: number) =>
    Array.from({ length: height }, (_, y) => data[3 * (y * width + x)]!);
  const largestStep = (values: number[]) =>
    values.slice(1).reduce((most, value, i) => Math.max(most, Math.abs(value - values[i]!)), 0);

  it('tiles that see different things fade into each other, in both directions', async () => {
    const to = grey(150, 150);
    const net = greys(foreign({ global: 'weak', overlap: 16 }), (tile) => 0.3 + 0.04 * (tile % 9));
    const report = await runTilePass(net, passBetween(grey(150, 150), to), quiet);
    expect(report.tiles).toBeGreaterThan(8);
    const hard = grey(150, 150);
    const unblended = greys(foreign({ global: 'weak' }), (tile) => 0.3 + 0.04 * (tile % 9));
    await runTilePass(unblended, passBetween(grey(150, 150), hard), quiet);
    for (const at of [20, 75, 140]) {
      expect(largestStep(rowOf(to, at))).toBeLessThanOrEqual(4);
      expect(largestStep(columnOf(to, at))).toBeLessThanOrEqual(6);
    }
    expect(largestStep(columnOf(hard, 75))).toBeGreaterThan(20);
  });

  it('blending changes nothing where tiles agree, with tiles left out and when memory runs short', async () => {
    for (const scale of [1, 2]) {
      const from = noise(150, 130);
      const to = createRaster(150 * scale, 130 * scale, 3, 8);
      const card = foreign({ global: 'weak', overlap: 16, output: { ...cardOf({}).output, scale } });
      let runs = 0;
      const net: TileNet = {
        card,
        provider: 'cpu',
        run: async (input, width, height, output) => {
          if (++runs === 3) throw new EmulsionError('OUT_OF_MEMORY');
          const rows = height * scale;
          const columns = width * scale;
          for (let i = 0; i < output.length; i++) {
            const [plane, y, x] = [
              Math.floor(i / (rows * columns)),
              Math.floor((i % (rows * columns)) / columns),
              i % columns,
            ];
            output[i] = input[(plane * height + Math.floor(y / scale)) * width + Math.floor(x / scale)]!;
          }
        },
      };
      const left: Rect[] = [];
      const skipped = (core: Rect) => core.x === 0 && core.y === 0 && left.push(core) > 0;
      await runTilePass({ ...net, card: { ...card, tile: 128 } }, { ...passBetween(from, to), skip: skipped }, quiet);
      const isLeft = (x: number, y: number) => left.some((core) => x < core.width && y < core.height);
      const wrong: string[] = [];
      for (let y = 0; y < 130; y++)
        for (let x = 0; x < 150; x++) {
          const expected = isLeft(x, y) ? 0 : from.data[3 * (y * 150 + x)];
          if (to.data[3 * (y * scale * 150 * scale + x * scale)] !== expected) wrong.push(`${x}, ${y}`);
        }
      expect(runs).toBeGreaterThan(4);
      expect(wrong).toEqual([]);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 40, -40])(
    'a tile that comes back as %d stays as it was, and is counted',
    async (value) => {
      const to = grey(128, 64);
      const net = greys(foreign(), (tile) => (tile === 0 ? value : 0.25));
      const report = await runTilePass(net, passBetween(grey(128, 64, 200), to), quiet);
      expect(report).toMatchObject({ tiles: 2, kept: 1 });
      expect([...new Set(rowOf(to, 30).slice(0, 64))]).toEqual([200]);
      expect([...new Set(rowOf(to, 30).slice(64))]).toEqual([64]);
    },
  );

  it('fails if no tile can be used', async () => {
    const net = greys(foreign(), () => 40);
    await expect(runTilePass(net, passBetween(grey(128, 64), grey(128, 64)), quiet)).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
    });
  });

  it('get what they have learned: linear light, ranges, means and deviations; and come back from it', async () => {
    const seen: number[] = [];
    const base = foreign();
    const given = async (input: Partial<NetCard['input']>, value: number, output: Partial<NetCard['output']> = {}) => {
      const card = { ...base, input: { ...base.input, ...input }, output: { ...base.output, ...output } };
      const to = grey(64, 64);
      const net = netOf(card, (planes) => {
        const pixels = planes.length / 3;
        seen.splice(0, 3, planes[0]!, planes[pixels]!, planes[2 * pixels]!);
        return planes;
      });
      await runTilePass(net, passBetween(grey(64, 64, value), to), quiet);
      return to.data[0];
    };
    expect(await given({ light: 'linear' }, 128)).toBe(128);
    expect(seen[0]).toBeCloseTo(0.2158, 3);
    const mean = [0.485, 0.456, 0.406];
    const deviation = [0.229, 0.224, 0.225];
    await given({ normalise: { mean, deviation } }, 255);
    for (const c of [0, 1, 2]) expect(seen[c]).toBeCloseTo((1 - mean[c]!) / deviation[c]!, 5);
    // Means of a net that takes blue first are those of blue, green and red.
    await given({ channels: 'bgr', range: [0, 255], normalise: { mean: [104, 117, 123], deviation: [1, 1, 1] } }, 255, {
      channels: 'bgr',
      range: [-104, 151],
    });
    expect(seen).toEqual([151, 138, 132]);
    expect(await given({ ladder: [48, 96], range: [-1, 1] }, 51, { range: [-1, 1] })).toBe(51);
  });

  it('take sides of a ladder', () => {
    const base = foreign({ tile: 96 });
    const card = { ...base, input: { ...base.input, ladder: [48, 96] } };
    for (const [side, tile] of [
      [40, 48],
      [48, 48],
      [50, 96],
      [300, 96],
    ] as const)
      expect(planTiles(card, { width: side, height: side }).tileWidth).toBe(tile);
  });
});
