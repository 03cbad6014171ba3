import type { TFunction } from 'i18next';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Format } from '../../text/format';
import { useActions, useApp } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { styleName, useStyles } from '../styles/names';
import { useFormat } from '../useFormat';
import { recipeName } from './choices';
import type { SizeValue } from './controls';
import { type HistoryName, historyOf } from './history';

/**
 * Everything that was done to the photo, latest last. Clicking an entry goes back to it; undone entries stay in the
 * list.
 */
export function History({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const { goTo, styles } = useActions();
  const nameOf = useHistoryName();
  const list = useRef<HTMLOListElement>(null);
  const { log, key } = entry;
  const entries = useMemo(() => (log === null ? [] : historyOf(log)), [log]);
  const at = log?.at ?? 0;
  // The current entry is scrolled into view, also after each change.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change that counts.
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [at, entries.length]);
  const isPainted = entries.some(({ name }) => name.text === 'style');
  const isUnknown = useApp((state) => state.styles === null) && isPainted;
  useEffect(() => {
    if (isUnknown) void styles.load();
  }, [styles, isUnknown]);
  if (log === null) return <p className="text-secondary">{t('history.none')}</p>;
  return (
    <>
      <p className="mb-2 text-xs text-secondary">{t('history.hint')}</p>
      <ol
        ref={list}
        aria-label={t('panel.history')}
        data-testid="history"
        onKeyDown={moveFocus}
        className="-mx-2.5 space-y-px"
      >
        {entries.map((each) => {
          const isCurrent = each.at === at;
          const isUndone = each.at > at;
          return (
            <li key={each.at}>
              <button
                type="button"
                aria-current={isCurrent ? 'step' : undefined}
                data-undone={isUndone}
                // Only the current entry is a Tab stop. The arrow keys move through the list.
                tabIndex={isCurrent ? 0 : -1}
                onClick={() => goTo(key, each.at)}
                className="flex min-h-7 w-full items-center rounded-md border-l-2 border-transparent px-2 py-1 text-left outline-offset-[-2px] hover:bg-raised aria-[current]:border-accent aria-[current]:bg-raised aria-[current]:font-medium data-[undone=true]:text-secondary data-[undone=true]:italic"
              >
                <span className="min-w-0 break-words">{nameOf(each.name)}</span>
                {isUndone && <span className="sr-only">{t('history.undone')}</span>}
              </button>
            </li>
          );
        })}
      </ol>
    </>
  );
}

function sizeText(size: SizeValue, t: TFunction, format: Format): string {
  if (typeof size === 'number') return t('controls.times', { value: size });
  const longer = format.number(size.longer, 1);
  return size.unit === 'pixels' ? t('size.pixelsOf', { longer }) : t('size.printOf', { longer, dpi: size.dpi });
}

/** An entry in words. */
function useHistoryName(): (name: HistoryName) => string {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const styles = useStyles();
  return (name) => {
    switch (name.text) {
      case 'setting':
        return t('history.setting', {
          step: t(`steps.${name.step}`),
          control: t(`controls.${name.control.label}`),
          value: valueText(name),
        });
      case 'on':
      case 'off':
        return t(`history.${name.text}`, { step: t(`steps.${name.step}`) });
      case 'recipe':
        return t('history.recipe', { name: recipeName(name.recipe, t, i18n) });
      case 'style':
        return t('history.style', { name: styleName(name.choice, styles) });
      case 'grow':
      case 'shrink':
      case 'feather':
        return t(`history.${name.text}`, { radius: name.radius });
      case 'repair':
      case 'heal':
      case 'clone':
      case 'repairOn':
      case 'repairOff':
      case 'repairRemoved':
      case 'repairMoved':
      case 'repairFilled':
        return t(`history.${name.text}`, { place: t('local.name', { number: name.place }) });
      case 'rated':
        return t('history.rated', { count: name.count });
      case 'placeFilled':
        return t('history.placeFilled', { filling: t(`fillings.${name.filling ?? 'automatic'}`) });
      default:
        return t(`history.${name.text}`);
    }
  };

  function valueText({ control, value }: Extract<HistoryName, { text: 'setting' }>): string {
    if (control.type === 'switch') return t(value === true ? 'history.yes' : 'history.no');
    if (control.type === 'choice') {
      const option = control.options.find((each) => each.value === value);
      return option === undefined ? String(value) : t(`controls.${option.label}`);
    }
    if (control.type === 'grey') return typeof value === 'string' ? value : t('history.no');
    if (control.type === 'curve') {
      return value === null || value === undefined
        ? t('history.no')
        : t('history.points', { count: (value as unknown[]).length });
    }
    if (control.type === 'size') return sizeText(value as SizeValue, t, format);
    if (control.unit === 'percent') return format.percent(Number(value));
    return `${format.number(Number(value) * control.factor, 1)} ${t(`controls.${control.unit}`)}`;
  }
}

function moveFocus(event: KeyboardEvent<HTMLOListElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const here = buttons.indexOf(event.target as HTMLButtonElement);
  const steps: Record<string, number> = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: buttons.length - 1 };
  const next = steps[event.key];
  if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  buttons[Math.min(buttons.length - 1, Math.max(0, next))]?.focus();
}
