import { Folder as FolderIcon } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { EXPORT_PLACES, type ExportPlace } from '../../contract/output';
import { useActions, useApp, useMany } from '../state/context';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Select } from '../ui/Select';

interface PlaceFieldProps {
  place: ExportPlace;
  /** Whether several photos are exported; then the system's dialog would ask for each. */
  isMany: boolean;
  onChange(place: ExportPlace): void;
}

/** Where results go. */
export function PlaceField({ place, isMany, onChange }: PlaceFieldProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const downloads = useApp((state) => state.info?.downloadBase != null);
  const folder = useMany((state) => state.folder);
  return (
    <>
      <Field label={t('many.exporting.place')} htmlFor={`${id}-place`}>
        <Select<ExportPlace>
          id={`${id}-place`}
          testId="export-place"
          className="w-56"
          value={place}
          options={EXPORT_PLACES.filter((each) => each !== 'ask' || downloads || !isMany).map((each) => ({
            value: each,
            label: t(each === 'ask' && downloads ? 'export.places.downloads' : `export.places.${each}`),
          }))}
          onChange={onChange}
        />
      </Field>
      {place === 'folder' && (
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
    </>
  );
}
