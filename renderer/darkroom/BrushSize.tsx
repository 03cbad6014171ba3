import { useTranslation } from 'react-i18next';
import { MAX_BRUSH } from '../../contract/edit';
import { Slider } from '../ui/Slider';
import type { Size } from './geometry';

interface BrushSizeProps {
  photo: Size;
  value: number;
  /** The size after a double click. */
  initial: number;
  testId: string;
  onChange(size: number): void;
}

/** Diameter of a brush in pixels of the photo, up to a quarter of its longer side. */
export function BrushSize({ photo, value, initial, testId, onChange }: BrushSizeProps) {
  const { t } = useTranslation();
  const largest = Math.min(MAX_BRUSH, Math.max(100, Math.round(Math.max(photo.width, photo.height) / 4)));
  return (
    <div className="w-34 xl:w-40">
      <Slider
        label={t('mask.size')}
        value={Math.min(value, largest)}
        min={1}
        max={largest}
        step={1}
        initial={initial}
        unit={t('controls.pixels')}
        testId={testId}
        compact
        onChange={onChange}
      />
    </div>
  );
}
