import type { FileEntry } from '../../contract/app';
import type { CallName, Request, Response } from '../../contract/calls';
import type { Failure, Result } from '../../contract/errors';
import { createDelayedJob } from './delayedJob';
import type { Notice } from './model';
import type { Stores } from './stores';
import type { FolderRole, ViewActions } from './view';

export type Folder = Pick<FileEntry, 'token' | 'name'>;

export type FolderFault = 'empty' | 'folders' | 'tooLong';

/** What is wrong with the name of a new folder; null where it is valid. */
export function folderFault(name: string): FolderFault | null {
  if (name.trim() === '') return 'empty';
  if (/[\\/]/.test(name) || /^\.+$/.test(name.trim())) return 'folders';
  return name.length > 100 ? 'tooLong' : null;
}

/** The last part of a path of any operating system. */
export const lastPart = (path: string): string =>
  path
    .split(/[\\/]/)
    .filter((part) => part !== '')
    .at(-1) ?? path;

export interface FolderPageDependencies {
  call<N extends CallName>(name: N, request: Request<N>): Promise<Result<Response<N>>>;
  tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): string;
  newId(): string;
  view: ViewActions;
}

interface FolderPageOptions<Role extends FolderRole> {
  page: 'batch' | 'pairs';
  /** The typed name of the new folder; null where none was typed. */
  typedName(): string | null;
  choose(role: Role, folder: Folder): void;
}

/** What the pages of batches and training pairs share. */
export function createFolderPage<Role extends FolderRole>(
  { app, view: viewStore }: Pick<Stores, 'app' | 'view'>,
  { call, tell, newId, view }: FolderPageDependencies,
  { page, typedName, choose }: FolderPageOptions<Role>,
) {
  /** The default name of the new folder, in the language of the page. */
  let proposedName = '';

  async function pickFolder(role: Role): Promise<void> {
    if (app.getState().info?.nativeDialogs !== true) {
      view.show(`${role}Folder`);
      return;
    }
    const result = await call('files.pick', { kind: 'folder' });
    if (!result.ok) failed(result.error, 'filesFailed');
    else if (result.value.files[0] !== undefined) choose(role, result.value.files[0]);
  }

  function failed(failure: Failure, text: Notice['text']): void {
    if (failure.code !== 'CANCELLED') tell({ tone: 'error', text, failure });
  }

  return {
    preview: createDelayedJob({ call, newId }),
    failed,
    /** Opens the system's dialog, or the page's own where the host has none. */
    pickFolder: (role: Role) => void pickFolder(role),
    /** Sets the default name. Returns true if it has changed. */
    proposeName(name: string): boolean {
      const isNew = name !== proposedName;
      proposedName = name;
      return isNew;
    },
    /** The name of the new folder; null where it is not valid. */
    newFolderName(): string | null {
      const name = typedName() ?? proposedName;
      return folderFault(name) === null ? name.trim() : null;
    },
    /** Tells the user on another page that a run has ended. */
    tellEnd(end: { text: Notice['text']; isFault: boolean; folder: string; failure: Failure | null }): void {
      if (viewStore.getState().page === page) return;
      tell({
        tone: end.isFault ? 'error' : 'done',
        text: end.text,
        params: { name: lastPart(end.folder) },
        failure: end.failure,
        action: { label: 'show', run: () => view.goTo(page) },
        stays: true,
      });
    },
  };
}
