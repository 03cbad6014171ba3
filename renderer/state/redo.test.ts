import { expect, test } from 'vitest';
import type { StepReport } from '../../contract/photo';
import { Recipe } from '../../contract/recipe';
import { redoDraft, redoWork, withRecipe, withStrength, withSwitch } from './redo';

const report = (kind: StepReport['kind'], outcome: StepReport['outcome']): StepReport => ({
  kind,
  outcome,
  messages: [],
  seconds: 0,
  generator: null,
  provider: null,
});
const reports = [report('repair', 'done'), report('tone', 'skipped')];
const recipe = Recipe.parse({
  format: 1,
  id: 'mine',
  name: 'Mine',
  steps: [
    { kind: 'repair', settings: {} },
    { kind: 'tone', settings: { strength: 0.8 } },
  ],
});

test('what the photo needs is asked for again, unless steps are switched: then all of them are as they were left', () => {
  const draft = redoDraft({ recipe: null, added: [] }, reports);
  expect(draft.steps).toMatchObject([
    { kind: 'repair', enabled: true },
    { kind: 'tone', enabled: false },
  ]);
  expect(redoWork(draft)).toEqual({ recipe: null, added: [], changes: [] });
  const work = redoWork(withSwitch(draft, 'repair', false));
  expect(work.changes).toEqual([
    { kind: 'repair', enabled: false, settings: {} },
    { kind: 'tone', enabled: false, settings: {} },
  ]);
  // The next time it begins with what was switched, and keeps that.
  const again = redoDraft(work, [report('repair', 'off'), report('tone', 'off')]);
  expect(redoWork(withSwitch(again, 'tone', true)).changes).toEqual([
    { kind: 'repair', enabled: false, settings: {} },
    { kind: 'tone', enabled: true, settings: {} },
  ]);
  expect(redoWork(withRecipe(null, reports))).toEqual({ recipe: null, added: [], changes: [] });
});

test('the steps of a recipe run as they are chosen, whatever is measured', () => {
  const draft = redoDraft({ recipe, added: [], changes: [{ kind: 'tone', settings: { strength: 0.5 } }] }, reports);
  expect(draft.steps).toMatchObject([{ strength: null }, { kind: 'tone', enabled: true, strength: 0.5 }]);
  const work = redoWork(withSwitch(withStrength(draft, 'tone', 0.2), 'repair', false));
  expect(work).toMatchObject({
    added: [],
    changes: [],
    recipe: {
      id: 'mine',
      gate: 'always',
      steps: [{ enabled: false }, { kind: 'tone', settings: { strength: 0.2 } }],
    },
  });
  expect(Recipe.safeParse(work.recipe).success).toBe(true);
});
