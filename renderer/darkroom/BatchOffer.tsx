import { Images } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../state/context';
import { lastPart } from '../state/folderPage';
import type { OpenPhoto } from '../state/model';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';

/** Says that the photo belongs to a batch, and leads back to it. */
export function BatchOffer({ entry: { ofBatch } }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const { results } = useActions();
  if (ofBatch === null) return null;
  return (
    <section
      aria-label={t('batch.title')}
      data-testid="of-batch"
      className="flex shrink-0 items-center gap-2 border-b border-line bg-panel px-3 py-2"
    >
      <Icon of={Images} className="shrink-0 text-accent" />
      <p className="min-w-0 grow truncate">{t('results.fromBatch', { folder: lastPart(ofBatch.folder) })}</p>
      <Button data-testid="back-to-batch" onClick={() => results.goBack(ofBatch)}>
        {t('results.backToBatch')}
      </Button>
    </section>
  );
}
