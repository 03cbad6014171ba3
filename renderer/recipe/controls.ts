import type { StepKind } from '../../preload/contract';

/** A slider of a step's setting. `label` is a key under `controls`. */
export interface SliderControl {
  type: 'slider';
  name: string;
  label: 'sensitivity' | 'strength' | 'grow' | 'cast' | 'contrast' | 'variant';
  min: number;
  max: number;
  step: number;
  initial: number;
  factor: number;
  unit: 'percent' | 'pixels' | null;
}

export interface SwitchControl {
  type: 'switch';
  name: string;
  label: 'keepGrain';
}

export interface ChoiceControl {
  type: 'choice';
  name: string;
  label: 'scale' | 'variant';
  options: readonly { value: number | string; label: 'times' | 'faithful' | 'crisp' }[];
}

export type Control = SliderControl | SwitchControl | ChoiceControl;

const share = (name: string, label: SliderControl['label'], initial: number): SliderControl => ({
  type: 'slider',
  name,
  label,
  min: 0,
  max: 1,
  step: 0.01,
  initial,
  factor: 100,
  unit: 'percent',
});

/** What each kind of step lets one set: the one control on its card, and at most two more. */
export const CONTROLS: Record<StepKind, { main: Control; more: readonly Control[] }> = {
  repair: {
    main: share('sensitivity', 'sensitivity', 0.5),
    more: [
      { type: 'slider', name: 'grow', label: 'grow', min: 0, max: 32, step: 1, initial: 2, factor: 1, unit: 'pixels' },
    ],
  },
  restore: {
    main: share('strength', 'strength', 0.8),
    more: [{ type: 'switch', name: 'keepGrain', label: 'keepGrain' }],
  },
  tone: {
    main: share('strength', 'strength', 1),
    more: [share('cast', 'cast', 1), share('contrast', 'contrast', 1)],
  },
  colorise: {
    main: share('strength', 'strength', 0.9),
    more: [
      { type: 'slider', name: 'variant', label: 'variant', min: 0, max: 7, step: 1, initial: 0, factor: 1, unit: null },
    ],
  },
  upscale: {
    main: {
      type: 'choice',
      name: 'scale',
      label: 'scale',
      options: [
        { value: 2, label: 'times' },
        { value: 4, label: 'times' },
      ],
    },
    more: [
      {
        type: 'choice',
        name: 'variant',
        label: 'variant',
        options: [
          { value: 'faithful', label: 'faithful' },
          { value: 'crisp', label: 'crisp' },
        ],
      },
    ],
  },
  style: { main: share('strength', 'strength', 0.8), more: [] },
};

/** All that one can set of a kind of step. */
export const controlsOf = (kind: StepKind): readonly Control[] => [CONTROLS[kind].main, ...CONTROLS[kind].more];

/** The controls of a step, without the variants that have no generator here. A choice of one is none. */
export function offeredControls(
  kind: StepKind,
  variants?: readonly string[],
): { main: Control; more: readonly Control[] } {
  const { main, more } = CONTROLS[kind];
  if (variants === undefined) return { main, more };
  const offered = more.flatMap((control): Control[] => {
    if (control.type !== 'choice' || control.name !== 'variant') return [control];
    const options = control.options.filter(({ value }) => variants.includes(String(value)));
    return options.length > 1 ? [{ ...control, options }] : [];
  });
  return { main, more: offered };
}
