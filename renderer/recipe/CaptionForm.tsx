import { type ChangeEvent, type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Caption } from '../../contract/caption';
import { readDate } from '../../document/edtf';
import { useActions, usePhotos } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { selectedPhotos } from '../state/selection';
import { Button } from '../ui/Button';
import { FieldFault, TEXT_FIELD } from '../ui/Field';
import { writtenDate } from './captionDate';

/** What a photo shows, in words. Each field is taken over when it is left. */
export function CaptionForm({ entry }: { entry: OpenPhoto }) {
  const { t, i18n } = useTranslation();
  const { caption, captionAll } = useActions();
  const others = usePhotos((state) => selectedPhotos(state).filter(({ key }) => key !== entry.key).length);
  const [fault, setFault] = useState<string | null>(null);
  const { photo, edit, log, key } = entry;
  if (photo === null) return null;
  const known: Caption = { ...photo.caption, ...edit?.caption };
  const put = (fields: Caption) => {
    caption(key, fields);
    return true;
  };
  const putDate = (text: string) => {
    const date = text === '' ? '' : readDate(text, i18n.language !== 'en');
    setFault(date === null ? t('caption.dateFault') : null);
    if (date !== null) put({ date });
    return date !== null;
  };
  const people = (text: string) => text.split(';').flatMap((name) => name.trim() || []);
  const hasSaid = Object.keys(edit?.caption ?? {}).length > 0;
  return (
    <section data-testid="caption" className="space-y-2">
      <h2 className="font-medium">{t('caption.heading')}</h2>
      <Line
        label={t('caption.title')}
        value={known.title}
        most={300}
        isOff={log === null}
        onPut={(title) => put({ title })}
      />
      <Line
        label={t('caption.description')}
        value={known.description}
        most={10_000}
        rows={3}
        isOff={log === null}
        onPut={(description) => put({ description })}
      />
      <Line
        label={t('caption.people')}
        hint={t('caption.peopleHint')}
        value={known.people?.join('; ')}
        most={5000}
        isOff={log === null}
        onPut={(text) =>
          put({
            people: people(text)
              .slice(0, 200)
              .map((name) => name.slice(0, 200)),
          })
        }
      />
      <Line
        label={t('caption.place')}
        value={known.place}
        most={300}
        isOff={log === null}
        onPut={(place) => put({ place })}
      />
      <Line
        label={t('caption.date')}
        hint={t('caption.dateHint')}
        value={known.date && writtenDate(known.date, t, i18n.language)}
        most={100}
        fault={fault}
        isOff={log === null}
        onPut={putDate}
      />
      <p className="text-xs text-secondary">{t('caption.text')}</p>
      {others > 0 && (
        <Button data-testid="caption-all" disabled={!hasSaid} onClick={() => captionAll(key)}>
          {t('caption.toAll', { count: others })}
        </Button>
      )}
    </section>
  );
}

interface LineProps {
  label: string;
  hint?: string;
  value: string | undefined;
  /** The most letters that it takes. */
  most: number;
  /** How high it is; one row where absent. */
  rows?: number;
  fault?: string | null;
  isOff: boolean;
  /** False: it is refused. */
  onPut(text: string): boolean | undefined;
}

/** A field that is taken over when it is left, or with Enter where it has one row. Escape takes the typing back. */
function Line({ label, hint, value = '', most, rows, isOff, onPut, ...more }: LineProps) {
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const fault = draft === null ? null : (more.fault ?? null);
  const finish = () => {
    // What is refused stays, so that it can be mended.
    if (draft === null || draft.trim() === value || onPut(draft.trim()) !== false) setDraft(null);
  };
  const field = {
    id,
    value: draft ?? value,
    maxLength: most,
    disabled: isOff,
    'aria-invalid': fault !== null,
    'aria-describedby': `${id}-more`,
    onChange: ({ target }: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => setDraft(target.value),
    onBlur: finish,
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      if (event.key === 'Escape') setDraft(null);
      if (event.key === 'Enter' && rows === undefined) finish();
    },
  };
  return (
    <div>
      <label htmlFor={id} className="mb-0.5 block text-xs text-secondary">
        {label}
      </label>
      {rows === undefined ? (
        <input type="text" {...field} className={`h-7 w-full ${TEXT_FIELD}`} />
      ) : (
        <textarea rows={rows} {...field} className={`w-full resize-y py-1 ${TEXT_FIELD}`} />
      )}
      <div id={`${id}-more`}>
        {hint !== undefined && fault === null && <p className="text-xs text-secondary">{hint}</p>}
        <FieldFault>{fault}</FieldFault>
      </div>
    </div>
  );
}
