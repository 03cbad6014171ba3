import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Settings } from '../../contract/app';
import { useActions, useApp } from '../state/context';
import { useMachineText } from '../status/useMachineText';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Segmented } from '../ui/Segmented';
import { Select } from '../ui/Select';
import { Switch } from '../ui/Switch';
import { useFormat } from '../useFormat';
import { memoryChoices, providerChoices, threadChoices } from './choices';
import { MASK_COLOUR_NAMES, MASK_COLOURS } from './maskColours';
import { Providers } from './Providers';

const INTERFACE_SCALES = [0.9, 1, 1.1, 1.25, 1.5] as const;

/** Settings for all photos. Each change applies at once, and all of them can be reset. */
export function SettingsDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const { setSettings } = useActions();
  const settings = useApp((state) => state.settings);
  const version = useApp((state) => state.info?.version ?? '');
  const uploads = useApp((state) => state.info !== null && state.info.uploadUrl !== null);
  const id = useId();
  const format = useFormat();
  const set = (change: Partial<Settings>) => void setSettings(change);
  /** The settings before a reset, so that it can be undone. */
  const [before, setBefore] = useState<Settings | null>(null);
  const footer = (
    <>
      <span className="text-xs text-secondary">{`Emulsion ${version}`}</span>
      <span role="status" className="grow text-right">
        {before !== null && t('settings.wasReset')}
      </span>
      {before === null ? (
        <Button
          data-testid="reset-settings"
          onClick={() => {
            setBefore(settings);
            set({ ...Settings.parse({}), introduced: settings.introduced });
          }}
        >
          {t('settings.reset')}
        </Button>
      ) : (
        <Button
          data-testid="reset-undo"
          onClick={() => {
            set(before);
            setBefore(null);
          }}
        >
          {t('common.undo')}
        </Button>
      )}
    </>
  );
  return (
    <Dialog title={t('settings.title')} onClose={onClose} width={560} testId="settings-dialog" footer={footer}>
      <Group title={t('settings.window')}>
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
        <Field
          label={t('settings.interfaceScale')}
          htmlFor={`${id}-scale`}
          hint={t('settings.interfaceScaleText')}
          hintId={`${id}-scale-hint`}
        >
          <Select
            id={`${id}-scale`}
            describedBy={`${id}-scale-hint`}
            testId="interface-scale"
            className="w-48"
            value={String(settings.interfaceScale)}
            options={INTERFACE_SCALES.map((scale) => ({ value: String(scale), label: format.percent(scale) }))}
            onChange={(value) => set({ interfaceScale: Number(value) })}
          />
        </Field>
        <Field
          label={t('settings.reopen')}
          htmlFor={`${id}-reopen`}
          hint={t(uploads ? 'settings.reopenUploads' : 'settings.reopenText')}
          hintId={`${id}-reopen-hint`}
        >
          <Switch
            id={`${id}-reopen`}
            describedBy={`${id}-reopen-hint`}
            checked={settings.reopen}
            onChange={(reopen) => set({ reopen })}
          />
        </Field>
      </Group>
      <Group title={t('settings.photos')}>
        <Field label={t('settings.maskColour')}>
          <div role="radiogroup" aria-label={t('settings.maskColour')} className="flex gap-1.5">
            {MASK_COLOUR_NAMES.map((name) => (
              <label key={name} title={t(`settings.maskColours.${name}`)} className="relative size-6">
                <input
                  type="radio"
                  name={`${id}-mask`}
                  aria-label={t(`settings.maskColours.${name}`)}
                  checked={settings.maskColour.toLowerCase() === MASK_COLOURS[name]}
                  onChange={() => set({ maskColour: MASK_COLOURS[name] })}
                  style={{ background: MASK_COLOURS[name] }}
                  className="peer size-6 appearance-none rounded-full border border-line outline-offset-2 checked:outline-2 checked:outline-text focus-visible:outline-2 focus-visible:outline-accent"
                />
              </label>
            ))}
          </div>
        </Field>
        <Field
          label={t('settings.keepMetadata')}
          htmlFor={`${id}-keep`}
          hint={t('settings.keepMetadataText')}
          hintId={`${id}-keep-hint`}
        >
          <Switch
            id={`${id}-keep`}
            describedBy={`${id}-keep-hint`}
            checked={settings.keepMetadata}
            onChange={(keepMetadata) => set({ keepMetadata })}
          />
        </Field>
        <Field
          label={t('settings.ratingSidecars')}
          htmlFor={`${id}-ratings`}
          hint={t('settings.ratingSidecarsText')}
          hintId={`${id}-ratings-hint`}
        >
          <Switch
            id={`${id}-ratings`}
            describedBy={`${id}-ratings-hint`}
            checked={settings.ratingSidecars}
            onChange={(ratingSidecars) => set({ ratingSidecars })}
          />
        </Field>
      </Group>
      <Computing settings={settings} set={set} />
      <Data />
    </Dialog>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mt-3 border-t border-line pt-3 first:mt-0 first:border-0 first:pt-0">
      <h3 className="mb-1 text-xs font-medium text-secondary">{title}</h3>
      {children}
    </section>
  );
}

/** Clears everything, after a question that says what that is. */
function Data() {
  const { t } = useTranslation();
  const { clearEverything } = useActions();
  const [isAsked, setAsked] = useState(false);
  return (
    <Group title={t('settings.data')}>
      {isAsked ? (
        <div role="alertdialog" aria-label={t('settings.clear')} className="rounded-md bg-raised px-3 py-2">
          <p>{t('settings.clearText')}</p>
          <div className="mt-2 flex justify-end gap-2">
            <Button autoFocus onClick={() => setAsked(false)}>
              {t('common.cancel')}
            </Button>
            <Button data-testid="clear-now" onClick={() => void clearEverything()}>
              {t('settings.clearNow')}
            </Button>
          </div>
        </div>
      ) : (
        <Button data-testid="clear-everything" onClick={() => setAsked(true)}>
          {t('settings.clear')}
        </Button>
      )}
    </Group>
  );
}

function Computing({ settings, set }: { settings: Settings; set(change: Partial<Settings>): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const info = useApp((state) => state.info);
  const engine = useApp((state) => state.engine);
  const machine = useMachineText();
  const id = useId();
  if (info === null) return null;
  const { cores, memory } = info.machine;
  const automatic = { value: '0', label: t('providers.auto') };
  return (
    <Group title={t('settings.computing')}>
      <Field
        label={t('settings.provider')}
        htmlFor={`${id}-provider`}
        hint={t('settings.providerText')}
        hintId={`${id}-provider-hint`}
      >
        <Select
          id={`${id}-provider`}
          describedBy={`${id}-provider-hint`}
          testId="provider-choice"
          className="w-48"
          value={settings.provider}
          options={(['auto', ...providerChoices(info.platform, settings.provider)] as const).map((value) => ({
            value,
            label: t(`providers.${value}`),
          }))}
          onChange={(provider) => set({ provider })}
        />
      </Field>
      <Field
        label={t('settings.threads')}
        htmlFor={`${id}-threads`}
        hint={t('settings.threadsText', { count: cores })}
        hintId={`${id}-threads-hint`}
      >
        <Select
          id={`${id}-threads`}
          describedBy={`${id}-threads-hint`}
          testId="threads-choice"
          className="w-48"
          value={String(settings.threads)}
          options={[
            automatic,
            ...threadChoices(cores, settings.threads).map((count) => ({
              value: String(count),
              label: format.number(count, 0),
            })),
          ]}
          onChange={(threads) => set({ threads: Number(threads) })}
        />
      </Field>
      <Field
        label={t('settings.memory')}
        htmlFor={`${id}-memory`}
        hint={t('settings.memoryText', { memory: format.memory(memory) })}
        hintId={`${id}-memory-hint`}
      >
        <Select
          id={`${id}-memory`}
          describedBy={`${id}-memory-hint`}
          testId="memory-choice"
          className="w-48"
          value={String(settings.memory)}
          options={[
            automatic,
            ...memoryChoices(memory, settings.memory).map((megabytes) => ({
              value: String(megabytes),
              label: format.memory(megabytes),
            })),
          ]}
          onChange={(megabytes) => set({ memory: Number(megabytes) })}
        />
      </Field>
      <div role="status" data-testid="in-use" className="mt-2 rounded-md bg-raised px-3 py-2">
        <p>
          {engine === null || engine.provider === null || machine === null
            ? (machine?.text ?? t('settings.notYet'))
            : t('settings.inUse', { machine: machine.text, memory: format.memory(engine.memory) })}
        </p>
        {machine?.why.map(({ sentence, detail }) => (
          <p key={sentence} title={detail} className="text-xs text-secondary select-text">
            {sentence}
          </p>
        ))}
      </div>
      <Providers settings={settings} set={set} />
    </Group>
  );
}
