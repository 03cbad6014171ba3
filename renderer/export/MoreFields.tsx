import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import {
  METADATA_CHOICES,
  type MetadataChoice,
  OUTPUT_BOUNDS,
  type OutputOptions,
  PROFILE_CHOICES,
  type ProfileChoice,
} from '../../contract/output';
import { Field } from '../ui/Field';
import { NumberField } from '../ui/NumberField';
import { Select } from '../ui/Select';
import { Switch } from '../ui/Switch';

/** What the switch for the resolution begins with, in pixels per inch. */
const FIRST_DPI = 300;

type Choice = OutputOptions & { saveChanges: boolean };

interface MoreFieldsProps {
  value: Choice;
  /** Whether any format of the results has 16 bits per channel. */
  hasDepth: boolean;
  onChange(change: Partial<Choice>): void;
}

/** What is seldom chosen about results: colours, depth, resolution, metadata, and what lies beside them. */
export function MoreFields({ value, hasDepth, onChange }: MoreFieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  const isPrint = value.size?.unit === 'cm' || value.size?.unit === 'inch';
  return (
    <>
      <Field label={t('export.metadata')} htmlFor={`${id}-metadata`}>
        <Select<MetadataChoice>
          id={`${id}-metadata`}
          testId="export-metadata"
          className="w-56"
          value={value.metadata}
          options={METADATA_CHOICES.map((each) => ({ value: each, label: t(`export.metadatas.${each}`) }))}
          onChange={(metadata) => onChange({ metadata })}
        />
      </Field>
      <Field label={t('export.profile')} htmlFor={`${id}-profile`}>
        <Select<ProfileChoice>
          id={`${id}-profile`}
          testId="export-profile"
          className="w-56"
          value={value.profile}
          options={PROFILE_CHOICES.map((each) => ({ value: each, label: t(`export.profiles.${each}`) }))}
          onChange={(profile) => onChange({ profile })}
        />
      </Field>
      <Field label={t('export.depth')} htmlFor={`${id}-depth`}>
        <Select<'own' | '8' | '16'>
          id={`${id}-depth`}
          testId="export-depth"
          className="w-56"
          value={value.depth === null ? 'own' : value.depth === 16 ? '16' : '8'}
          options={[
            { value: 'own', label: t('export.depths.own') },
            { value: '8', label: t('export.depths.bits', { count: 8 }) },
            { value: '16', label: t('export.depths.bits', { count: 16 }), disabled: !hasDepth },
          ]}
          onChange={(depth) => onChange({ depth: depth === 'own' ? null : depth === '16' ? 16 : 8 })}
        />
      </Field>
      {!isPrint && (
        <Field label={t('export.dpi')} htmlFor={`${id}-dpi`}>
          <div className="flex w-56 items-center gap-1.5">
            <Select<'own' | 'set'>
              id={`${id}-dpi`}
              testId="export-dpi"
              className="grow"
              value={value.dpi === null ? 'own' : 'set'}
              options={[
                { value: 'own', label: t('export.dpis.own') },
                { value: 'set', label: t('export.dpis.set') },
              ]}
              onChange={(chosen) => onChange({ dpi: chosen === 'own' ? null : FIRST_DPI })}
            />
            {value.dpi !== null && (
              <NumberField
                label={t('export.dpi')}
                testId="export-dpi-value"
                value={value.dpi}
                {...OUTPUT_BOUNDS.dpi}
                digits={0}
                onChange={(dpi) => onChange({ dpi })}
              />
            )}
          </div>
        </Field>
      )}
      <Field
        label={t('export.saveChanges')}
        htmlFor={`${id}-changes`}
        hint={t('export.saveChangesText')}
        hintId={`${id}-changes-hint`}
      >
        <Switch
          id={`${id}-changes`}
          describedBy={`${id}-changes-hint`}
          checked={value.saveChanges}
          onChange={(saveChanges) => onChange({ saveChanges })}
        />
      </Field>
    </>
  );
}
