import type { Bridge } from '../../../contract/calls';
import type { EditLog, Orientation } from '../../../contract/edit';
import { isSamePicture, stateOf } from '../../../document/edit';
import type { Print } from '../../export/papers';
import type { createBatchActions } from '../batch';
import type { createEditSync } from '../editSync';
import type { Jobs } from '../jobs';
import type { LibraryActions } from '../library';
import type { OpenPhoto } from '../model';
import type { createPairsActions } from '../pairs';
import type { ResultsActions } from '../results';
import type { Stores } from '../stores';
import type { createViewActions } from '../view';
import type { createEditFiles } from './editFiles';
import type { createExporting } from './exporting';
import type { createFiles } from './files';
import type { createHistory } from './history';
import type { createMany } from './many';
import type { createMasks } from './masks';
import type { createNotices } from './notices';
import type { createOpening } from './opening';
import type { createPictures } from './pictures';
import type { createProgram } from './program';
import type { createRecipes } from './recipes';
import type { createRendering } from './rendering';
import type { createScanning } from './scanning';

/** What the actions need from the browser. */
export interface Browser {
  newId(): string;
  /** Starts a download. */
  download(url: string, name: string): void;
  /** Puts a picture on the clipboard, turned as an EXIF orientation says. Throws if it cannot be loaded or put there. */
  copyPicture(url: string, orientation: Orientation): Promise<void>;
  /** Prints a picture at its true size. Throws if it cannot be loaded. */
  printPicture(url: string, orientation: Orientation, print: Print): Promise<void>;
  /** Opens an address in a new window that has no access to this one. */
  openPage(url: string): void;
}

/** What the modules of the actions share. They call one another through it. */
export interface Context extends Pick<Jobs, 'call' | 'asJob' | 'offer'> {
  bridge: Bridge;
  stores: Stores;
  browser: Browser;
  cancelJob: Jobs['cancel'];
  find(key: string): OpenPhoto | null;
  patch(key: string, change: Partial<OpenPhoto>): void;
  view: ReturnType<typeof createViewActions>;
  /** Sends the histories to the main side, which stores them. */
  editSync: ReturnType<typeof createEditSync>;
  batch: ReturnType<typeof createBatchActions>;
  results: ResultsActions;
  pairs: ReturnType<typeof createPairsActions>;
  library: LibraryActions;
  notices: ReturnType<typeof createNotices>;
  opening: ReturnType<typeof createOpening>;
  rendering: ReturnType<typeof createRendering>;
  history: ReturnType<typeof createHistory>;
  masks: ReturnType<typeof createMasks>;
  many: ReturnType<typeof createMany>;
  editFiles: ReturnType<typeof createEditFiles>;
  recipes: ReturnType<typeof createRecipes>;
  files: ReturnType<typeof createFiles>;
  exporting: ReturnType<typeof createExporting>;
  pictures: ReturnType<typeof createPictures>;
  program: ReturnType<typeof createProgram>;
  scanning: ReturnType<typeof createScanning>;
}

/** The parts of a photo's state that follow from its log. */
export function derived(log: EditLog | null): Pick<OpenPhoto, 'edit' | 'recipe'> {
  const edit = log === null ? null : stateOf(log);
  return { edit, recipe: edit?.recipe ?? null };
}

/** Whether the current state of a photo has been rendered, at least as a preview. */
export function isRendered({ edit, renderedFor }: OpenPhoto): boolean {
  return edit !== null && renderedFor !== null && isSamePicture(edit, renderedFor);
}
