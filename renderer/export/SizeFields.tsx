import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { OUTPUT_BOUNDS, type OutputOptions, type OutputSize, PRINT_DPI } from '../../contract/output';
import { Field } from '../ui/Field';
import { NumberField } from '../ui/NumberField';
import { Select } from '../ui/Select';

const UNITS = ['all', 'longer', 'pixels', 'cm', 'inch'] as const;
type Unit = (typeof UNITS)[number];

/** What each way to give a size begins with. */
const BEGIN: Record<Exclude<Unit, 'all'>, OutputSize> = {
  longer: { unit: 'longer', longer: 2048 },
  pixels: { unit: 'pixels', width: 1920, height: 1080 },
  cm: { unit: 'cm', width: 15, height: 10 },
  inch: { unit: 'inch', width: 6, height: 4 },
};

interface SizeFieldsProps {
  value: Pick<OutputOptions, 'size' | 'dpi'>;
  onChange(change: Partial<Pick<OutputOptions, 'size' | 'dpi'>>): void;
}

/** The size that results are reduced to, in pixels or of a print. */
export function SizeFields({ value: { size, dpi }, onChange }: SizeFieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  const isPrint = size?.unit === 'cm' || size?.unit === 'inch';
  const bounds = size === null ? null : OUTPUT_BOUNDS[size.unit === 'longer' ? 'pixels' : size.unit];
  const edge = (name: 'longer' | 'width' | 'height', label: string, shown: number) => (
    <NumberField
      label={label}
      testId={`export-${name}`}
      value={shown}
      min={bounds!.min}
      max={bounds!.max}
      digits={isPrint ? 1 : 0}
      onChange={(length) => onChange({ size: { ...size, [name]: length } as OutputSize })}
    />
  );
  return (
    <>
      <Field label={t('export.size')} htmlFor={`${id}-size`}>
        <Select<Unit>
          id={`${id}-size`}
          testId="export-size"
          className="w-56"
          value={size?.unit ?? 'all'}
          options={UNITS.map((unit) => ({ value: unit, label: t(`export.sizes.${unit}`) }))}
          onChange={(unit) => onChange({ size: unit === 'all' ? null : BEGIN[unit] })}
        />
      </Field>
      {size !== null && (
        <div className="flex min-h-9 items-center justify-end gap-1.5 py-1">
          {size.unit === 'longer' ? (
            edge('longer', t('export.sizes.longer'), size.longer)
          ) : (
            <>
              {edge('width', t('export.width'), size.width)}
              <span aria-hidden className="text-secondary">
                ×
              </span>
              {edge('height', t('export.height'), size.height)}
            </>
          )}
          <span className="text-xs text-secondary">{t(`export.units.${size.unit}`)}</span>
          {isPrint && (
            <>
              <span className="pl-3 text-xs text-secondary">{t('export.at')}</span>
              <NumberField
                label={t('export.dpi')}
                testId="export-print-dpi"
                value={dpi ?? PRINT_DPI}
                {...OUTPUT_BOUNDS.dpi}
                digits={0}
                onChange={(next) => onChange({ dpi: next })}
              />
              <span className="text-xs text-secondary">{t('size.dpi')}</span>
            </>
          )}
        </div>
      )}
    </>
  );
}
