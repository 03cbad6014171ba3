import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

/** One file of the built page. */
export interface PageFile {
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** Its name contains a hash of its content, so it may be cached for ever. */
  hashed: boolean;
}

/** The built page by URL path; `/` is `index.html`. */
export type Page = ReadonlyMap<string, PageFile>;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
};

/**
 * Reads the built page into memory. SECURITY: both hosts serve only from this table, so no request reaches the disk.
 * Other kinds of files (source maps) are left out.
 */
export async function loadPage(folder: string): Promise<Page> {
  const page = new Map<string, PageFile>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    const bytes = new Uint8Array(await readFile(file));
    page.set(path, { type, bytes, hashed: path.startsWith('/assets/') });
  }
  const index = page.get('/index.html');
  if (index === undefined) throw new Error(`the page is not built: no index.html in ${folder}`);
  page.delete('/index.html');
  page.set('/', index);
  return page;
}
