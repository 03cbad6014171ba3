import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { OUTPUT_BOUNDS, PRINT_DPI } from '../../contract/output';
import type { Photo } from '../../contract/photo';
import { sizesOf } from '../darkroom/resultSize';
import { useActions, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { orientationOf } from '../state/view';
import { Dialog } from '../ui/Dialog';
import { DialogFooter } from '../ui/DialogFooter';
import { Field, FieldFault } from '../ui/Field';
import { NumberField, within } from '../ui/NumberField';
import { Select } from '../ui/Select';
import { PAPERS, type Paper, paperFor } from './papers';

const CENTIMETRES = 2.54;

/** Asks how large the result is printed, in centimetres, and on which paper. The dialog of the system follows. */
export function PrintDialog({ entry, photo, onClose }: { entry: OpenPhoto; photo: Photo; onClose(): void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const orientation = useView((state) => orientationOf(state, entry.key));
  const { result } = sizesOf(photo, { recipe: entry.recipe, crop: entry.edit?.crop ?? null, orientation });
  const [paper, setPaper] = useState<Paper>('a4');
  const [width, setWidth] = useState(() => firstWidth(result));
  const size = { width, height: Math.round(((width * result.height) / result.width) * 100) / 100 };
  const sheet = paperFor(paper, size);
  const dpi = Math.round((result.width / width) * CENTIMETRES);
  const edge = (name: 'width' | 'height', change: (length: number) => number) => (
    <NumberField
      label={t(`export.${name}`)}
      testId={`print-${name}`}
      value={size[name]}
      {...OUTPUT_BOUNDS.cm}
      digits={1}
      onChange={(length) => setWidth(within(change(length), OUTPUT_BOUNDS.cm))}
    />
  );
  return (
    <Dialog
      title={t('print.title')}
      onClose={onClose}
      testId="print-dialog"
      footer={
        <DialogFooter
          confirm={t('print.print')}
          testId="print-confirm"
          disabled={sheet === null}
          onConfirm={() => {
            onClose();
            if (sheet !== null) actions.printPicture(entry.key, { ...size, paper: sheet });
          }}
          onCancel={onClose}
        />
      }
    >
      <Field label={t('print.size')}>
        <div className="flex items-center gap-1.5">
          {edge('width', (length) => length)}
          <span aria-hidden className="text-secondary">
            ×
          </span>
          {edge('height', (length) => (length * result.width) / result.height)}
          <span className="text-xs text-secondary">{t('export.units.cm')}</span>
        </div>
      </Field>
      <Field label={t('print.paper')} htmlFor={`${id}-paper`}>
        <Select<Paper>
          id={`${id}-paper`}
          testId="print-paper"
          className="w-44"
          value={paper}
          options={(Object.keys(PAPERS) as Paper[]).map((each) => ({ value: each, label: t(`print.papers.${each}`) }))}
          onChange={setPaper}
        />
      </Field>
      <FieldFault>{sheet === null && t('print.tooLarge')}</FieldFault>
      <div className="mt-3 space-y-1 border-t border-line pt-3 text-xs text-secondary">
        <p data-testid="print-dpi">{t('print.resolution', { dpi })}</p>
        <p>{t('print.actualSize')}</p>
      </div>
    </Dialog>
  );
}

/** The width in centimetres at which its pixels are fine enough, as far as it fits the paper that is offered first. */
function firstWidth({ width, height }: { width: number; height: number }): number {
  const fine = (width / PRINT_DPI) * CENTIMETRES;
  const [across, down] = width > height ? [PAPERS.a4.height, PAPERS.a4.width] : [PAPERS.a4.width, PAPERS.a4.height];
  const fits = Math.min(across, (down * width) / height);
  return Math.max(OUTPUT_BOUNDS.cm.min, Math.floor(10 * Math.min(fine, fits)) / 10);
}
