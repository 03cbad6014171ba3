import { access } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/*
 * The back of a print, scanned after its front: its writing is a record, and nothing of it is damage. Scanners and people
 * name it after the front: `lake_b.jpg` (as Epson's photo scanners do), `lake-back.jpg`, `lake verso.jpg`.
 */

const BACK = /^(.+)(?:_b|[ _-](?:back|verso|reverse))$/i;
const FRONTS = ['', '_a', '_front', '-front', ' front', '_recto', '-recto', ' recto'];

/** The names that the front of a print may have whose back has this stem, the likeliest first; empty for what is no back. */
export function frontStems(stem: string): string[] {
  const [, name] = BACK.exec(stem) ?? [];
  if (name === undefined) return [];
  // `house_a` and `house_b` alone are two photos more often than two sides of one.
  return /_b$/i.test(stem) ? [name] : FRONTS.map((end) => `${name}${end}`);
}

/** The name of the file beside it that is the front of the print whose back this is; null if it is no back. */
export async function frontOf(path: string): Promise<string | null> {
  const extension = extname(path);
  for (const stem of frontStems(basename(path, extension))) {
    const name = `${stem}${extension}`;
    const isThere = await access(join(dirname(path), name)).then(
      () => true,
      // A file that is not there, or that nobody may look at, is no front.
      () => false,
    );
    if (isThere) return name;
  }
  return null;
}
