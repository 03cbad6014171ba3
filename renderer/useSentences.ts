import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../contract/basics';
import type { Failure } from '../contract/errors';
import { failureSentence, sentenceOf, sentencesOf } from '../text/message';

/** What the main side says, in the language of the page. */
export function useSentences() {
  const { i18n } = useTranslation();
  return useMemo(
    () => ({
      sentence: (message: Message) => sentenceOf(message, i18n),
      sentences: (messages: readonly Message[]) => sentencesOf(messages, i18n),
      failure: (failure: Pick<Failure, 'code' | 'reason'>) => failureSentence(failure, i18n),
    }),
    [i18n],
  );
}
