import i18next, { type i18n, type Module, type ParseKeys } from 'i18next';
import type { Language, Settings } from '../contract/app';
import { en } from './en';
import { ptBR } from './pt-BR';

export const LANGUAGES = { en, 'pt-BR': ptBR } as const satisfies Record<Language, unknown>;
export type { Language };
/** A command has a title, by which it is found in every language. */
export type CommandId = keyof typeof en.commands;

/** The chosen language, else the first of the system's that is spoken here, else English. */
export function languageFor(chosen: Settings['language'], system: readonly string[]): Language {
  if (chosen !== null) return chosen;
  for (const tag of system) {
    const base = tag.toLowerCase().split('-')[0];
    if (base === 'pt') return 'pt-BR';
    if (base === 'en') return 'en';
  }
  return 'en';
}

/** The language of translations made here. */
export const languageOf = ({ language }: i18n): Language => (language === 'pt-BR' ? language : 'en');

/** Whether there is a text of a name that comes from elsewhere. */
export function hasText(translations: i18n, key: string): key is ParseKeys {
  return translations.exists(key);
}

/** Translations of one language, at once. `binding` connects them to a framework, as `initReactI18next` does. */
export function createTranslations(language: Language, binding?: Module): i18n {
  const instance = i18next.createInstance();
  if (binding) instance.use(binding);
  void instance.init({
    lng: language,
    fallbackLng: 'en',
    initAsync: false,
    resources: { en: { translation: en }, 'pt-BR': { translation: ptBR } },
    // Whoever writes into HTML escapes what is written.
    interpolation: { escapeValue: false },
  });
  return instance;
}
