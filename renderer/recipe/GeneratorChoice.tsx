import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { StepKind } from '../../contract/recipe';
import { useActions, useApp } from '../state/context';
import { choicesFor, generatorOf } from '../state/library';
import type { OpenPhoto } from '../state/model';
import { stepOf } from '../state/recipes';
import { Select } from '../ui/Select';

const SHIPPED = '';

interface GeneratorChoiceProps {
  entry: OpenPhoto;
  kind: StepKind;
  /** The setting that names it. */
  setting: 'generator' | 'detector' | 'finder';
}

/** Which generator a step uses, where there is more than the one that ships, or where one is named that is not there. */
export function GeneratorChoice({ entry, kind, setting }: GeneratorChoiceProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const generators = useApp((state) => state.generators);
  const chosen = generatorOf(entry.recipe === null ? null : stepOf(entry.recipe, kind), setting);
  const own = choicesFor(generators, kind, setting);
  const isGone = chosen !== null && generators !== null && !own.some((each) => each.id === chosen);
  // One that ships may be named too, by a recipe that a person has written.
  const named = isGone ? generators.find((each) => each.id === chosen && each.step === kind) : undefined;
  // None that restores faces ships: the first one is used until another is chosen.
  const ships = kind !== 'faces' || setting === 'finder';
  if (chosen === null && own.length < (ships ? 1 : 2)) return null;
  const options = [
    ...(ships ? [{ value: SHIPPED, label: t(setting === 'detector' ? 'library.shipsAlone' : 'library.ships') }] : []),
    ...(isGone ? [{ value: chosen, label: named?.name ?? t('library.gone', { id: chosen }) }] : []),
    ...own.map((each) => ({ value: each.id, label: each.name })),
  ];
  return (
    <div className="mt-1 flex h-8 items-center justify-between gap-3">
      <label htmlFor={id} className="text-xs text-secondary">
        {t(`library.chosen.${setting}`)}
      </label>
      <Select
        id={id}
        testId={`${kind}-${setting}`}
        value={chosen ?? (ships ? SHIPPED : own[0]!.id)}
        options={options}
        className="max-w-44"
        onChange={(value) => {
          actions.setSetting(entry.key, kind, setting, value === SHIPPED ? null : value);
          actions.settleSetting(entry.key);
        }}
      />
    </div>
  );
}
