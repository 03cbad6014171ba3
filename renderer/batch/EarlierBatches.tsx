import { Folder } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { BatchEntry } from '../../contract/batch';
import { useActions, useBatch } from '../state/context';
import { lastPart } from '../state/folderPage';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';

/** How many batches are offered. */
const MOST = 6;

/** Batches that were not finished, and those whose results can be looked at. */
export function EarlierBatches() {
  const { t } = useTranslation();
  const known = useBatch((state) => state.known);
  const ended = useBatch((state) => state.batch?.id ?? null);
  const entries = known.slice(0, MOST);
  if (entries.length === 0) return null;
  return (
    <section aria-label={t('batch.earlier.title')} className="mt-8 w-full max-w-160 text-left">
      <h3 className="text-xs">{t('batch.earlier.title')}</h3>
      <ul className="mt-2 space-y-2" data-testid="earlier">
        {entries.map((entry) => (
          <EarlierBatch key={entry.id} entry={entry} isEnded={entry.id === ended} />
        ))}
      </ul>
    </section>
  );
}

function EarlierBatch({ entry, isEnded }: { entry: BatchEntry; isEnded: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { batch } = useActions();
  const starting = useBatch((state) => state.starting);
  return (
    <li className="flex flex-wrap items-center gap-2 rounded-md border border-line bg-panel py-2 pr-2 pl-3">
      <Icon of={Folder} className="shrink-0 text-secondary" />
      <div className="mr-2 min-w-0 grow basis-64" title={`${entry.input} → ${entry.output}`}>
        <p className="truncate">{lastPart(entry.input)}</p>
        <p className="truncate text-xs text-secondary">
          {t(entry.finished ? 'batch.earlier.finished' : 'batch.earlier.begun', { date: format.date(entry.begunAt) })}
        </p>
      </div>
      <div className="ml-auto flex gap-2">
        {(isEnded || entry.finished) && (
          <Button data-testid="show-batch" disabled={starting} onClick={() => batch.showBatch(entry.id)}>
            {t('batch.earlier.show')}
          </Button>
        )}
        {!entry.finished && (
          <>
            <Button data-testid="go-on" disabled={starting} onClick={() => batch.continueBatch(entry.id)}>
              {t('batch.continue')}
            </Button>
            <Button look="quiet" onClick={() => batch.forget(entry)}>
              {t('batch.earlier.forget')}
            </Button>
          </>
        )}
      </div>
    </li>
  );
}
