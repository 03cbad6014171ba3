import { useTranslation } from 'react-i18next';
import { QUALITY } from '../../contract/output';
import { Slider } from '../ui/Slider';

interface QualityChoiceProps {
  /** Whether any format of the export loses detail. */
  isLossy: boolean;
  quality: number;
  onChange(quality: number): void;
}

/** The quality of an export; for lossless formats a sentence in its place, so that the dialog keeps its height. */
export function QualityChoice({ isLossy, quality, onChange }: QualityChoiceProps) {
  const { t } = useTranslation();
  return (
    <div className="min-h-12 py-1">
      {isLossy ? (
        <Slider
          label={t('export.quality')}
          value={quality}
          min={1}
          max={100}
          step={1}
          initial={QUALITY}
          testId="export-quality"
          onChange={onChange}
        />
      ) : (
        <p className="text-xs text-secondary">{t('export.lossless')}</p>
      )}
    </div>
  );
}
