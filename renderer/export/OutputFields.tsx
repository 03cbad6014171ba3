import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportChoice } from '../../contract/output';
import { EXPORT_FORMATS, type ExportFormat } from '../../contract/photo';
import { DisclosureButton } from '../ui/DisclosureButton';
import { Field } from '../ui/Field';
import { Select } from '../ui/Select';
import { Switch } from '../ui/Switch';
import { FORMAT_NAMES, isDeep, isLossy } from './formats';
import { MoreFields } from './MoreFields';
import { QualityChoice } from './QualityChoice';
import { SizeFields } from './SizeFields';

interface OutputFieldsProps {
  value: ExportChoice;
  /** The formats that the results get. */
  formats: readonly ExportFormat[];
  /** Whether each photo may keep its own format. */
  hasOwn?: boolean;
  onChange(change: Partial<ExportChoice>): void;
}

/** How results are written: what is often chosen, and the rest folded away. */
export function OutputFields({ value, formats, hasOwn = false, onChange }: OutputFieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Field label={t('export.format')} htmlFor={`${id}-format`}>
        <Select<ExportFormat | 'own'>
          id={`${id}-format`}
          testId="export-format"
          className="w-56"
          value={value.format ?? (hasOwn ? 'own' : formats[0]!)}
          options={[
            ...(hasOwn ? [{ value: 'own' as const, label: t('many.exporting.ownFormat') }] : []),
            ...EXPORT_FORMATS.map((format) => ({ value: format, label: FORMAT_NAMES[format] })),
          ]}
          onChange={(chosen) => onChange({ format: chosen === 'own' ? null : chosen })}
        />
      </Field>
      <QualityChoice
        isLossy={formats.some(isLossy)}
        quality={value.quality}
        onChange={(quality) => onChange({ quality })}
      />
      <SizeFields value={value} onChange={onChange} />
      <div className="mt-1">
        <DisclosureButton
          open={isOpen}
          controls={`${id}-more`}
          testId="export-more"
          onClick={() => setIsOpen(!isOpen)}
        />
        <div id={`${id}-more`} hidden={!isOpen} className="mt-1">
          <Field
            label={t('export.sideBySide')}
            htmlFor={`${id}-side`}
            hint={t('export.sideBySideText')}
            hintId={`${id}-side-hint`}
          >
            <Switch
              id={`${id}-side`}
              describedBy={`${id}-side-hint`}
              checked={value.sideBySide}
              onChange={(sideBySide) => onChange({ sideBySide })}
            />
          </Field>
          <MoreFields value={value} hasDepth={formats.some(isDeep)} onChange={onChange} />
        </div>
      </div>
    </>
  );
}
