import { randomUUID } from 'node:crypto';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { FileEntry } from '../../contract/app';
import type { Response } from '../../contract/calls';
import type { Corners } from '../../contract/scan';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import {
  EDIT_EXTENSION,
  FOREIGN_MODELS,
  MODEL_EXTENSIONS,
  PHOTO_EXTENSIONS,
  WEIGHT_EXTENSIONS,
} from '../photos/extensions';
import { photoOfInfrared } from '../photos/infrared-beside';
import { stemOfPage, stemOfPrint } from '../photos/pages';

/** Extensions of the files that are listed. */
const LISTED = new Set([...PHOTO_EXTENSIONS, EDIT_EXTENSION, ...MODEL_EXTENSIONS].map((extension) => `.${extension}`));

const EDITS = new Set([EDIT_EXTENSION]);
/** Nets in formats that are not read are taken too, so that the reason can be told. */
const MODELS = new Set<string>([...MODEL_EXTENSIONS, ...FOREIGN_MODELS]);
const WEIGHTS = new Set<string>(WEIGHT_EXTENSIONS);

/** What a file is taken for, by its name alone. */
function kindOf(path: string): FileEntry['kind'] {
  const extension = extname(path).toLowerCase().slice(1);
  if (EDITS.has(extension)) return 'edit';
  if (MODELS.has(extension)) return 'model';
  return WEIGHTS.has(extension) ? 'weights' : 'photo';
}

/** The only net of a folder, with its weights beside it; null for any other folder. */
async function modelIn(folder: string): Promise<string | null> {
  // A folder that cannot be read holds nothing that could be used.
  const names = await readdir(folder).catch(() => []);
  const models = names.filter((name) => extname(name).toLowerCase() === '.onnx');
  const photos = names.some((name) => PHOTO_EXTENSIONS.some((each) => extname(name).toLowerCase() === `.${each}`));
  return models.length === 1 && !photos ? join(folder, models[0]!) : null;
}

export interface FileTokens {
  /**
   * Gives tokens for paths from a trusted source, such as a dialog. Leaves out the
   * infrared picture of a photo that is offered with it. Throws FILE_MISSING or FILE_UNREADABLE.
   */
  offer(paths: readonly string[]): Promise<FileEntry[]>;
  /** Whether a path from an untrusted source may be offered: any path if there is no root, else only paths below it. */
  mayOffer(path: string): Promise<boolean>;
  /** Gives tokens for one photo of a file that holds several, or for all but the first of `count`. */
  offerPage(path: string, page: number): Promise<FileEntry>;
  otherPages(token: string, count: number): Promise<FileEntry[]>;
  /** Gives a token for a print on a page. A print of the same number that was offered before becomes this one. */
  offerPrint(path: string, page: number | undefined, print: PrintOnPage): Promise<FileEntry>;
  /** The print on its page that a token stands for; undefined: the whole page. Throws as `path`. */
  print(token: string): PrintOnPage | undefined;
  /** Which of its file's photos a token stands for, from 1; undefined: the first. Throws as `path`. */
  page(token: string): number | undefined;
  /** The path of a token. Throws NOT_ALLOWED for an unknown token or another kind. */
  path(token: string, kind: FileEntry['kind']): string;
  /** Lists a folder below the root, folders first. Throws NOT_ALLOWED outside the root or without one. */
  list(folder: string | null): Promise<Response<'files.list'>>;
}

/** A print on a page: its place among them, from 1, and its corners when it was found. */
export interface PrintOnPage {
  number: number;
  corners: Corners;
}

interface PhotoInFile {
  page?: number;
  print?: PrintOnPage;
}

/** @param root absolute path that `list` never leaves (symbolic links are resolved first). */
export function createFileTokens(root: string | null): FileTokens {
  const known = new Map<string, { path: string; kind: FileEntry['kind'] } & PhotoInFile>();
  const tokens = new Map<string, string>();

  const tokenFor = (path: string, kind: FileEntry['kind'], { page, print }: PhotoInFile = {}): string => {
    const key = `${kind}:${page ?? ''}:${print?.number ?? ''}:${path}`;
    let token = tokens.get(key);
    if (token === undefined) {
      token = randomUUID();
      tokens.set(key, token);
    }
    known.set(token, { path, kind, page, print });
    return token;
  };

  const entry = async (
    path: string,
    { isListing = false, ...inFile }: PhotoInFile & { isListing?: boolean } = {},
  ): Promise<FileEntry> => {
    const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EACCES' || cause.code === 'EPERM' ? 'FILE_UNREADABLE' : 'FILE_MISSING';
      throw new EmulsionError(code, { cause });
    });
    if (!info.isDirectory() && !info.isFile()) {
      // SECURITY: reading a pipe or a device would never end.
      throw new EmulsionError('FILE_UNREADABLE', { reason: say('failures.specialFile', { path }) });
    }
    const model = info.isDirectory() && !isListing ? await modelIn(path) : null;
    if (model !== null) return entry(model);
    const kind = info.isDirectory() ? 'folder' : kindOf(path);
    return {
      token: tokenFor(path, kind, inFile),
      name: nameOf(path, inFile),
      kind,
      bytes: info.isDirectory() ? 0 : info.size,
    };
  };

  const path = (token: string, kind: FileEntry['kind']): string => {
    const found = known.get(token);
    if (found === undefined || found.kind !== kind) throw new EmulsionError('NOT_ALLOWED');
    return found.path;
  };

  return {
    async offer(paths) {
      const own = await Promise.all(paths.map((each) => isOnlyInfrared(each, paths)));
      return Promise.all(paths.filter((_, i) => !own[i]).map((each) => entry(each)));
    },
    offerPage: (file, page) => entry(file, { page }),
    otherPages: (token, count) => {
      const file = path(token, 'photo');
      return Promise.all(Array.from({ length: count - 1 }, (_, i) => entry(file, { page: i + 2 })));
    },
    offerPrint: (file, page, print) => entry(file, { page, print }),
    print(token) {
      path(token, 'photo');
      return known.get(token)?.print;
    },
    page(token) {
      path(token, 'photo');
      return known.get(token)?.page;
    },
    path,
    async mayOffer(path) {
      if (root === null) return true;
      // What does not exist is not offered.
      const [top, target] = await Promise.all([realpath(root), realpath(path).catch(() => null)]);
      return target !== null && isWithin(top, target);
    },
    async list(folder) {
      if (root === null) throw new EmulsionError('NOT_ALLOWED');
      const top = await realpath(root);
      const asked = folder === null ? top : path(folder, 'folder');
      const here = await realpath(asked).catch((cause) => {
        throw new EmulsionError('FILE_MISSING', { reason: say('failures.folderGone'), cause });
      });
      if (!isWithin(top, here)) throw new EmulsionError('NOT_ALLOWED');
      const names = await readdir(here, { withFileTypes: true }).catch((cause) => {
        throw new EmulsionError('FILE_UNREADABLE', { reason: say('failures.folderUnreadable'), cause });
      });
      const entries: FileEntry[] = [];
      for (const name of names) {
        if (name.name.startsWith('.')) continue;
        const isListed = LISTED.has(extname(name.name).toLowerCase());
        if (!isListed && !name.isDirectory() && !name.isSymbolicLink()) continue;
        // A dangling link, or one that leads out of the root, is not offered.
        const target = await realpath(join(here, name.name)).catch(() => null);
        if (target === null || !isWithin(top, target)) continue;
        if ((await photoOfInfrared(target)) !== null) continue;
        // The file went away, or cannot be read: it is not listed.
        const listed = await entry(target, { isListing: true }).catch(() => null);
        if (listed !== null && (listed.kind === 'folder' || isListed)) entries.push({ ...listed, name: name.name });
      }
      const order = new Intl.Collator(undefined, { numeric: true });
      entries.sort((a, b) => {
        if ((a.kind === 'folder') !== (b.kind === 'folder')) return a.kind === 'folder' ? -1 : 1;
        return order.compare(a.name, b.name);
      });
      const parent = here === top ? null : tokenFor(dirname(here), 'folder');
      return { token: tokenFor(here, 'folder'), name: basename(here), parent, entries };
    },
  };
}

/** Whether a file is the infrared picture of one of the photos that it comes with: it belongs to that, and is none itself. */
async function isOnlyInfrared(path: string, paths: readonly string[]): Promise<boolean> {
  const photo = paths.length > 1 ? await photoOfInfrared(path) : null;
  return photo !== null && paths.includes(photo);
}

/** `scan.tif (2)` is a file's second photo, `scan-1.tif` the first print on its page. */
function nameOf(path: string, { page, print }: PhotoInFile): string {
  const name = basename(path);
  if (print === undefined) return page === undefined ? name : `${name} (${page})`;
  const extension = extname(name);
  return stemOfPrint(stemOfPage(basename(name, extension), page), print.number) + extension;
}

function isWithin(top: string, path: string): boolean {
  const way = relative(top, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep) && !/^[A-Za-z]:/.test(way));
}
