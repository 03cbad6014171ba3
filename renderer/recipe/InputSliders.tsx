import type { StepKind } from '../../contract/recipe';
import { useActions, useApp } from '../state/context';
import { choicesFor, generatorOf } from '../state/library';
import type { OpenPhoto } from '../state/model';
import { stepOf } from '../state/recipes';
import { Slider } from '../ui/Slider';

/** A slider for each number that the chosen generator takes and its step does not set itself. */
export function InputSliders({ entry, kind }: { entry: OpenPhoto; kind: StepKind }) {
  const actions = useActions();
  const generators = useApp((state) => state.generators);
  const step = entry.recipe === null ? null : stepOf(entry.recipe, kind);
  // Where none ships, the first one is used until another is chosen.
  const first = kind === 'faces' ? choicesFor(generators, kind, 'generator')[0]?.id : undefined;
  const id = generatorOf(step, 'generator') ?? first;
  const inputs = generators?.find((each) => each.id === id)?.inputs ?? [];
  const set = (step?.settings as { inputs?: Readonly<Record<string, number>> } | undefined)?.inputs ?? {};
  return inputs.map(({ name, label, min, max, default: usual }) => (
    <Slider
      key={name}
      label={label}
      value={Math.max(min, Math.min(max, set[name] ?? usual))}
      min={min}
      max={max}
      step={10 ** Math.floor(Math.log10((max - min) / 50))}
      initial={usual}
      testId={`${kind}-input-${name}`}
      onChange={(value) => actions.setSetting(entry.key, kind, 'inputs', { ...set, [name]: value })}
      onSettle={() => actions.settleSetting(entry.key)}
    />
  ));
}
