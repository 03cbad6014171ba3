import { Film } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActions, useCrop } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';

/** Says that a photo looks like a negative, and offers to develop it. */
export function NegativeOffer({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const { cropTool } = useActions();
  // The tool develops it, and says what it does.
  const isCropping = useCrop((state) => state.cropping !== null);
  if (isCropping) return null;
  return (
    <div data-testid="negative-offer" className="flex gap-2 pb-1">
      <Icon of={Film} className="mt-0.5 shrink-0" />
      <div>
        <h2 className="font-medium">{t('negative.title')}</h2>
        <p className="mt-0.5 text-xs text-secondary">{t('negative.text')}</p>
        <Button className="mt-2" data-testid="develop" onClick={() => void cropTool.develop(entry.key)}>
          {t('negative.develop')}
        </Button>
      </div>
    </div>
  );
}
