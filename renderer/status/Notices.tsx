import { CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { shorten } from '../i18n/format';
import { useActions, useNotices, usePhotos } from '../state/context';
import type { Notice } from '../state/model';
import { Button, IconButton } from '../ui/Button';
import { Icon } from '../ui/Icon';

/** How long a notice stays that needs no answer, in milliseconds. */
const LINGER = 10_000;
const NAME_LENGTH = 36;

/** What there is to tell, above the status line, out of the way. */
export function Notices() {
  const { t } = useTranslation();
  const notices = useNotices((state) => state.notices);
  const overFilmstrip = usePhotos((state) => state.photos.length > 1);
  return (
    <section
      aria-label={t('notices.label')}
      className={`pointer-events-none fixed left-3 z-30 flex w-[380px] max-w-[calc(100vw-24px)] flex-col gap-2 overflow-y-auto ${overFilmstrip ? 'bottom-28 max-h-[calc(100vh-176px)]' : 'bottom-10 max-h-[calc(100vh-104px)]'}`}
    >
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </section>
  );
}

const SIGNS = { error: TriangleAlert, done: CircleCheck, info: Info };

function NoticeCard({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  const { dismiss } = useActions();
  const [held, setHeld] = useState(false);
  const { id, stays, tone, text, params, failure, action } = notice;
  useEffect(() => {
    if (stays || held) return;
    const timer = setTimeout(() => dismiss(id), LINGER);
    return () => clearTimeout(timer);
  }, [id, stays, held, dismiss]);

  const name = shorten(params.name ?? '', NAME_LENGTH);
  const place =
    text === 'downloaded' || text === 'maskDownloaded' || text === 'recipeDownloaded'
      ? t('notices.downloadedTo')
      : params.place !== undefined
        ? t('notices.exportedTo', { place: params.place })
        : null;
  const answer = action !== null && (
    <Button
      className="-my-1"
      onClick={() => {
        dismiss(id);
        action.run();
      }}
    >
      {t(`notices.actions.${action.label}`)}
    </Button>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only holds the notice in place.
    <div
      role={tone === 'error' ? 'alert' : 'status'}
      data-testid={`notice-${tone}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto shrink-0 rounded-md border border-line bg-panel p-3 shadow-lg"
    >
      <div className="flex items-start gap-2">
        <Icon of={SIGNS[tone]} className={`mt-0.5 shrink-0 ${tone === 'error' ? 'text-danger' : 'text-accent'}`} />
        <div className="min-w-0 grow select-text">
          <p className="font-medium break-words" title={params.name}>
            {t(`notices.${text}`, { name })}
          </p>
          {failure !== null && <p className="mt-0.5">{t(`errors.${failure.code}`)}</p>}
          {place !== null && <p className="mt-0.5 break-words text-secondary">{place}</p>}
        </div>
        {/* A sentence alone has its answer beside it. */}
        {failure === null && place === null && answer}
        <IconButton label={t('notices.dismiss')} onClick={() => dismiss(id)} className="-mt-1 -mr-1">
          <Icon of={X} />
        </IconButton>
      </div>
      {failure !== null && (
        <details className="mt-1 ml-6 text-xs text-secondary">
          <summary className="w-fit rounded-md">{t('common.details')}</summary>
          <p className="mt-1 break-words select-text">{`${failure.code}: ${failure.message}`}</p>
          {failure.detail !== undefined && <p className="mt-1 break-words select-text">{failure.detail}</p>}
        </details>
      )}
      {(failure !== null || place !== null) && answer !== false && <div className="mt-2 ml-6">{answer}</div>}
    </div>
  );
}
