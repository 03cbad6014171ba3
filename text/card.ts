import type { Language } from '../contract/app';

/** A card or a preset whose English texts may have translations. */
interface Translatable<Texts> {
  translations?: Partial<Record<string, Partial<Texts>>> | undefined;
}

/** The same with its texts in `language`. A text without a translation stays English. */
export function translated<Texts, T extends Texts & Translatable<Texts>>(item: T, language: Language): T {
  return { ...item, ...item.translations?.[language] };
}
