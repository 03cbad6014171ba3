import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Analysis,
  type Recipe,
  Recipe as RecipeSchema,
  STEP_KINDS,
  STEP_RANKS,
  type Step,
  type StepKind,
} from '../../preload/contract';
import { EmulsionError } from '../errors';
import { findRecipe, NAMED_RECIPES, orderSteps, parseRecipe, withAdded } from './recipe';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('repair' as const),
    enabled: fc.boolean(),
    settings: fc.record({ sensitivity: unit, grow: fc.double({ min: 0, max: 32, noNaN: true }) }),
  }),
  fc.record({
    kind: fc.constant('tone' as const),
    enabled: fc.boolean(),
    settings: fc.record({ strength: unit, cast: unit, contrast: unit }),
  }),
  fc.record({
    kind: fc.constant('upscale' as const),
    enabled: fc.boolean(),
    settings: fc.record({
      scale: fc.constantFrom(2 as const, 4 as const),
      variant: fc.constantFrom('faithful' as const, 'crisp' as const),
    }),
  }),
  fc.record({
    kind: fc.constant('style' as const),
    enabled: fc.boolean(),
    settings: fc.record({ style: fc.constantFrom('ukiyo-e', 'impasto'), strength: unit }),
  }),
);
const recipe: fc.Arbitrary<Recipe> = fc.record({
  format: fc.constant(1 as const),
  id: fc.stringMatching(/^[a-z0-9-]{1,64}$/),
  name: fc.string({ minLength: 1, maxLength: 120 }),
  gate: fc.constantFrom('needed' as const, 'always' as const),
  steps: fc.uniqueArray(step, { selector: (each) => each.kind, maxLength: 4 }),
});

function refusal(value: unknown): EmulsionError {
  try {
    parseRecipe(value);
  } catch (error) {
    if (error instanceof EmulsionError) return error;
  }
  throw new Error('the recipe was accepted');
}

describe('parseRecipe', () => {
  test('what is written as JSON reads back, in running order', () => {
    fc.assert(
      fc.property(recipe, (one) => {
        const read = parseRecipe(JSON.parse(JSON.stringify(one)));
        // JSON has no -0.
        expect(read).toEqual(JSON.parse(JSON.stringify({ ...one, steps: orderSteps(one.steps) })));
      }),
    );
  });

  test('never throws anything but a coded error', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(refusal(value).code).toBe('RECIPE_INVALID');
      }),
    );
  });

  test('fills in defaults', () => {
    const read = parseRecipe({ format: 1, id: 'mine', name: 'Mine', steps: [{ kind: 'tone', settings: {} }] });
    expect(read.gate).toBe('needed');
    expect(read.steps).toEqual([{ kind: 'tone', enabled: true, settings: { strength: 1, cast: 1, contrast: 1 } }]);
  });

  test('names the place of a fault', () => {
    const faulty = { format: 1, id: 'mine', name: 'Mine', steps: [{ kind: 'upscale', settings: { scale: 3 } }] };
    expect(refusal(faulty).message).toContain('steps[0].settings.scale');
    expect(refusal({ ...faulty, steps: [{ kind: 'sharpen', settings: {} }] }).message).toContain('steps[0].kind');
    const twice = { kind: 'tone', settings: {} };
    expect(refusal({ ...faulty, steps: [twice, twice] }).message).toContain('at most once');
  });

  test('says that a future format is one', () => {
    const error = refusal({ format: 99, id: 'mine', name: 'Mine', steps: [] });
    expect(error.message).toContain('newer version of Emulsion');
    expect(error.message).toContain('99');
  });
});

describe('orderSteps', () => {
  test('puts any order into the running order and keeps the list it was given', () => {
    fc.assert(
      fc.property(recipe, ({ steps }) => {
        const given = [...steps];
        const ordered = orderSteps(steps);
        const ranks = ordered.map((each) => STEP_RANKS[each.kind]);
        expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
        // Enlargement and style stay as the recipe has them, to each other.
        const free = (list: readonly Step[]) => list.filter((each) => STEP_RANKS[each.kind] === STEP_RANKS.style);
        expect(free(ordered)).toEqual(free(steps));
        expect(steps).toEqual(given);
      }),
    );
  });
});

describe('the recipes that ship', () => {
  test('fit the contract, run in order and have names of their own', () => {
    for (const one of NAMED_RECIPES) {
      expect(RecipeSchema.parse(one)).toEqual(one);
      expect(orderSteps(one.steps)).toEqual(one.steps);
    }
    expect(NAMED_RECIPES.map((one) => one.id)).toEqual([
      'scratched-print',
      'faded-colour-print',
      'black-and-white-to-colour',
      'gentle-clean-up',
      'enlarge',
    ]);
  });

  test('are found by id and by name in any case, as copies', () => {
    expect(findRecipe('Faded colour print')?.id).toBe('faded-colour-print');
    expect(findRecipe('ENLARGE')?.id).toBe('enlarge');
    findRecipe('enlarge')!.steps.length = 0;
    expect(findRecipe('enlarge')!.steps).toHaveLength(1);
  });

  test('of an unknown name there is none', () => {
    expect(findRecipe('sepia')).toBeNull();
  });
});

describe('steps asked for besides a recipe', () => {
  const colorise: Step = { kind: 'colorise', enabled: true, settings: { strength: 0.9, variant: 'warm' } };
  const enlarge: Step = { kind: 'upscale', enabled: true, settings: { scale: 4, variant: 'faithful' } };
  const analysis = (...needed: StepKind[]) =>
    ({ needs: STEP_KINDS.map((kind) => ({ kind, needed: needed.includes(kind) })) }) as unknown as Analysis;
  const running = (recipe: Recipe) => recipe.steps.filter(({ enabled }) => enabled).map(({ kind }) => kind);

  test('run, and leave the gate of the others as it was', () => {
    const recipe = findRecipe('black-and-white-to-colour')!;
    expect(running(withAdded(recipe, [enlarge], analysis('tone')))).toEqual(['tone', 'upscale']);
    expect(running(withAdded({ ...recipe, gate: 'always' }, [enlarge], analysis()))).toEqual([
      'repair',
      'tone',
      'colorise',
      'upscale',
    ]);
    expect(withAdded(recipe, [], analysis())).toBe(recipe);
  });

  test('take the place of those of their kind; colours are for photos without any', () => {
    const recipe = findRecipe('black-and-white-to-colour')!;
    const inGrey = withAdded(recipe, [enlarge, colorise], analysis('colorise'));
    expect(inGrey.steps.filter(({ kind }) => kind === 'colorise')).toEqual([colorise]);
    expect(running(inGrey)).toEqual(['colorise', 'upscale']);
    expect(running(withAdded(recipe, [enlarge, colorise], analysis()))).toEqual(['upscale']);
  });
});
