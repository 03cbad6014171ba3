import { Folder } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { folderFault } from '../state/folderPage';
import { Button } from '../ui/Button';
import { Field, FieldFault, TEXT_FIELD } from '../ui/Field';
import { Icon } from '../ui/Icon';

interface FolderButtonProps {
  name: string;
  testId: string;
  onClick(): void;
}

/** Shows the chosen folder. Pressing it opens the dialog to choose another. */
export function FolderButton({ name, testId, onClick }: FolderButtonProps) {
  const { t } = useTranslation();
  return (
    <Button className="w-56 justify-start" data-testid={testId} title={name} onClick={onClick}>
      <Icon of={Folder} className="shrink-0 text-secondary" />
      <span className="min-w-0 grow truncate text-left">{name}</span>
      <span className="text-xs text-secondary">{t('folderPage.change')}</span>
    </Button>
  );
}

export function FolderField({ label, ...button }: FolderButtonProps & { label: string }) {
  return (
    <Field label={label}>
      <FolderButton {...button} />
    </Field>
  );
}

interface NewFolderFieldProps {
  name: string;
  testId: string;
  onChange(name: string): void;
}

/** The name of the folder to be created, and what is wrong with it. */
export function NewFolderField({ name, testId, onChange }: NewFolderFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const fault = folderFault(name);
  return (
    <>
      <Field label={t('folderPage.name')} htmlFor={id}>
        <input
          id={id}
          type="text"
          value={name}
          data-testid={testId}
          aria-invalid={fault !== null}
          aria-describedby={`${id}-fault`}
          onChange={(event) => onChange(event.target.value)}
          className={`h-7 w-56 ${TEXT_FIELD}`}
        />
      </Field>
      <FieldFault id={`${id}-fault`}>{fault !== null && t(`batch.faults.${fault}`)}</FieldFault>
    </>
  );
}
