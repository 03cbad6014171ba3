import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Recipe, STEP_KINDS } from '../../contract/recipe';
import { CONTROLS, offeredControls, settingOf } from '../recipe/controls';
import { cleanAnalysis, fakeAnalysis, PROPOSAL } from '../testing/fakeBridge';
import {
  appliedTo,
  availableKinds,
  defaultStep,
  isSameStyle,
  reorderableWith,
  stepOf,
  styleOf,
  styleSample,
  withEnabled,
  withMix,
  withOrder,
  withSetting,
  withStyle,
} from './recipes';

const kind = fc.constantFrom(...STEP_KINDS);

test('after any switches, the recipe is valid, in order, and does what the user chose', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(kind, fc.boolean()), { maxLength: 12 }), (switches) => {
      let recipe = PROPOSAL;
      for (const [each, enabled] of switches) recipe = withEnabled(recipe, each, enabled);
      expect(Recipe.safeParse(recipe).success).toBe(true);
      const order = recipe.steps.map((step) => STEP_KINDS.indexOf(step.kind));
      expect(order).toEqual([...order].sort((a, b) => a - b));
      if (switches.length > 0) expect(recipe.gate).toBe('always');
      for (const [each, enabled] of new Map(switches)) expect(stepOf(recipe, each)?.enabled).toBe(enabled);
    }),
  );
});

test('enlargement and style change places, and stay so after any switches', () => {
  const both = withEnabled(withEnabled(PROPOSAL, 'style', true), 'upscale', true);
  const order = (recipe: Recipe) => recipe.steps.map((step) => step.kind).filter((each) => /upscale|style/.test(each));
  expect(order(both)).toEqual(['upscale', 'style']);
  const swapped = withOrder(both, 'style', 'upscale');
  expect(order(swapped)).toEqual(['style', 'upscale']);
  expect(order(withEnabled(withSetting(swapped, 'style', 'strength', 0.5), 'colorise', true))).toEqual([
    'style',
    'upscale',
  ]);
  expect(withOrder(swapped, 'upscale', 'style').steps).toEqual(both.steps);
  expect(order(withOrder(PROPOSAL, 'style', 'upscale'))).toEqual(['style', 'upscale']);
  expect(reorderableWith('repair')).toEqual([]);
});

test('another style keeps the settings of the former; a second one always differs from the first', () => {
  const own = { style: 'quilt.jpg', code: { by: '0'.repeat(64), values: [1, 2] } };
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom({ style: 'waves' }, { style: 'night' }, own, null), { minLength: 1 }),
      fc.constantFrom({ style: 'waves' }, { style: 'night' }, own),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (choices, second, strength) => {
        let recipe = withMix(withStyle(PROPOSAL, { style: 'scream' }), { ...second, share: 0.3 });
        recipe = withSetting(recipe, 'style', 'strength', strength);
        for (const choice of choices) recipe = withStyle(recipe, choice);
        expect(Recipe.safeParse(recipe).success).toBe(true);
        const last = choices.at(-1)!;
        const now = styleOf(recipe);
        expect(now === null ? null : { style: now.style, ...(now.code && { code: now.code }) }).toEqual(last);
        const { settings } = stepOf(recipe, 'style')!;
        expect(settings.strength).toBe(strength);
        const wasChosen = choices.some((choice) => choice !== null && isSameStyle(choice, second));
        expect(settings.mix).toEqual(wasChosen ? undefined : { ...second, share: 0.3 });
        expect(recipe.steps.filter(({ kind }) => kind !== 'style')).toEqual(PROPOSAL.steps);
      },
    ),
  );
});

test('a sample in the gallery shows the photo in one style only, even if it is applied weakly or mixed', () => {
  let recipe = withEnabled(withStyle(PROPOSAL, { style: 'scream' }), 'upscale', true);
  recipe = withMix(withSetting(recipe, 'style', 'strength', 0.2), { style: 'night', share: 0.5 });
  const sample = styleSample(recipe, { style: 'waves' });
  expect(stepOf(sample, 'style')?.settings).toEqual({ style: 'waves', strength: 1, keepColours: false, brush: 1 });
  expect(stepOf(sample, 'upscale')).toBeNull();
  expect(styleOf(styleSample(recipe, null))).toBeNull();
  // Changes that do not affect the sample keep its key, so that it is not computed again.
  expect(styleSample(withSetting(recipe, 'style', 'strength', 0.9), { style: 'waves' })).toEqual(sample);
});

test('every control sets values that its schema accepts, over its whole range', () => {
  for (const each of STEP_KINDS) {
    for (const control of [CONTROLS[each].main, ...CONTROLS[each].more]) {
      const values =
        control.type === 'slider'
          ? [control.min, control.initial, control.max]
          : control.type === 'choice'
            ? control.options.map((option) => option.value)
            : control.type === 'size'
              ? [2, 4, { unit: 'pixels' as const, longer: 3000 }, { unit: 'print' as const, longer: 30.5, dpi: 300 }]
              : control.type === 'grey'
                ? ['#c8b49a']
                : control.type === 'curve'
                  ? [[{ x: 0.25, y: 0.4 }]]
                  : [true, false];
      for (const value of values) {
        const parsed = Recipe.safeParse(withSetting(PROPOSAL, each, control.name, value));
        expect(parsed.success, `${each}.${control.name} = ${JSON.stringify(value)}`).toBe(true);
        const { settings } = stepOf(parsed.data!, each)!;
        expect(settingOf(control, settings)).toEqual(value);
        expect(Object.keys(settings).sort()).toEqual(
          expect.arrayContaining(Object.keys(defaultStep(each).settings).sort()),
        );
      }
    }
    // What is set by hand has as many controls as a hand needs.
    if (each !== 'light') expect(CONTROLS[each].more.length).toBeLessThanOrEqual(3);
  }
});

test('a setting that may be absent is removed again', () => {
  const picked = withSetting(PROPOSAL, 'tone', 'neutral', '#c8b49a');
  expect(stepOf(withSetting(picked, 'tone', 'neutral', null), 'tone')).toEqual(stepOf(PROPOSAL, 'tone'));
});

test('variants without a generator are not offered, nor is a choice of only one', () => {
  const names = (variants?: string[]) => offeredControls('upscale', variants).more.map(({ name }) => name);
  expect(names()).toEqual(['variant']);
  expect(names(['faithful', 'crisp'])).toEqual(['variant']);
  expect(names(['faithful'])).toEqual([]);
  expect(offeredControls('upscale', ['faithful']).main).toEqual(CONTROLS.upscale.main);
  expect(offeredControls('colorise', ['natural', 'warm']).main).toMatchObject({ options: [{}, {}] });
  expect(offeredControls('colorise', ['natural'])).toEqual({ main: CONTROLS.colorise.more[0], more: [] });
  expect(offeredControls('tone')).toEqual(CONTROLS.tone);
});

test('infrared is a switch only where the photo has some', () => {
  const names = (hasInfrared: boolean) =>
    offeredControls('repair', undefined, hasInfrared).more.map(({ name }) => name);
  expect(names(true)).toContain('infrared');
  expect(names(false)).not.toContain('infrared');
  expect(names(false)).toContain('keepWriting');
});

describe('a recipe applied to a photo', () => {
  const everything: Recipe = {
    ...PROPOSAL,
    id: 'everything',
    steps: STEP_KINDS.map((each) => defaultStep(each)),
  };

  test.each(['needed', 'always'] as const)('runs every step that is possible, with the gate %s', (gate) => {
    for (const analysis of [fakeAnalysis(), cleanAnalysis()]) {
      const applied = appliedTo({ ...everything, gate }, analysis);
      expect(applied.steps.filter((step) => step.enabled).map((step) => step.kind)).toEqual(['repair', 'tone']);
      // The engine would skip steps without a need.
      expect(applied.gate).toBe('always');
    }
    const partly = { ...everything, steps: [{ ...defaultStep('repair'), enabled: false }, defaultStep('tone')] };
    expect(appliedTo({ ...partly, gate }, fakeAnalysis()).steps.map(({ enabled }) => enabled)).toEqual([false, true]);
    expect(availableKinds(cleanAnalysis(), PROPOSAL)).toEqual(['repair', 'tone']);
  });
});
