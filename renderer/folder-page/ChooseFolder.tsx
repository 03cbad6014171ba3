import { FolderOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../state/context';
import { Button } from '../ui/Button';
import { EmptyArea } from '../ui/EmptyArea';

interface ChooseFolderProps {
  title: string;
  text: string;
  /** The text of the button. */
  choose: string;
  testId: string;
  buttonTestId: string;
  onChoose(): void;
  children?: ReactNode;
}

/** Shown as long as no folder is chosen. */
export function ChooseFolder({ title, text, choose, testId, buttonTestId, onChoose, children }: ChooseFolderProps) {
  const { t } = useTranslation();
  // A browser hands over the files of a folder, but not where they are.
  const canDrop = useApp((state) => state.info?.uploadUrl === null);
  return (
    <EmptyArea icon={FolderOpen} title={title} text={text} testId={testId}>
      <Button look="primary" data-testid={buttonTestId} className="mt-5" onClick={onChoose}>
        {choose}
      </Button>
      {canDrop && <p className="mt-5 text-xs">{t('folderPage.drop')}</p>}
      {children}
    </EmptyArea>
  );
}
