import { FileWarning } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { MAX_PROPOSED_MISSING, type Photo } from '../../contract/photo';
import { keptPart } from '../../document/crop';
import { useActions } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';

/**
 * Says that the file of a photo breaks off. What is missing is proposed for repair if it is small. Else the photo can be cropped
 * to the rest, or filled on demand.
 */
export function PartlyRead({ entry, missing }: { entry: OpenPhoto; missing: NonNullable<Photo['missing']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const actions = useActions();
  const isProposed = missing.share < MAX_PROPOSED_MISSING;
  const isCropped = entry.edit?.crop != null;
  const kept = entry.photo && keptPart(missing.rects, entry.photo);
  const fill = () => {
    for (const { x, y, width, height } of missing.rects) {
      const points = [x, y, x + width, y, x + width, y + height, x, y + height];
      actions.paint(entry.key, { kind: 'area', shape: 'rectangle', mode: 'add', points });
    }
  };
  return (
    <div data-testid="partly-read" className="flex gap-2 pb-1">
      <Icon of={FileWarning} className="mt-0.5 shrink-0" />
      <div>
        <h2 className="font-medium">{t('partlyRead.title')}</h2>
        <p className="mt-0.5 text-xs text-secondary">
          {t('partlyRead.text', { share: format.percent(Math.floor(100 * (1 - missing.share)) / 100) })}{' '}
          {t(isCropped ? 'partlyRead.cropped' : isProposed ? 'partlyRead.proposed' : 'partlyRead.grey')}
        </p>
        {isCropped && (
          <Button className="mt-2" data-testid="uncrop" onClick={() => actions.crop(entry.key, null)}>
            {t('partlyRead.whole')}
          </Button>
        )}
        {!isProposed && !isCropped && (
          <div className="mt-2 flex flex-wrap gap-2">
            {kept && (
              <Button data-testid="crop-missing" onClick={() => actions.crop(entry.key, kept)}>
                {t('partlyRead.crop')}
              </Button>
            )}
            <Button data-testid="fill-missing" onClick={fill}>
              {t('partlyRead.fill')}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
