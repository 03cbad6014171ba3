import { useTranslation } from 'react-i18next';
import { Button } from './Button';

interface DialogFooterProps {
  /** What the dialog does, as the name of its button. */
  confirm: string;
  testId: string;
  disabled?: boolean;
  onConfirm(): void;
  onCancel(): void;
}

/** The foot of a dialog that asks: a way out, and what it does. */
export function DialogFooter({ confirm, testId, disabled = false, onConfirm, onCancel }: DialogFooterProps) {
  const { t } = useTranslation();
  return (
    <>
      <Button look="quiet" onClick={onCancel}>
        {t('common.cancel')}
      </Button>
      <Button look="primary" data-testid={testId} disabled={disabled} onClick={onConfirm}>
        {confirm}
      </Button>
    </>
  );
}
