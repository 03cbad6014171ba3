import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_ENLARGED_PIXELS } from '../../contract/basics';
import { MAX_EDGE_PIXELS, MAX_ENLARGED_TIMES, PRINT_BOUNDS, type TargetSize } from '../../contract/recipe';
import { enlargedSize, longerEdge, type Size } from '../../document/size';
import { NumberField, within } from '../ui/NumberField';
import { Segmented } from '../ui/Segmented';
import { Select } from '../ui/Select';
import { useFormat } from '../useFormat';
import type { SizeValue } from './controls';

const PRINT_DPI = 300;
const EXACT = 'exact';

/** The size of the result: a factor, or an exact size in pixels or of a print. */
export function SizeControl({
  value,
  photo,
  onChange,
}: {
  value: SizeValue;
  photo: Size;
  onChange(value: SizeValue): void;
}) {
  const { t } = useTranslation();
  const longer = Math.max(photo.width, photo.height);
  return (
    <div>
      <div className="flex h-8 items-center justify-between gap-2">
        <span className="text-xs text-secondary">{t('controls.scale')}</span>
        <Segmented
          label={t('controls.scale')}
          value={typeof value === 'number' ? String(value) : EXACT}
          options={[
            { value: '2', label: t('controls.times', { value: 2 }) },
            { value: '4', label: t('controls.times', { value: 4 }) },
            { value: EXACT, label: t('size.exact') },
          ]}
          onChange={(chosen) => {
            if (chosen !== EXACT) onChange(chosen === '4' ? 4 : 2);
            else if (typeof value === 'number') onChange({ unit: 'pixels', longer: withinPixels(longer * value) });
          }}
        />
      </div>
      {typeof value !== 'number' && <Target target={value} onChange={onChange} />}
      <Outcome value={value} photo={photo} />
    </div>
  );
}

function Target({ target, onChange }: { target: TargetSize; onChange(target: TargetSize): void }) {
  const { t } = useTranslation();
  const id = useId();
  const { centimetres, dpi } = PRINT_BOUNDS;
  const pixels = longerEdge(target);
  return (
    <>
      <div className="flex h-8 items-center gap-1.5">
        <label htmlFor={`${id}-longer`} className="mr-auto text-xs text-secondary">
          {t('size.longer')}
        </label>
        <NumberField
          id={`${id}-longer`}
          testId="size-longer"
          value={target.longer}
          min={target.unit === 'pixels' ? 16 : centimetres.min}
          max={target.unit === 'pixels' ? MAX_EDGE_PIXELS : centimetres.max}
          digits={target.unit === 'pixels' ? 0 : 1}
          onChange={(longer) => onChange({ ...target, longer })}
        />
        <Select
          label={t('size.unit')}
          testId="size-unit"
          className="w-16"
          value={target.unit}
          options={[
            { value: 'pixels', label: t('controls.pixels') },
            { value: 'print', label: t('size.centimetres') },
          ]}
          onChange={(unit) => {
            // The same size in the other unit.
            if (unit === target.unit) return;
            if (unit === 'pixels') onChange({ unit, longer: withinPixels(pixels) });
            else {
              const longer = Math.round((pixels / PRINT_DPI) * 25.4) / 10;
              onChange({ unit, longer: within(longer, centimetres), dpi: PRINT_DPI });
            }
          }}
        />
      </div>
      {target.unit === 'print' && (
        <div className="flex h-8 items-center gap-1.5">
          <label htmlFor={`${id}-dpi`} className="mr-auto text-xs text-secondary">
            {t('size.resolution')}
          </label>
          <NumberField
            id={`${id}-dpi`}
            testId="size-dpi"
            value={target.dpi}
            min={dpi.min}
            max={dpi.max}
            digits={0}
            onChange={(next) => onChange({ ...target, dpi: next })}
          />
          <span className="w-16 pl-1 text-xs text-secondary">{t('size.dpi')}</span>
        </div>
      )}
    </>
  );
}

/** The resulting size in pixels, or why the photo is not enlarged. */
function Outcome({ value, photo }: { value: SizeValue; photo: Size }) {
  const { t } = useTranslation();
  const format = useFormat();
  const settings = typeof value === 'number' ? { scale: value } : { scale: 2 as const, target: value };
  const { width, height, times } = enlargedSize(settings, photo);
  const megapixels = Math.round((width * height) / 1e6);
  const text =
    times === 1
      ? t('size.already', { width: photo.width, height: photo.height })
      : times > MAX_ENLARGED_TIMES
        ? t('size.tooManyTimes', { times: format.number(times, 0), most: MAX_ENLARGED_TIMES })
        : width * height > MAX_ENLARGED_PIXELS
          ? t('size.tooLarge', { megapixels, most: MAX_ENLARGED_PIXELS / 1e6 })
          : t('size.becomes', { width, height, times: format.number(times, 1) });
  return (
    <p data-testid="size-outcome" aria-live="polite" className="text-right text-xs text-secondary">
      {text}
    </p>
  );
}

const withinPixels = (longer: number) => within(Math.round(longer), { min: 16, max: MAX_EDGE_PIXELS });
