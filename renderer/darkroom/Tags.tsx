import { ChevronDown, Droplets, LoaderCircle } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useView } from '../state/context';
import { GAINS, type Gain } from '../state/view';
import { Menu, MenuChoice } from '../ui/Menu';
import type { ShownSide, SideOption } from './useSides';

interface TagRowProps {
  /** Its position in the viewer. */
  style: CSSProperties;
  /** True where there is no room for it. */
  hidden?: boolean;
  children: ReactNode;
}

/** Names of the visible pictures, above the photo. Clicks on them do not reach the photo. */
export function TagRow({ style, hidden = false, children }: TagRowProps) {
  if (hidden) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps pointers from the photo behind.
    <div
      className="absolute z-20 flex items-center gap-1"
      style={style}
      onPointerDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      {children}
    </div>
  );
}

const LOOK = 'flex min-h-6 items-center gap-1 rounded-md border border-line bg-panel px-2 text-xs text-text';

/** A menu that shows which picture this is and lets the user choose another. */
export function SideTag({
  place,
  shown,
  options,
}: {
  place: 'before' | 'after';
  shown: ShownSide;
  options: SideOption[];
}) {
  const { t } = useTranslation();
  const { view } = useActions();
  const menu = (
    <Menu
      trigger={
        <DropdownMenu.Trigger asChild>
          <button
            type="button"
            data-testid={`side-${place}`}
            aria-label={t(`compare.choose.${place}`, { name: shown.name })}
            className={`${LOOK} hover:border-track data-[state=open]:border-track`}
          >
            <span className="max-w-44 truncate">{shown.name}</span>
            {shown.isPending ? (
              <LoaderCircle size={12} strokeWidth={1.5} className="animate-spin" />
            ) : (
              <ChevronDown size={12} strokeWidth={1.5} />
            )}
          </button>
        </DropdownMenu.Trigger>
      }
    >
      <MenuChoice value={shown.side} options={options} onChange={(side) => view.setSide(place, side)} />
    </Menu>
  );
  if (!shown.isImagined) return menu;
  return (
    <>
      {menu}
      <Tag testId={`imagined-${place}`}>
        <Droplets size={12} strokeWidth={1.5} className="shrink-0" />
        <span className="whitespace-nowrap">{t('compare.imagined')}</span>
      </Tag>
    </>
  );
}

/** How much the difference is amplified. */
export function GainTag() {
  const { t } = useTranslation();
  const { view } = useActions();
  const gain = useView((state) => state.gain);
  return (
    <Menu
      trigger={
        <DropdownMenu.Trigger asChild>
          <button
            type="button"
            data-testid="gain"
            aria-label={t('compare.gain', { gain })}
            className={`${LOOK} hover:border-track data-[state=open]:border-track`}
          >
            {t('controls.times', { value: gain })}
            <ChevronDown size={12} strokeWidth={1.5} />
          </button>
        </DropdownMenu.Trigger>
      }
    >
      <MenuChoice
        value={String(gain)}
        options={GAINS.map((each) => ({ value: String(each), label: t('controls.times', { value: each }) }))}
        onChange={(next) => view.setGain(Number(next) as Gain)}
      />
    </Menu>
  );
}

export function Tag({ testId, children }: { testId: string; children: ReactNode }) {
  return (
    <span data-testid={testId} className={`${LOOK} py-0.5`}>
      {children}
    </span>
  );
}
