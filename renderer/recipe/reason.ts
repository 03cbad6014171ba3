import type { i18n, TFunction } from 'i18next';
import type { Need } from '../../contract/photo';
import { hasText } from '../../text';
import type { Format } from '../../text/format';

/** Figures from 0 to 1 that are shown as percentages. All others are plain numbers. */
const SHARES = new Set(['damage', 'range']);

/** Why a step is needed or not. Falls back to the English sentence where there is no translation. */
export function reasonSentence(need: Need, t: TFunction, translations: i18n, format: Format): string {
  if (!hasText(translations, need.reason)) return need.sentence;
  const figures = Object.entries(need.figures).map(([name, value]) => [
    name,
    SHARES.has(name) ? format.percent(value) : format.number(value, Math.abs(value) < 10 ? 1 : 0),
  ]);
  return String(t(need.reason, Object.fromEntries(figures)));
}
