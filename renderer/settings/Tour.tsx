import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { strokeText } from '../commands';
import { useActions } from '../state/context';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { onMac } from '../ui/keys';

/** Names of the cards in the translation, under `tour`. */
const CARDS = ['open', 'compare', 'paint'] as const;

/** The introduction: three cards that can be closed at any time. It opens by itself only once. */
export function Tour({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const { setSettings } = useActions();
  const [at, setAt] = useState(0);
  const card = CARDS[at] ?? 'open';
  const isLast = at === CARDS.length - 1;
  const next = useRef<HTMLButtonElement>(null);
  const move = (by: 1 | -1) => {
    // The back button disappears on the first card, so the focus moves on.
    if (at + by <= 0) next.current?.focus();
    setAt(Math.min(CARDS.length - 1, Math.max(0, at + by)));
  };
  // Also when a dropped photo closes it.
  useEffect(() => () => void setSettings({ introduced: true }), [setSettings]);
  useEffect(() => {
    const onKeyDown = ({ key }: KeyboardEvent) => {
      if (key === 'ArrowRight') move(1);
      else if (key === 'ArrowLeft') move(-1);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });
  return (
    <Dialog title={t('tour.title')} onClose={onClose} width={480} testId="tour">
      <div className="-mx-4 -mt-4 flex h-52 items-center justify-center border-b border-line bg-surround">
        <Picture>{PICTURES[card]}</Picture>
      </div>
      <div role="status" className="min-h-32 pt-4">
        <h3 className="text-lg font-medium">{t(`tour.${card}.title`)}</h3>
        <p className="mt-1">
          {t(`tour.${card}.text`, { palette: strokeText('Mod+K', onMac), keys: strokeText('?', onMac) })}
        </p>
        <p className="sr-only">{t('tour.place', { place: at + 1, count: CARDS.length })}</p>
      </div>
      <div className="mt-4 flex items-center gap-2">
        <span aria-hidden="true" className="flex grow gap-1.5">
          {CARDS.map((each, index) => (
            <span key={each} className={`size-2 rounded-full ${index === at ? 'bg-text' : 'border border-track'}`} />
          ))}
        </span>
        {at > 0 && (
          <Button look="quiet" data-testid="tour-back" onClick={() => move(-1)}>
            {t('common.back')}
          </Button>
        )}
        {/* The same button on every card, so that the focus stays on it. */}
        <form method="dialog" className="contents">
          {!isLast && (
            <Button look="quiet" type="submit" data-testid="tour-skip">
              {t('tour.skip')}
            </Button>
          )}
          <Button
            ref={next}
            look="primary"
            type={isLast ? 'submit' : 'button'}
            data-initial-focus
            data-testid="tour-next"
            onClick={(event) => {
              if (isLast) return;
              // Otherwise the form would be submitted when this button becomes the last one.
              event.preventDefault();
              move(1);
            }}
          >
            {t(isLast ? 'tour.start' : 'tour.next')}
          </Button>
        </form>
      </div>
    </Dialog>
  );
}

function Picture({ children }: { children: ReactNode }) {
  return (
    <svg viewBox="0 0 360 176" width="360" height="176" fill="none" aria-hidden="true">
      {children}
    </svg>
  );
}

/** A print with a white border: a hill, a sun and a house, 168 by 126. */
function Print({ faded = false }: { faded?: boolean }) {
  return (
    <>
      <rect width="168" height="126" rx="2" fill="#f2f2f2" />
      <g opacity={faded ? 0.45 : 1}>
        <rect x="8" y="8" width="152" height="110" fill="#b9b9b9" />
        <circle cx="122" cy="36" r="12" fill="#ededed" />
        <path d="M8 92c30-30 58-34 84-14s44 14 68-6v46H8z" fill="#767676" />
        <path d="M8 106c40-18 92-18 152-2v14H8z" fill="#4c4c4c" />
        <path d="M54 74l17-14 17 14v22H54z" fill="#2e2e2e" />
      </g>
    </>
  );
}

/** The crease in the prints. */
const CREASE = 'M26 8l10 26-7 22 16 24-5 22 9 16';

const PICTURES = {
  open: (
    <>
      <rect x="60.5" y="8.5" width="239" height="159" rx="6" stroke="var(--track)" strokeDasharray="5 5" />
      <g transform="rotate(-4 180 88) translate(96 25)">
        <Print faded />
        <path d={CREASE} stroke="#ffffff" strokeWidth="2.5" />
        <path d="M120 8l-8 32 12 30-6 48" stroke="#ffffff" strokeWidth="2" />
      </g>
    </>
  ),
  compare: (
    <g transform="translate(96 25)">
      <Print />
      <svg width="84" height="126" aria-hidden="true">
        <Print faded />
        <path d={CREASE} stroke="#ffffff" strokeWidth="2.5" />
      </svg>
      <path d="M84-9v144" stroke="var(--accent)" strokeWidth="2" />
      <circle cx="84" cy="63" r="11" fill="var(--panel)" stroke="var(--accent)" strokeWidth="2" />
      <path d="M81 59l-4 4 4 4m6-8l4 4-4 4" stroke="var(--text)" strokeWidth="1.5" />
    </g>
  ),
  paint: (
    <g transform="translate(96 25)">
      <Print />
      <path d={CREASE} stroke="#ffffff" strokeWidth="2.5" />
      <path
        d="M26 8l10 26-7 22 16 24"
        stroke="#ff00c8"
        strokeOpacity="0.6"
        strokeWidth="12"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="45" cy="80" r="13" stroke="#1a1a1a" strokeWidth="3" />
      <circle cx="45" cy="80" r="13" stroke="#ffffff" strokeWidth="1.5" />
    </g>
  ),
} as const satisfies Record<(typeof CARDS)[number], ReactNode>;
