import { ShieldCheck } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';

/** What no step may change: a mask that holds for all of them. */
export function LeftAlone({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const isUsed = (entry.edit?.keepMask.length ?? 0) > 0;
  return (
    <section
      aria-labelledby={`${id}-name`}
      data-testid="left-alone"
      className="rounded-md border border-line bg-raised px-3 py-2.5"
    >
      <div className="flex items-center gap-2">
        <Icon of={ShieldCheck} className={isUsed ? 'shrink-0' : 'shrink-0 text-secondary'} />
        <h2 id={`${id}-name`} className={`min-w-0 grow truncate ${isUsed ? 'font-medium' : 'text-secondary'}`}>
          {t('keep.title')}
        </h2>
        <Button data-testid="keep-paint" onClick={() => actions.tools.editMask('keep')}>
          {t('keep.begin')}
        </Button>
      </div>
      <div className="mt-1 flex items-end gap-2">
        <p className="grow text-xs text-secondary">{t(isUsed ? 'keep.used' : 'keep.text')}</p>
        {isUsed && (
          <button
            type="button"
            data-testid="keep-nothing"
            onClick={() => actions.keepNothing(entry.key)}
            className="-mr-1.5 h-6 shrink-0 rounded-md px-1.5 text-xs whitespace-nowrap text-secondary hover:text-text"
          >
            {t('keep.nothing')}
          </button>
        )}
      </div>
    </section>
  );
}
