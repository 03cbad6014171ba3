import { Columns2, Diff, Eye, Image, LayoutGrid, type LucideIcon, Sparkles, SquareSplitHorizontal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { PEEK } from '../shortcuts';
import { useActions, useView } from '../state/context';
import { COMPARE_MODES, type CompareMode } from '../state/view';
import { IconButton } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { keyOf } from '../ui/keys';
import { Segmented } from '../ui/Segmented';

const MODE_ICONS: Record<CompareMode, LucideIcon> = {
  original: Image,
  result: Sparkles,
  split: SquareSplitHorizontal,
  side: Columns2,
  difference: Diff,
  variants: LayoutGrid,
};

interface ModeChoiceProps {
  modes?: readonly CompareMode[];
  isReady(mode: CompareMode): boolean;
}

/** How two pictures are compared. The eye shows the original while it is held. */
export function ModeChoice({ modes = COMPARE_MODES, isReady }: ModeChoiceProps) {
  const { t } = useTranslation();
  const { view } = useActions();
  const mode = useView((state) => state.mode);
  const peek = useView((state) => state.peek);
  const setPeek = (held: boolean) => () => view.setPeek(held);
  const shown = modes.includes(mode) ? mode : 'split';
  return (
    <div className="flex items-center gap-1">
      <Segmented
        label={t('compare.label')}
        value={isReady(shown) ? shown : 'original'}
        options={modes.map((value) => ({
          value,
          label: t(`compare.${value}`),
          icon: MODE_ICONS[value],
          shortcut: keyOf(`mode-${value}`),
          disabled: !isReady(value),
        }))}
        onChange={view.setMode}
      />
      <IconButton
        label={t('compare.peek')}
        shortcut={PEEK}
        data-testid="peek"
        disabled={!isReady('result') || shown === 'variants'}
        aria-pressed={peek}
        onPointerDown={setPeek(true)}
        onPointerUp={setPeek(false)}
        onPointerLeave={setPeek(false)}
        onPointerCancel={setPeek(false)}
        onKeyDown={({ key }) => (key === ' ' || key === 'Enter') && view.setPeek(true)}
        onKeyUp={setPeek(false)}
        onBlur={setPeek(false)}
      >
        <Icon of={Eye} />
      </IconButton>
    </div>
  );
}
