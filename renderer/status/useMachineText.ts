import { useTranslation } from 'react-i18next';
import { useApp } from '../state/context';

interface MachineText {
  text: string;
  isFault: boolean;
  /** Why the chosen provider is not used, in sentences. `detail` is for developers. */
  why: readonly { sentence: string; detail: string }[];
}

/** The provider that is really in use, or why there is none; null as long as nothing is known. */
export function useMachineText(): MachineText | null {
  const { t } = useTranslation();
  const engine = useApp((state) => state.engine);
  const connection = useApp((state) => state.connection);
  const plain = (text: string): MachineText => ({ text, isFault: false, why: [] });
  const fault = (text: string): MachineText => ({ text, isFault: true, why: [] });
  if (connection === 'lost') return fault(t('status.lost'));
  if (connection === 'connecting') return plain(t('status.connecting'));
  if (engine === null) return null;
  if (engine.state === 'failed') return fault(t('status.engineFailed'));
  if (engine.state === 'restarting') return plain(t('status.restarting'));
  if (engine.state === 'starting') return plain(t('status.starting'));
  if (engine.provider === null) return null;
  const provider = t(`providers.${engine.provider}`);
  const on = engine.device === null ? provider : t('status.onDevice', { provider, device: engine.device });
  const text = engine.provider === 'cpu' ? t('status.engine', { provider, count: engine.threads }) : on;
  const why = engine.refused.map((refusal) => ({
    sentence: t(`refusals.${refusal.reason}`, { provider: refusal.provider }),
    detail: refusal.detail,
  }));
  const isOther = engine.refused.some(({ provider: wanted }) => wanted !== engine.provider);
  return { text: isOther ? t('status.fellBack', { provider: text }) : text, isFault: false, why };
}
