import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ciede2000, FADINGS, faded } from './fading';
import { detection, manifold, psnr, scores, ssim } from './metrics';
import * as p from './protocol';
import { resample } from './resampling';

const FIXTURE = join(import.meta.dirname, '../../models/training/evaluation/protocol.json');
const expected = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Record<string, unknown>;

const digest = (...arrays: (Uint8Array | Float32Array)[]) => {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(array);
  return hash.digest('hex').slice(0, 16);
};
const digestOf = ({ picture, label, judged }: p.Damaged) => digest(picture.data, label, judged);

describe('the test cases', () => {
  it('equal those of the training kit, byte by byte', () => {
    const picture = p.ramp(96, 80);
    const { width, height, data } = p.ramp(40, 120);
    const overlay = { width, height, data: data.filter((_, i) => i % 3 === 1) };
    const random = new p.Random('noise 25', 3);
    const found: Record<string, unknown> = {
      seed: p.seedOf('noise 25', 3),
      numbers: [random.next(), random.next(), random.next(), random.next()],
      picture: digest(picture.data),
      grey: digest(p.greyOf(picture)),
      softened: digest(p.softened(picture).data),
      overlaid: digestOf(p.overlaid(picture, overlay, 2)),
      hints: digest(
        Uint8Array.from(p.colourHints(picture, 1).flatMap(({ x, y, radius, colour }) => [x, y, radius, ...colour])),
      ),
    };
    for (const sigma of p.SIGMAS) found[`noise ${sigma}`] = digest(p.noisy(picture, sigma, `noise ${sigma}`, 1).data);
    for (const kind of [...p.WIDTHS, 'mixed'] as const)
      found[`strokes ${kind}`] = digest(p.strokeMask(1, 160, 128, kind));
    for (const side of p.SQUARES) found[`square of ${side} px`] = digest(p.squareHole(1, 320, 300, side));
    for (const [width, height] of [
      [24, 20],
      [48, 40],
      [192, 160],
      [384, 320],
    ] as const) {
      found[`resampled ${width} x ${height}`] = digest(resample(picture, width, height).data);
    }
    for (const [width, height] of [
      [96, 80],
      [40, 33],
      [7, 80],
    ] as const) {
      found[`averaged ${width} x ${height}`] = digest(p.averaged(picture, width, height).data);
    }
    found['reduced to 50 px'] = digest(p.reduced(picture, 50).data);
    const channel = (of: p.Picture, c: number) => ({ ...of, data: of.data.filter((_, i) => i % 3 === c) });
    const strokes = p.strokeMask(3, 64, 50, 8);
    const alone = strokes.map((value, i) => (i % 64 < 20 || i >= 30 * 64 ? 0 : 200 * value));
    const nothing = { width: 40, height: 40, data: new Uint8Array(1600) };
    const kinds = [
      [overlay, { width: 64, height: 50, data: alone }],
      [channel(p.ramp(50, 64), 2), nothing],
    ];
    found.scans = digest(...Array.from({ length: 12 }, (_, i) => p.scan(kinds, 'held out', i, 20).data));
    found.latents = digest(p.latents('z', 3, 5));
    for (const level of p.LEVELS) {
      for (const index of [0, 1])
        found[`damage ${level} ${index}`] = digestOf(p.damaged(p.ramp(256, 192), level, index));
    }
    expect({ ...expected, ...found }).toEqual(expected);
  });
});

describe('the metrics', () => {
  const picture = p.ramp(96, 80);
  const noise = p.noisy(picture, 25, 'noise 25', 3);

  it('equal those of the training kit', () => {
    expect(psnr(picture, noise)).toBeCloseTo(expected.psnr as number, 6);
    expect(psnr(picture, noise, p.strokeMask(1, 96, 80, 8))).toBeCloseTo(expected['psnr in a mask'] as number, 6);
    expect(ssim(picture, noise)).toBeCloseTo(expected.ssim as number, 6);
    const { label, judged } = p.damaged(p.ramp(256, 192), 'hard', 0);
    const strokes = p.strokeMask(0, 256, 192, 4);
    const found = label.map((_, i) => label[Math.floor(i / 256) * 256 + (((i % 256) + 254) % 256)]! | strokes[i]!);
    const { f1, precision, recall } = scores([detection(found, label, judged, 256)]);
    const points = (values: Float32Array) =>
      Array.from({ length: values.length / 6 }, (_, i) => values.slice(6 * i, 6 * i + 6));
    const made = p.latents('made', 30, 6).map((value) => 0.75 * value);
    for (const [name, value] of Object.entries(manifold(points(p.latents('real', 40, 6)), points(made)))) {
      expect(value).toBeCloseTo((expected.manifold as Record<string, number>)[name]!, 9);
    }
    const pinned = expected.scores as Record<string, number>;
    expect(f1).toBeCloseTo(pinned.F1!, 9);
    expect(precision).toBeCloseTo(pinned.precision!, 9);
    expect(recall).toBeCloseTo(pinned.recall!, 9);
  });

  it('and the faded pictures equal those of the training kit', () => {
    for (const kind of FADINGS) {
      const { data } = faded(picture, kind, 2);
      for (const [c, name] of ['red', 'green', 'blue'].entries()) {
        const sum = data.reduce((total, value, i) => (i % 3 === c ? total + value : total), 0);
        expect(sum / (data.length / 3)).toBeCloseTo((expected[`faded ${kind}`] as Record<string, number>)[name]!, 9);
      }
    }
    expect(ciede2000(picture, faded(picture, 'dyes', 2))).toBeCloseTo(expected.CIEDE2000 as number, 6);
  });

  it('have the values that follow from their definitions', () => {
    const one = (...data: number[]) => ({ width: 1, height: 1, data: Uint8Array.from(data) });
    expect(ciede2000(one(90, 140, 30), one(90, 140, 30))).toBe(0);
    expect(ciede2000(one(0, 0, 0), one(255, 255, 255))).toBeCloseTo(100, 1);
    expect(ssim(picture, picture)).toBeCloseTo(1, 12);
    const brighter = { ...picture, data: picture.data.map((value) => (value < 245 ? value + 10 : value - 10)) };
    expect(psnr(picture, brighter)).toBeCloseTo(20 * Math.log10(255 / 10), 4);
    const nothing = new Uint8Array(100);
    const dot = nothing.map((_, i) => (i === 44 ? 1 : 0));
    const near = nothing.map((_, i) => (i === 66 ? 1 : 0));
    const far = nothing.map((_, i) => (i === 47 ? 1 : 0));
    const all = nothing.map(() => 1);
    expect(scores([detection(near, dot, all, 10)])).toMatchObject({ precision: 1, recall: 1 });
    expect(scores([detection(far, dot, all, 10)])).toMatchObject({ precision: 0, recall: 0 });
  });
});
