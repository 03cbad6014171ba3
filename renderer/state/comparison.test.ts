import { describe, expect, test } from 'vitest';
import type { Result } from '../../contract/errors';
import type { Rendering } from '../../contract/photo';
import type { Recipe, Step } from '../../contract/recipe';
import { cleanAnalysis, fakeAnalysis, fakeFailure, fakePhoto, ok, PROPOSAL } from '../testing/fakeBridge';
import {
  type ComparisonState,
  createComparison,
  otherKey,
  recipeKey,
  recipeOfSide,
  sidesOf,
  upTo,
  type Wish,
} from './comparison';
import type { OpenPhoto } from './model';
import { hasImaginedColours } from './recipes';
import { MAX_VARIANTS, variantsOf, withStrengths } from './variants';

const named: Recipe = {
  format: 1,
  id: 'scratched-print',
  name: 'Scratched print',
  gate: 'needed',
  steps: [{ kind: 'repair', enabled: true, settings: { sensitivity: 0.6, grow: 2, keepWriting: true } }],
};

describe('sides', () => {
  test('are the original, the results of all steps but the last, and the final result', () => {
    expect(sidesOf(PROPOSAL)).toEqual(['original', 'step:repair', 'result']);
    expect(sidesOf(named)).toEqual(['original', 'result']);
  });

  test('come from a recipe, if they are available', () => {
    const find = (id: string) => (id === named.id ? named : null);
    expect(recipeOfSide('original', PROPOSAL, find)).toBeNull();
    expect(recipeOfSide('result', PROPOSAL, find)).toBe(PROPOSAL);
    expect(recipeOfSide('recipe:scratched-print', PROPOSAL, find)).toBe(named);
    expect(recipeOfSide('recipe:gone', PROPOSAL, find)).toBeNull();
    expect(recipeOfSide('step:repair', PROPOSAL, find)).toEqual(upTo(PROPOSAL, 'repair'));
    expect(recipeOfSide('step:upscale', PROPOSAL, find)).toBeNull();
  });

  test('are the same if they have the same effect, whatever their names', () => {
    const off: Step = { kind: 'upscale', enabled: false, settings: { scale: 2, variant: 'crisp' } };
    expect(recipeKey({ ...PROPOSAL, name: 'Other', steps: [...PROPOSAL.steps, off] })).toBe(recipeKey(PROPOSAL));
    expect(recipeKey(upTo(PROPOSAL, 'repair'))).not.toBe(recipeKey(PROPOSAL));
  });
});

describe('variants', () => {
  test('are all different, have an effect, and begin with the current recipe', () => {
    const variants = variantsOf(PROPOSAL, fakeAnalysis(), [named, PROPOSAL]);
    expect(variants[0]).toEqual({ id: 'now', recipe: PROPOSAL });
    expect(variants.at(-1)?.id).toBe('original');
    expect(new Set(variants.map(({ recipe }) => recipeKey(recipe))).size).toBe(variants.length);
    expect(variants.length).toBeLessThanOrEqual(MAX_VARIANTS);
    expect(variants.map(({ id }) => id)).toContain('recipe:scratched-print');
  });

  test('of a photo without colours show every available palette, and the original', () => {
    const analysis = fakeAnalysis();
    const needs = analysis.needs.map((need) =>
      need.kind === 'colorise' ? { ...need, available: true, variants: ['natural', 'warm', 'cool'] } : need,
    );
    const many = Array.from(
      { length: 20 },
      (_, i): Recipe => ({
        ...named,
        id: `own-${i}`,
        steps: [{ kind: 'repair', enabled: true, settings: { sensitivity: i / 40, grow: 2, keepWriting: true } }],
      }),
    );
    const variants = variantsOf(PROPOSAL, { ...analysis, needs }, many);
    const palettes = variants.filter(({ id }) => id.startsWith('colours-'));
    expect(palettes.map(({ id }) => id)).toEqual(['colours-natural', 'colours-warm', 'colours-cool']);
    expect(palettes.every(({ recipe }) => hasImaginedColours(recipe))).toBe(true);
    expect(variants).toHaveLength(MAX_VARIANTS);
    expect(variants.at(-1)!.id).toBe('original');
    expect(variantsOf(PROPOSAL, analysis, []).some(({ recipe }) => hasImaginedColours(recipe))).toBe(false);
  });

  test('of a photo that needs nothing are the recipes', () => {
    const analysis = cleanAnalysis();
    expect(variantsOf(analysis.recipe, analysis, []).map(({ id }) => id)).toEqual(['now']);
    const variants = variantsOf(analysis.recipe, analysis, [named]);
    expect(variants.map(({ id }) => id)).toEqual(['now', 'recipe:scratched-print']);
  });

  test('gentler and stronger stay within the range of the settings', () => {
    for (const direction of [-1, 1] as const) {
      let recipe = PROPOSAL;
      for (let i = 0; i < 6; i++) recipe = withStrengths(recipe, direction);
      for (const step of recipe.steps) {
        const value =
          step.kind === 'repair' ? step.settings.sensitivity : (step.settings as { strength: number }).strength;
        expect(value).toBe(direction === 1 ? 1 : 0);
      }
    }
  });
});

function setUp() {
  let state: ComparisonState = { others: {} };
  let revision = 10;
  const asked: { key: string; wish: Wish; answer(result: Result<Rendering>): void }[] = [];
  const cancelled: string[] = [];
  const told: string[] = [];
  const around = { busy: false, full: false };
  const comparison = createComparison({
    find: () => ({ photo: fakePhoto() }) as Partial<OpenPhoto> as OpenPhoto,
    get: () => state,
    set: (change) => {
      state = change(state);
    },
    render: (key, wish, started) => {
      started(`job-${asked.length}`);
      return new Promise((answer) => asked.push({ key, wish, answer }));
    },
    cancel: (jobId) => {
      cancelled.push(jobId);
      asked[Number(jobId.slice(4))]!.answer(fakeFailure('CANCELLED'));
    },
    isBusy: () => around.busy,
    isFullToCome: () => around.full,
    pause: () => void told.push('pause'),
    resume: () => void told.push('resume'),
  });
  const come = async (index: number) => {
    const { wish } = asked[index]!;
    revision += 1;
    const [width, height] = { small: [300, 200], preview: [1500, 1000], full: [3000, 2000] }[wish.size] as [
      number,
      number,
    ];
    asked[index]!.answer(ok({ revision, size: wish.size, width, height, masked: 0, reports: [], seconds: 1 }));
    await new Promise((resolve) => setImmediate(resolve));
  };
  const other = (wish: Wish) => state.others[otherKey('a', wish)];
  return { comparison, around, asked, cancelled, told, come, other };
}

const wishFor = (recipe: Recipe, size: Wish['size'] = 'preview'): Wish => ({ recipe, size });
const first = wishFor(upTo(PROPOSAL, 'repair'));
const second = wishFor(withStrengths(PROPOSAL, 1));

describe('computing compared pictures', () => {
  test('runs one by one, before the photo’s own full size, which continues afterwards', async () => {
    const { comparison, asked, told, come, other } = setUp();
    comparison.want('comparison', 'a', [first, second]);
    expect(asked).toHaveLength(1);
    expect(told).toEqual(['pause']);
    expect(comparison.isPending()).toBe(true);
    await come(0);
    expect(other(first)).toMatchObject({ state: 'done', rendering: { size: 'preview' } });
    expect(asked).toHaveLength(2);
    await come(1);
    expect(told.at(-1)).toBe('resume');
    expect(comparison.isPending()).toBe(false);
    comparison.want('comparison', 'a', [second]);
    expect(asked).toHaveLength(2);
  });

  test('comes before the gallery, and neither interrupts the other nor loses its own', async () => {
    const { comparison, asked, cancelled, come } = setUp();
    const sample: Wish = { ...first, size: 'small', everywhere: true };
    const next: Wish = { ...second, size: 'small', everywhere: true };
    comparison.want('gallery', 'a', [sample, next]);
    comparison.want('comparison', 'a', [first]);
    expect(cancelled).toEqual([]);
    await come(0);
    await come(1);
    comparison.want('comparison', 'a', []);
    await come(2);
    expect(asked.map(({ wish }) => wish)).toEqual([sample, first, next]);
    // The gallery was closed before its last picture arrived.
    comparison.want('gallery', 'a', [{ ...sample, size: 'preview' }]);
    comparison.want('gallery', 'a', []);
    expect(cancelled).toEqual(['job-3']);
    expect(comparison.isPending()).toBe(false);
  });

  test('waits while something more urgent is running', async () => {
    const { comparison, around, asked } = setUp();
    around.busy = true;
    comparison.want('comparison', 'a', [first]);
    expect(asked).toHaveLength(0);
    around.busy = false;
    comparison.run();
    expect(asked).toHaveLength(1);
  });

  test('comes after the photo’s own full size, if it is at full size', async () => {
    const { comparison, around, asked, come } = setUp();
    around.full = true;
    comparison.want('comparison', 'a', [first, { ...first, size: 'full' }]);
    await come(0);
    expect(asked).toHaveLength(1);
    expect(comparison.isPending()).toBe(false);
    around.full = false;
    comparison.run();
    expect(asked.map(({ wish }) => wish.size)).toEqual(['preview', 'full']);
  });

  test('is cancelled if its picture is no longer wanted', async () => {
    const { comparison, asked, cancelled, other } = setUp();
    comparison.want('comparison', 'a', [first]);
    comparison.want('comparison', 'a', [second]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(cancelled).toEqual(['job-0']);
    expect(asked.map(({ wish }) => wish)).toEqual([first, second]);
    expect(other(first)?.state).toBe('waiting');
  });

  test('that fails is not tried again until it is requested again', async () => {
    const { comparison, asked, other } = setUp();
    comparison.want('comparison', 'a', [first]);
    asked[0]!.answer(fakeFailure('OUT_OF_MEMORY'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(other(first)?.state).toBe('failed');
    comparison.run();
    expect(asked).toHaveLength(1);
    comparison.want('comparison', 'a', [first]);
    expect(asked).toHaveLength(2);
  });

  test('is repeated after the photo has changed, and shows the old picture until then', async () => {
    const { comparison, asked, come, other } = setUp();
    comparison.want('comparison', 'a', [first]);
    await come(0);
    const before = other(first)?.rendering;
    comparison.outdate('a');
    expect(other(first)).toEqual({ state: 'waiting', rendering: before });
    comparison.run();
    await come(1);
    expect(other(first)?.rendering?.revision).not.toBe(before?.revision);
    // A change during rendering requires another rendering.
    comparison.outdate('a');
    comparison.run();
    comparison.outdate('a');
    await come(2);
    expect(asked).toHaveLength(4);
  });

  test('is repeated if the main side has dropped the picture', async () => {
    const { comparison, asked, come, other } = setUp();
    comparison.want('comparison', 'a', [first]);
    await come(0);
    comparison.renew(other(first)!.rendering!.revision);
    expect(asked).toHaveLength(2);
    comparison.forget('a');
    expect(other(first)).toBeUndefined();
  });
});
