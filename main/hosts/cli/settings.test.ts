import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COLOUR_VARIANTS, MAX_EDGE_PIXELS, type Step, UPSCALE_VARIANTS } from '../../../contract/recipe';
import { findRecipe, withChanges } from '../../restoration/recipe';
import { checkChanges, collectChange, readSetting, writeValue } from './settings';

const read = (...texts: string[]) =>
  texts.reduce<ReturnType<typeof collectChange>>((all, text) => collectChange(text, all), []);

/** Text cannot express -0. */
const within = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((value) => value + 0);
const unit = within(0, 1);
const target = fc.oneof(
  fc.record({ unit: fc.constant('pixels' as const), longer: fc.integer({ min: 16, max: MAX_EDGE_PIXELS }) }),
  fc.record({
    unit: fc.constant('print' as const),
    longer: within(1, 500),
    dpi: fc.integer({ min: 36, max: 1200 }),
  }),
);
const enabled = fc.boolean();
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('repair' as const),
    enabled,
    settings: fc.record({ sensitivity: unit, grow: within(0, 32), keepWriting: fc.boolean() }),
  }),
  fc.record({
    kind: fc.constant('restore' as const),
    enabled,
    settings: fc.record({ strength: unit, keepGrain: fc.boolean() }),
  }),
  fc.record({
    kind: fc.constant('tone' as const),
    enabled,
    settings: fc.record({ strength: unit, cast: unit, contrast: unit }),
  }),
  fc.record({
    kind: fc.constant('colorise' as const),
    enabled,
    settings: fc.record({ strength: unit, variant: fc.constantFrom(...COLOUR_VARIANTS) }),
  }),
  fc.record({
    kind: fc.constant('upscale' as const),
    enabled,
    settings: fc.record({ variant: fc.constantFrom(...UPSCALE_VARIANTS), target }),
  }) as fc.Arbitrary<Step>,
  fc.record({
    kind: fc.constant('upscale' as const),
    enabled,
    settings: fc.record({
      variant: fc.constantFrom(...UPSCALE_VARIANTS),
      scale: fc.constantFrom(2 as const, 4 as const),
    }),
  }),
  fc.record({
    kind: fc.constant('style' as const),
    enabled,
    settings: fc.record({
      style: fc.string({ minLength: 1, maxLength: 64 }),
      strength: unit,
      keepColours: fc.boolean(),
      brush: fc.constantFrom(0.5, 1, 2.5),
    }),
  }),
);

describe('--set', () => {
  test('expresses every step: a step written out and read back is the same', () => {
    fc.assert(
      fc.property(step, ({ kind, enabled, settings }) => {
        const texts = Object.entries(settings).map(([key, value]) => `${kind}.${key}=${writeValue(value)}`);
        expect(read(`${kind}.enabled=${enabled}`, ...texts)).toEqual([{ kind, enabled, settings }]);
      }),
    );
  });

  test('never gives a setting that the step could not have', () => {
    const loose = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom('repair.grow', 'upscale.scale', 'tone.enabled', 'upscale.target'), fc.string())
        .map((parts) => parts.join('=')),
      fc.double().map((value) => `repair.sensitivity=${value}`),
    );
    const empty = { format: 1, id: 'a', name: 'A', gate: 'needed', steps: [] } as const;
    fc.assert(
      fc.property(loose, (text) => {
        let changes: ReturnType<typeof read>;
        try {
          changes = read(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'commander.invalidArgument' });
          return;
        }
        // Throws if the result breaks the contract.
        withChanges(
          { ...empty, steps: [] },
          changes.map((change) => ({ ...change, enabled: true })),
        );
      }),
    );
  });

  test.each([
    ['repair', 'step.key=value'],
    ['repiar.grow=2', 'Did you mean “repair”?'],
    ['repair.sensitivty=1', 'Did you mean “sensitivity”?'],
    ['repair.opacity=1', 'It has sensitivity, grow, keepWriting, infrared, generator, detector, enabled.'],
    ['repair.sensitivity=1.2', 'a number from 0 to 1'],
    ['repair.sensitivity=', 'a number from 0 to 1'],
    ['repair.grow=many', 'a number from 0 to 32'],
    ['colorise.variant=warn', 'one of natural, warm, cool Did you mean “warm”?'],
    ['upscale.scale=3', 'one of 2, 4'],
    ['upscale.target=2x', '3000px'],
    ['upscale.target=2000cm', 'from 1 to 500 cm'],
    ['tone.enabled=yes', 'true or false'],
    ['constructor.name=x', 'There is no step “constructor”'],
    ['tone.constructor=x', 'no setting “constructor”'],
  ])('“%s” is refused: %s', (text, reason) => {
    expect(() => readSetting(text)).toThrow(reason);
  });

  test('the last value of a setting wins, and a factor and a target size exclude each other', () => {
    expect(read('tone.cast=0', 'repair.grow=1', 'tone.cast=1')).toEqual([
      { kind: 'repair', settings: { grow: 1 } },
      { kind: 'tone', settings: { cast: 1 } },
    ]);
    expect(read('upscale.scale=4', 'upscale.target=3000px')[0]!.settings).not.toHaveProperty('scale');
    expect(read('upscale.target=3000px', 'upscale.scale=4')[0]!.settings).toEqual({ scale: 4 });
  });
});

describe('changes without any effect', () => {
  const refused = (text: string, recipe: string | null, added: Step[] = []) => {
    try {
      checkChanges(read(text), recipe === null ? null : findRecipe(recipe), added);
    } catch (error) {
      return (error as { code: string }).code;
    }
    return null;
  };
  const double: Step = { kind: 'upscale', enabled: true, settings: { scale: 2, variant: 'faithful' } };

  test('are refused: to steps that the recipe lacks, and to steps that are never proposed', () => {
    expect(refused('tone.cast=0', 'enlarge')).toBe('BAD_REQUEST');
    expect(refused('upscale.scale=4', null)).toBe('BAD_REQUEST');
    expect(refused('style.enabled=true', null)).toBe('RECIPE_INVALID');
  });

  test('are the only ones refused; all others are accepted', () => {
    expect(refused('upscale.scale=4', 'enlarge')).toBeNull();
    expect(refused('tone.cast=0', null)).toBeNull();
    expect(refused('upscale.variant=crisp', null, [double])).toBeNull();
    expect(refused('tone.enabled=true', 'enlarge')).toBeNull();
    expect(refused('tone.enabled=false', 'enlarge')).toBeNull();
  });
});

test('numbers that a generator takes are set by their names, beside those of the recipe', () => {
  const changes = read('restore.inputs.exposure=0.3', 'restore.inputs.tone.map=2', 'restore.strength=0.5');
  expect(changes).toEqual([{ kind: 'restore', settings: { inputs: { exposure: 0.3, 'tone.map': 2 }, strength: 0.5 } }]);
  const recipe = findRecipe('gentle-clean-up')!;
  const before = withChanges(recipe, read('restore.inputs.other=1'));
  const [restore] = withChanges(before, changes).steps.filter(({ kind }) => kind === 'restore');
  expect(restore!.settings).toMatchObject({ strength: 0.5, inputs: { other: 1, exposure: 0.3, 'tone.map': 2 } });
  for (const wrong of [
    'restore.inputs.=1',
    'restore.inputs.exposure=',
    'restore.inputs.exposure=much',
    'tone.inputs.a=1',
  ])
    expect(() => read(wrong), wrong).toThrow();
  expect(writeValue({ exposure: 0.3 })).toBe('{"exposure":0.3}');
});
