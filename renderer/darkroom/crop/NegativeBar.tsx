import { Pipette, RotateCcw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { DEVELOPMENT, type Negative } from '../../../contract/scan';
import { useActions, useCrop } from '../../state/context';
import type { Cropping } from '../../state/crop';
import { IconButton } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { Slider } from '../../ui/Slider';

const CONTROLS = ['exposure', 'contrast', 'warmth', 'tint'] as const;
/** Stops move in twentieths, the rest in hundredths. */
const STEPS = { exposure: 0.05, contrast: 0.01, warmth: 0.01, tint: 0.01 } as const;

/** How a negative is developed, in a row of its own below that of the crop. */
export function NegativeBar({ cropping, negative }: { cropping: Cropping; negative: Negative }) {
  const { t } = useTranslation();
  const { cropTool } = useActions();
  const roll = useCrop((state) => state.roll);
  const { base, isMeasuring, isApplying, isPicking, isDoubtful } = cropping;
  const controls = negative.kind === 'mono' ? CONTROLS.slice(0, 2) : CONTROLS;
  const text = isMeasuring
    ? t('crop.measuring')
    : isPicking
      ? t('crop.pickHint')
      : isDoubtful
        ? t('crop.doubtful')
        : base === null
          ? ''
          : t(`crop.base.${base}`, { name: roll?.name ?? '' });
  return (
    <section
      aria-label={t('crop.development')}
      data-testid="negative-bar"
      className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-panel px-2 py-0.5"
    >
      <div className="flex items-center gap-1">
        <IconButton
          label={t('crop.pickBase')}
          aria-pressed={isPicking}
          data-testid="pick-base"
          disabled={isApplying || isMeasuring}
          onClick={() => cropTool.film.setPicking(!isPicking)}
        >
          <Icon of={Pipette} />
        </IconButton>
        <IconButton
          label={t('crop.measureAgain')}
          data-testid="measure-again"
          disabled={isApplying || isMeasuring}
          onClick={() => void cropTool.film.measureAgain()}
        >
          <Icon of={RotateCcw} />
        </IconButton>
      </div>
      {controls.map((control) => (
        <div key={control} className="w-36 max-xl:w-34">
          <Slider
            label={t(`crop.controls.${control}`)}
            value={negative[control]}
            min={DEVELOPMENT[control].min}
            max={DEVELOPMENT[control].max}
            step={STEPS[control]}
            initial={0}
            testId={`negative-${control}`}
            compact
            onChange={(value) => {
              cropTool.begin();
              cropTool.film.setDevelopment({ [control]: value });
            }}
            onSettle={cropTool.end}
          />
        </div>
      ))}
      <p
        role="status"
        data-testid="negative-text"
        title={text}
        className="min-w-0 grow truncate text-xs text-secondary"
      >
        {text}
      </p>
    </section>
  );
}
