import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OwnStyle } from '../../contract/app';
import type { StyleCode } from '../../contract/recipe';
import { EmulsionError } from '../errors';
import { logged, loggedUnlessMissing } from '../log/log';
import { writeSafely } from '../storage/replace';

/**
 * Styles of the user: the codes measured in pictures, saved as `<id>.json` in a folder. The pictures themselves are not
 * saved.
 */
export interface Styles {
  /** The styles that a generator can paint, by name. `by` is the hash of the generator; null if there is none. */
  list(by: string | null): Promise<OwnStyle[]>;
  /** Saves a style. An earlier style of the same picture gets the new name. */
  keep(name: string, code: StyleCode): Promise<OwnStyle>;
  /** Throws STYLE_UNKNOWN. */
  remove(id: string): Promise<void>;
}

const LONGEST_NAME = 64;
const order = new Intl.Collator();

/** @param folder created at the first write */
export function createStyles(folder: string): Styles {
  const pathOf = (id: string) => join(folder, `${id}.json`);
  const read = async (): Promise<OwnStyle[]> => {
    const there = await readdir(folder).catch(loggedUnlessMissing('The styles could not be listed'));
    const names = (there ?? []).filter((name) => name.endsWith('.json'));
    // Leaves out an unreadable style, so that the others are listed. Its file stays.
    const files = names.map(async (name) => OwnStyle.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))));
    const found = await Promise.all(files.map((file) => file.catch(logged('A style could not be read'))));
    return found.filter((each) => each !== undefined);
  };
  return {
    async list(by) {
      return (await read())
        .filter(({ code }) => code.by === by)
        .sort((a, b) => order.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
    },
    async keep(name, code) {
      const id = createHash('sha256').update(JSON.stringify(code)).digest('hex').slice(0, 32);
      const style: OwnStyle = { id, name: name.slice(0, LONGEST_NAME), code };
      await writeSafely(pathOf(id), JSON.stringify(style));
      return style;
    },
    async remove(id) {
      if (!(await read()).some((style) => style.id === id)) throw new EmulsionError('STYLE_UNKNOWN', { detail: id });
      await rm(pathOf(id), { force: true });
    },
  };
}
