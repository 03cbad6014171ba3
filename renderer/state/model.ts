import type { AppInfo, EngineStatus, GeneratorInfo, Progress, Settings } from '../../contract/app';
import type { Message } from '../../contract/basics';
import type { ConnectionState, Response } from '../../contract/calls';
import type { EditLog, EditState } from '../../contract/edit';
import type { Failure } from '../../contract/errors';
import type { ExportChoice, ExportPlace } from '../../contract/output';
import type { Analysis, Photo, Rendering } from '../../contract/photo';
import type { Recipe } from '../../contract/recipe';
import type { Copied } from './copying';
import type { Folder } from './folderPage';

/**
 * The rendering state of a photo. `scheduled` waits for further changes. `previewed` has a preview and waits to be
 * rendered at full size. `stopped` was cancelled by the user and starts again with the next change.
 */
export type RenderState = 'idle' | 'scheduled' | 'preview' | 'previewed' | 'full' | 'done' | 'stopped' | 'failed';

/** An opened edit file and its photo. */
export interface EditFile {
  token: string;
  name: string;
  photo: Response<'edits.find'>['photo'];
}

/** The photo of a batch that an open photo is: its export replaces the result there. */
export interface OfBatch {
  /** The batch, and the position of the photo among its files. */
  id: string;
  index: number;
  /** The folder of the originals, for display. */
  folder: string;
  /** Path of the result below the output folder, with `/`; null: there is none. */
  written: string | null;
  /** What the result was made with; null: what the photo needs. */
  recipe: Recipe | null;
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
  /** The file with the front of the print whose back this is; null: it is no back. */
  front: string | null;
  /** Another program waits for it, and wants its result in the place of the file or as a new one; null: none does. */
  editor: { inPlace: boolean } | null;
  /** An edit file that is applied once the photo is open. */
  awaited: EditFile | null;
  /** An edit file beside the photo that is newer than the stored edits, until the user has answered. */
  offered: { token: string; name: string; savedAt: string } | null;
  /** The photo of a batch that it is; null: of none. */
  ofBatch: OfBatch | null;
  /** Null before the analysis, and where it failed or was cancelled. */
  analysis: Analysis | null;
  /** The number of `photo.evidence` events so far. It is part of the URL of the evidence for masks. */
  evidence: number;
  /** Stars that were given before there was a history; null: none were. */
  rated: number | null;
  /** All actions on the photo, including undone ones. Null as long as there is no recipe. */
  log: EditLog | null;
  /** The state after `log`, and its recipe. */
  edit: EditState | null;
  recipe: Recipe | null;
  /** The setting being changed. Its next changes belong to the same history entry. */
  editing: string | null;
  render: RenderState;
  /** The newest rendering, perhaps of an earlier state. */
  rendering: Rendering | null;
  /** The state that `rendering` shows. */
  renderedFor: EditState | null;
  /** It was exported in the last session as it is, and its edits are not loaded yet. */
  wasExported: boolean;
  /** The state that was exported last; null if none was. */
  exportedFor: EditState | null;
  /** Why the last export failed; null if it did not. */
  exportFailure: Failure | null;
}

export const canUndo = ({ log }: OpenPhoto): boolean => log !== null && log.at > 0;
export const canRedo = ({ log }: OpenPhoto): boolean => log !== null && log.at < log.actions.length;

export type JobKind =
  | 'upload'
  | 'open'
  | 'analyse'
  | 'crop'
  | 'findPrints'
  | 'negative'
  | 'preview'
  | 'compare'
  | 'full'
  | 'export'
  | 'exportAll'
  | 'redo'
  | 'mask'
  | 'eyes'
  | 'style'
  | 'inspect'
  | 'try'
  | 'benchmark';

export interface Job {
  id: string;
  kind: JobKind;
  /** Null for files that are not yet photos in the window. */
  photoKey: string | null;
  /** What it works on, by name. */
  name: string;
  /** Progress of an upload; null for other jobs. */
  bytes: { sent: number; total: number } | null;
  progress: Progress | null;
  /** Which of several photos it works on, from 0; null for other jobs. */
  part: { at: number; of: number } | null;
  cancelling: boolean;
  /** When it started and last reported progress, in the time of `performance.now()`. */
  startedAt: number;
  reportedAt: number;
  /** Expected seconds, from earlier jobs; null where there were none. */
  expected: number | null;
}

/** Names of sentences under `notices` in the translation. */
export type NoticeText =
  | 'openFailed'
  | 'openFailedMany'
  | 'analyseFailed'
  | 'cropFailed'
  | 'renderFailed'
  | 'exportFailed'
  | 'settingsFailed'
  | 'providersFailed'
  | 'clearFailed'
  | 'startFailed'
  | 'connectionLost'
  | 'generatorsFailed'
  | 'modelRefused'
  | 'modelAdded'
  | 'modelRenamed'
  | 'modelNotRemoved'
  | 'modelRemoved'
  | 'trialFailed'
  | 'engineFailed'
  | 'filesFailed'
  | 'exported'
  | 'downloaded'
  | 'exportCancelled'
  | 'copied'
  | 'copiedReduced'
  | 'copyFailed'
  | 'printFailed'
  | 'ratingUnwritten'
  | 'ratingBackup'
  | 'ratingNotBeside'
  | 'exportedAll'
  | 'sentToBatch'
  | 'nothingForBatch'
  | 'exportedSome'
  | 'exportAllCancelled'
  | 'closed'
  | 'closedAll'
  | 'settingsCopied'
  | 'nothingCopied'
  | 'settingsPasted'
  | 'recipeAppliedToAll'
  | 'split'
  | 'captionedAll'
  | 'nothingChanged'
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
  | 'keepMaskReset'
  | 'maskTaken'
  | 'maskFailed'
  | 'maskSaved'
  | 'maskDownloaded'
  | 'noDefect'
  | 'noSource'
  | 'sourceOutside'
  | 'hintOutside'
  | 'noHint'
  | 'colourUnread'
  | 'tooManyHints'
  | 'hintsRemoved'
  | 'nothingErased'
  | 'noRedEye'
  | 'noRedEyes'
  | 'eyesCorrected'
  | 'eyesFailed'
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
  | 'linkNotFetched'
  | 'oneFolder'
  | 'folderWaits'
  | 'batchFailed'
  | 'batchDone'
  | 'batchHalted'
  | 'pairsFailed'
  | 'pairsDone'
  | 'decisionFailed'
  | 'decisionUndone'
  | 'originalKept'
  | 'resultRedone'
  | 'resultEdited'
  | 'resultsSeen'
  | 'allMarked'
  | 'batchForgotten'
  | 'reportWritten'
  | 'reportOpened'
  | 'reportFailed';

/** A message that does not interrupt the user. */
export interface Notice {
  id: string;
  tone: 'error' | 'done' | 'info';
  text: NoticeText;
  /** Values in the sentence. */
  params: { name?: string; place?: string; count?: number; failed?: number };
  failure: Failure | null;
  /** Photos that something failed for, and why. */
  failed: readonly { name: string; failure: Failure }[];
  /** What else is to be said of it. */
  notes: readonly Message[];
  action: {
    label:
      | 'retry'
      | 'reopen'
      | 'downloadAgain'
      | 'undo'
      | 'startOver'
      | 'choosePhoto'
      | 'show'
      | 'showInFolder'
      | 'openReport';
    run: () => void;
  } | null;
  /** Another action, of less weight; null: there is none. */
  second: { label: 'copyPicture'; run: () => void } | null;
  /** A written file that can be dragged out of the window, by its token. */
  drag: string | null;
  /** The photo that the action is about. The action goes when the photo is closed. */
  photoKey: string | null;
  /** True: it stays until it is dismissed. False: it disappears by itself. */
  stays: boolean;
}

export interface PhotosState {
  photos: OpenPhoto[];
  /** The photo that is shown. */
  activeKey: string | null;
  /** Keys of the selected photos, see `selectedPhotos`. */
  selected: readonly string[];
  /** Where a range of the selection begins. */
  anchor: string | null;
}

/** What concerns several photos at once. */
export interface ManyState {
  /** The settings that were copied last. */
  copied: Copied | null;
  /** The folder that results were exported to last; null: none was chosen. */
  folder: Folder | null;
  /** What the export dialog holds while a folder is chosen for it; `name`: what was typed. Null: nothing was changed. */
  draft: { choice: ExportChoice & { place: ExportPlace }; name: string | null } | null;
  /** The names that several photos were exported with last; null: those that the photos give. */
  pattern: string | null;
}

export interface JobsState {
  jobs: Job[];
}

export interface NoticesState {
  notices: Notice[];
}

/** State of the app, not of a photo. Null until the main side has answered. */
export interface AppState {
  info: AppInfo | null;
  settings: Settings;
  engine: EngineStatus | null;
  recipes: Recipe[];
  /** Ids of the user's own recipes. */
  ownRecipes: string[];
  /** Null until the style gallery has loaded them. */
  styles: Response<'styles.list'> | null;
  /** Photos that were edited last and can be opened again. */
  recent: Response<'edits.recent'>['entries'];
  /** Edit files whose photo was not found. The user is asked about the first one. */
  lostEdits: EditFile[];
  generators: GeneratorInfo[] | null;
  connection: ConnectionState;
}
