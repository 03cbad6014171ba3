/** Reads a number as a person types it in a language, with or without a unit. Null where it is none. */
export function readNumber(text: string, language: string): number | null {
  const comma = !language.startsWith('en');
  const bare = text.replace(/[\s%×]|px$/gu, '');
  const plain = comma
    ? bare.replace(/\./g, (dot) => (bare.includes(',') ? '' : dot)).replace(',', '.')
    : bare.replace(/,/g, '');
  if (plain === '') return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}
