import type { AppInfo, EngineStatus, GeneratorInfo, Progress, Settings } from '../../contract/app';
import type { Message } from '../../contract/basics';
import type { ConnectionState, Response } from '../../contract/calls';
import type { EditLog, EditState } from '../../contract/edit';
import type { Failure } from '../../contract/errors';
import type { Analysis, Photo, Rendering } from '../../contract/photo';
import type { Recipe } from '../../contract/recipe';

/**
 * Where the picture of a photo stands. `scheduled` waits for the hand to rest; `previewed` has a preview and waits for
 * its turn at full size; `stopped` was cancelled by the user and starts again with the next change.
 */
export type RenderState = 'idle' | 'scheduled' | 'preview' | 'previewed' | 'full' | 'done' | 'stopped' | 'failed';

/** An edit file that was opened, and the photo that it is of. */
export interface EditFile {
  token: string;
  name: string;
  photo: Response<'edits.find'>['photo'];
}

/** A photo in the window, from the moment its file is offered. */
export interface OpenPhoto {
  /** Stable for as long as the photo is in the window. */
  key: string;
  token: string;
  name: string;
  phase: 'waiting' | 'opening' | 'analysing' | 'ready';
  photo: Photo | null;
  /** Of the content of its file; null before it is opened. */
  sha256: string | null;
  /** An edit file that is taken over as soon as the photo is open. */
  awaited: EditFile | null;
  /** An edit file beside the photo that is newer than what is kept, as long as that is not answered. */
  offered: { token: string; name: string; savedAt: string } | null;
  /** Null before the analysis, and where it failed or was cancelled. */
  analysis: Analysis | null;
  /** How many `photo.evidence` events there were: part of the URL of the evidence that masks are made of. */
  evidence: number;
  /** Everything that was done to the photo, undone things included. Null as long as there is no recipe. */
  log: EditLog | null;
  /** What `log` stands for, and its recipe, mask and local repairs. */
  edit: EditState | null;
  recipe: Recipe | null;
  /** The setting under the hand: further changes of it belong to the same step of the history. */
  editing: string | null;
  render: RenderState;
  /** The newest picture of the result, perhaps of an earlier recipe. */
  rendering: Rendering | null;
  /** What `rendering` shows. */
  renderedFor: EditState | null;
}

export const canUndo = ({ log }: OpenPhoto): boolean => log !== null && log.at > 0;
export const canRedo = ({ log }: OpenPhoto): boolean => log !== null && log.at < log.actions.length;

export type JobKind = 'upload' | 'open' | 'analyse' | 'preview' | 'compare' | 'full' | 'export' | 'mask' | 'style';

export interface Job {
  id: string;
  kind: JobKind;
  /** Null for files that are no photos of the window yet. */
  photoKey: string | null;
  /** What it works on, by name. */
  name: string;
  /** How much of what is sent has gone; null where nothing is sent. */
  bytes: { sent: number; total: number } | null;
  progress: Progress | null;
  cancelling: boolean;
  /** When it started and last said how far it is, as `performance.now()` counts. */
  startedAt: number;
  reportedAt: number;
  /** Seconds that it should take by the jobs before it; null where there were none. */
  expected: number | null;
}

/** Names of sentences under `notices` in the translation. */
export type NoticeText =
  | 'openFailed'
  | 'analyseFailed'
  | 'renderFailed'
  | 'exportFailed'
  | 'settingsFailed'
  | 'startFailed'
  | 'connectionLost'
  | 'generatorsFailed'
  | 'engineFailed'
  | 'filesFailed'
  | 'exported'
  | 'downloaded'
  | 'exportCancelled'
  | 'closed'
  | 'continued'
  | 'recovered'
  | 'startedOver'
  | 'editsUnread'
  | 'editsUnsaved'
  | 'editTaken'
  | 'notReopened'
  | 'uploadsGone'
  | 'editFileFailed'
  | 'editFileUnsaved'
  | 'editSaved'
  | 'editDownloaded'
  | 'repairRemoved'
  | 'maskReset'
  | 'maskCleared'
  | 'styleMaskReset'
  | 'maskTaken'
  | 'maskFailed'
  | 'maskSaved'
  | 'maskDownloaded'
  | 'noDefect'
  | 'stylesFailed'
  | 'styleFailed'
  | 'recipeSaved'
  | 'recipeRemoved'
  | 'recipeTaken'
  | 'recipeFailed'
  | 'recipeWritten'
  | 'recipeDownloaded'
  | 'recipeApplied'
  | 'variantApplied'
  | 'onlyPhotos'
  | 'oneFolder'
  | 'folderWaits'
  | 'batchFailed'
  | 'batchDone'
  | 'batchHalted'
  | 'pairsFailed'
  | 'pairsDone'
  | 'batchForgotten'
  | 'reportWritten'
  | 'reportOpened'
  | 'reportFailed';

/** Something to tell without standing in the way. */
export interface Notice {
  id: string;
  tone: 'error' | 'done' | 'info';
  text: NoticeText;
  /** What the sentence names. */
  params: { name?: string; place?: string };
  failure: Failure | null;
  /** What else is to be said of it. */
  notes: readonly Message[];
  action: {
    label: 'retry' | 'reopen' | 'downloadAgain' | 'undo' | 'startOver' | 'choosePhoto' | 'show' | 'openReport';
    run: () => void;
  } | null;
  /** The photo without which the action means nothing: the offer goes when that is closed. */
  photoKey: string | null;
  /** Stays until dismissed; others leave by themselves. */
  stays: boolean;
}

export interface PhotosState {
  photos: OpenPhoto[];
  activeKey: string | null;
}

export interface JobsState {
  jobs: Job[];
}

export interface NoticesState {
  notices: Notice[];
}

/** What belongs to the app and not to a photo. Null until the main side has answered. */
export interface AppState {
  info: AppInfo | null;
  settings: Settings;
  engine: EngineStatus | null;
  recipes: Recipe[];
  /** Ids of the recipes that are one's own. */
  ownRecipes: string[];
  /** Null until the gallery of styles has asked for them. */
  styles: Response<'styles.list'> | null;
  /** Photos that were worked on last and can be opened again. */
  recent: Response<'edits.recent'>['entries'];
  /** Edit files whose photo is not found; the first is asked for. */
  lostEdits: EditFile[];
  generators: GeneratorInfo[] | null;
  connection: ConnectionState;
}
