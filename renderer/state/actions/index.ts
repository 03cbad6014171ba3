import type { FileEntry } from '../../../contract/app';
import type { Bridge } from '../../../contract/calls';
import type { EyeSearch } from '../../../contract/edit';
import type { Recipe } from '../../../contract/recipe';
import { timesOf } from '../../darkroom/resultSize';
import type { Print } from '../../export/papers';
import { createBatchActions } from '../batch';
import type { Asker, Wish } from '../comparison';
import { createCropActions } from '../crop';
import { createEditSync } from '../editSync';
import { createHintActions } from '../hints';
import { createJobs } from '../jobs';
import { createLibraryActions } from '../library';
import type { Listing } from '../listing';
import type { OfBatch, OpenPhoto } from '../model';
import { createPairsActions } from '../pairs';
import { createResultsActions } from '../results';
import { createReviewActions } from '../review';
import { activePhoto, type Stores } from '../stores';
import { createStyleActions } from '../styles';
import { createToolActions, followTools } from '../tools';
import { createViewActions } from '../view';
import { createByHand } from './byHand';
import type { Browser, Context } from './context';
import { createEditFiles } from './editFiles';
import { createExporting, type ExportAll, type ExportOne } from './exporting';
import { createFiles } from './files';
import { createHistory } from './history';
import { createMany } from './many';
import { createMasks } from './masks';
import { createNotices } from './notices';
import { createOpening } from './opening';
import { createPictures } from './pictures';
import { createProgram } from './program';
import { createRecipes } from './recipes';
import { createRendering } from './rendering';
import { createScanning } from './scanning';

export type { Browser } from './context';
export type { ExportAll, ExportOne } from './exporting';
export { PREVIEW_DELAY } from './history';

/**
 * All actions of the window. Photos are opened and analysed one after the other. Only the active photo is rendered,
 * first as a preview and then at full size.
 */
export function createActions(bridge: Bridge, stores: Stores, browser: Browser) {
  const { photos } = stores;
  const find = (key: string) => photos.getState().photos.find((photo) => photo.key === key) ?? null;
  const { call, asJob, offer, cancel: cancelJob } = createJobs(bridge, stores, { find, newId: browser.newId });
  const view = createViewActions(stores.view);
  const editSync = createEditSync({
    find,
    write: (request) => call('edits.write', request),
    onFailed: (key, failure) =>
      notices.tell({ tone: 'error', text: 'editsUnsaved', params: { name: find(key)?.name ?? '' }, failure }),
  });
  const patch = (key: string, change: Partial<OpenPhoto>): void =>
    photos.setState((state) => ({
      photos: state.photos.map((photo) => (photo.key === key ? { ...photo, ...change } : photo)),
    }));

  // The modules reach one another through the context, which is complete once all have been made.
  const context = { bridge, stores, browser, call, asJob, offer, cancelJob, find, patch, view, editSync } as Context;
  const notices = createNotices(context);
  context.notices = notices;
  const opening = createOpening(context);
  const rendering = createRendering(context);
  const history = createHistory(context);
  const masks = createMasks(context);
  const byHand = createByHand(context);
  const many = createMany(context);
  const files = createFiles(context);
  const exporting = createExporting(context);
  const pictures = createPictures(context);
  const recipes = createRecipes(context);
  const program = createProgram(context);
  const scanning = createScanning(context);
  const { tell } = notices;
  const batch = createBatchActions(stores, { call, tell, view, ...browser });
  const openFiles = (files: readonly FileEntry[], of: OfBatch) => opening.openFiles(files, null, null, of);
  const results = createResultsActions(stores, { call, asJob, tell, view, openFiles, newId: browser.newId });
  const { loadGenerators } = program;
  const pairs = createPairsActions(stores, { call, tell, view, loadGenerators, ...browser });
  const photoId = () => activePhoto(photos.getState())?.photo?.id ?? null;
  const library = createLibraryActions(stores, { photoId, call, asJob, cancel: cancelJob, tell, loadGenerators });
  Object.assign(context, {
    library,
    opening,
    rendering,
    history,
    masks,
    many,
    files,
    exporting,
    pictures,
    recipes,
    program,
    scanning,
    batch,
    results,
    pairs,
  });
  const editFiles = createEditFiles(context);
  context.editFiles = editFiles;
  const styles = createStyleActions(stores, { find, call, asJob, offer, tell, setRecipe: history.setRecipe });

  // Before the tools, so that the comparison of before the review is the one to return to.
  const review = createReviewActions(stores, { find, view, change: masks.change });
  const putAway = () => {
    createToolActions(stores.tools).take(null);
    review.end();
    view.setPicking(null);
  };
  const cropTool = createCropActions(stores, {
    find,
    call,
    asJob,
    view,
    putAway() {
      putAway();
      if (stores.view.getState().mode === 'variants') view.setMode('result');
    },
    crop: scanning.crop,
    onSplit(key, files) {
      opening.openPrints(key, files);
      notices.tell({ tone: 'done', text: 'split', params: { name: find(key)?.name ?? '', count: files.length } });
    },
    onFailed: (key, failure) =>
      notices.tell({ tone: 'error', text: 'cropFailed', params: { name: find(key)?.name ?? '' }, failure }),
  });
  /** While the tool crops a photo, undo and redo are about the tool. */
  const isCropping = (key: string) => stores.crop.getState().cropping?.key === key;
  followTools(stores.tools, stores.view);
  const { commit, commitTold } = history;
  const hints = createHintActions(stores, { find, commit, commitTold, tell, view, putAway });
  photos.subscribe(({ photos: now }, { photos: before }) => {
    for (const { key, edit, photo } of now) {
      if (edit !== null && edit !== before.find((other) => other.key === key)?.edit) {
        view.setOrientation(key, edit.orientation);
        if (photo !== null) view.setTimes(key, timesOf(edit.recipe, photo));
      }
    }
  });

  return {
    start: program.start,
    setSettings: program.setSettings,
    clearEverything: program.clearEverything,
    loadGenerators,
    checkProviders: program.checkProviders,
    forgetVerdicts: program.forgetVerdicts,
    call,
    cancelJob,
    tell,
    dismiss: notices.dismiss,
    openFiles: opening.openFiles,
    activate: opening.activate,
    activateNext: opening.activateNext,
    select: opening.select,
    selectAll: opening.selectAll,
    close: opening.close,
    copySettings: many.copySettings,
    pasteSettings: () => void many.pasteSettings(),
    applyRecipe: many.applyRecipe,
    turnAll: many.turnAll,
    rateAll: many.rateAll,
    caption: many.caption,
    captionAll: many.captionAll,
    arrange: (change: Partial<Listing>) => stores.listing.setState(change),
    closeAll: many.closeAll,
    sendToBatch: () => void many.sendToBatch(),
    analyse: (key: string) => void opening.analyse(key),
    pickPhotos: files.pickPhotos,
    takeFiles: files.takeFiles,
    /** Asks for a net in the system's dialog. Returns false where the host has none and the page has to ask. */
    pickModel: () => files.pickOrAsk('model', (chosen) => opening.openFiles(chosen)),
    exportToBatch: (key: string) => void exporting.exportToBatch(key),
    exportOne: (key: string, choice: ExportOne) => exporting.exportOne(key, choice),
    exportAll: (choice: ExportAll) => void exporting.exportAll(choice),
    exportAgain: exporting.exportAgain,
    finish: (key: string) => void exporting.finish(key),
    estimate: exporting.estimate,
    dragOut: files.dragOut,
    copyPicture: (key: string) => void pictures.copy(key),
    printPicture: (key: string, how: Print) => void pictures.print(key, how),
    exportable: exporting.exportable,
    takenNames: exporting.takenNames,
    pickExportFolder: () => void exporting.pickFolder(),
    computeAgain: rendering.computeAgain,
    renew: rendering.renew,
    /** Requests pictures of other recipes to be shown beside the photo's own. */
    compareWith: (asker: Asker, key: string, wishes: readonly Wish[]) => rendering.comparison.want(asker, key, wishes),
    setEnabled: history.setEnabled,
    moveStep: history.moveStep,
    turn: history.turn,
    crop: history.crop,
    setSetting: history.setSetting,
    settleSetting: history.settleSetting,
    cropTool,
    hints,
    chooseRecipe: history.chooseRecipe,
    chooseVariant: history.chooseVariant,
    undo: (key: string) => (isCropping(key) ? cropTool.undo() : history.undo(key)),
    redo: (key: string) => (isCropping(key) ? cropTool.redo() : history.redo(key)),
    /** Goes to any point of the history. */
    goTo: history.moveTo,
    startOver: history.startOver,
    paint: masks.paint,
    continueStroke: masks.continueStroke,
    resetMask: masks.resetMask,
    styleEverywhere: masks.styleEverywhere,
    keepNothing: masks.keepNothing,
    keepUnfinished: masks.keepUnfinished,
    dropUnfinished: masks.dropUnfinished,
    repairPlace: byHand.repairPlace,
    erasing: byHand.erasing,
    eraseRepairs: byHand.eraseRepairs,
    correctEyes: (key: string, at: EyeSearch | null) => void byHand.correctEyes(key, at),
    switchRepair: byHand.switchRepair,
    moveRepair: byHand.moveRepair,
    refillRepair: byHand.refillRepair,
    removeRepair: byHand.removeRepair,
    exportMask: (key: string) => void masks.exportMask(key),
    pickMask: masks.pickMask,
    takeMask: (key: string, file: File) => void masks.takeMask(key, file),
    copyMask: (key: string, fromKey: string) => void masks.copyMask(key, fromKey),
    saveEdit: (key: string) => void editFiles.documents.save(key),
    takeOffered: (key: string) => void editFiles.documents.takeOffered(key),
    keepMine: (key: string) => void editFiles.documents.keepMine(key),
    pickLostPhoto: editFiles.pickLostPhoto,
    takeLostPhoto: (file: File) => void editFiles.takeLostPhoto(file),
    skipLostPhoto: () => editFiles.foundPhoto(null),
    saveRecipe: (key: string, name: string, id: string | null) => void recipes.saveRecipe(key, name, id),
    keepRecipe: (recipe: Recipe, name: string, id: string | null) => void recipes.keepRecipe(recipe, name, id),
    removeRecipe: (recipe: Recipe) => void recipes.removeRecipe(recipe),
    exportRecipe: (recipe: Recipe) => void recipes.exportRecipe(recipe),
    pickRecipe: recipes.pickRecipe,
    takeRecipeFile: (file: File) => void recipes.takeRecipeFile(file),
    view,
    batch,
    results,
    pairs,
    library,
    styles,
    review,
    tools: createToolActions(stores.tools),
  };
}

export type Actions = ReturnType<typeof createActions>;
