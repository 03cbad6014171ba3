import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import packageInfo from '../package.json' with { type: 'json' };
import {
  type AppInfo,
  type CallName,
  type EventName,
  type EventPayload,
  type ExportFormat,
  type FileEntry,
  failure,
  type ParsedRequest,
  type PictureQuery,
  parseRequest,
  parseResponse,
  type Response,
  type Result,
} from '../preload/contract';
import type { LaunchEngine } from './engine/protocol';
import { createEngine } from './engine/supervisor';
import { EmulsionError, toFailure } from './errors';
import { createFileTokens } from './files';
import { EXPORT_EXTENSIONS } from './photos/extensions';
import { NAMED_RECIPES } from './restoration/recipe';
import { openSettings } from './settings';

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
  /** Bytes of a picture URL. Throws an EmulsionError; CANCELLED after `signal`. */
  picture(query: PictureQuery, signal?: AbortSignal): Promise<{ type: string; bytes: Uint8Array }>;
  /** Gives tokens for files that the host vouches for (dialog, drop, upload, command line). */
  offer(paths: readonly string[]): Promise<FileEntry[]>;
  /** A folder of this run alone: uploads are put there before `offer`. Removed on close. */
  readonly uploads: string;
  /** A finished export waiting to be downloaded. Throws NOT_ALLOWED. */
  download(token: string): { path: string; name: string; type: string };
  /** True while a job runs. */
  busy(): boolean;
  close(): Promise<void>;
}

type Handlers = { [N in CallName]: (request: ParsedRequest<N>) => Promise<Response<N>> | Response<N> };

export async function createApp(services: HostServices): Promise<App> {
  const settings = await openSettings(services.userData);
  const scratch = await mkdtemp(join(tmpdir(), 'emulsion-'));
  const uploads = join(scratch, 'uploads');
  const exports = join(scratch, 'exports');
  await Promise.all([mkdir(uploads), mkdir(exports)]);

  const files = createFileTokens(services.root);
  const listeners = new Set<(name: EventName, payload: unknown) => void>();
  const jobs = new Map<string, AbortController>();
  const photos = new Map<string, { name: string }>();
  const downloads = new Map<string, { path: string; name: string; type: string }>();

  const emit = <N extends EventName>(name: N, payload: EventPayload<N>): void => {
    for (const listener of listeners) listener(name, payload);
  };

  const engineOptions = () => ({
    models: services.models,
    provider: settings.get().provider,
    threads: settings.get().threads,
  });
  const engine = createEngine({
    launch: services.launchEngine,
    options: engineOptions(),
    onStatus: (status) => emit('engine.status', status),
  });

  /** Runs something that the page may cancel by the id it has chosen, and passes its progress on. */
  const job = async <T>(jobId: string, run: (control: JobControl) => Promise<T>): Promise<T> => {
    if (jobs.has(jobId)) {
      throw new EmulsionError('BAD_REQUEST', { message: 'A job of that id is running already.' });
    }
    const controller = new AbortController();
    jobs.set(jobId, controller);
    try {
      return await run({
        signal: controller.signal,
        onProgress: (progress) => emit('job.progress', { jobId, ...progress }),
      });
    } finally {
      jobs.delete(jobId);
    }
  };

  const openedPhoto = (photoId: string): { name: string } => {
    const photo = photos.get(photoId);
    if (photo === undefined) throw new EmulsionError('UNKNOWN_PHOTO');
    return photo;
  };

  const handlers: Handlers = {
    'app.info': (): AppInfo => ({
      version: packageInfo.version,
      host: services.kind,
      platform: process.platform,
      pictureBase: services.pictureBase,
      uploadUrl: services.uploadUrl,
      downloadBase: services.downloadBase,
      nativeDialogs: services.pick !== null,
    }),
    'settings.get': () => settings.get(),
    'settings.set': async (change) => {
      const before = settings.get();
      const after = await settings.set(change);
      if (before.provider !== after.provider || before.threads !== after.threads) engine.configure(engineOptions());
      return after;
    },
    'files.pick': async ({ kind }) => {
      if (services.pick === null) {
        throw new EmulsionError('BAD_REQUEST', { message: 'This host has no dialogs of its own.' });
      }
      return { files: await files.offer(await services.pick(kind)) };
    },
    'files.list': ({ folder }) => files.list(folder),
    'photos.open': ({ token, jobId }) =>
      job(jobId, async (control) => {
        const path = files.path(token, 'photo');
        const photoId = randomUUID();
        const photo = await engine.request('open', { photoId, path, name: basename(path) }, control);
        photos.set(photoId, { name: photo.name });
        return photo;
      }),
    'photos.close': async ({ photoId }) => {
      openedPhoto(photoId);
      photos.delete(photoId);
      await engine.request('close', { photoId });
      return {};
    },
    'photos.analyse': ({ photoId, jobId }) => {
      openedPhoto(photoId);
      return job(jobId, (control) => engine.request('analyse', { photoId }, control));
    },
    'photos.render': ({ photoId, recipe, size, jobId }) => {
      openedPhoto(photoId);
      return job(jobId, async (control) => ({
        ...(await engine.request('render', { photoId, recipe, size }, control)),
        size,
      }));
    },
    'photos.histogram': ({ photoId, revision }) => {
      openedPhoto(photoId);
      return engine.request('histogram', { photoId, revision });
    },
    'photos.export': ({ photoId, recipe, jobId, format, quality, keepMetadata, orientation, folder }) => {
      const { name } = openedPhoto(photoId);
      return job(jobId, async (control) => {
        const stem = `${basename(name, extname(name))}-restored`;
        let target = { folder: exports, stem };
        if (folder !== null) {
          target = { folder: files.path(folder, 'folder'), stem };
        } else if (services.pickSave !== null) {
          const chosen = await services.pickSave(`${stem}.${EXPORT_EXTENSIONS[format]}`, format);
          if (chosen === null) throw new EmulsionError('CANCELLED');
          target = { folder: dirname(chosen), stem: basename(chosen, extname(chosen)) };
        }
        const written = await engine.request(
          'export',
          { photoId, recipe, format, quality, keepMetadata, orientation, target },
          control,
        );
        const isDownload = target.folder === exports;
        const file = basename(written.path);
        const download = isDownload ? randomUUID() : null;
        if (download !== null) downloads.set(download, { path: written.path, name: file, type: `image/${format}` });
        return {
          name: file,
          place: isDownload ? null : target.folder,
          bytes: written.bytes,
          download,
          reports: written.reports,
        };
      });
    },
    'jobs.cancel': ({ jobId }) => {
      // A job that has just ended is no error: the page could not know.
      jobs.get(jobId)?.abort();
      return {};
    },
    'recipes.list': () => ({ recipes: [...NAMED_RECIPES] }),
    'generators.list': async () => ({ generators: await engine.request('generators', null) }),
    'engine.status': () => engine.status(),
  };

  return {
    uploads,
    busy: () => jobs.size > 0,
    async handle(name, request) {
      const parsed = parseRequest(name, request);
      if (!parsed.ok) return parsed;
      const call = parsed.value.name;
      try {
        const handler = handlers[call] as (request: unknown) => unknown;
        return parseResponse(call, { ok: true, value: await handler(parsed.value.request) });
      } catch (error) {
        const { code, message, detail } = toFailure(error);
        return failure(code, message, detail);
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    picture: (query, signal) => {
      openedPhoto(query.photoId);
      return engine.request('picture', query, { signal });
    },
    offer: (paths) => files.offer(paths),
    download(token) {
      const file = downloads.get(token);
      if (file === undefined) throw new EmulsionError('NOT_ALLOWED');
      return file;
    },
    async close() {
      for (const controller of jobs.values()) controller.abort();
      await engine.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

type JobControl = NonNullable<Parameters<ReturnType<typeof createEngine>['request']>[2]>;
