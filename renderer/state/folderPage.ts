import type { FileEntry } from '../../contract/app';
import type { CallName, Request, Response } from '../../contract/calls';
import type { Failure, Result } from '../../contract/errors';
import { createDelayedJob } from './delayedJob';
import type { Notice } from './model';
import type { Stores } from './stores';
import type { FolderRole, ViewActions } from './view';

export type Folder = Pick<FileEntry, 'token' | 'name'>;

export type FolderFault = 'empty' | 'folders' | 'tooLong';

/** What is wrong with the name of a new folder; null where nothing is. */
export function folderFault(name: string): FolderFault | null {
  if (name.trim() === '') return 'empty';
  if (/[\\/]/.test(name) || /^\.+$/.test(name.trim())) return 'folders';
  return name.length > 100 ? 'tooLong' : null;
}

/** The last part of a path, written as on any system. */
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
  /** The name for the new folder as it was typed; null: not typed. */
  typedName(): string | null;
  choose(role: Role, folder: Folder): void;
}

/** What the two pages that work on a folder have in common. */
export function createFolderPage<Role extends FolderRole>(
  { app, view: viewStore }: Pick<Stores, 'app' | 'view'>,
  { call, tell, newId, view }: FolderPageDependencies,
  { page, typedName, choose }: FolderPageOptions<Role>,
) {
  /** The name for the new folder in the language of the page. */
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
    /** Looks ahead with the settings as they are. */
    preview: createDelayedJob({ call, newId }),
    failed,
    /** Opens the system's dialog, or the page's own where the host has none. */
    pickFolder: (role: Role) => void pickFolder(role),
    /** True where it is another name than before. */
    proposeName(name: string): boolean {
      const isNew = name !== proposedName;
      proposedName = name;
      return isNew;
    },
    /** The name for the new folder; null where it is not a valid one. */
    newFolderName(): string | null {
      const name = typedName() ?? proposedName;
      return folderFault(name) === null ? name.trim() : null;
    },
    /** Tells of the end of a run to a person who is on another page. */
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
