import { Brush } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Response } from '../../contract/calls';
import type { Recipe } from '../../contract/recipe';
import { CONTROLS } from '../recipe/controls';
import { ExampleChoice } from '../recipe/ExampleChoice';
import { GeneratorChoice } from '../recipe/GeneratorChoice';
import { InputSliders } from '../recipe/InputSliders';
import { StepControl, StepProgress } from '../recipe/StepCard';
import { useActions, useApp } from '../state/context';
import { generatorOf, takesExample } from '../state/library';
import type { OpenPhoto } from '../state/model';
import { isSameStyle, type StyleChoice, stepOf, styleOf } from '../state/recipes';
import { DisclosureButton } from '../ui/DisclosureButton';
import { Icon } from '../ui/Icon';
import { Select } from '../ui/Select';
import { Slider } from '../ui/Slider';
import { presetOf, styleName } from './names';

interface StyleCardProps {
  entry: OpenPhoto;
  recipe: Recipe;
  styles: Response<'styles.list'>;
}

const NONE = 'none';

/** The style of the photo and its controls. */
export function StyleCard({ entry, recipe, styles }: StyleCardProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const generators = useApp((state) => state.generators);
  const [open, setOpen] = useState(false);
  const choice = styleOf(recipe);
  if (choice === null) return <p className="text-xs text-secondary">{t('styles.hint')}</p>;
  const preset = presetOf(choice, styles);
  const step = stepOf(recipe, 'style');
  const named = generatorOf(step, 'generator');
  const ofPreset =
    preset === null
      ? [t('styles.own')]
      : [preset.artist || t('styles.light'), ...(preset.year === null ? [] : [preset.year])];
  const copied = takesExample(generators, named);
  const ofNamed = copied ? [step?.settings.example?.name ?? ''] : [t('styles.byItself')];
  const by = named === null ? ofPreset : ofNamed;
  // Another light has no strokes.
  const isLight = named === null && preset?.artist === '';
  const more = CONTROLS.style.more.filter(({ name }) => !isLight || name !== 'brush');
  const isMasked = (entry.edit?.styleMask.length ?? 0) > 0;
  return (
    <section
      aria-labelledby={`${id}-name`}
      data-testid="style-card"
      className="relative overflow-hidden rounded-md border border-line bg-raised px-3 py-2.5"
    >
      <h2 id={`${id}-name`} className="truncate font-medium">
        {named === null ? styleName(choice, styles) : (generators?.find(({ id }) => id === named)?.name ?? named)}
      </h2>
      <p className="truncate text-xs text-secondary">{by.join(', ')}</p>
      <div className="mt-2">
        <StepControl entry={entry} kind="style" control={CONTROLS.style.main} />
        <GeneratorChoice entry={entry} kind="style" setting="generator" />
        <ExampleChoice entry={entry} />
        <InputSliders entry={entry} kind="style" />
      </div>
      <div className="mt-1 flex items-center">
        <DisclosureButton open={open} controls={`${id}-more`} testId="style-more" onClick={() => setOpen(!open)} />
        {isMasked && (
          <button
            type="button"
            data-testid="style-everywhere"
            onClick={() => actions.styleEverywhere(entry.key)}
            className="ml-auto flex h-6 items-center rounded-md px-1.5 text-xs whitespace-nowrap text-secondary hover:text-text"
          >
            {t('styles.everywhere')}
          </button>
        )}
        <button
          type="button"
          data-testid="style-mask"
          onClick={() => actions.tools.editMask('style')}
          className={`-mr-1 flex h-6 items-center gap-1.5 rounded-md px-1.5 text-xs whitespace-nowrap text-secondary hover:text-text ${
            isMasked ? '' : 'ml-auto'
          }`}
        >
          <Icon of={Brush} />
          {t(isMasked ? 'styles.editMask' : 'styles.onlyHere')}
        </button>
      </div>
      <div id={`${id}-more`} hidden={!open} className="mt-1 space-y-1">
        {more.map((control) => (
          <StepControl key={control.name} entry={entry} kind="style" control={control} />
        ))}
        <Mix entry={entry} recipe={recipe} choice={choice} styles={styles} />
      </div>
      <StepProgress entry={entry} kind="style" />
    </section>
  );
}

/** A second style beside the first. */
function Mix({ entry, recipe, choice, styles }: StyleCardProps & { choice: StyleChoice }) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const mix = stepOf(recipe, 'style')?.settings.mix ?? null;
  const all: { value: string; label: string; choice: StyleChoice }[] = [
    ...styles.own.map(({ id: value, name, code }) => ({ value, label: name, choice: { style: name, code } })),
    ...styles.presets.map(({ id: value, work, artist }) => ({
      value,
      label: [work, artist].filter(Boolean).join(', '),
      choice: { style: value },
    })),
  ];
  const chosen = mix && all.find((each) => isSameStyle(each.choice, mix));
  // A style that was removed is still listed where the photo has it.
  const unknown = mix !== null && chosen === undefined ? [{ value: mix.style, label: mix.style, choice: mix }] : [];
  const options = [...all, ...unknown].filter((each) => !isSameStyle(each.choice, choice));
  return (
    <>
      <div className="flex h-8 items-center justify-between gap-3">
        <label htmlFor={id} className="shrink-0 text-xs text-secondary">
          {t('styles.mix')}
        </label>
        <Select
          id={id}
          testId="style-mix"
          className="w-40"
          value={chosen?.value ?? mix?.style ?? NONE}
          options={[{ value: NONE, label: t('styles.noMix') }, ...options]}
          onChange={(value) => {
            const next = options.find((each) => each.value === value)?.choice;
            actions.styles.mix(entry.key, next === undefined ? null : { ...next, share: mix?.share ?? 0.5 });
            actions.settleSetting(entry.key);
          }}
        />
      </div>
      {mix !== null && (
        <Slider
          label={t('styles.share')}
          value={mix.share}
          min={0}
          max={1}
          step={0.01}
          initial={0.5}
          factor={100}
          unit={t('controls.percent')}
          testId="style-share"
          onChange={(share) => actions.styles.mix(entry.key, { ...mix, share })}
          onSettle={() => actions.settleSetting(entry.key)}
        />
      )}
    </>
  );
}
