import { MoreHorizontal } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ExportChoice, MAX_PRESETS, SHIPPED_PRESETS, type ShippedPreset } from '../../contract/output';
import { useActions, useApp } from '../state/context';
import { Button } from '../ui/Button';
import { Field, TEXT_FIELD } from '../ui/Field';
import { Icon } from '../ui/Icon';
import { Menu, MenuItem } from '../ui/Menu';
import { Select } from '../ui/Select';
import { sameChoice } from './choice';

const OWN = '';

interface PresetFieldProps {
  value: ExportChoice;
  onChoose(choice: ExportChoice): void;
}

/** Presets of an export: those that ship and those of the user, which can be saved, renamed and removed. */
export function PresetField({ value, onChoose }: PresetFieldProps) {
  const { t } = useTranslation();
  const { setSettings } = useActions();
  const id = useId();
  const own = useApp((state) => state.settings.exportPresets);
  /** The name that is being typed, and the preset that gets it; null: a new one. */
  const [naming, setNaming] = useState<{ name: string; of: string | null } | null>(null);
  const all = [
    ...(Object.keys(SHIPPED_PRESETS) as ShippedPreset[]).map((key) => ({
      id: `shipped-${key}`,
      name: t(`export.shipped.${key}`),
      choice: SHIPPED_PRESETS[key] as ExportChoice,
    })),
    ...own,
  ];
  const chosen = all.find((each) => sameChoice(each.choice, value));
  const mine = own.find((each) => each.id === chosen?.id);
  const save = (name: string, of: string | null) => {
    const named = name.trim().slice(0, 60);
    if (named === '') return;
    const exportPresets =
      of === null
        ? [...own, { id: crypto.randomUUID(), name: named, choice: value }]
        : own.map((each) => (each.id === of ? { ...each, name: named } : each));
    void setSettings({ exportPresets });
    setNaming(null);
  };
  return (
    <Field label={t('export.preset')} htmlFor={`${id}-preset`}>
      <div className="flex w-56 items-center gap-1">
        {naming === null ? (
          <Select
            id={`${id}-preset`}
            testId="export-preset"
            className="grow"
            value={chosen?.id ?? OWN}
            options={[
              ...(chosen === undefined ? [{ value: OWN, label: t('export.noPreset') }] : []),
              ...all.map((each) => ({ value: each.id, label: each.name })),
            ]}
            onChange={(next) => {
              const preset = all.find((each) => each.id === next);
              if (preset) onChoose(preset.choice);
            }}
          />
        ) : (
          <form
            className="flex min-w-0 grow gap-1"
            onSubmit={(event) => {
              event.preventDefault();
              save(naming.name, naming.of);
            }}
          >
            <input
              // biome-ignore lint/a11y/noAutofocus: the field takes the place of the menu that opened it.
              autoFocus
              type="text"
              maxLength={60}
              aria-label={t('export.presetName')}
              data-testid="export-preset-name"
              value={naming.name}
              onChange={(event) => setNaming({ ...naming, name: event.target.value })}
              onKeyDown={(event) => {
                if (event.key !== 'Escape') return;
                // It closes the field and not the dialog.
                event.preventDefault();
                event.stopPropagation();
                setNaming(null);
              }}
              className={`h-7 min-w-0 grow ${TEXT_FIELD}`}
            />
            <Button type="submit" data-testid="export-preset-save" disabled={naming.name.trim() === ''}>
              {t('export.savePreset')}
            </Button>
          </form>
        )}
        {naming === null && (
          <Menu
            trigger={
              <DropdownMenu.Trigger
                aria-label={t('export.presets')}
                data-testid="export-preset-menu"
                className="inline-flex size-7 shrink-0 items-center justify-center rounded-md hover:bg-raised"
              >
                <Icon of={MoreHorizontal} />
              </DropdownMenu.Trigger>
            }
          >
            <MenuItem
              disabled={chosen !== undefined || own.length >= MAX_PRESETS}
              onSelect={() => setNaming({ name: '', of: null })}
            >
              {t('export.saveAsPreset')}
            </MenuItem>
            <MenuItem disabled={mine === undefined} onSelect={() => setNaming({ name: mine!.name, of: mine!.id })}>
              {t('export.renamePreset')}
            </MenuItem>
            <MenuItem
              disabled={mine === undefined}
              onSelect={() => void setSettings({ exportPresets: own.filter((each) => each.id !== mine!.id) })}
            >
              {t('export.removePreset')}
            </MenuItem>
          </Menu>
        )}
      </div>
    </Field>
  );
}
