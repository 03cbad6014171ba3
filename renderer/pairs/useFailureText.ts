import { useTranslation } from 'react-i18next';
import type { Failure } from '../../contract/errors';
import { hasText } from '../../text';

/** Why pairs cannot be made, in words that fit them; null where nothing failed. */
export function useFailureText(failure: Failure | null): string | null {
  const { t, i18n } = useTranslation();
  if (failure === null) return null;
  const { code } = failure;
  const own = `pairs.failures.${code}`;
  return hasText(i18n, own) ? t(own) : t(`errors.${code}`);
}
