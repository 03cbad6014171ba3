import type { ParsedRequest } from '../../contract/calls';
import type { ExportFormat } from '../../contract/photo';
import type { LaunchEngine } from '../engine/protocol';

export type PickKind = ParsedRequest<'files.pick'>['kind'];
/** Formats that can be saved: a photo, a recipe as JSON, or an edit file. */
export type SaveFormat = ExportFormat | 'json' | 'emulsion';

/** The services that a host with a window provides to the app. */
export interface HostServices {
  kind: 'electron' | 'browser';
  pictureBase: string;
  uploadUrl: string | null;
  downloadBase: string | null;
  /** Shows the system's dialog and returns absolute paths; null if there is none (the page then uses `files.list`). */
  pick: ((kind: PickKind) => Promise<string[]>) | null;
  /**
   * Shows the save dialog and returns an absolute path, or null if the user dismissed it. If the service itself is
   * null, exports become downloads. The suggestion is a name, or a whole path to suggest a folder too.
   */
  pickSave: ((suggested: string, format: SaveFormat) => Promise<string | null>) | null;
  /** The folder that `files.list` starts in and never leaves; null if there are native dialogs. */
  root: string | null;
  /** Folder of the settings, created if missing. */
  userData: string;
  /** Folder of the generators. */
  models: string;
  launchEngine: LaunchEngine;
  /** Has the system open a file in its default program. Throws. Null if this is impossible. */
  openFile: ((path: string) => Promise<void>) | null;
  /** Shows a file in the system's file manager. Null if this is impossible. */
  showInFolder: ((path: string) => void) | null;
  /** Photos that other programs wait for; null if none can. */
  editor: EditorTasks | null;
  /** Begins to drag a file out of the window. Null if this is impossible. */
  startDrag: ((path: string) => void) | null;
  /** Null if the desktop is shown nothing of the photos. */
  desktop: Desktop | null;
}

/** Photos that other programs have handed over to be edited, and wait for. */
export interface EditorTasks {
  /** Whether the program was started for such a photo alone; then it reopens no others. */
  isOnlyTask: boolean;
  /** How a photo's result is wanted, if it is one of them: in the place of the file, or as a new one in `out` (null: beside it). */
  of(path: string): { inPlace: boolean; out: string | null } | null;
  /** The photo is saved or closed. */
  done(path: string): void;
}

/** What a desktop shows of the photos: the list of recent documents, the file that the window stands for. */
export interface Desktop {
  /** A person has opened a photo that stays where it is. */
  opened(path: string): void;
  /** The list of recent documents is to be emptied. */
  forget(): void;
  /** The photo on the screen; null if there is none, or if its file is temporary. */
  shown(path: string | null): void;
  /** Whether the edits are on the disk. */
  saved(isSaved: boolean): void;
}
