import { trimEnd } from '../trim';

/**
 * The names alone of the paths in a text, so that a log can be sent to somebody without telling them how the user's
 * folders are called.
 *
 * In each line, everything goes from where a path begins to the last separator. So words between two paths get lost,
 * but no folder stays, whatever characters its name has.
 */
export function withoutFolders(text: string): string {
  return text.split('\n').map(withoutFolder).join('\n');
}

function withoutFolder(line: string): string {
  const last = Math.max(line.lastIndexOf('/'), line.lastIndexOf('\\'));
  for (const { index, 0: begin, 1: quote = '' } of line.matchAll(BEGIN)) {
    if (index + begin.length <= last) return line.slice(0, index) + quote + line.slice(last + 1);
  }
  return line;
}

/** The last name of a path. */
export function nameOf(path: string): string {
  return trimEnd(path, /[\\/]/).replace(/^.*[\\/]/s, '');
}

/**
 * Where a path begins: a quotation mark, since Node puts paths in quotation marks, and such a path may be relative; a slash
 * at the beginning of a word, a share, a drive, or a scheme. The shortest comes first: it leaves most of the line.
 */
const BEGIN =
  /(['"`]?)(?:(?<=['"`])|(?<![\p{L}\p{N}_.~%*)-])\/(?=\S)|\\\\|~[\\/]|\b[a-z]:[\\/]|[a-z][a-z0-9+.-]{0,30}:\/\/)/giu;
