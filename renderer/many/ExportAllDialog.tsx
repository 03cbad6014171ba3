import { Folder as FolderIcon } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EXPORT_FORMATS, type ExportFormat, resultFormat } from '../../contract/photo';
import { FORMAT_NAMES, LOSSY } from '../recipe/ExportDialog';
import { QUALITY, QualityChoice } from '../recipe/QualityChoice';
import { takenOn } from '../state/actions';
import { useActions, useApp, useMany, usePhotos } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { patternFault, RESULT_PATTERN, repeatedNames, resultNames } from '../state/naming';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field, FieldFault, FieldHint, TEXT_FIELD } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Segmented } from '../ui/Segmented';
import { Select } from '../ui/Select';
import { Switch } from '../ui/Switch';

/** How many names are shown before they are given. */
const EXAMPLES = 3;
/** How long the names may not change before they are looked up in the folder, in milliseconds. */
const LOOK_DELAY = 300;

/** What was chosen the last time, as long as the window is open. */
const last = { format: null as ExportFormat | null, quality: QUALITY, pattern: RESULT_PATTERN, toFolder: false };

/** Asks how to write the results of the selected photos. */
export function ExportAllDialog({ entries, onClose }: { entries: readonly OpenPhoto[]; onClose(): void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const downloads = useApp((state) => state.info?.downloadBase != null);
  const kept = useApp((state) => state.settings.keepMetadata);
  const folder = useMany((state) => state.folder);
  const [{ format, quality, pattern, toFolder }, setDraft] = useState(() => ({ ...last }));
  const [keepMetadata, setKeepMetadata] = useState(kept);
  const set = (change: Partial<typeof last>) => {
    Object.assign(last, change);
    setDraft({ ...last });
  };
  const needsFolder = !downloads || toFolder;
  const fault = patternFault(pattern);
  const named = entries.map((entry) => ({
    name: entry.name,
    taken: takenOn(entry),
    format: format ?? resultFormat(entry.photo!.format),
  }));
  const names = fault === null ? resultNames(pattern, named, t('many.exporting.undated')) : [];
  const taken = useTakenNames(needsFolder ? folder : null, names);
  const repeated = repeatedNames(names);
  const lossy = named.some((each) => LOSSY.includes(each.format));
  const canExport = fault === null && entries.length > 0 && (!needsFolder || folder !== null);

  return (
    <Dialog
      title={t('many.exporting.title', { count: entries.length })}
      onClose={onClose}
      width={480}
      testId="export-dialog"
      footer={
        <>
          <Button look="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            look="primary"
            data-testid="export-confirm"
            disabled={!canExport}
            onClick={() => {
              onClose();
              actions.exportAll({
                format,
                quality,
                metadata: keepMetadata ? 'all' : 'none',
                pattern,
                undated: t('many.exporting.undated'),
                folder: needsFolder ? folder : null,
              });
            }}
          >
            {t('export.export')}
          </Button>
        </>
      }
    >
      {downloads && (
        <Field label={t('many.exporting.place')}>
          <Segmented
            label={t('many.exporting.place')}
            value={toFolder ? 'folder' : 'downloads'}
            options={(['downloads', 'folder'] as const).map((value) => ({
              value,
              label: t(`many.exporting.places.${value}`),
            }))}
            onChange={(place) => set({ toFolder: place === 'folder' })}
          />
        </Field>
      )}
      {needsFolder && (
        <Field label={t('many.exporting.folder')}>
          <Button
            className="w-56 justify-start"
            data-testid="export-folder"
            title={folder?.name}
            onClick={() => actions.pickExportFolder()}
          >
            <Icon of={FolderIcon} className="shrink-0 text-secondary" />
            <span className="min-w-0 grow truncate text-left">{folder?.name ?? t('many.exporting.noFolder')}</span>
          </Button>
        </Field>
      )}
      <Field label={t('export.format')} htmlFor={`${id}-format`}>
        <Select<ExportFormat | 'own'>
          id={`${id}-format`}
          testId="export-format"
          className="w-56"
          value={format ?? 'own'}
          options={[
            { value: 'own', label: t('many.exporting.ownFormat') },
            ...EXPORT_FORMATS.map((value) => ({ value, label: FORMAT_NAMES[value] })),
          ]}
          onChange={(chosen) => set({ format: chosen === 'own' ? null : chosen })}
        />
      </Field>
      <QualityChoice isLossy={lossy} quality={quality} onChange={(next) => set({ quality: next })} />
      <Field label={t('many.exporting.pattern')} htmlFor={`${id}-pattern`}>
        <input
          id={`${id}-pattern`}
          type="text"
          value={pattern}
          data-testid="export-pattern"
          aria-invalid={fault !== null}
          aria-describedby={`${id}-pattern-hint ${id}-pattern-fault`}
          onChange={(event) => set({ pattern: event.target.value })}
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
      <Field
        label={t('export.keepMetadata')}
        htmlFor={`${id}-keep`}
        hint={t('export.keepMetadataText')}
        hintId={`${id}-keep-hint`}
      >
        <Switch id={`${id}-keep`} describedBy={`${id}-keep-hint`} checked={keepMetadata} onChange={setKeepMetadata} />
      </Field>
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
