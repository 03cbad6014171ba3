import { useTranslation } from 'react-i18next';
import { useActions } from '../../state/context';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';

/** Asks whether a result that somebody else has changed is replaced all the same. */
export function AgreeDialog({ name }: { name: string }) {
  const { t } = useTranslation();
  const { answer } = useActions().results;
  return (
    <Dialog
      title={t('results.changedTitle')}
      onClose={() => answer(false)}
      testId="agree-dialog"
      footer={
        <>
          <Button look="quiet" data-testid="agree-replace" onClick={() => answer(true)}>
            {t('results.replace')}
          </Button>
          <Button look="primary" data-initial-focus data-testid="agree-leave" onClick={() => answer(false)}>
            {t('results.leave')}
          </Button>
        </>
      }
    >
      <p>{t('results.changedText', { name })}</p>
    </Dialog>
  );
}
