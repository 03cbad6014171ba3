import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { resultFormat } from '../../contract/photo';
import { useActions, useApp, useMany, usePhotos } from '../state/context';
import { takenOn } from '../state/listing';
import type { OpenPhoto } from '../state/model';
import { patternFault, repeatedNames, resultNames, stemPattern } from '../state/naming';
import { Dialog } from '../ui/Dialog';
import { DialogFooter } from '../ui/DialogFooter';
import { Field, FieldFault, FieldHint, TEXT_FIELD } from '../ui/Field';
import { choiceIn, useDraft } from './choice';
import { fitting } from './formats';
import { OutputFields } from './OutputFields';
import { PlaceField } from './PlaceField';
import { PresetField } from './PresetField';

/** How many names are shown before they are given. */
const EXAMPLES = 3;
/** How long the names may not change before they are looked up in the folder, in milliseconds. */
const LOOK_DELAY = 300;

/** Asks how to write the results of the selected photos. */
export function ExportAllDialog({ entries, onClose: close }: { entries: readonly OpenPhoto[]; onClose(): void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const downloads = useApp((state) => state.info?.downloadBase != null);
  const folder = useMany((state) => state.folder);
  const lastPattern = useMany((state) => state.pattern);
  const { draft, typed, setDraft, setTyped, forget } = useDraft(lastPattern);
  const onClose = () => {
    forget();
    close();
  };
  const pattern = typed ?? stemPattern(draft);
  // The system's dialog would ask once for each photo.
  const place = draft.place === 'ask' && !downloads ? 'folder' : draft.place;
  const fault = patternFault(pattern);
  const named = entries.map((entry) => ({
    name: entry.name,
    taken: takenOn(entry),
    format: draft.format ?? resultFormat(entry.photo!.format),
  }));
  const names = fault === null ? resultNames(pattern, named, t('many.exporting.undated')) : [];
  const taken = useTakenNames(place === 'folder' ? folder : null, names);
  const repeated = repeatedNames(names);
  const formats = [...new Set(named.map(({ format }) => format))];
  const choice = fitting(choiceIn(draft), formats);
  const canExport = fault === null && entries.length > 0 && (place !== 'folder' || folder !== null);

  return (
    <Dialog
      title={t('many.exporting.title', { count: entries.length })}
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
            actions.exportAll({ ...choice, place, pattern: typed, undated: t('many.exporting.undated') });
          }}
          onCancel={onClose}
        />
      }
    >
      <PresetField value={choiceIn(draft)} onChoose={(preset) => setDraft({ ...draft, ...preset })} />
      <Field label={t('many.exporting.pattern')} htmlFor={`${id}-pattern`}>
        <input
          id={`${id}-pattern`}
          type="text"
          value={pattern}
          data-testid="export-pattern"
          aria-invalid={fault !== null}
          aria-describedby={`${id}-pattern-hint ${id}-pattern-fault`}
          onChange={(event) => setTyped(event.target.value)}
          className={`h-7 w-56 ${TEXT_FIELD}`}
        />
      </Field>
      <FieldHint id={`${id}-pattern-hint`}>{t('many.exporting.patternText')}</FieldHint>
      <FieldFault id={`${id}-pattern-fault`}>{fault !== null && t(`many.exporting.faults.${fault}`)}</FieldFault>
      <div data-testid="export-names" className="min-h-16 text-xs text-secondary">
        {names.slice(0, EXAMPLES).map((written, i) => (
          <p key={`${entries[i]!.key}`} className="truncate">
            {t('many.exporting.example', { original: entries[i]!.name, written })}
          </p>
        ))}
        {names.length > EXAMPLES && <p>{t('many.exporting.more', { count: names.length - EXAMPLES })}</p>}
        <p role="status">
          {[
            repeated > 0 && t('many.exporting.repeated', { count: repeated }),
            taken > 0 && t('many.exporting.taken', { count: taken }),
          ]
            .filter(Boolean)
            .join(' ')}
        </p>
      </div>
      <PlaceField place={place} isMany onChange={(next) => setDraft({ ...draft, place: next })} />
      <OutputFields value={choice} formats={formats} hasOwn onChange={(change) => setDraft({ ...draft, ...change })} />
      <div className="mt-3 space-y-1 border-t border-line pt-3 text-xs text-secondary">
        <p>{t('many.exporting.marked')}</p>
        <NotReady entries={entries} />
      </div>
    </Dialog>
  );
}

/** Says how many of the selected photos cannot be exported yet. */
function NotReady({ entries }: { entries: readonly OpenPhoto[] }) {
  const { t } = useTranslation();
  const selected = usePhotos(({ photos, selected: keys }) => photos.filter(({ key }) => keys.includes(key)).length);
  const left = selected - entries.length;
  return left > 0 ? <p>{t('many.notReady', { count: left })}</p> : null;
}

/** How many of these names the folder holds already. */
function useTakenNames(folder: { token: string; name: string } | null, names: readonly string[]): number {
  const { takenNames } = useActions();
  const [count, setCount] = useState(0);
  const list = names.join('\n');
  useEffect(() => {
    if (folder === null || list === '') {
      setCount(0);
      return;
    }
    let isCurrent = true;
    const timer = setTimeout(() => {
      void takenNames(folder, list.split('\n')).then((taken) => isCurrent && setCount(taken.length));
    }, LOOK_DELAY);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [folder, list, takenNames]);
  return count;
}
