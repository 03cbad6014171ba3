import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EXPORT_FORMATS, type ExportFormat, type Photo, resultFormat } from '../../contract/photo';
import { useActions, useApp } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { hasWork } from '../state/recipes';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Select } from '../ui/Select';
import { Switch } from '../ui/Switch';
import { QUALITY, QualityChoice } from './QualityChoice';

/** At 92 a JPEG is hard to tell from its source, and half the size of one at 98. */
export const LOSSY: readonly ExportFormat[] = ['jpeg', 'webp', 'avif'];
export const FORMAT_NAMES: Record<ExportFormat, string> = {
  jpeg: 'JPEG',
  png: 'PNG',
  tiff: 'TIFF',
  webp: 'WebP',
  avif: 'AVIF',
};

/** Asks how to write the restored photo. The work goes on in the background. */
export function ExportDialog({ entry, photo, onClose }: { entry: OpenPhoto; photo: Photo; onClose(): void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const downloads = useApp((state) => state.info?.downloadBase != null);
  const kept = useApp((state) => state.settings.keepMetadata);
  const [format, setFormat] = useState<ExportFormat>(() => resultFormat(photo.format));
  const [quality, setQuality] = useState(QUALITY);
  const [keepMetadata, setKeepMetadata] = useState(kept);
  const lossy = LOSSY.includes(format);
  const needsFull = entry.edit !== null && hasWork(entry.edit) && entry.render !== 'done';

  return (
    <Dialog
      title={t('export.title')}
      onClose={onClose}
      testId="export-dialog"
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            look="primary"
            data-testid="export-confirm"
            onClick={() => {
              onClose();
              void actions.exportPhoto(entry.key, { format, quality, metadata: keepMetadata ? 'all' : 'none' });
            }}
          >
            {t('export.export')}
          </Button>
        </>
      }
    >
      <Field label={t('export.format')} htmlFor={`${id}-format`}>
        <Select<ExportFormat>
          id={`${id}-format`}
          testId="export-format"
          className="w-44"
          value={format}
          options={EXPORT_FORMATS.map((value) => ({ value, label: FORMAT_NAMES[value] }))}
          onChange={setFormat}
        />
      </Field>
      <QualityChoice isLossy={lossy} quality={quality} onChange={setQuality} />
      <Field
        label={t('export.keepMetadata')}
        htmlFor={`${id}-keep`}
        hint={t('export.keepMetadataText')}
        hintId={`${id}-keep-hint`}
      >
        <Switch id={`${id}-keep`} describedBy={`${id}-keep-hint`} checked={keepMetadata} onChange={setKeepMetadata} />
      </Field>
      <div className="mt-3 space-y-1 border-t border-line pt-3 text-xs text-secondary">
        <p>{t(downloads ? 'export.toDownload' : 'export.toDialog')}</p>
        <p>{t('export.marked')}</p>
        {needsFull && <p>{t('export.needsFull')}</p>}
      </div>
    </Dialog>
  );
}
