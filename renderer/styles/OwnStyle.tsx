import { ImagePlus } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FileInput } from '../files/FileInput';
import { useActions } from '../state/context';
import { Icon } from '../ui/Icon';

/** Takes a picture of the user's own as a style: dropped here, or chosen. */
export function OwnStyle({ photoKey }: { photoKey: string }) {
  const { t } = useTranslation();
  const { styles } = useActions();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);

  const holdsFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const onDrop = (event: DragEvent) => {
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) void styles.take(photoKey, file);
  };
  return (
    <>
      <button
        type="button"
        data-testid="own-style"
        data-drop="style"
        onClick={() => {
          void styles.pick(photoKey).then((picked) => {
            if (!picked) input.current?.click();
          });
        }}
        onDragEnter={(event) => setOver(holdsFiles(event))}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
        className={`flex w-full items-center gap-2 rounded-md border border-dashed px-3 py-2 text-left transition-colors hover:border-track ${
          isOver ? 'border-accent bg-raised' : 'border-line'
        }`}
      >
        <Icon of={ImagePlus} className="pointer-events-none shrink-0 text-secondary" />
        <span className="pointer-events-none min-w-0">
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
