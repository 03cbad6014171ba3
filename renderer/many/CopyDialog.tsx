import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useActivePhoto, useApp } from '../state/context';
import { BOUND_PARTS, type BoundPart, type CopyPart, isCopied, partsOf } from '../state/copying';
import { Button } from '../ui/Button';
import { Checkbox } from '../ui/Checkbox';
import { Dialog } from '../ui/Dialog';
import { FieldHeading } from '../ui/Field';
import { keyOf } from '../ui/keys';

const isBound = (part: CopyPart): part is BoundPart => BOUND_PARTS.some((bound) => bound === part);

/** Asks which settings of the shown photo are copied. */
export function CopyDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const { copySettings } = useActions();
  const entry = useActivePhoto();
  const remembered = useApp((state) => state.settings.copyChoices);
  const [choices, setChoices] = useState(remembered);
  if (entry?.edit == null || entry.analysis === null) return null;
  const parts = partsOf(entry.edit, entry.analysis);
  const [steps, bound] = [parts.filter(({ part }) => !isBound(part)), parts.filter(({ part }) => isBound(part))];
  const chosen = parts.map(({ part }) => part).filter((part) => isCopied(part, choices));
  const choose = (some: readonly CopyPart[], copied: boolean) =>
    setChoices((before) => ({ ...before, ...Object.fromEntries(some.map((part) => [part, copied])) }));
  const kinds = steps.map(({ part }) => part);
  return (
    <Dialog
      title={t('many.copying.title')}
      onClose={onClose}
      testId="copy-dialog"
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            look="primary"
            data-initial-focus
            data-testid="copy-confirm"
            disabled={chosen.length === 0}
            onClick={() => {
              copySettings(entry.key, chosen, choices);
              onClose();
            }}
          >
            {t('many.copying.copy')}
          </Button>
        </>
      }
    >
      <p className="mb-3 break-words text-secondary">{t('many.copying.from', { name: entry.name })}</p>
      <fieldset>
        <div className="flex items-baseline justify-between">
          <legend className="contents">
            <FieldHeading>{t('many.copying.steps')}</FieldHeading>
          </legend>
          <div className="flex gap-1">
            <Button look="quiet" onClick={() => choose(kinds, true)}>
              {t('many.copying.all')}
            </Button>
            <Button look="quiet" onClick={() => choose(kinds, false)}>
              {t('many.copying.none')}
            </Button>
          </div>
        </div>
        {steps.map(({ part, isOn }) => (
          <Checkbox
            key={part}
            testId={`copy-${part}`}
            checked={chosen.includes(part)}
            onChange={(copied) => choose([part], copied)}
          >
            {isBound(part) ? null : isOn ? t(`steps.${part}`) : t('many.copying.off', { step: t(`steps.${part}`) })}
          </Checkbox>
        ))}
      </fieldset>
      {bound.length > 0 && (
        <fieldset className="mt-3 border-t border-line pt-3">
          <legend className="contents">
            <FieldHeading>{t('many.copying.bound')}</FieldHeading>
          </legend>
          <p className="mb-1 text-xs text-secondary">{t('many.copying.boundText')}</p>
          {bound.map(({ part }) => (
            <Checkbox
              key={part}
              testId={`copy-${part}`}
              checked={chosen.includes(part)}
              onChange={(copied) => choose([part], copied)}
            >
              {isBound(part) && t(`many.copying.parts.${part}`)}
            </Checkbox>
          ))}
        </fieldset>
      )}
      <p className="mt-3 text-xs text-secondary">{t('many.copying.next', { keys: keyOf('pasteSettings') })}</p>
    </Dialog>
  );
}
