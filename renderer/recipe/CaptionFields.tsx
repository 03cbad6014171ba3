import { type ChangeEvent, type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Caption } from '../../contract/caption';
import { readDate } from '../../document/edtf';
import { FieldFault, TEXT_FIELD } from '../ui/Field';
import { writtenDate } from './captionDate';

interface CaptionFieldsProps {
  value: Caption;
  disabled?: boolean;
  /** Takes over a field that was left. An empty one removes what was there. */
  onPut(fields: Caption): void;
}

/** Title, description, people, place and date. Each field is taken over when it is left. */
export function CaptionFields({ value: known, disabled = false, onPut }: CaptionFieldsProps) {
  const { t, i18n } = useTranslation();
  const [fault, setFault] = useState<string | null>(null);
  const put = (fields: Caption) => {
    onPut(fields);
    return true;
  };
  const putDate = (text: string) => {
    const date = text === '' ? '' : readDate(text, i18n.language !== 'en');
    setFault(date === null ? t('caption.dateFault') : null);
    if (date !== null) put({ date });
    return date !== null;
  };
  const people = (text: string) => text.split(';').flatMap((name) => name.trim() || []);
  return (
    <>
      <Line
        label={t('caption.title')}
        value={known.title}
        most={300}
        isOff={disabled}
        onPut={(title) => put({ title })}
      />
      <Line
        label={t('caption.description')}
        value={known.description}
        most={10_000}
        rows={3}
        isOff={disabled}
        onPut={(description) => put({ description })}
      />
      <Line
        label={t('caption.people')}
        hint={t('caption.peopleHint')}
        value={known.people?.join('; ')}
        most={5000}
        isOff={disabled}
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
        isOff={disabled}
        onPut={(place) => put({ place })}
      />
      <Line
        label={t('caption.date')}
        hint={t('caption.dateHint')}
        value={known.date && writtenDate(known.date, t, i18n.language)}
        most={100}
        fault={fault}
        isOff={disabled}
        onPut={putDate}
      />
    </>
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
