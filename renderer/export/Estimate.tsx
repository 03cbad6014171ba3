import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Response } from '../../contract/calls';
import type { ExportChoice } from '../../contract/output';
import type { ExportFormat } from '../../contract/photo';
import { useActions } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { DisclosureButton } from '../ui/DisclosureButton';
import { useFormat } from '../useFormat';

/** How long no setting may change before the size is estimated again, in milliseconds. */
const DELAY = 250;

interface EstimateProps {
  entry: OpenPhoto;
  choice: ExportChoice & { format: ExportFormat };
}

/** About how large the file will be, and what it will say of its edit, word for word. */
export function Estimate({ entry, choice }: EstimateProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const found = useEstimate(entry, choice);
  if (found === null) return <p className="min-h-5">{t('export.estimating')}</p>;
  const { width, height, dpi, isSmaller, bytes, mark } = found;
  return (
    <>
      <p data-testid="export-estimate" role="status" className="min-h-5 text-text">
        {t('export.about', { width, height, bytes: format.bytes(bytes) })}
      </p>
      {isSmaller && (
        <p data-testid="export-smaller">
          {dpi === null ? t('export.smaller') : t('export.smallerPrint', { dpi: Math.round(dpi) })}
        </p>
      )}
      {mark !== null && (
        <div>
          <DisclosureButton
            open={isOpen}
            controls={`${id}-mark`}
            label={t(
              mark.some(({ name }) => name === 'Iptc4xmpExt:DigitalSourceType') ? 'export.marked' : 'export.unmarked',
            )}
            testId="export-mark"
            onClick={() => setIsOpen(!isOpen)}
          />
          <dl id={`${id}-mark`} hidden={!isOpen} className="mt-1 space-y-1 pl-4 break-words select-text">
            {mark.map(({ name, value }) => (
              <div key={name}>
                <dt className="inline">{name}: </dt>
                <dd className="inline text-text">{value}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </>
  );
}

function useEstimate(
  { key, render, rendering, edit }: OpenPhoto,
  choice: EstimateProps['choice'],
): Response<'photos.estimate'> | null {
  const { estimate } = useActions();
  const [found, setFound] = useState<Response<'photos.estimate'> | null>(null);
  const asked = JSON.stringify(choice);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another rendering or edit gives another estimate.
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      void estimate(key, JSON.parse(asked)).then((answer) => isCurrent && answer !== null && setFound(answer));
    }, DELAY);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key, asked, render, rendering, edit, estimate]);
  return found;
}
