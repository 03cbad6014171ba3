import { useTranslation } from 'react-i18next';
import type { Caption } from '../../contract/caption';
import { useActions, usePhotos } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { selectedPhotos } from '../state/selection';
import { Button } from '../ui/Button';
import { CaptionFields } from './CaptionFields';

/** What a photo shows, in words. Each field is taken over when it is left. */
export function CaptionForm({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const { caption, captionAll } = useActions();
  const others = usePhotos((state) => selectedPhotos(state).filter(({ key }) => key !== entry.key).length);
  const { photo, edit, log, key } = entry;
  if (photo === null) return null;
  const known: Caption = { ...photo.caption, ...edit?.caption };
  const hasSaid = Object.keys(edit?.caption ?? {}).length > 0;
  return (
    <section data-testid="caption" className="space-y-2">
      <h2 className="font-medium">{t('caption.heading')}</h2>
      <CaptionFields value={known} disabled={log === null} onPut={(fields) => caption(key, fields)} />
      <p className="text-xs text-secondary">{t('caption.text')}</p>
      {others > 0 && (
        <Button data-testid="caption-all" disabled={!hasSaid} onClick={() => captionAll(key)}>
          {t('caption.toAll', { count: others })}
        </Button>
      )}
    </section>
  );
}
