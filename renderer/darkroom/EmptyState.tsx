import { Folder, History, ImagePlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { PhotoInput } from '../files/FileInput';
import { isOver } from '../state/batch';
import { useActions, useApp, useBatch } from '../state/context';
import { lastPart } from '../state/folderPage';
import { Button } from '../ui/Button';
import { EmptyArea } from '../ui/EmptyArea';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';

/** Limited, so that unfinished folders do not push the recent photos out of view. */
const MAX_FOLDERS = 3;

export function EmptyState() {
  const { t } = useTranslation();
  const { openFiles, pickPhotos, view } = useActions();
  const format = useFormat();
  const recent = useApp((state) => state.recent);
  const lost = useApp((state) => state.connection === 'lost');
  const batch = useBatch((state) => state.batch);
  const atWork = batch === null || isOver(batch) ? null : batch.id;
  const folders = useBatch((state) => state.known).filter(({ id, finished }) => !finished && id !== atWork);
  const uploads = useApp((state) => state.info?.nativeDialogs === false);
  return (
    <EmptyArea icon={ImagePlus} title={t('empty.title')} text={t(lost ? 'empty.lost' : 'empty.text')} testId="empty">
      <div className="mt-5 flex flex-wrap justify-center gap-2">
        <Button look="primary" data-testid="open" onClick={() => void pickPhotos()}>
          {t('empty.open')}
        </Button>
        <Button data-testid="open-folder" onClick={() => view.goTo('batch')}>
          {t('empty.folder')}
        </Button>
      </div>
      {uploads && <PhotoInput />}
      <p className="mt-5 text-xs">{t('empty.formats')}</p>
      {recent.length + folders.length > 0 && (
        <section aria-label={t('empty.recent')} className="mt-8 w-full max-w-112 text-left">
          <h3 className="px-2 text-xs">{t('empty.recent')}</h3>
          <ul className="mt-1" data-testid="recent">
            {folders.slice(0, MAX_FOLDERS).map((entry) => (
              <li key={entry.id}>
                <button
                  type="button"
                  onClick={() => view.goTo('batch')}
                  className="flex h-8 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-panel"
                >
                  <Icon of={Folder} className="shrink-0" />
                  <span className="min-w-0 grow truncate" title={entry.input}>
                    {t('empty.unfinished', { name: lastPart(entry.input) })}
                  </span>
                  <span className="shrink-0 text-xs">{format.date(entry.begunAt)}</span>
                </button>
              </li>
            ))}
            {recent.map((entry) => (
              <li key={entry.token}>
                <button
                  type="button"
                  onClick={() => openFiles([entry])}
                  className="flex h-8 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-panel"
                >
                  <Icon of={History} className="shrink-0" />
                  <span className="min-w-0 grow truncate" title={entry.name}>
                    {entry.name}
                  </span>
                  <span className="shrink-0 text-xs">{format.date(entry.editedAt)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </EmptyArea>
  );
}
