import type { ParsedRequest } from '../../contract/calls';
import type { ExportFormat } from '../../contract/photo';
import type { LaunchEngine } from '../engine/protocol';

export type PickKind = ParsedRequest<'files.pick'>['kind'];
/** What is written: a photo, a recipe as JSON, or an edit file. */
export type SaveFormat = ExportFormat | 'json' | 'emulsion';

/** What a host with a window lends to the app. */
export interface HostServices {
  kind: 'electron' | 'browser';
  pictureBase: string;
  uploadUrl: string | null;
  downloadBase: string | null;
  /** The system's dialog, giving absolute paths; null where there is none (the page then uses `files.list`). */
  pick: ((kind: PickKind) => Promise<string[]>) | null;
  /**
   * The save dialog; answers an absolute path or null when dismissed. Null: exports become downloads. What is suggested
   * is a name, or a whole path where it belongs in a certain folder.
   */
  pickSave: ((suggested: string, format: SaveFormat) => Promise<string | null>) | null;
  /** The folder that `files.list` starts in and never leaves; null where there are native dialogs. */
  root: string | null;
  /** Where settings are kept (created when missing). */
  userData: string;
  /** Folder with the generators. */
  models: string;
  launchEngine: LaunchEngine;
  /** Has the system open a file with the program that is meant for it; null where it cannot. Throws. */
  openFile: ((path: string) => Promise<void>) | null;
}
