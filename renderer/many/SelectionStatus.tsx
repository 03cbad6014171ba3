import { useTranslation } from 'react-i18next';
import { usePhotos } from '../state/context';
import { selectedPhotos } from '../state/selection';

/** Tells screen readers how many photos are selected. */
export function SelectionStatus() {
  const { t } = useTranslation();
  const count = usePhotos((state) => selectedPhotos(state).length);
  const all = usePhotos((state) => state.photos.length);
  return (
    <p role="status" data-testid="selection-status" className="sr-only">
      {count > 1 && t('many.selected', { count, all })}
    </p>
  );
}
