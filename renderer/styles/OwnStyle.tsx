import { ImagePlus } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { FileInput } from '../files/FileInput';
import { useActions } from '../state/context';
import { Icon } from '../ui/Icon';

/** Adds a picture of the user as a style. It is chosen here or dropped anywhere on the panel. */
export function OwnStyle({ photoKey, isOver }: { photoKey: string; isOver: boolean }) {
  const { t } = useTranslation();
  const { styles } = useActions();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        data-testid="own-style"
        onClick={() => {
          void styles.pick(photoKey).then((picked) => {
            if (!picked) input.current?.click();
          });
        }}
        className={`flex w-full items-center gap-2 rounded-md border border-dashed px-3 py-2 text-left transition-colors hover:border-track ${
          isOver ? 'border-accent bg-raised' : 'border-line'
        }`}
      >
        <Icon of={ImagePlus} className="shrink-0 text-secondary" />
        <span className="min-w-0">
          <span className="block">{t('styles.add')}</span>
          <span className="block text-xs text-secondary">{t('styles.addText')}</span>
        </span>
      </button>
      <FileInput
        ref={input}
        accept="image/*"
        testId="style-input"
        onFiles={([file]) => void styles.take(photoKey, file)}
      />
    </>
  );
}
