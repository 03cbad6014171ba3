import type { BatchSettings } from '../../contract/batch';
import type { Corners } from '../../contract/scan';
import type { EmulsionError } from '../errors';

/** A file below the scanned folder. */
export interface Found {
  /** Path below the folder, with `/`. It identifies the photo during a batch. */
  name: string;
  path: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modified: number;
  /** Which of the file's photos, from 1; absent: the first. */
  page?: number;
  /** Which print on the page it is; `whole`: the page was looked at and is the photo; absent: it was not looked at. */
  print?: { number: number; corners: Corners } | { whole: 'empty' | 'one' | 'told' };
}

/** A path below the folder that cannot be read or, if it is `stray`, is left out on purpose. */
export interface Unreadable {
  name: string;
  error: EmulsionError;
  stray?: boolean;
}

export interface ScanOptions {
  /** Folders to leave out, wherever they are. They need not exist. */
  except: readonly string[];
  /** A folder that links are not followed out of; absent: they may lead anywhere. */
  within?: string;
  include?: readonly string[];
  exclude?: readonly string[];
  /** Paths below the folder, with `/`: only these files are looked at, if there are any. */
  only?: readonly string[];
  order?: BatchSettings['order'];
  signal?: AbortSignal;
}
