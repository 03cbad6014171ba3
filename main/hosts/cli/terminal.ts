/*
 * Texts for a terminal. SECURITY: names of files, texts of metadata and messages of other machines may have been written by
 * anybody, and a terminal obeys what is in them.
 */

/** Control characters, which a terminal obeys, and those that change the direction of the text around them. */
const OBEYED = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name on a single line. */
export const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]+/g, '⏎').replace(OBEYED, '·');

/** A text of several lines. */
export const plainText = (text: string): string => text.replace(OBEYED, (sign) => (/[\n\t]/.test(sign) ? sign : '·'));

/** A record on a single line. Characters that JSON allows and a terminal obeys are escaped, so that nothing is lost. */
export const jsonLine = (record: unknown): string =>
  JSON.stringify(record).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
