import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry } from '../../contract/app';
import { type EventName, type EventPayload, parseRequest, parseResponse } from '../../contract/calls';
import type { Result } from '../../contract/errors';
import type { AnyPictureQuery } from '../../contract/pictures';
import { createBatches } from '../batch/batches';
import { localProcessor } from '../batch/local-processor';
import { createEdits } from '../edits/store';
import { createEngine } from '../engine/supervisor';
import { EmulsionError, toEmulsionError, toFailure } from '../errors';
import { log } from '../log/log';
import { makeScratch } from '../storage/scratch';
import { createFileTokens } from '../storage/tokens';
import { createMaker } from '../synthesis/maker';
import { examplesIn, readExample } from '../userdata/examples';
import { createRecipes } from '../userdata/recipes';
import { openSession } from '../userdata/session';
import { openSettings } from '../userdata/settings';
import { createStyles } from '../userdata/styles';
import { createBatchThumbnails } from './batch-thumbnails';
import type { AppContext, Handlers, PhotoRegistry, RegisteredPhoto } from './context';
import { appHandlers } from './handlers/app';
import { batchHandlers } from './handlers/batch';
import { editsHandlers } from './handlers/edits';
import { generatorsHandlers } from './handlers/generators';
import { masksHandlers } from './handlers/masks';
import { photosHandlers } from './handlers/photos';
import { recipesHandlers } from './handlers/recipes';
import { reviewHandlers } from './handlers/review';
import { scanHandlers } from './handlers/scan';
import { sessionHandlers } from './handlers/session';
import { stylesHandlers } from './handlers/styles';
import { synthesisHandlers } from './handlers/synthesis';
import { createJobs } from './jobs';
import { createLibrary } from './library';
import { createOutgoing } from './outgoing';
import type { HostServices } from './services';

export type { Desktop, EditorTasks, HostServices, PickKind, SaveFormat } from './services';

/** The app behind one window. It does not depend on the host. */
export interface App {
  /** Answers any call, valid or not. Never throws. */
  handle(name: unknown, request: unknown): Promise<Result<unknown>>;
  /** Subscribes to the events for the page. Returns the function that unsubscribes. */
  subscribe(listener: (name: EventName, payload: unknown) => void): () => void;
  /** Bytes of the picture at a URL. Throws an EmulsionError; CANCELLED after `signal`. */
  picture(query: AnyPictureQuery, signal?: AbortSignal): Promise<{ type: string; bytes: Uint8Array }>;
  /** Returns tokens for files that the host trusts (from a dialog, drop, upload or command line). */
  offer(paths: readonly string[]): Promise<FileEntry[]>;
  /** A folder for this run of the program only. Uploads are put there before `offer`. Removed on close. */
  readonly uploads: string;
  /** A finished export to download, or a file of a report. Throws NOT_ALLOWED. */
  download(token: string): { path: string; name: string; type: string };
  reportFile(token: string, name: string): { path: string; type: string };
  /** True while a job runs. */
  busy(): boolean;
  close(): Promise<void>;
}

export async function createApp(services: HostServices): Promise<App> {
  const settings = await openSettings(services.userData);
  const session = openSession(join(services.userData, 'session.json'));
  const edits = createEdits(join(services.userData, 'edits'));
  const recipes = createRecipes(join(services.userData, 'recipes'));
  const styles = createStyles(join(services.userData, 'styles'));
  const examples = examplesIn(services.userData);
  const scratch = await makeScratch();
  const uploads = join(scratch, 'uploads');
  const exports = join(scratch, 'exports');
  await Promise.all([mkdir(uploads), mkdir(exports)]);

  const files = createFileTokens(services.root);
  const listeners = new Set<(name: EventName, payload: unknown) => void>();
  const opened = new Map<string, RegisteredPhoto>();

  const emit = <N extends EventName>(name: N, payload: EventPayload<N>): void => {
    for (const listener of listeners) listener(name, payload);
  };

  const engineOptions = () => ({
    models: services.models,
    imported: join(services.userData, 'models'),
    examples,
    providers: join(services.userData, 'providers'),
    provider: settings.get().provider,
    device: settings.get().device,
    threads: settings.get().threads,
    memory: settings.get().memory,
  });
  const engine = createEngine({
    launch: services.launchEngine,
    options: engineOptions(),
    onStatus: (status) => emit('engine.status', status),
    onEvidence: (photoId) => emit('photo.evidence', { photoId }),
  });

  const batches = createBatches({
    path: join(services.userData, 'batches.json'),
    within: services.root ?? undefined,
    processor: ({ concurrency }) => localProcessor(services.launchEngine, engineOptions(), concurrency),
    onState: (state) => emit('batch.state', state),
  });

  const maker = createMaker({
    within: services.root ?? undefined,
    engine,
    launch: services.launchEngine,
    options: engineOptions,
    onState: (state) => emit('synthesis.state', state),
  });

  const library = createLibrary({
    engine,
    launch: services.launchEngine,
    options: engineOptions,
    scratch,
    models: join(services.userData, 'models'),
  });

  const photos: PhotoRegistry = {
    get(photoId) {
      const photo = opened.get(photoId);
      if (photo === undefined) throw new EmulsionError('UNKNOWN_PHOTO');
      return photo;
    },
    set: (photoId, photo) => void opened.set(photoId, photo),
    delete: (photoId) => void opened.delete(photoId),
    clear: () => opened.clear(),
    paths: () => [...opened.values()].map(({ path }) => path),
  };
  /** Pictures that are being made and may be dropped. */
  const making = new Map<number, AbortController>();
  const jobs = createJobs((progress) => emit('job.progress', progress));
  const thumbnails = createBatchThumbnails(batches, engine);
  const outgoing = createOutgoing(services, exports, photos.paths);

  const context: AppContext = {
    services,
    settings,
    session,
    edits,
    recipes,
    styles,
    examples,
    files,
    engine,
    engineOptions,
    batches,
    library,
    maker,
    jobs,
    photos,
    outgoing,
    scratch,
    cancelPicture: (ask) => making.get(ask)?.abort(),
    isTemporary: (path) => path.startsWith(scratch),
  };
  const handlers: Handlers = {
    ...appHandlers(context),
    ...photosHandlers(context),
    ...editsHandlers(context),
    ...sessionHandlers(context),
    ...masksHandlers(context),
    ...recipesHandlers(context),
    ...stylesHandlers(context),
    ...batchHandlers(context),
    ...reviewHandlers(context),
    ...scanHandlers(context),
    ...generatorsHandlers(context),
    ...synthesisHandlers(context),
  };

  return {
    uploads,
    busy: () => jobs.busy() || batches.busy() || maker.busy(),
    async handle(name, request) {
      const parsed = parseRequest(name, request);
      if (!parsed.ok) return parsed;
      const call = parsed.value.name;
      try {
        const handler = handlers[call] as (request: unknown) => unknown;
        return parseResponse(call, { ok: true, value: await handler(parsed.value.request) });
      } catch (error) {
        log.failure('A call failed', toEmulsionError(error), { call });
        return { ok: false, error: toFailure(error) };
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    picture: async (query, signal) => {
      if ('pairId' in query) return maker.picture(query);
      if ('trialId' in query) return library.picture(query);
      if ('example' in query) {
        const bytes = await readExample(examples, query.example);
        if (bytes === null) throw new EmulsionError('FILE_MISSING');
        return { type: 'image/png', bytes };
      }
      if ('batchId' in query) return thumbnails.picture(query, signal);
      photos.get(query.photoId);
      if (query.layer === 'bitmap') {
        const bytes = edits.bitmap(query.photoId, query.bitmap ?? '');
        return { type: 'application/octet-stream', bytes };
      }
      const { ask, ...picture } = query;
      if (ask === undefined) return engine.request('picture', picture, { signal });
      const controller = new AbortController();
      making.set(ask, controller);
      try {
        const either = signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]);
        return await engine.request('picture', picture, { signal: either });
      } finally {
        making.delete(ask);
      }
    },
    offer: (paths) => files.offer(paths),
    download: (token) => outgoing.download(token),
    reportFile: (token, name) => outgoing.reportFile(token, name),
    async close() {
      await batches.close();
      await maker.close();
      await edits.closeAll();
      jobs.cancelAll();
      await engine.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
