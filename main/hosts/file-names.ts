import { extname } from 'node:path';
import { trimEnd } from '../trim';

/** The most bytes that a file name may have on common file systems, less room for a suffix that we add. */
const MAX_NAME_BYTES = 200;

/**
 * Converts a name from outside to a plain file name on every system: no folders, no control characters, no characters
 * or device names that Windows reserves, not hidden, not too long. Keeps the rest, so that the user recognises the
 * photo.
 */
export function safeFileName(name: string): string {
  const leaf = name.split(/[/\\]/).at(-1) ?? '';
  const plain = leaf
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    // SECURITY: control and direction characters can fake a name ("gpj.exe" shown backwards) or break a header.
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+/, '');
  const clean = trimEnd(plain, /[\s.]/);
  const extension = extname(clean);
  const stem = clean.slice(0, clean.length - extension.length);
  const free = /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(stem) ? `_${stem}` : stem;
  const short = cut(extension, 20).trimEnd();
  return `${cut(free, MAX_NAME_BYTES - Buffer.byteLength(short)) || 'photo'}${short}`;
}

/** Shortens to at most `bytes` bytes of UTF-8 without splitting a character. */
function cut(text: string, bytes: number): string {
  let result = '';
  let length = 0;
  for (const character of text) {
    length += Buffer.byteLength(character);
    if (length > bytes) break;
    result += character;
  }
  return result;
}
