import { expect, test } from 'vitest';
import { STEP_KINDS, Step } from '../../contract/recipe';
import { CONTROLS, controlsOf } from './controls';

test('sliders have the range and the defaults of the settings', () => {
  expect(CONTROLS.repair.main).toMatchObject({ min: 0, max: 1, initial: 0.5 });
  expect(CONTROLS.repair.more[0]).toMatchObject({ name: 'grow', min: 0, max: 32, initial: 2 });
  expect(CONTROLS.style.more[0]).toMatchObject({ name: 'brush', min: 0.5, max: 4, initial: 1 });
  for (const kind of STEP_KINDS) {
    for (const control of controlsOf(kind)) {
      if (control.type !== 'slider') continue;
      for (const value of [control.min, control.max, control.initial]) {
        const settings = { style: 'any', [control.name]: value };
        expect(Step.safeParse({ kind, settings }).success, `${kind}.${control.name} ${value}`).toBe(true);
      }
      const beyond = { style: 'any', [control.name]: control.max + control.step };
      expect(Step.safeParse({ kind, settings: beyond }).success, `${kind}.${control.name}`).toBe(false);
    }
  }
});
