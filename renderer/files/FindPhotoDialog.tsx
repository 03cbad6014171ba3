import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useApp } from '../state/context';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { FileInput } from './FileInput';

/** Asks for the photo of an edit file that was opened by itself. */
export function FindPhotoDialog() {
  const { t } = useTranslation();
  const { pickLostPhoto, takeLostPhoto, skipLostPhoto } = useActions();
  const edit = useApp((state) => state.lostEdits[0]);
  const input = useRef<HTMLInputElement>(null);
  if (edit === undefined) return null;
  const { photo } = edit;
  return (
    <Dialog
      // The next edit file gets a new dialog.
      key={edit.token}
      title={t('editFile.find')}
      onClose={skipLostPhoto}
      testId="find-photo"
      footer={
        <>
          <FileInput ref={input} accept="image/*" testId="find-photo-input" onFiles={([file]) => takeLostPhoto(file)} />
          <Button look="quiet" onClick={skipLostPhoto}>
            {t('common.cancel')}
          </Button>
          <Button
            look="primary"
            data-initial-focus
            data-testid="find-photo-choose"
            onClick={() => {
              void pickLostPhoto().then((picked) => {
                if (!picked) input.current?.click();
              });
            }}
          >
            {t('editFile.choose')}
          </Button>
        </>
      }
    >
      <p className="break-words">
        {t('editFile.lost', { name: edit.name, photo: photo.name, width: photo.width, height: photo.height })}
      </p>
      <p className="mt-2 text-secondary">{t('editFile.byContent')}</p>
    </Dialog>
  );
}
