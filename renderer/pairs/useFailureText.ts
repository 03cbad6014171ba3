import { useTranslation } from 'react-i18next';
import type { Failure } from '../../preload/contract';

/** Why pairs cannot be made, in words that fit them; null where nothing failed. */
export function useFailureText(failure: Failure | null): string | null {
  const { t, i18n } = useTranslation();
  if (failure === null) return null;
  const { code } = failure;
  return i18n.exists(`pairs.failures.${code}`) ? t(`pairs.failures.${code}`) : t(`errors.${code}`);
}
