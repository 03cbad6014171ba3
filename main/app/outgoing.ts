import { randomUUID } from 'node:crypto';
import { basename, dirname, extname, join } from 'node:path';
import type { Written } from '../../contract/calls';
import { reportType } from '../batch/report';
import { EmulsionError } from '../errors';
import type { HostServices, SaveFormat } from './services';

/** Hands files to the user: through the save dialog, or as downloads if the host has no dialog. */
export interface Outgoing {
  /**
   * Chooses the path of a new file; `beside` is the folder that the dialog suggests. Throws CANCELLED if the user
   * dismisses it.
   */
  target(
    stem: string,
    extension: string,
    format: SaveFormat,
    beside?: string,
  ): Promise<{ folder: string; stem: string }>;
  /** Returns the name and place of a written file for the page. */
  handOver(file: { path: string; bytes: number }, type: string): Written;
  /** A finished export to download. Throws NOT_ALLOWED. */
  download(token: string): { path: string; name: string; type: string };
  /** Makes the folder of a report readable by a token, which it returns. */
  offerReport(folder: string): string;
  /** A file of such a report. Throws NOT_ALLOWED. */
  reportFile(token: string, name: string): { path: string; type: string };
}

/** @param exports folder that downloads are written to */
export function createOutgoing({ pickSave }: Pick<HostServices, 'pickSave'>, exports: string): Outgoing {
  const downloads = new Map<string, { path: string; name: string; type: string }>();
  const reports = new Map<string, string>();
  return {
    async target(stem, extension, format, beside = '') {
      if (pickSave === null) return { folder: exports, stem };
      const chosen = await pickSave(join(beside, `${stem}.${extension}`), format);
      if (chosen === null) throw new EmulsionError('CANCELLED');
      return { folder: dirname(chosen), stem: basename(chosen, extname(chosen)) };
    },
    handOver({ path, bytes }, type) {
      const name = basename(path);
      if (dirname(path) !== exports) return { name, place: dirname(path), bytes, download: null };
      const download = randomUUID();
      downloads.set(download, { path, name, type });
      return { name, place: null, bytes, download };
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
