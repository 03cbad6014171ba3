import {
  COLOUR_VARIANTS,
  STEP_KINDS,
  type Step,
  type StepKind,
  type TargetSize,
  UPSCALE_VARIANTS,
} from '../../contract/recipe';
import { STEP_SETTINGS } from '../../contract/step-settings';

/** A slider of a step's setting. `label` is a key under `controls`. */
export interface SliderControl {
  type: 'slider';
  name: string;
  label:
    | 'sensitivity'
    | 'strength'
    | 'grow'
    | 'cast'
    | 'contrast'
    | 'brush'
    | 'scratches'
    | 'leak'
    | 'vignette'
    | 'fidelity'
    | 'exposure'
    | 'highlights'
    | 'shadows'
    | 'temperature'
    | 'tint'
    | 'saturation';
  min: number;
  max: number;
  step: number;
  initial: number;
  factor: number;
  unit: 'percent' | 'pixels' | 'stops';
}

export interface SwitchControl {
  type: 'switch';
  name: string;
  label: 'keepGrain' | 'keepColours' | 'keepWriting' | 'infrared';
  /** Where the settings do not say. */
  initial?: boolean;
}

type ColourVariant = (typeof COLOUR_VARIANTS)[number];
type UpscaleVariant = (typeof UPSCALE_VARIANTS)[number];

export interface ChoiceControl {
  type: 'choice';
  name: string;
  label: 'variant' | 'palette';
  options: readonly { value: string; label: ColourVariant | UpscaleVariant }[];
}

/** A factor, or an exact size. */
export type SizeValue = 2 | 4 | TargetSize;

export interface SizeControl {
  type: 'size';
  name: 'size';
  label: 'scale';
}

/** A colour of the photo that should be grey. */
export interface GreyControl {
  type: 'grey';
  name: 'neutral';
  label: 'neutral';
}

/** A curve of brightness. */
export interface CurveControl {
  type: 'curve';
  name: 'curve';
  label: 'curve';
}

export type Control = SliderControl | SwitchControl | ChoiceControl | SizeControl | GreyControl | CurveControl;

/** The value of a control in the settings of its step. */
export function settingOf(control: Control, settings: Step['settings']): unknown {
  if (control.type !== 'size') return Reflect.get(settings, control.name);
  return Reflect.get(settings, 'target') ?? Reflect.get(settings, 'scale');
}

const slider = (
  kind: StepKind,
  name: SliderControl['label'],
  shown: Pick<SliderControl, 'step' | 'factor' | 'unit'> = { step: 0.01, factor: 100, unit: 'percent' },
): SliderControl => {
  const type = STEP_SETTINGS[kind][name];
  if (type?.kind !== 'number') throw new TypeError(`${kind}.${name} is not a number`);
  const { min, max, initial = min } = type;
  return { type: 'slider', name, label: name, min, max, initial, ...shown };
};

interface StepControls {
  /** On the step's card. */
  main: Control;
  more: readonly Control[];
}

const OWN_CONTROLS: Partial<Record<StepKind, StepControls>> = {
  film: {
    main: slider('film', 'scratches'),
    more: [slider('film', 'leak'), slider('film', 'vignette')],
  },
  repair: {
    main: slider('repair', 'sensitivity'),
    more: [
      slider('repair', 'grow', { step: 1, factor: 1, unit: 'pixels' }),
      { type: 'switch', name: 'keepWriting', label: 'keepWriting' },
      { type: 'switch', name: 'infrared', label: 'infrared', initial: true },
    ],
  },
  restore: {
    main: slider('restore', 'strength'),
    more: [{ type: 'switch', name: 'keepGrain', label: 'keepGrain' }],
  },
  tone: {
    main: slider('tone', 'strength'),
    more: [slider('tone', 'cast'), slider('tone', 'contrast'), { type: 'grey', name: 'neutral', label: 'neutral' }],
  },
  colorise: {
    main: {
      type: 'choice',
      name: 'variant',
      label: 'palette',
      options: COLOUR_VARIANTS.map((value) => ({ value, label: value })),
    },
    more: [slider('colorise', 'strength')],
  },
  light: {
    main: slider('light', 'exposure', { step: 0.05, factor: 1, unit: 'stops' }),
    more: [
      slider('light', 'contrast'),
      slider('light', 'highlights'),
      slider('light', 'shadows'),
      { type: 'grey', name: 'neutral', label: 'neutral' },
      slider('light', 'temperature'),
      slider('light', 'tint'),
      slider('light', 'saturation'),
      { type: 'curve', name: 'curve', label: 'curve' },
    ],
  },
  upscale: {
    main: { type: 'size', name: 'size', label: 'scale' },
    more: [
      {
        type: 'choice',
        name: 'variant',
        label: 'variant',
        options: UPSCALE_VARIANTS.map((value) => ({ value, label: value })),
      },
    ],
  },
  faces: {
    main: slider('faces', 'strength'),
    more: [slider('faces', 'fidelity')],
  },
  style: {
    main: slider('style', 'strength'),
    more: [
      slider('style', 'brush', { step: 0.1, factor: 100, unit: 'percent' }),
      { type: 'switch', name: 'keepColours', label: 'keepColours' },
    ],
  },
};

/** The controls of each kind of step; one without controls of its own has a slider for its strength. */
export const CONTROLS = Object.fromEntries(
  STEP_KINDS.map((kind) => [kind, OWN_CONTROLS[kind] ?? { main: slider(kind, 'strength'), more: [] }]),
) as Record<StepKind, StepControls>;

export const controlsOf = (kind: StepKind): readonly Control[] => [CONTROLS[kind].main, ...CONTROLS[kind].more];

/**
 * The controls of a step, without variants whose generator is missing, and without the switch for infrared where the photo
 * has none. A choice with only one option is left out. If that is the main control, the next one takes its place.
 */
export function offeredControls(kind: StepKind, variants?: readonly string[], hasInfrared = false): StepControls {
  const [main, ...more] = controlsOf(kind).flatMap((control): Control[] => {
    if (control.name === 'infrared') return hasInfrared ? [control] : [];
    if (control.type !== 'choice' || control.name !== 'variant' || variants === undefined) return [control];
    const options = control.options.filter(({ value }) => variants.includes(value));
    return options.length > 1 ? [{ ...control, options }] : [];
  });
  return { main: main!, more };
}
