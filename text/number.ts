/** Reads a number as a person types it in a language, with or without a unit. Null where it is none. */
export function readNumber(text: string, language: string): number | null {
  const bare = text.replace(/[\s%×]|px$/gu, '');
  // Where the comma is decimal, a dot groups thousands only where three digits follow: "2.5" is two and a half.
  const plain = language.startsWith('en')
    ? bare.replace(/,/g, '')
    : bare.replace(/\.(?=\d{3}(?!\d))/g, '').replace(',', '.');
  const value = Number(plain);
  return plain !== '' && Number.isFinite(value) ? value : null;
}
