import { ImagePlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { FileInput } from '../files/FileInput';
import { useActions, useApp } from '../state/context';
import { Button } from '../ui/Button';

export function EmptyState() {
  const { t } = useTranslation();
  const { pickPhotos } = useActions();
  const lost = useApp((state) => state.connection === 'lost');
  const uploads = useApp((state) => state.info?.nativeDialogs === false);
  return (
    <div className="h-full p-4">
      <div
        data-testid="empty"
        className="flex h-full flex-col items-center justify-center rounded-md border border-dashed border-track px-6 text-center"
      >
        <ImagePlus size={32} strokeWidth={1} aria-hidden="true" />
        <h2 className="mt-4 text-lg font-medium">{t('empty.title')}</h2>
        <p className="mt-1 max-w-96 text-balance">{t(lost ? 'empty.lost' : 'empty.text')}</p>
        <Button look="primary" data-testid="open" className="mt-5 px-4" onClick={() => void pickPhotos()}>
          {t('empty.open')}
        </Button>
        {uploads && <FileInput />}
        <p className="mt-5 text-xs">{t('empty.formats')}</p>
      </div>
    </div>
  );
}
