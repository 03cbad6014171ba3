import { Folder } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';

/** The folder that is chosen; pressing it chooses another. */
export function FolderButton({ name, testId, onClick }: { name: string; testId: string; onClick(): void }) {
  const { t } = useTranslation();
  return (
    <Button className="w-56 justify-start px-2" data-testid={testId} title={name} onClick={onClick}>
      <Icon of={Folder} className="shrink-0 text-secondary" />
      <span className="min-w-0 grow truncate text-left">{name}</span>
      <span className="text-xs text-secondary">{t('batch.change')}</span>
    </Button>
  );
}
