import { ChevronDown, ChevronUp, CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { shorten } from '../../text/format';
import { useActions, useNotices, usePhotos, useTools } from '../state/context';
import type { Notice } from '../state/model';
import { selectedPhotos } from '../state/selection';
import { Button, IconButton } from '../ui/Button';
import { useTopDialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { useSentences } from '../useSentences';

/** How long a notice without an action to take stays, in milliseconds. */
const SHOWN_FOR = 10_000;
/** Screen readers only notice text that is added to a live region some time after the region itself. */
const ANNOUNCED_AFTER = 100;
const TELL_FOR = 5000;
const NAME_LENGTH = 36;
/** More photos with the same failure are counted and not named. */
const MOST_NAMES = 3;
/** Moves the focus to the newest notice. */
const KEY = 'F8';

/**
 * The notices, above the status line. Only the newest is shown in full, so that they cover little of the photo; the others are
 * a click away. A modal dialog makes everything outside it inert, so the notices are shown inside
 * the open dialog.
 */
export function Notices() {
  const { t } = useTranslation();
  const dialog = useTopDialog();
  const notices = useNotices((state) => state.notices);
  const overFilmstrip = usePhotos((state) => state.photos.length > 1);
  const overBar = usePhotos((state) => selectedPhotos(state).length > 1);
  // Beside the tools of the mask, and below their options.
  const besideTools = useTools((state) => state.tool !== null) && dialog === null;
  const ref = useRef<HTMLElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const older = notices.slice(0, -1);
  if (isOpen && older.length === 0) setIsOpen(false);
  const lines = useLines(notices);
  useFocusKept(ref, notices);
  const place = [
    overFilmstrip && dialog === null ? (overBar ? 'bottom-38' : 'bottom-28') : 'bottom-10',
    besideTools ? 'left-16 max-h-[calc(100vh-14rem)]' : 'left-3 max-h-[calc(100vh-11rem)]',
  ].join(' ');
  const cards = (
    <section
      ref={ref}
      aria-label={t('notices.label')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') dismissFocused(event);
      }}
      className={`pointer-events-none fixed z-30 flex w-[23.75rem] max-w-[calc(100vw-24px)] flex-col gap-2 overflow-y-auto ${place}`}
    >
      {/* In one list, so that a notice stays the same when another one follows. */}
      {notices.flatMap((notice, i) => [
        i > 0 && i === older.length && (
          <MoreButton key="more" isOpen={isOpen} older={older} onClick={() => setIsOpen(!isOpen)} />
        ),
        <NoticeCard key={notice.id} notice={notice} hidden={!isOpen && i < older.length} />,
      ])}
    </section>
  );
  return (
    <>
      <LiveRegions lines={lines} />
      {dialog === null ? cards : createPortal([<LiveRegions key="live" lines={lines} />, cards], dialog)}
    </>
  );
}

/** Shows the older notices, or only the newest again. */
function MoreButton({ isOpen, older, onClick }: { isOpen: boolean; older: readonly Notice[]; onClick(): void }) {
  const { t } = useTranslation();
  const hasError = older.some(({ tone }) => tone === 'error');
  return (
    <Button
      data-testid="more-notices"
      aria-expanded={isOpen}
      onClick={onClick}
      className="pointer-events-auto self-start shadow-lg"
    >
      {hasError && !isOpen && <Icon of={TriangleAlert} className="text-danger" />}
      {isOpen ? t('notices.fewer') : t('notices.more', { count: older.length })}
      <Icon of={isOpen ? ChevronDown : ChevronUp} />
    </Button>
  );
}

interface Line {
  id: string;
  isError: boolean;
  text: string;
}

/** Always in the page, so that their text is announced. While a dialog is open, only the regions inside it are read. */
function LiveRegions({ lines }: { lines: readonly Line[] }) {
  const told = (isError: boolean) =>
    lines.filter((line) => line.isError === isError).map(({ id, text }) => <p key={id}>{text}</p>);
  return (
    <div className="sr-only" data-testid="told">
      <div role="log">{told(false)}</div>
      <div role="alert" aria-atomic="false">
        {told(true)}
      </div>
    </div>
  );
}

/** The text of each notice for screen readers, announced once. */
function useLines(notices: readonly Notice[]): readonly Line[] {
  const { t } = useTranslation();
  const textOf = useNoticeText();
  const [lines, setLines] = useState<readonly Line[]>([]);
  const told = useRef(new Set<string>());
  useEffect(() => {
    for (const notice of notices) {
      if (told.current.has(notice.id)) continue;
      told.current.add(notice.id);
      const { sentence, failure, notes, place, action } = textOf(notice);
      const answer = action === null ? null : t('notices.answer', { action, key: KEY });
      const text = [sentence, failure, place, notes, answer].filter((part) => part !== null).join('. ');
      const line = { id: notice.id, isError: notice.tone === 'error', text: text.replaceAll('..', '.') };
      setTimeout(() => setLines((all) => [...all, line]), ANNOUNCED_AFTER);
      setTimeout(() => setLines((all) => all.filter((each) => each !== line)), ANNOUNCED_AFTER + TELL_FOR);
    }
  }, [notices, textOf, t]);
  return lines;
}

/**
 * The key moves the focus to the notices. When the focused notice disappears, the next one gets the focus, and after
 * the last one the focus returns to where it was.
 */
function useFocusKept(ref: { readonly current: HTMLElement | null }, notices: readonly Notice[]): void {
  const cameFrom = useRef<HTMLElement | null>(null);
  const isInside = useRef(false);
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      const newest = newestIn(ref.current);
      if (event.key !== KEY || newest === null) return;
      event.preventDefault();
      newest.focus();
    };
    const onFocusIn = ({ target, relatedTarget }: FocusEvent) => {
      const isNow = ref.current?.contains(target as Node) === true;
      if (isNow && !isInside.current) cameFrom.current = relatedTarget instanceof HTMLElement ? relatedTarget : null;
      isInside.current = isNow;
    };
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('focusin', onFocusIn);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('focusin', onFocusIn);
    };
  }, [ref]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has the focus can only go with a notice.
  useLayoutEffect(() => {
    const { activeElement } = document;
    const isLost = activeElement === document.body || activeElement instanceof HTMLDialogElement;
    if (!isInside.current || !isLost) return;
    (newestIn(ref.current) ?? cameFrom.current)?.focus();
  }, [ref, notices]);
}

/** The action of the newest notice, or else its dismiss button. */
function newestIn(region: HTMLElement | null): HTMLElement | null {
  const card = [...(region?.querySelectorAll('[data-notice]') ?? [])].at(-1);
  return (
    card?.querySelector<HTMLElement>('[data-answer]') ?? card?.querySelector<HTMLElement>('[data-dismiss]') ?? null
  );
}

/** Dismisses the focused notice, without closing a dialog. */
function dismissFocused(event: KeyboardEvent<HTMLElement>): void {
  event.preventDefault();
  event.stopPropagation();
  const card = (event.target as HTMLElement).closest('[data-notice]');
  card?.querySelector<HTMLElement>('[data-dismiss]')?.click();
}

/** The texts of a notice. Null where it has none. */
function useNoticeText() {
  const { t } = useTranslation();
  const say = useSentences();
  return useCallback(
    ({ text, params, failure, failed, notes, action }: Notice) => {
      // One sentence for all photos with the same reason.
      const whyOf = (all: Notice['failed']) => {
        const reasons = new Map<string, string[]>();
        for (const each of all) {
          const why = say.failure(each.failure);
          reasons.set(why, [...(reasons.get(why) ?? []), shorten(each.name, NAME_LENGTH)]);
        }
        return [...reasons]
          .map(([why, names]) => {
            const first = names.slice(0, MOST_NAMES).join(', ');
            const more = names.length - MOST_NAMES;
            const said = more > 0 ? t('many.exporting.filesMore', { names: first, count: more }) : first;
            return t('many.exporting.why', { names: said, why });
          })
          .join(' ');
      };
      const isDownload = text === 'downloaded' || text === 'maskDownloaded' || text === 'recipeDownloaded';
      const place = params.place === undefined ? null : t('notices.exportedTo', { place: params.place });
      return {
        sentence: t(`notices.${text}`, {
          name: shorten(params.name ?? '', NAME_LENGTH),
          count: params.count ?? 1,
          failed: params.failed ?? 0,
        }),
        failure: failure === null ? (failed.length === 0 ? null : whyOf(failed)) : say.failure(failure),
        notes: notes.length === 0 ? null : notes.map((note) => say.sentence(note)).join('. '),
        place: isDownload ? t('notices.downloadedTo') : place,
        action: action === null ? null : t(`notices.actions.${action.label}`),
      };
    },
    [t, say],
  );
}

const ICONS = { error: TriangleAlert, done: CircleCheck, info: Info };

/** A hidden one goes after its time like any other. */
function NoticeCard({ notice, hidden }: { notice: Notice; hidden: boolean }) {
  const { t } = useTranslation();
  const { dismiss, dragOut } = useActions();
  const [held, setHeld] = useState(false);
  const { id, stays, tone, params, failure, action, drag } = notice;
  const texts = useNoticeText()(notice);
  useEffect(() => {
    if (stays || held) return;
    const timer = setTimeout(() => dismiss(id), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [id, stays, held, dismiss]);

  const isAlone = texts.failure === null && texts.place === null && texts.notes === null;
  const answer = action !== null && (
    <Button
      className={isAlone ? '-my-1' : undefined}
      data-answer
      onClick={() => {
        dismiss(id);
        action.run();
      }}
    >
      {texts.action}
    </Button>
  );
  const second = notice.second !== null && (
    <Button look="quiet" className={isAlone ? '-my-1' : undefined} onClick={notice.second.run}>
      {t(`notices.actions.${notice.second.label}`)}
    </Button>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only holds the notice in place.
    <div
      data-notice
      hidden={hidden}
      data-testid={`notice-${tone}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto shrink-0 rounded-md border border-line bg-panel p-3 shadow-lg"
    >
      <div className="flex items-start gap-2">
        <Icon of={ICONS[tone]} className={`mt-0.5 shrink-0 ${tone === 'error' ? 'text-danger' : 'text-accent'}`} />
        <div className="min-w-0 grow select-text">
          <p
            className="font-medium break-words"
            title={params.name}
            data-drag={drag !== null || undefined}
            draggable={drag !== null}
            onDragStart={(event) => {
              if (drag === null) return;
              // The host drags the file itself; the browser would drag the text.
              event.preventDefault();
              dragOut(drag);
            }}
          >
            {texts.sentence}
          </p>
          {texts.failure !== null && <p className="mt-0.5">{texts.failure}</p>}
          {texts.place !== null && <p className="mt-0.5 break-words text-secondary">{texts.place}</p>}
          {texts.notes !== null && <p className="mt-0.5 break-words text-secondary">{texts.notes}</p>}
        </div>
        {/* The action is beside a single sentence, and below longer notices. */}
        {isAlone && answer}
        {isAlone && second}
        <IconButton label={t('notices.dismiss')} data-dismiss onClick={() => dismiss(id)} className="-mt-1 -mr-1">
          <Icon of={X} />
        </IconButton>
      </div>
      {failure !== null && (
        <details className="mt-1 ml-6 text-xs text-secondary">
          <summary className="w-fit rounded-md">{t('common.details')}</summary>
          <p className="mt-1 break-words select-text">
            {failure.message === texts.failure ? failure.code : `${failure.code}: ${failure.message}`}
          </p>
          {failure.detail !== undefined && <p className="mt-1 break-words select-text">{failure.detail}</p>}
        </details>
      )}
      {!isAlone && answer !== false && (
        <div className="mt-2 ml-6 flex gap-2">
          {answer}
          {second}
        </div>
      )}
    </div>
  );
}
