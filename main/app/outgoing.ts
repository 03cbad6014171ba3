import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Written } from '../../contract/calls';
import { say } from '../../text/message';
import { reportType } from '../batch/report';
import { EmulsionError } from '../errors';
import { EDIT_EXTENSION, PHOTO_EXTENSIONS } from '../photos/extensions';
import type { HostServices, SaveFormat } from './services';

/** Hands files to the user: through the save dialog, or as downloads if the host has no dialog. */
export interface Outgoing {
  /**
   * Chooses the path of a new file; `beside` is the folder that the dialog suggests. `replace`: the person has agreed in
   * the dialog that this file is replaced. Throws CANCELLED if the user dismisses it, NAME_TAKEN if the file is an
   * original that is open.
   */
  target(
    stem: string,
    extension: string,
    format: SaveFormat,
    beside?: string,
  ): Promise<{ folder: string; stem: string; replace?: string }>;
  /** Returns the name and place of a written file for the page. */
  handOver(file: { path: string; bytes: number }, type: string): Written;
  /** The path of a file that was handed over, by its token. Throws NOT_ALLOWED. */
  written(token: string): string;
  /** A finished export to download. Throws NOT_ALLOWED. */
  download(token: string): { path: string; name: string; type: string };
  /** Makes the folder of a report readable by a token, which it returns. */
  offerReport(folder: string): string;
  /** A file of such a report. Throws NOT_ALLOWED. */
  reportFile(token: string, name: string): { path: string; type: string };
}

/**
 * @param exports folder that downloads are written to
 * @param originals paths of the photos that are open
 */
export function createOutgoing(
  { pickSave }: Pick<HostServices, 'pickSave'>,
  exports: string,
  originals: () => readonly string[],
): Outgoing {
  const written = new Map<string, string>();
  const downloads = new Map<string, { path: string; name: string; type: string }>();
  const reports = new Map<string, string>();
  return {
    async target(suggested, extension, format, beside = '') {
      if (pickSave === null) return { folder: exports, stem: suggested };
      const chosen = await pickSave(join(beside, `${suggested}.${extension}`), format);
      if (chosen === null) throw new EmulsionError('CANCELLED');
      const folder = dirname(chosen);
      // A name such as `my.photo` has no extension yet, only a dot.
      const stem = isExtension(extname(chosen)) ? basename(chosen, extname(chosen)) : basename(chosen);
      // The dialog has asked only about the name that was given in it.
      const replaces = chosen === join(folder, `${stem}.${extension}`) && existsSync(chosen);
      if (!replaces) return { folder, stem };
      if (await isOneOf(chosen, originals())) {
        throw new EmulsionError('NAME_TAKEN', { reason: say('failures.isOriginal', { name: basename(chosen) }) });
      }
      return { folder, stem, replace: chosen };
    },
    handOver({ path, bytes }, type) {
      const name = basename(path);
      if (dirname(path) !== exports) {
        const token = randomUUID();
        written.set(token, path);
        return { name, place: dirname(path), bytes, download: null, token };
      }
      const download = randomUUID();
      downloads.set(download, { path, name, type });
      return { name, place: null, bytes, download, token: null };
    },
    written(token) {
      const path = written.get(token);
      if (path === undefined) throw new EmulsionError('NOT_ALLOWED');
      return path;
    },
    download(token) {
      const file = downloads.get(token);
      if (file === undefined) throw new EmulsionError('NOT_ALLOWED');
      return file;
    },
    offerReport(folder) {
      const token = randomUUID();
      reports.set(token, folder);
      return token;
    },
    reportFile(token, name) {
      const folder = reports.get(token);
      const type = reportType(name);
      if (folder === undefined || type === null) throw new EmulsionError('NOT_ALLOWED');
      return { path: join(folder, name), type };
    },
  };
}

function isExtension(extension: string): boolean {
  return [...PHOTO_EXTENSIONS, EDIT_EXTENSION, 'json'].includes(extension.slice(1).toLowerCase());
}

/** Whether a path leads to one of these files, perhaps by another name. */
async function isOneOf(path: string, files: readonly string[]): Promise<boolean> {
  const identity = async (file: string) => {
    const { dev, ino } = await stat(file, { bigint: true });
    return `${dev}:${ino}`;
  };
  const own = await identity(path);
  const others = await Promise.allSettled(files.map(identity));
  return others.some((other) => other.status === 'fulfilled' && other.value === own);
}
