import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captionSummary, scoreCaption } from './captions';
import { strokeMask } from './protocol';
import { type Entry, groups, isWriting, type Notes, proposals, score, summary } from './real';
import { near, thin, tolerance } from './shapes';

const PINNED = join(import.meta.dirname, '../../models/training/evaluation/real.json');
const pinned = JSON.parse(readFileSync(PINNED, 'utf8')) as {
  cases: { width: number; height: number; notes: Notes; score: Record<string, number | null> }[];
  caption: Record<string, number>;
  summary: Record<string, number>;
  tolerance: [side: number, reach: number][];
  thin: string;
  near: [reach: number, digest: string][];
};

const digest = (mask: Uint8Array) => createHash('sha256').update(mask).digest('hex').slice(0, 16);
const camelCase = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** The same masks as in the kit's tests. */
function masks(index: number, width: number, height: number) {
  const damage = strokeMask(index, width, height, 'mixed');
  const strokes = strokeMask(index + 7, width, height, 4);
  const truth = damage.map((value, i) => (value ? 255 : i % width < Math.floor(width / 5) ? 128 : 0));
  const data = damage.map((_, i) => {
    const x = i % width;
    const moved = damage[i - x + ((x + width - 2) % width)]! === 1 && (x >> 4) % 3 !== 0;
    return strokes[i]! | (moved ? 1 : 0);
  });
  return { found: { width, height, data }, truth };
}

const entry = (severity: number, fold: number | null, mustRepair: Entry['mustRepair'] = 'y'): Entry => ({
  stem: 'x',
  severity,
  mustRepair,
  fold,
});

describe('the scores on real damage', () => {
  it('equal those of the training kit', () => {
    const scored = pinned.cases.map(({ width, height, notes, score: wanted }, i) => {
      const { found, truth } = masks(i, width, height);
      const result = score(found, truth, notes);
      const named = Object.entries(wanted).map(([key, value]) => [camelCase(key), value] as const);
      for (const [key, value] of named) {
        expect(result[key as keyof typeof result], `${width} px, ${key}`).toBeCloseTo(value!, 6);
      }
      expect(Object.keys(result).sort()).toEqual(named.map(([key]) => key).sort());
      return { entry: entry(i % 4, i % 3), score: result };
    });
    const together = summary(scored);
    expect(Object.keys(together)).toEqual(Object.keys(pinned.summary));
    for (const [metric, value] of Object.entries(pinned.summary)) expect(together[metric]).toBeCloseTo(value, 6);
  });

  it('are made of the same shapes', () => {
    for (const [side, reach] of pinned.tolerance) expect(tolerance(10, side)).toBe(reach);
    const mask = { width: 160, height: 120, data: strokeMask(3, 160, 120, 'mixed') };
    expect(digest(thin(mask))).toBe(pinned.thin);
    for (const [reach, wanted] of pinned.near) expect(digest(near(mask, reach))).toBe(wanted);
  });

  it('distinguish writing from creases as the kit does', () => {
    const [data, writing, creases] = [1, 2, 3].map((i) => strokeMask(i, 200, 150, 4)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const counts = scoreCaption({ width: 200, height: 150, data }, writing, creases);
    for (const [key, value] of Object.entries(pinned.caption)) {
      expect(counts[camelCase(key) as keyof typeof counts]).toBe(value);
    }
    expect(counts.writingTouched).toBeGreaterThan(0);
    expect(captionSummary([counts, counts]).linesFound).toBeCloseTo(counts.linesFound / counts.lines, 12);
    expect(captionSummary([])).toEqual({ writingTouched: null, linesFound: null });
  });

  it('distinguish lettering from words that only sound like it', () => {
    for (const what of ['sign TOBACCO', 'overlaid white text (digital watermark)', 'hand-written date', 'boat number'])
      expect(isWriting(what)).toBe(true);
    for (const what of ['signal post', 'dress printed with dots', 'printed box', 'textured wall', 'candidate'])
      expect(isWriting(what)).toBe(false);
  });

  it('are given by fold, and leave out empty folds', () => {
    const notes: Notes = { lines: [], areas: [], spots: [], keep: [] };
    const truth = new Uint8Array(640 * 40).fill(255, 0, 6400);
    const found = { width: 640, height: 40, data: new Uint8Array(640 * 40).fill(1, 0, 6400) };
    const nothing = { ...found, data: new Uint8Array(640 * 40) };
    const measured = [
      { entry: entry(1, 0), score: score(found, truth, notes) },
      { entry: entry(3, 2), score: score(nothing, truth, notes) },
      { entry: entry(0, null), score: score(nothing, nothing.data, notes) },
    ];
    expect(summary(measured)).toMatchObject({
      precision: 1,
      recall: 0.5,
      'F1 by photograph': 0.5,
      'lines found': null,
      'kept regions hurt': null,
      'writing touched': null,
    });
    expect(groups(measured).map(([name, part]) => [name, part.length])).toEqual([
      ['all 3', 3],
      ['fold 2', 1],
      ['folds 0 and 1', 1],
    ]);
    expect(groups(measured.slice(0, 1)).map(([name]) => name)).toEqual(['all 1', 'folds 0 and 1']);
  });

  it('distinguish missed proposals from needless ones', () => {
    const of = (must: Entry['mustRepair'], isProposed: boolean) => ({ entry: entry(1, 0, must), isProposed });
    expect(
      proposals([of('y', true), of('y', false), of('y', false), of('n', false), of('n', true), of('?', true)]),
    ).toEqual({ 'proposal right': 2, 'proposal missed': 2, 'proposal needless': 1 });
  });
});
