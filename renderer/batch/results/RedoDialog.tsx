import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchRow, PhotoWork } from '../../../contract/batch';
import type { Step, StepKind } from '../../../contract/recipe';
import { recipeName } from '../../recipe/choices';
import { useActions, useApp } from '../../state/context';
import { type RedoDraft, redoDraft, redoWork, withRecipe, withStrength, withSwitch } from '../../state/redo';
import { Dialog } from '../../ui/Dialog';
import { DialogFooter } from '../../ui/DialogFooter';
import { Field, FieldHeading } from '../../ui/Field';
import { Select } from '../../ui/Select';
import { Slider } from '../../ui/Slider';
import { Switch } from '../../ui/Switch';
import { inFolder } from '../rowParts';

/** Asks for the settings with which a photo of a batch is done again. */
export function RedoDialog({ row, work }: { row: BatchRow; work: PhotoWork }) {
  const { t, i18n } = useTranslation();
  const { results } = useActions();
  const id = useId();
  const recipes = useApp((state) => state.recipes);
  const [draft, setDraft] = useState(() => redoDraft(work, row.reports));
  const own = draft.recipe !== null && recipes.every((recipe) => recipe.id !== draft.recipe?.id) ? [draft.recipe] : [];
  const choices = [...own, ...recipes];
  return (
    <Dialog
      title={t('results.redoTitle', { name: inFolder(row.name)[1] })}
      onClose={results.stopRedo}
      testId="redo-dialog"
      footer={
        <DialogFooter
          confirm={t('results.confirmRedo')}
          testId="redo-confirm"
          onConfirm={() => results.redo(redoWork(draft))}
          onCancel={results.stopRedo}
        />
      }
    >
      <Field label={t('restore.recipe')} htmlFor={`${id}-recipe`}>
        <Select
          id={`${id}-recipe`}
          testId="redo-recipe"
          className="w-56"
          value={draft.recipe?.id ?? ''}
          options={[
            { value: '', label: t('batch.proposal') },
            ...choices.map((each) => ({ value: each.id, label: recipeName(each, t, i18n) })),
          ]}
          onChange={(chosen) => setDraft(withRecipe(choices.find((each) => each.id === chosen) ?? null, row.reports))}
        />
      </Field>
      {draft.steps.length > 0 && (
        <div className="mt-2 border-t border-line pt-3">
          <FieldHeading>{t('results.steps')}</FieldHeading>
          {draft.steps.map((step) => (
            <StepField key={step.kind} step={step} onChange={(change) => setDraft(change(draft))} />
          ))}
          {draft.steps.every(({ enabled }) => !enabled) && (
            <p className="text-xs text-secondary">{t('results.noSteps')}</p>
          )}
        </div>
      )}
      <p className="mt-3 border-t border-line pt-3 text-xs text-secondary">{t('results.redoText')}</p>
    </Dialog>
  );
}

interface StepFieldProps {
  step: RedoDraft['steps'][number];
  onChange(change: (draft: RedoDraft) => RedoDraft): void;
}

function StepField({ step: { kind, enabled, strength }, onChange }: StepFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const label = t(`steps.${kind satisfies StepKind & Step['kind']}`);
  return (
    <div data-testid={`redo-${kind}`}>
      <Field label={label} htmlFor={id}>
        <Switch id={id} checked={enabled} onChange={(on) => onChange((draft) => withSwitch(draft, kind, on))} />
      </Field>
      {enabled && strength !== null && (
        <div className="pb-1 pl-4">
          <Slider
            label={t('results.strength')}
            value={strength}
            min={0}
            max={1}
            step={0.05}
            initial={1}
            factor={100}
            unit="%"
            onChange={(value) => onChange((draft) => withStrength(draft, kind, value))}
          />
        </div>
      )}
    </div>
  );
}
