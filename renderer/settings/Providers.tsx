import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../contract/app';
import type { Providers as Checked, ProviderInfo } from '../../contract/providers';
import { useActions } from '../state/context';
import { Button } from '../ui/Button';
import { DisclosureButton } from '../ui/DisclosureButton';
import { Field } from '../ui/Field';
import { Select } from '../ui/Select';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';

/** What works on this computer and what does not, the graphics card to use, and nets that are not tried again. */
export function Providers({ settings, set }: { settings: Settings; set(change: Partial<Settings>): void }) {
  const { t } = useTranslation();
  const { forgetVerdicts } = useActions();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [round, setRound] = useState(0);
  const checked = useChecked(isOpen, round, () => setOpen(false));
  const isRefused = checked?.providers.some(({ remembered }) => remembered.some(isHeldAgainst)) ?? false;
  return (
    <div className="mt-2">
      <DisclosureButton
        open={isOpen}
        controls={id}
        label={t('packs.title')}
        testId="providers"
        onClick={() => setOpen(!isOpen)}
      />
      <div id={id} hidden={!isOpen} role="status" data-testid="provider-list">
        {checked === null ? (
          <p className="py-1 text-xs text-secondary">{t('packs.checking')}</p>
        ) : (
          <>
            <Devices checked={checked} settings={settings} set={set} />
            <ul className="divide-y divide-line">
              {checked.providers.map((info) => (
                <Provider key={info.provider} info={info} />
              ))}
            </ul>
            <Added checked={checked} />
            {isRefused && (
              <div className="mt-2 flex justify-end">
                <Button
                  data-testid="forget-verdicts"
                  onClick={() => void forgetVerdicts().then(() => setRound((count) => count + 1))}
                >
                  {t('packs.forget')}
                </Button>
              </div>
            )}
          </>
        )}
      </div>
    </div>
  );
}

/** What was found when the list was opened, or opened again; null until then. */
function useChecked(isOpen: boolean, round: number, onFailed: () => void): Checked | null {
  const { checkProviders } = useActions();
  const [checked, setChecked] = useState<Checked | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every round checks once more.
  useEffect(() => {
    if (!isOpen) return;
    let isWanted = true;
    setChecked(null);
    void checkProviders().then((found) => {
      if (!isWanted) return;
      setChecked(found);
      if (found === null) onFailed();
    });
    return () => {
      isWanted = false;
    };
  }, [isOpen, round, checkProviders]);
  return checked;
}

const isHeldAgainst = ({ outcome, holds }: ProviderInfo['remembered'][number]) => holds && outcome !== 'right';

function Provider({ info }: { info: ProviderInfo }) {
  const { t } = useTranslation();
  const { provider, state, detail, devices, remembered } = info;
  const names = devices.map(({ name, driver }) => t('packs.device', { device: name, driver: driver || '–' }));
  const refused = remembered.filter(isHeldAgainst);
  return (
    <li data-testid={`provider-${provider}`} data-state={state} className="py-1.5">
      <p className={state === 'ready' ? '' : 'text-secondary'}>{t(`providers.${provider}`)}</p>
      {[t(`packs.states.${state}`), ...names].map((text, i) => (
        <p
          key={text}
          title={i === 0 ? detail : undefined}
          className="text-xs text-secondary first-letter:uppercase select-text"
        >
          {text}
        </p>
      ))}
      {state === 'failed' && detail !== '' && (
        <p className="text-xs break-words text-secondary select-text">{detail}</p>
      )}
      {refused.map(({ generator, outcome, device }) => (
        <p key={`${generator} ${device}`} className="text-xs text-secondary select-text">
          {t(outcome === 'crashed' ? 'packs.refused.crashed' : 'packs.refused.wrong', { generator })}
        </p>
      ))}
    </li>
  );
}

/** Which graphics card is used, where the chosen provider can be told. */
function Devices({ checked, settings, set }: { checked: Checked } & Parameters<typeof Providers>[0]) {
  const { t } = useTranslation();
  const id = useId();
  const { provider: chosen, device } = settings;
  const used = checked.providers.find(({ provider, state, choosesDevice }) =>
    chosen === 'auto' ? choosesDevice && state === 'ready' : provider === chosen && choosesDevice,
  );
  if (!used || used.devices.length < 2) return null;
  const names = used.devices.map(({ name }) => name);
  // One that was chosen stays in the list, so that it can be seen that it is not there.
  const offered = device === null || names.includes(device) ? names : [...names, device];
  return (
    <Field label={t('packs.card')} htmlFor={id}>
      <Select
        id={id}
        testId="device-choice"
        className="w-48"
        value={device ?? ''}
        options={[{ value: '', label: t('packs.first') }, ...offered.map((name) => ({ value: name, label: name }))]}
        onChange={(value) => set({ device: value === '' ? null : value })}
      />
    </Field>
  );
}

function Added({ checked: { pack } }: { checked: Checked }) {
  const { t } = useTranslation();
  const { sentence } = useSentences();
  const format = useFormat();
  if (pack === null) return null;
  const size = format.bytes(pack.files.reduce((sum, { bytes }) => sum + bytes, 0));
  return (
    <div data-testid="pack" className="border-t border-line py-1.5 text-xs text-secondary select-text">
      <p>{t('packs.pack', { version: pack.runtime, from: pack.from, size })}</p>
      {pack.fault && <p className="text-danger">{sentence(pack.fault)}</p>}
    </div>
  );
}
