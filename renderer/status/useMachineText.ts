import { useTranslation } from 'react-i18next';
import { useApp } from '../state/context';

/** The provider really in use, or what stands in the way of it; null as long as there is nothing to say. */
export function useMachineText(): { text: string; isFault: boolean; note: string | null } | null {
  const { t } = useTranslation();
  const engine = useApp((state) => state.engine);
  const connection = useApp((state) => state.connection);
  const plain = (text: string) => ({ text, isFault: false, note: null });
  const fault = (text: string) => ({ text, isFault: true, note: null });
  if (connection === 'lost') return fault(t('status.lost'));
  if (connection === 'connecting') return plain(t('status.connecting'));
  if (engine === null) return null;
  if (engine.state === 'failed') return fault(t('status.engineFailed'));
  if (engine.state === 'restarting') return plain(t('status.restarting'));
  if (engine.state === 'starting') return plain(t('status.starting'));
  if (engine.provider === null) return null;
  const provider = t(`providers.${engine.provider}`);
  const text = engine.provider === 'cpu' ? t('status.engine', { provider, count: engine.threads }) : provider;
  return engine.note === null
    ? plain(text)
    : { text: t('status.fellBack', { provider: text }), isFault: false, note: engine.note };
}
