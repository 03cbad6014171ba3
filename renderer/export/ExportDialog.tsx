import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Photo, resultFormat } from '../../contract/photo';
import { useActions, useApp, useMany } from '../state/context';
import { takenOn } from '../state/listing';
import type { OpenPhoto } from '../state/model';
import { patternFault, resultStems, stemPattern } from '../state/naming';
import { hasWork } from '../state/recipes';
import { Dialog } from '../ui/Dialog';
import { DialogFooter } from '../ui/DialogFooter';
import { Field, FieldFault, TEXT_FIELD } from '../ui/Field';
import { Segmented } from '../ui/Segmented';
import { choiceIn, useDraft } from './choice';
import { Estimate } from './Estimate';
import { fitting } from './formats';
import { OutputFields } from './OutputFields';
import { PlaceField } from './PlaceField';
import { PresetField } from './PresetField';

/** Asks how to write the restored photo. The work goes on in the background. */
export function ExportDialog({ entry, photo, onClose: close }: { entry: OpenPhoto; photo: Photo; onClose(): void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const downloads = useApp((state) => state.info?.downloadBase != null);
  const folder = useMany((state) => state.folder);
  const { draft, typed, setDraft, setTyped, forget } = useDraft(null);
  const onClose = () => {
    forget();
    close();
  };
  const format = draft.format ?? resultFormat(photo.format);
  const { place } = draft;
  const { ofBatch } = entry;
  const [intoBatch, setIntoBatch] = useState(ofBatch !== null);
  const choice = { ...fitting(choiceIn(draft), [format]), format };
  const [own] = resultStems(stemPattern(draft), [{ name: entry.name, taken: takenOn(entry), format }], '');
  const name = typed ?? own!;
  const fault = patternFault(name);
  const needsFull = entry.edit !== null && hasWork(entry.edit) && entry.render !== 'done';
  const canExport =
    intoBatch || ((fault === null || fault === 'tokenUnknown') && (place !== 'folder' || folder !== null));

  return (
    <Dialog
      title={t('export.title')}
      onClose={onClose}
      width={480}
      testId="export-dialog"
      footer={
        <DialogFooter
          confirm={t('export.export')}
          testId="export-confirm"
          disabled={!canExport}
          onConfirm={() => {
            onClose();
            if (intoBatch) actions.exportToBatch(entry.key);
            else actions.exportOne(entry.key, { ...draft, ...choice, format: draft.format, name: typed });
          }}
          onCancel={onClose}
        />
      }
    >
      {ofBatch !== null && (
        <div className="mb-2">
          <Field label={t('results.exportTo')}>
            <Segmented
              label={t('results.exportTo')}
              value={intoBatch ? 'batch' : 'file'}
              options={(['batch', 'file'] as const).map((value) => ({
                value,
                label: t(`results.exportPlaces.${value}`),
              }))}
              onChange={(chosen) => setIntoBatch(chosen === 'batch')}
            />
          </Field>
        </div>
      )}
      {intoBatch && ofBatch !== null ? (
        <p className="text-secondary">{t('results.exportText', { name: ofBatch.written ?? entry.name })}</p>
      ) : (
        <>
          <PresetField value={choiceIn(draft)} onChoose={(preset) => setDraft({ ...draft, ...preset })} />
          <Field label={t('export.name')} htmlFor={`${id}-name`}>
            <input
              id={`${id}-name`}
              type="text"
              value={name}
              data-testid="export-name"
              aria-invalid={!canExport && fault !== null}
              aria-describedby={`${id}-name-fault`}
              onChange={(event) => setTyped(event.target.value)}
              className={`h-7 w-56 ${TEXT_FIELD}`}
            />
          </Field>
          <FieldFault id={`${id}-name-fault`}>
            {fault !== null && fault !== 'tokenUnknown' && t(`many.exporting.faults.${fault}`)}
          </FieldFault>
          <PlaceField place={place} isMany={false} onChange={(next) => setDraft({ ...draft, place: next })} />
          <OutputFields
            value={{ ...choice }}
            formats={[format]}
            onChange={(change) => setDraft({ ...draft, ...change })}
          />
          <div className="mt-3 space-y-1 border-t border-line pt-3 text-xs text-secondary">
            <Estimate entry={entry} choice={choice} />
            {place === 'ask' && <p>{t(downloads ? 'export.toDownload' : 'export.toDialog')}</p>}
            {needsFull && <p>{t('export.needsFull')}</p>}
          </div>
        </>
      )}
    </Dialog>
  );
}
