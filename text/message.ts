import type { i18n, ParseKeys, TFunction } from 'i18next';
import type { Language } from '../contract/app';
import type { Message } from '../contract/basics';
import type { ErrorCode } from '../contract/errors';
import { createTranslations, hasText } from '.';
import { createFormat, type Format } from './format';

/** Values that are shares 0..1 and read as percentages. */
const SHARES = new Set(['damage', 'range', 'share', 'strength', 'kept', 'cyan', 'magenta', 'yellow']);
/** Values in pixels, which are written without marks between thousands. */
const PIXELS = new Set(['width', 'height', 'ownWidth', 'ownHeight', 'size', 'least']);

/** A message of the main side; a key without a text does not compile. */
export function say(key: ParseKeys, values?: Message['values']): Message {
  return values === undefined ? { key } : { key, values };
}

/** The sentence of a message. A key that this version does not know stands for itself. */
export function sentenceOf({ key, values = {} }: Message, translations: i18n): string {
  // Plurals have no text of the key itself.
  if (!hasText(translations, key) && !hasText(translations, `${key}_other`)) return key;
  const format = createFormat(translations.language);
  const shown = Object.entries(values).map(([name, value]) => {
    if (typeof value === 'string' || name === 'count' || PIXELS.has(name)) return [name, value];
    return [name, SHARES.has(name) ? format.percent(value) : format.number(value, Math.abs(value) < 10 ? 1 : 0)];
  });
  return String(translations.t(key as ParseKeys, Object.fromEntries(shown)));
}

/** The sentences of several messages, one after the other. */
export const sentencesOf = (messages: readonly Message[], translations: i18n): string =>
  messages.map((message) => sentenceOf(message, translations)).join(' ');

/** Why something failed: the exact reason where there is one, else the sentence of the code. */
export function failureSentence(
  { code, reason }: { code: ErrorCode; reason?: readonly Message[] },
  translations: i18n,
): string {
  return reason ? sentencesOf(reason, translations) : String(translations.t(`errors.${code}`));
}

let english: i18n | undefined;

/** For logs and records, which are in English whatever the language of the user is. */
export function inEnglish(): i18n {
  english ??= createTranslations('en');
  return english;
}

/** Texts and figures in one language, for programs other than the page. */
export interface Translator {
  language: Language;
  translations: i18n;
  t: TFunction;
  format: Format;
  sentence(message: Message): string;
  sentences(messages: readonly Message[]): string;
  failure(failure: { code: ErrorCode; reason?: readonly Message[] }): string;
}

export function translatorFor(language: Language): Translator {
  const translations = createTranslations(language);
  return {
    language,
    translations,
    t: translations.t,
    format: createFormat(language),
    sentence: (message) => sentenceOf(message, translations),
    sentences: (messages) => sentencesOf(messages, translations),
    failure: (failure) => failureSentence(failure, translations),
  };
}
