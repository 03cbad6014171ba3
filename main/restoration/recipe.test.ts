import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Analysis } from '../../contract/photo';
import {
  type Recipe,
  Recipe as RecipeSchema,
  STEP_KINDS,
  STEP_RANKS,
  type Step,
  type StepKind,
} from '../../contract/recipe';
import { inEnglish, sentencesOf } from '../../text/message';
import { EmulsionError } from '../errors';
import {
  findRecipe,
  NAMED_RECIPES,
  orderSteps,
  parseRecipe,
  recipeFor,
  recipeProblems,
  withAdded,
  withChanges,
} from './recipe';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('repair' as const),
    enabled: fc.boolean(),
    settings: fc.record({
      sensitivity: unit,
      grow: fc.double({ min: 0, max: 32, noNaN: true }),
      keepWriting: fc.boolean(),
    }),
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
    settings: fc.record({
      style: fc.constantFrom('ukiyo-e', 'impasto'),
      strength: unit,
      keepColours: fc.boolean(),
      brush: fc.constantFrom(0.5, 1, 2.5),
    }),
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
  test('a recipe written as JSON is read back, in running order', () => {
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

  test('reports a later format', () => {
    const error = refusal({ format: 99, id: 'mine', name: 'Mine', steps: [] });
    expect(error.message).toContain('newer version of Emulsion');
    expect(error.message).toContain('99');
  });
});

describe('recipeProblems', () => {
  const mine = { format: 1, id: 'mine', name: 'Mine' };
  const told = (value: unknown) => recipeProblems(value).map(({ messages }) => sentencesOf(messages, inEnglish()));

  test('finds none in any valid recipe', () => {
    fc.assert(
      fc.property(recipe, (one) => {
        expect(recipeProblems(JSON.parse(JSON.stringify(one)))).toEqual([]);
      }),
    );
  });

  test('finds one in any other value, and never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(recipeProblems(value).length).toBeGreaterThan(0);
      }),
    );
  });

  test('names every fault, its place, and the possible values', () => {
    const steps = [
      { kind: 'repiar', settings: {} },
      { kind: 'tone', enabled: 'yes', settings: { strength: 4, cast: 'no', neutral: 'grey' } },
      { kind: 'upscale', settings: { scale: 3, variant: 'crips', target: { unit: 'print', longer: 0.5, dpi: 36.5 } } },
      { kind: 'style', settings: {} },
    ];
    expect(told({ ...mine, id: 'My own', name: '', gate: 'always', steps })).toEqual([
      '“id” must be 1 to 64 lowercase letters, digits and hyphens.',
      '“name” must not be empty.',
      '“steps[0].kind” must be one of film, repair, restore, tone, colorise, light, upscale, faces, style. Did you mean “repair”?',
      '“steps[1].enabled” must be true or false.',
      '“steps[1].settings.strength” must be at most 1.',
      '“steps[1].settings.cast” must be a number.',
      '“steps[1].settings.neutral” must be a colour such as #c8b49a.',
      '“steps[2].settings.scale” must be one of 2, 4.',
      '“steps[2].settings.variant” must be one of faithful, crisp. Did you mean “crisp”?',
      '“steps[2].settings.target.longer” must be at least 1.',
      '“steps[2].settings.target.dpi” must be a whole number.',
      '“steps[3].settings.style” is missing.',
    ]);
    expect(told({ ...mine, steps: [steps[0], steps[0]].map(() => ({ kind: 'tone', settings: {} })) })).toEqual([
      'A recipe has each kind of step at most once.',
    ]);
    const long = {
      ...mine,
      name: 'x'.repeat(121),
      steps: Array.from({ length: 10 }, () => ({ kind: 'tone', settings: {} })),
    };
    expect(told(long)).toEqual(['“name” must have at most 120 characters.', '“steps” must have at most 9 entries.']);
    expect(told([])).toEqual(['A recipe is a JSON object, and this is not one.']);
  });

  test('names keys that would be left out, at any depth, with a similar valid key', () => {
    const target = { unit: 'pixels', longer: 3000, dpi: 300 };
    const steps = [
      { kind: 'repair', enable: false, settings: { sensitivty: 1, opacity: 1 } },
      { kind: 'upscale', settings: { target } },
    ];
    expect(told({ ...mine, gates: 'always', steps })).toEqual([
      '“gates” is not known here. Did you mean “gate”?',
      '“steps[0].enable” is not known here. Did you mean “enabled”?',
      '“steps[0].settings.sensitivty” is not known here. Did you mean “sensitivity”?',
      '“steps[0].settings.opacity” is not known here.',
      '“steps[1].settings.target.dpi” is not known here.',
    ]);
  });
});

describe('orderSteps', () => {
  test('puts any order into the running order and does not change its argument', () => {
    fc.assert(
      fc.property(recipe, ({ steps }) => {
        const given = [...steps];
        const ordered = orderSteps(steps);
        const ranks = ordered.map((each) => STEP_RANKS[each.kind]);
        expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
        // Enlargement and style keep their order.
        const free = (list: readonly Step[]) => list.filter((each) => STEP_RANKS[each.kind] === STEP_RANKS.style);
        expect(free(ordered)).toEqual(free(steps));
        expect(steps).toEqual(given);
      }),
    );
  });
});

describe('the shipped recipes', () => {
  test('are valid, run in order and have different names', () => {
    for (const one of NAMED_RECIPES) {
      expect(RecipeSchema.parse(one)).toEqual(one);
      expect(orderSteps(one.steps)).toEqual(one.steps);
    }
    expect(NAMED_RECIPES.map((one) => one.id)).toEqual([
      'scratched-print',
      'faded-colour-print',
      'scratched-film',
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

  test('are not found by an unknown name', () => {
    expect(findRecipe('sepia')).toBeNull();
  });
});

describe('steps added to a recipe', () => {
  const colorise: Step = { kind: 'colorise', enabled: true, settings: { strength: 0.9, variant: 'warm' } };
  const enlarge: Step = { kind: 'upscale', enabled: true, settings: { scale: 4, variant: 'faithful' } };
  const analysis = (...needed: StepKind[]) =>
    ({ needs: STEP_KINDS.map((kind) => ({ kind, needed: needed.includes(kind) })) }) as unknown as Analysis;
  const running = (recipe: Recipe) => recipe.steps.filter(({ enabled }) => enabled).map(({ kind }) => kind);

  test('run, and do not change the gate of the others', () => {
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

  test('replace steps of their kind; colours are only for photos without any', () => {
    const recipe = findRecipe('black-and-white-to-colour')!;
    const inGrey = withAdded(recipe, [enlarge, colorise], analysis('colorise'));
    expect(inGrey.steps.filter(({ kind }) => kind === 'colorise')).toEqual([colorise]);
    expect(running(inGrey)).toEqual(['colorise', 'upscale']);
    expect(running(withAdded(recipe, [enlarge, colorise], analysis()))).toEqual(['upscale']);
  });
});

describe('changes to steps', () => {
  const analysis = (...needed: StepKind[]) =>
    ({ needs: STEP_KINDS.map((kind) => ({ kind, needed: needed.includes(kind) })) }) as unknown as Analysis;
  const running = (recipe: Recipe) => recipe.steps.filter(({ enabled }) => enabled).map(({ kind }) => kind);
  const print = findRecipe('scratched-print')!;

  test('change only the named settings, and not whether the step runs', () => {
    const off: Recipe = { ...print, steps: print.steps.map((each) => ({ ...each, enabled: false })) };
    for (const recipe of [print, off]) {
      const changed = withChanges(recipe, [{ kind: 'repair', settings: { sensitivity: 0.9 } }]);
      expect(changed).toEqual({
        ...recipe,
        steps: recipe.steps.map((each) =>
          each.kind === 'repair' ? { ...each, settings: { sensitivity: 0.9, grow: 2, keepWriting: true } } : each,
        ),
      });
    }
    expect(recipeFor(print, { changes: [{ kind: 'repair', settings: { grow: 1 } }] }, analysis()).gate).toBe('needed');
    expect(print).toEqual(findRecipe('scratched-print'));
  });

  test('skip a step that the recipe lacks, unless they switch it on', () => {
    expect(withChanges(print, [{ kind: 'upscale', settings: { scale: 4 } }])).toEqual(print);
    const { steps } = withChanges(print, [{ kind: 'upscale', enabled: true, settings: { scale: 4 } }]);
    expect(steps.at(-1)).toEqual({ kind: 'upscale', enabled: true, settings: { scale: 4, variant: 'faithful' } });
    expect(() => withChanges(print, [{ kind: 'style', enabled: true, settings: {} }])).toThrow('settings.style');
    expect(() => withChanges(print, [{ kind: 'tone', settings: { cast: 2 } }])).toThrow('settings.cast');
  });

  test('to a factor replace a target size', () => {
    const target = { unit: 'pixels', longer: 3000 } as const;
    const enlarge: Recipe = {
      ...findRecipe('enlarge')!,
      steps: [{ kind: 'upscale', enabled: true, settings: { scale: 2, variant: 'crisp', target } }],
    };
    const [times] = withChanges(enlarge, [{ kind: 'upscale', settings: { scale: 4 } }]).steps;
    expect(times!.settings).toEqual({ scale: 4, variant: 'crisp' });
    const [size] = withChanges(enlarge, [{ kind: 'upscale', settings: { target: { ...target, longer: 99 } } }]).steps;
    expect(size!.settings).toMatchObject({ target: { longer: 99 } });
  });

  test('switch a step on for a photo that does not need it, and off for one that does', () => {
    const on = [{ kind: 'tone', enabled: true, settings: {} }] as const;
    expect(running(recipeFor(print, { changes: on }, analysis('repair')))).toEqual(['repair', 'tone']);
    const off = [{ kind: 'repair', enabled: false, settings: {} }] as const;
    expect(running(recipeFor(print, { changes: [...on, ...off] }, analysis('repair')))).toEqual(['tone']);
  });

  test('imagine colours only for photos without any, unless the recipe is for every photo', () => {
    const changes = [{ kind: 'colorise', enabled: true, settings: { variant: 'warm' } }] as const;
    expect(running(recipeFor(print, { changes }, analysis()))).toEqual([]);
    expect(running(recipeFor(print, { changes }, analysis('colorise')))).toEqual(['colorise']);
    expect(running(recipeFor({ ...print, gate: 'always' }, { changes }, analysis()))).toContain('colorise');
  });

  test('also apply to added steps', () => {
    const added: Step[] = [{ kind: 'upscale', enabled: true, settings: { scale: 2, variant: 'faithful' } }];
    const changes = [{ kind: 'upscale', settings: { variant: 'crisp' } }] as const;
    expect(recipeFor(print, { added, changes }, analysis()).steps.at(-1)!.settings).toEqual({
      scale: 2,
      variant: 'crisp',
    });
  });
});
