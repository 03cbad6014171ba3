import { randomUUID } from 'node:crypto';
import { basename, dirname, extname, join } from 'node:path';
import type { Written } from '../../contract/calls';
import { reportType } from '../batch/report';
import { EmulsionError } from '../errors';
import type { HostServices, SaveFormat } from './services';

/** Files that are handed to the user: by the save dialog, or as downloads where the host has none. */
export interface Outgoing {
  /** Where a file goes; `beside` is the folder that the dialog suggests. Throws CANCELLED where it was dismissed. */
  target(
    stem: string,
    extension: string,
    format: SaveFormat,
    beside?: string,
  ): Promise<{ folder: string; stem: string }>;
  /** Says where a written file is. */
  handOver(file: { path: string; bytes: number }, type: string): Written;
  /** A finished export waiting to be downloaded. Throws NOT_ALLOWED. */
  download(token: string): { path: string; name: string; type: string };
  /** Lets a folder with a report be read by a token. */
  offerReport(folder: string): string;
  /** A file of such a report. Throws NOT_ALLOWED. */
  reportFile(token: string, name: string): { path: string; type: string };
}

/** @param exports The folder that downloads are written to. */
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
