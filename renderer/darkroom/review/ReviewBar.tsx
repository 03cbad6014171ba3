import { Check, ChevronLeft, ChevronRight, RefreshCw, SkipForward } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Photo } from '../../../contract/photo';
import { useActions, useReview, useView } from '../../state/context';
import { Button, IconButton } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { keyOf } from '../../ui/keys';
import { Tooltip } from '../../ui/Tooltip';
import type { ReviewedPlace } from './useReviewed';

const stay = (event: { stopPropagation(): void }) => event.stopPropagation();

/** Steps through the places of a repair, and decides on each. */
export function ReviewBar({ photoKey, photo, shown }: { photoKey: string; photo: Photo; shown: ReviewedPlace | null }) {
  const { t } = useTranslation();
  const { review, view } = useActions();
  const at = useReview((state) => state.at);
  const count = useReview((state) => state.places?.length ?? null);
  const pane = useView((state) => state.pane);
  const ref = useFocus();
  const place = shown?.place ?? null;
  // Also when the viewer is divided or resized.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the size of the pane that counts.
  useEffect(() => {
    if (place !== null) view.showPart(photoKey, photo, place);
  }, [place, pane.width, pane.height, photoKey, photo, view]);
  const kind = t(`places.kind.${place?.kind ?? 'hand'}`);
  const state = t(shown?.repaired === false ? 'places.skipped' : 'places.repaired');
  return (
    <section
      ref={ref}
      tabIndex={-1}
      aria-label={t('places.review')}
      data-testid="review-bar"
      onPointerDown={stay}
      onDoubleClick={stay}
      // It is no control, so its focus needs no ring beside the photo.
      className="absolute top-2 right-2 left-3 z-20 flex h-11 w-fit max-w-[calc(100%-20px)] items-center gap-1 rounded-md border border-line bg-panel px-2 outline-none"
    >
      {count !== null && (
        <IconButton
          label={t('commands.reviewPrevious')}
          shortcut={keyOf('reviewPrevious')}
          data-testid="review-previous"
          aria-disabled={at === 0}
          onClick={review.previous}
          className="aria-disabled:opacity-40"
        >
          <Icon of={ChevronLeft} />
        </IconButton>
      )}
      {/* One element for all, so that screen readers tell of every change, and as wide for all, so that the buttons stay. */}
      <p role="status" data-testid="review-status" className="w-52 min-w-0 leading-4">
        <span className="block truncate">
          {count === null ? t('places.counting') : t('places.position', { at: at + 1, count })}
          {count !== null && <span className="text-secondary">{` · ${state}`}</span>}
        </span>
        {count !== null && (
          <span className="block truncate text-xs text-secondary">
            {shown?.repaired === true ? `${kind} · ${t(`fillings.${shown.filling ?? 'automatic'}`)}` : kind}
          </span>
        )}
      </p>
      {count !== null && (
        <>
          <IconButton
            label={t('commands.reviewNext')}
            shortcut={keyOf('reviewNext')}
            data-testid="review-next"
            aria-disabled={at === count - 1}
            onClick={review.next}
            className="aria-disabled:opacity-40"
          >
            <Icon of={ChevronRight} />
          </IconButton>
          <span className="mx-1 h-5 w-px shrink-0 bg-line" />
          <Tooltip text={t('commands.reviewKeep')} shortcut={keyOf('reviewKeep')}>
            <Button
              data-testid="review-keep"
              aria-pressed={shown?.repaired === true}
              onClick={review.keep}
              className="aria-pressed:border-track"
            >
              <Icon of={Check} />
              {t('places.keep')}
            </Button>
          </Tooltip>
          <Tooltip text={t('commands.reviewSkip')} shortcut={keyOf('reviewSkip')}>
            <Button
              data-testid="review-skip"
              aria-pressed={shown?.repaired === false}
              onClick={review.skip}
              className="aria-pressed:border-track"
            >
              <Icon of={SkipForward} />
              {t('places.skip')}
            </Button>
          </Tooltip>
          <IconButton
            label={t('commands.reviewFill')}
            shortcut={keyOf('reviewFill')}
            data-testid="review-fill"
            aria-disabled={shown?.repaired !== true}
            onClick={review.fill}
            className="aria-disabled:opacity-40"
          >
            <Icon of={RefreshCw} />
          </IconButton>
          <span className="mx-1 h-5 w-px shrink-0 bg-line" />
        </>
      )}
      <Tooltip text={t('commands.reviewEnd')} shortcut={keyOf('reviewEnd')}>
        <Button look="quiet" data-testid="review-done" onClick={review.end}>
          {t('places.done')}
        </Button>
      </Tooltip>
    </section>
  );
}

/** The bar takes the focus, so that a screen reader reads it, and gives it back. */
function useFocus() {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.focus();
    return () => {
      // Where the focus has gone elsewhere meanwhile, it stays there.
      if (document.activeElement !== null && document.activeElement !== document.body) return;
      const isThere = before instanceof HTMLElement && before.isConnected && before !== document.body;
      (isThere ? before : document.querySelector<HTMLElement>('[data-testid="viewer"]'))?.focus();
    };
  }, []);
  return ref;
}
