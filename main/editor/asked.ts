import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';

/** What another program, such as darktable or digiKam, asks of Emulsion as its external editor. */
export interface Asked {
  /** Absolute. */
  path: string;
  /** The result takes the place of this very file; else it is a new one. */
  inPlace: boolean;
  /** Name or file of a recipe: restores without a window. Null: in the window. */
  recipe: string | null;
  /** Folder of the result, absolute; null: beside the photo. */
  out: string | null;
}

/**
 * The task in the arguments `edit <photo> [--in-place] [--recipe <name>] [--out <folder>]`; null for other arguments. Throws BAD_REQUEST
 * for one that cannot be read.
 *
 * @param cwd folder that paths are relative to
 */
export function editAsked(args: readonly string[], cwd: string): Asked | null {
  if (args[0] !== 'edit') return null;
  const { values, positionals } = read(args.slice(1));
  const [photo, ...others] = positionals;
  const isText = (value: unknown) => value === undefined || (typeof value === 'string' && value !== '');
  if (photo === undefined || others.length > 0 || !isText(values.recipe) || !isText(values.out)) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('editor.usage') });
  }
  const asked = {
    path: resolve(cwd, photo),
    inPlace: values['in-place'] === true,
    recipe: typeof values.recipe === 'string' ? values.recipe : null,
    out: typeof values.out === 'string' ? resolve(cwd, values.out) : null,
  };
  if (asked.inPlace && asked.out !== null) throw new EmulsionError('BAD_REQUEST', { reason: say('editor.oneTarget') });
  return asked;
}

const read = (args: string[]) =>
  parseArgs({
    args,
    allowPositionals: true,
    // Chromium's own switches are among the arguments, and may be any.
    strict: false,
    options: {
      'in-place': { type: 'boolean' },
      recipe: { type: 'string', short: 'r' },
      out: { type: 'string', short: 'o' },
    },
  });
