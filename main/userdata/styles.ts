import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OwnStyle } from '../../contract/app';
import type { StyleCode } from '../../contract/recipe';
import { EmulsionError } from '../errors';
import { writeSafely } from '../storage/replace';

/** Styles of one's own: what was seen in a picture, kept as `<id>.json` in a folder. The picture itself is not. */
export interface Styles {
  /** Those that a generator can paint in, by name; `by` is what measures for it, null where there is none. */
  list(by: string | null): Promise<OwnStyle[]>;
  /** Keeps a style; what was seen in the same picture before takes the new name. */
  keep(name: string, code: StyleCode): Promise<OwnStyle>;
  /** Throws STYLE_UNKNOWN. */
  remove(id: string): Promise<void>;
}

const LONGEST_NAME = 64;
const order = new Intl.Collator();

/** @param folder made when something is first written to it */
export function createStyles(folder: string): Styles {
  const pathOf = (id: string) => join(folder, `${id}.json`);
  const read = async (): Promise<OwnStyle[]> => {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    // One that cannot be read does not keep the others from being shown; it stays where it is.
    const files = names.map(async (name) => OwnStyle.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))));
    const found = await Promise.allSettled(files);
    return found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
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
