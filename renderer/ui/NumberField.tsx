import { useTranslation } from 'react-i18next';
import { TEXT_FIELD } from './Field';
import { useNumberInput } from './useNumberInput';

interface NumberFieldProps {
  id?: string;
  label?: string;
  testId: string;
  value: number;
  min: number;
  max: number;
  digits: number;
  onChange(value: number): void;
}

/** A number in a field of its own. What lies outside its bounds becomes the nearest that does not. */
export function NumberField({ id, label, testId, value, min, max, digits, onChange }: NumberFieldProps) {
  const { i18n } = useTranslation();
  const format = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: digits, useGrouping: false });
  const { field } = useNumberInput(format.format(value), (typed) => {
    const next = typed === null ? value : within(Number(typed.toFixed(digits)), { min, max });
    if (next !== value) onChange(next);
  });
  return (
    <input id={id} aria-label={label} data-testid={testId} {...field} className={`h-7 w-16 text-right ${TEXT_FIELD}`} />
  );
}

export function within(value: number, { min, max }: { min: number; max: number }): number {
  return Math.max(min, Math.min(max, value));
}
