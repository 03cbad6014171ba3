import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Card } from '../generators/card';
import { isRunnable } from '../generators/runnable';
import { addStandIn, ownForEachTest } from './standin-support';
import { runTilePass } from './tiles';
import { toHalves } from './trial-net';

/*
 * Nets from elsewhere, from the file to the picture: the result is the one that is known of each stand-in.
 */

const own = ownForEachTest();

/** Adds a stand-in with its proposals, and runs it over a picture of three channels or one. */
async function run(
  name: string,
  width: number,
  height: number,
  pixel: (c: number, x: number, y: number) => number,
  change: Partial<Card> = {},
) {
  const added = await addStandIn(join(own.folder.path, 'models'), name);
  const installed = added.installed!;
  const card = { ...installed.card, ...change };
  expect(isRunnable(card)).toBe(true);
  const net = await own.sessions.acquire({ ...installed, card });
  const { scale } = card.output;
  const channels = card.input.channels === 'luma' ? 1 : 3;
  const output = new Float32Array(channels * width * height * scale ** 2);
  const report = await runTilePass(
    net,
    {
      task: card.task,
      width,
      height,
      read: (rect, into) => {
        let at = 0;
        for (let c = 0; c < channels; c++)
          for (let y = 0; y < rect.height; y++)
            for (let x = 0; x < rect.width; x++) into[at++] = pixel(c, rect.x + x, rect.y + y);
      },
      write: (rect, planes) => {
        for (let c = 0; c < channels; c++)
          for (let y = 0; y < rect.height; y++)
            for (let x = 0; x < rect.width; x++)
              output[(c * height * scale + rect.y + y) * width * scale + rect.x + x] =
                planes[(c * rect.height + y) * rect.width + x]!;
      },
    },
    { breathe: async () => {}, busy: () => {} },
  );
  const at = (c: number, x: number, y: number) => output[(c * height * scale + y) * width * scale + x]!;
  return { at, output, report, card };
}

const STEP = 1 / 255;
const texture = (c: number, x: number, y: number) => 0.2 + 0.6 * (((x * 7 + y * 13 + c * 29) % 31) / 31);
const smooth = (c: number, x: number, y: number) => 0.5 + 0.3 * Math.sin((x + c * 9) / 11) * Math.cos(y / 13);

/** The largest distance from an expected picture. */
function worst(
  { at }: { at(c: number, x: number, y: number): number },
  width: number,
  height: number,
  expected: (c: number, x: number, y: number) => number,
): number {
  let most = 0;
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) most = Math.max(most, Math.abs(at(c, x, y) - expected(c, x, y)));
  return most;
}

describe('the result is the known one', () => {
  it('of a net that enlarges four times: flat surfaces stay', async () => {
    const result = await run('4x-Standin-compact-fp32', 70, 50, () => 0.5);
    expect(worst(result, 280, 200, () => 0.5)).toBeLessThan(STEP);
  });

  it('of a net that only declares one size: it gets larger tiles, and what overshoots is clipped', async () => {
    const result = await run('realesrgan-x4', 150, 90, () => 1);
    expect(result.report).toMatchObject({ tiles: 1, tile: 152 });
    expect(worst(result, 600, 360, () => 1)).toBeLessThan(STEP / 10);
  });

  it('of a net of half precision that needs even sides: each pixel twice', async () => {
    const result = await run('2x_Standin_unshuffle_fp16', 61, 43, texture, { tile: 64 });
    expect(worst(result, 122, 86, (c, x, y) => texture(c, x >> 1, y >> 1))).toBeLessThan(STEP);
    expect(result.report.tiles).toBe(1);
  });

  it('of a net that takes sides of 64, 112, 160 … and cuts its edges off', async () => {
    for (const tile of [64, 112]) {
      const result = await run('swin_unet_art_scale2x', 130, 71, texture, { tile, id: `swin-${tile}` });
      expect(result.card.halo).toBe(8);
      expect(worst(result, 260, 142, (c, x, y) => texture(c, x >> 1, y >> 1))).toBeLessThan(STEP);
      await own.folder.remove();
    }
  });

  it('of a net with its channels last', async () => {
    const result = await run('nhwc-free', 90, 60, smooth, { tile: 32 });
    const blurred = (c: number, x: number, y: number) => {
      let sum = 0;
      for (const dx of [-1, 0, 1]) for (const dy of [-1, 0, 1]) sum += smooth(c, x + dx, y + dy);
      return sum / 9;
    };
    // The border is mirrored by the engine and repeated by the net, so it is left out.
    const inner = { at: (c: number, x: number, y: number) => result.at(c, x + 2, y + 2) };
    expect(worst(inner, 86, 56, (c, x, y) => blurred(c, x + 2, y + 2))).toBeLessThan(STEP);
    expect(result.report.tiles).toBeGreaterThan(1);
  });

  it('of a net whose weights lie beside the file', async () => {
    const result = await run('weights-beside', 40, 30, texture);
    expect(worst(result, 40, 30, texture)).toBeLessThan(STEP);
  });

  it('of a net with a number for the strength of noise', async () => {
    const flat = await run('ffdnet_color', 40, 30, () => 0.4);
    expect(flat.card.extraInputs).toMatchObject([{ name: 'sigma', max: 50 / 255 }]);
    expect(worst(flat, 40, 30, () => 0.4)).toBeLessThan(STEP);
  });

  it('of a net that cuts odd sides', async () => {
    const result = await run('2x-cuts-odd', 51, 37, () => 0.3);
    expect(worst(result, 102, 74, () => 0.3)).toBeLessThan(STEP);
  });
});

it('rounds to half precision as IEEE 754 says', () => {
  const values = Float32Array.from([1, -2, 65504, 65520, 1e-8, 2 ** -24, 2 ** -14, 0.1, 2049, 2051, 3e-7]);
  expect([...toHalves(values)]).toEqual([
    0x3c00, 0xc000, 0x7bff, 0x7c00, 0x0000, 0x0001, 0x0400, 0x2e66, 0x6800, 0x6802, 0x0005,
  ]);
  expect(toHalves(Float32Array.of(Number.NaN))[0]! & 0x7fff).toBeGreaterThan(0x7c00);
});
