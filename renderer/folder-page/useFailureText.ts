import { useTranslation } from 'react-i18next';
import type { ErrorCode, Failure } from '../../contract/errors';
import { hasText } from '../../text';
import { failureSentence } from '../../text/message';

/**
 * Why something failed: the page's own text for the code if it has one, else the exact reason or the code's sentence. Null where nothing
 * failed.
 *
 * @param ownKey The page's own text for a code, which need not exist.
 */
export function useFailureText(failure: Failure | null, ownKey: (code: ErrorCode) => string): string | null {
  const { t, i18n } = useTranslation();
  if (failure === null) return null;
  const own = ownKey(failure.code);
  return hasText(i18n, own) ? t(own) : failureSentence(failure, i18n);
}
