/**
 * The names alone of the paths in a text, so that a log can be sent to somebody without telling them how the user's
 * folders are called.
 *
 * In each line, everything goes from where a path begins to the last separator. So words between two paths get lost,
 * but no folder stays, whatever characters its name has.
 */
export function withoutFolders(text: string): string {
  return text.replace(PATH, '$1');
}

/** The last name of a path. */
export function nameOf(path: string): string {
  return path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/s, '');
}

/**
 * Where a path begins: a scheme, a drive, a share or a slash at the beginning of a word. A quotation mark too, since Node
 * puts paths in quotation marks, and such a path may be relative.
 */
const PATH =
  /(['"`]?)(?:[a-z][a-z0-9+.-]*:\/\/|(?<![\p{L}\p{N}_.~%*)-])\/(?=\S)|\b[a-z]:[\\/]|\\\\|~[\\/]|(?<=['"`]))[^\n]*[\\/]/giu;
