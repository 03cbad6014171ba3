import { STEP_KINDS, type StepKind } from '../../../contract/recipe';
import { colorise } from './colorise';
import { faces } from './faces';
import { film } from './film';
import { light } from './light';
import { repair } from './repair';
import { restore } from './restore';
import type { AnyStep, StepDescriptor } from './step';
import { style } from './style';
import { tone } from './tone';
import { upscale } from './upscale';

/** Every kind of step. To add one, create a folder beside these and add a line here. */
const STEPS: { [K in StepKind]: StepDescriptor<K> } = {
  film,
  repair,
  restore,
  tone,
  colorise,
  light,
  upscale,
  faces,
  style,
};

export const stepOfKind = (kind: StepKind): StepDescriptor<StepKind> => STEPS[kind] as StepDescriptor<StepKind>;

/** All steps, in the order of `STEP_KINDS`. */
export const ALL_STEPS: readonly AnyStep[] = STEP_KINDS.map((kind) => STEPS[kind]);
