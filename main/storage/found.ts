import type { BatchSettings } from '../../contract/batch';
import type { EmulsionError } from '../errors';

/** A file below the folder that is scanned. */
export interface Found {
  /** Path below the folder, with `/`: by it a photo is known for as long as the batch lasts. */
  name: string;
  path: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modified: number;
}

/** A place below the folder that cannot be looked at. */
export interface Unreadable {
  name: string;
  error: EmulsionError;
}

export interface ScanOptions {
  /** Folders that are not entered, wherever they lie; they need not exist. */
  except: readonly string[];
  include?: readonly string[];
  exclude?: readonly string[];
  order?: BatchSettings['order'];
  signal?: AbortSignal;
}
