import { Brush } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useApp, useHints } from '../state/context';
import { followsHints } from '../state/library';
import type { OpenPhoto } from '../state/model';
import { Icon } from '../ui/Icon';
import { keyOf } from '../ui/keys';
import { Tooltip } from '../ui/Tooltip';

/** Begins giving places colours, and says how many have one. */
export function ColourHints({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const { hints: actions } = useActions();
  const isPainting = useHints((state) => state.tool !== null);
  const generators = useApp((state) => state.generators);
  const count = entry.edit?.hints.length ?? 0;
  const canFollow = followsHints(generators, entry.recipe);
  if (!canFollow && count === 0) return null;
  return (
    <div className="mt-1 flex h-6 items-center justify-between gap-2">
      <Tooltip text={t('hints.about')} shortcut={keyOf('colourHints')}>
        <button
          type="button"
          aria-pressed={isPainting}
          data-testid="hints-begin"
          onClick={() => (isPainting ? actions.stop() : actions.start(entry.key))}
          className="-ml-1.5 flex h-6 items-center gap-1.5 rounded-md px-1.5 text-xs whitespace-nowrap text-secondary hover:text-text aria-pressed:text-accent"
        >
          <Icon of={Brush} />
          {t('hints.begin')}
        </button>
      </Tooltip>
      {count > 0 && (
        <span data-testid="hint-count" className="text-xs text-secondary">
          {t(canFollow ? 'hints.count' : 'hints.notFollowed', { count })}
        </span>
      )}
    </div>
  );
}
