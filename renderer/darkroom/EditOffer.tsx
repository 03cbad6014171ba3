import { FilePen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';

/** Offers an edit file that lies beside the photo and is newer than the stored edits. */
export function EditOffer({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const format = useFormat();
  const actions = useActions();
  const { offered } = entry;
  if (offered === null || entry.phase !== 'ready') return null;
  return (
    <section
      aria-label={t('editFile.offer')}
      data-testid="edit-offer"
      className="flex shrink-0 items-center gap-2 border-b border-line bg-panel px-3 py-2"
    >
      <Icon of={FilePen} className="shrink-0 text-accent" />
      <p role="status" className="min-w-0 grow">
        {t('editFile.beside', { name: offered.name, date: format.date(offered.savedAt) })}
      </p>
      <Button look="quiet" data-testid="offer-keep" onClick={() => actions.keepMine(entry.key)}>
        {t('editFile.keep')}
      </Button>
      <Button data-testid="offer-use" onClick={() => actions.takeOffered(entry.key)}>
        {t('editFile.use')}
      </Button>
    </section>
  );
}
