import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { PROVIDERS, type Settings } from '../../preload/contract';
import { useActions, useApp } from '../state/context';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Segmented } from '../ui/Segmented';
import { Select } from '../ui/Select';
import { Switch } from '../ui/Switch';
import { MASK_COLOURS } from './maskColours';

export function SettingsDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const { setSettings } = useActions();
  const settings = useApp((state) => state.settings);
  const version = useApp((state) => state.info?.version ?? '');
  const id = useId();
  const set = (change: Partial<Settings>) => void setSettings(change);
  return (
    <Dialog title={t('settings.title')} onClose={onClose} width={520} testId="settings-dialog">
      <Field label={t('settings.theme')}>
        <Segmented
          label={t('settings.theme')}
          value={settings.theme}
          options={(['system', 'dark', 'light'] as const).map((value) => ({
            value,
            label: t(`settings.themes.${value}`),
          }))}
          onChange={(theme) => set({ theme })}
        />
      </Field>
      <Field label={t('settings.language')} htmlFor={`${id}-language`}>
        <Select
          id={`${id}-language`}
          testId="language"
          className="w-48"
          value={settings.language ?? 'system'}
          options={[
            { value: 'system', label: t('settings.languageSystem') },
            { value: 'en', label: t('settings.languages.en') },
            { value: 'pt-BR', label: t('settings.languages.pt-BR') },
          ]}
          onChange={(value) => set({ language: value === 'en' || value === 'pt-BR' ? value : null })}
        />
      </Field>
      <Field label={t('settings.maskColour')}>
        <div role="radiogroup" aria-label={t('settings.maskColour')} className="flex gap-1.5">
          {Object.entries(MASK_COLOURS).map(([name, colour]) => (
            <label key={name} title={t(`settings.maskColours.${name}`)} className="relative size-6">
              <input
                type="radio"
                name={`${id}-mask`}
                aria-label={t(`settings.maskColours.${name}`)}
                checked={settings.maskColour.toLowerCase() === colour}
                onChange={() => set({ maskColour: colour })}
                style={{ background: colour }}
                className="peer size-6 appearance-none rounded-full border border-line outline-offset-2 checked:outline-2 checked:outline-text focus-visible:outline-2 focus-visible:outline-accent"
              />
            </label>
          ))}
        </div>
      </Field>
      <Field label={t('settings.keepMetadata')} htmlFor={`${id}-keep`}>
        <Switch id={`${id}-keep`} checked={settings.keepMetadata} onChange={(keepMetadata) => set({ keepMetadata })} />
      </Field>
      <hr className="my-3 border-line" />
      <Field label={t('settings.provider')} htmlFor={`${id}-provider`} hint={t('settings.providerText')}>
        <Select
          id={`${id}-provider`}
          className="w-48"
          value={settings.provider}
          options={(['auto', ...PROVIDERS] as const).map((value) => ({ value, label: t(`providers.${value}`) }))}
          onChange={(provider) => set({ provider })}
        />
      </Field>
      <Field label={t('settings.threads')} htmlFor={`${id}-threads`} hint={t('settings.threadsText')}>
        <input
          key={settings.threads}
          id={`${id}-threads`}
          type="number"
          min={0}
          max={256}
          defaultValue={settings.threads}
          onBlur={(event) => {
            const threads = Math.round(event.target.valueAsNumber);
            if (threads >= 0 && threads <= 256) set({ threads });
            else event.target.value = String(settings.threads);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur();
          }}
          className="h-7 w-20 rounded-md border border-line bg-raised px-2 text-right"
        />
      </Field>
      <p className="mt-3 text-xs text-secondary">{`Emulsion ${version}`}</p>
    </Dialog>
  );
}
