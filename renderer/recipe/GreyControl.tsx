import { Pipette, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useView } from '../state/context';
import { Icon } from '../ui/Icon';

/** Starts and ends picking the point that should be grey, and shows the colour that was picked. */
export function GreyControl({
  kind,
  label,
  value,
  onClear,
}: {
  kind: 'tone' | 'light';
  label: string;
  value: string | null;
  onClear: () => void;
}) {
  const { t } = useTranslation();
  const { setPicking } = useActions().view;
  const isPicking = useView((state) => state.picking === kind);
  return (
    <div className="flex h-7 items-center gap-2">
      <span className="grow text-xs text-secondary">{label}</span>
      {value !== null && (
        <>
          <span
            role="img"
            aria-label={t('grey.picked', { colour: value })}
            data-testid="grey-picked"
            className="size-4 rounded-sm border border-line"
            style={{ background: value }}
          />
          <button
            type="button"
            aria-label={t('grey.clear')}
            data-testid="grey-clear"
            onClick={onClear}
            className="inline-flex size-6 items-center justify-center rounded-md text-secondary hover:text-text"
          >
            <Icon of={X} />
          </button>
        </>
      )}
      <button
        type="button"
        aria-pressed={isPicking}
        data-testid="grey-pick"
        onClick={() => setPicking(isPicking ? null : kind)}
        className="flex h-6 items-center gap-1.5 rounded-md px-1.5 text-xs whitespace-nowrap text-secondary hover:text-text aria-pressed:text-accent"
      >
        <Icon of={Pipette} />
        {t('grey.pick')}
      </button>
    </div>
  );
}
