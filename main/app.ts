import type { EventName, ExportFormat, FileEntry, PictureQuery, Result } from '../preload/contract';
import type { LaunchEngine } from './engine/protocol';

/** What a host with a window lends to the app. */
export interface HostServices {
  kind: 'electron' | 'browser';
  pictureBase: string;
  uploadUrl: string | null;
  downloadBase: string | null;
  /** The system's dialog, giving absolute paths; null where there is none (the page then uses `files.list`). */
  pick: ((kind: 'photos' | 'folder') => Promise<string[]>) | null;
  /** The save dialog; answers an absolute path or null when dismissed. Null: exports become downloads. */
  pickSave: ((suggestedName: string, format: ExportFormat) => Promise<string | null>) | null;
  /** The folder that `files.list` starts in and never leaves; null where there are native dialogs. */
  root: string | null;
  /** Where settings are kept (created when missing). */
  userData: string;
  /** Folder with the generators. */
  models: string;
  launchEngine: LaunchEngine;
}

/** The app behind one window. Knows no host. */
export interface App {
  /** Answers any call, valid or not; never throws. */
  handle(name: unknown, request: unknown): Promise<Result<unknown>>;
  /** Events for the page; returns the function that unsubscribes. */
  subscribe(listener: (name: EventName, payload: unknown) => void): () => void;
  /** Bytes of a picture URL. Throws an EmulsionError. */
  picture(query: PictureQuery): Promise<{ type: string; bytes: Uint8Array }>;
  /** Gives tokens for files that the host vouches for (dialog, drop, upload, command line), skipping nothing. */
  offer(paths: readonly string[]): Promise<FileEntry[]>;
  /** Where uploads are put before `offer`; emptied on close. */
  readonly uploads: string;
  /** A finished export waiting to be downloaded. Throws UNKNOWN_PHOTO. */
  download(token: string): { path: string; name: string; type: string };
  close(): Promise<void>;
}

export declare function createApp(services: HostServices): App;
