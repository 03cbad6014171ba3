import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import type { AppInfo, FileEntry } from '../contract/app';
import {
  type CallName,
  type EventName,
  type EventPayload,
  type ParsedRequest,
  parseRequest,
  parseResponse,
  type Response,
  type Written,
} from '../contract/calls';
import type { MaskOwner } from '../contract/edit';
import { failure, type Result } from '../contract/errors';
import type { ExportFormat } from '../contract/photo';
import type { PairQuery, PictureQuery, ThumbnailQuery } from '../contract/pictures';
import { DETECTED_MASK } from '../document/mask';
import packageInfo from '../package.json' with { type: 'json' };
import { createBatches, placeIn } from './batch/batches';
import { planBatch } from './batch/plan';
import { reportType, writeReport } from './batch/report';
import { localWorkshop } from './batch/workshop';
import { editFileName, findBeside, findPhoto, readEditFile } from './edits/file';
import { createEdits } from './edits/store';
import type { EngineEdit, LaunchEngine } from './engine/protocol';
import { createEngine } from './engine/supervisor';
import { EmulsionError, toFailure } from './errors';
import { EDIT_EXTENSION, EXPORT_EXTENSIONS } from './photos/extensions';
import type { Subject } from './restoration/sidecar';
import { hashFile } from './storage/hash';
import { createFileTokens } from './storage/tokens';
import { writePhoto } from './storage/write';
import { createMaker } from './synthesis/maker';
import { createRecipes } from './userdata/recipes';
import { openSession } from './userdata/session';
import { openSettings } from './userdata/settings';
import { createStyles } from './userdata/styles';

export type PickKind = ParsedRequest<'files.pick'>['kind'];
/** What is written: a photo, a recipe as JSON, or an edit file. */
export type SaveFormat = ExportFormat | 'json' | 'emulsion';

/** What a host with a window lends to the app. */
export interface HostServices {
  kind: 'electron' | 'browser';
  pictureBase: string;
  uploadUrl: string | null;
  downloadBase: string | null;
  /** The system's dialog, giving absolute paths; null where there is none (the page then uses `files.list`). */
  pick: ((kind: PickKind) => Promise<string[]>) | null;
  /**
   * The save dialog; answers an absolute path or null when dismissed. Null: exports become downloads. What is suggested
   * is a name, or a whole path where it belongs in a certain folder.
   */
  pickSave: ((suggested: string, format: SaveFormat) => Promise<string | null>) | null;
  /** The folder that `files.list` starts in and never leaves; null where there are native dialogs. */
  root: string | null;
  /** Where settings are kept (created when missing). */
  userData: string;
  /** Folder with the generators. */
  models: string;
  launchEngine: LaunchEngine;
  /** Has the system open a file with the program that is meant for it; null where it cannot. Throws. */
  openFile: ((path: string) => Promise<void>) | null;
}

/** The app behind one window. Knows no host. */
export interface App {
  /** Answers any call, valid or not; never throws. */
  handle(name: unknown, request: unknown): Promise<Result<unknown>>;
  /** Events for the page; returns the function that unsubscribes. */
  subscribe(listener: (name: EventName, payload: unknown) => void): () => void;
  /** Bytes of a picture URL. Throws an EmulsionError; CANCELLED after `signal`. */
  picture(
    query: PictureQuery | ThumbnailQuery | PairQuery,
    signal?: AbortSignal,
  ): Promise<{ type: string; bytes: Uint8Array }>;
  /** Gives tokens for files that the host vouches for (dialog, drop, upload, command line). */
  offer(paths: readonly string[]): Promise<FileEntry[]>;
  /** A folder of this run alone: uploads are put there before `offer`. Removed on close. */
  readonly uploads: string;
  /** A finished export waiting to be downloaded, or a file of a report. Throws NOT_ALLOWED. */
  download(token: string): { path: string; name: string; type: string };
  reportFile(token: string, name: string): { path: string; type: string };
  /** True while a job runs. */
  busy(): boolean;
  close(): Promise<void>;
}

interface OpenedPhoto {
  subject: Subject;
  path: string;
}

/** Photos that are offered to go on with. */
const RECENT_SHOWN = 6;
/** Of a photo on which nothing was changed. */
const NO_EDIT: EngineEdit = { mask: DETECTED_MASK, repairs: [], bitmaps: new Map() };

type Handlers = { [N in CallName]: (request: ParsedRequest<N>) => Promise<Response<N>> | Response<N> };

export async function createApp(services: HostServices): Promise<App> {
  const settings = await openSettings(services.userData);
  const session = openSession(join(services.userData, 'session.json'));
  const edits = createEdits(join(services.userData, 'edits'));
  const recipes = createRecipes(join(services.userData, 'recipes'));
  const styles = createStyles(join(services.userData, 'styles'));
  const scratch = await mkdtemp(join(tmpdir(), 'emulsion-'));
  const uploads = join(scratch, 'uploads');
  const exports = join(scratch, 'exports');
  await Promise.all([mkdir(uploads), mkdir(exports)]);

  const files = createFileTokens(services.root);
  const listeners = new Set<(name: EventName, payload: unknown) => void>();
  const jobs = new Map<string, AbortController>();
  const photos = new Map<string, OpenedPhoto>();
  const downloads = new Map<string, { path: string; name: string; type: string }>();
  /** Folders of reports that may be looked at. */
  const reports = new Map<string, string>();

  const emit = <N extends EventName>(name: N, payload: EventPayload<N>): void => {
    for (const listener of listeners) listener(name, payload);
  };

  const engineOptions = () => ({
    models: services.models,
    provider: settings.get().provider,
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
    workshop: ({ concurrency }) => localWorkshop(services.launchEngine, engineOptions(), concurrency),
    onState: (state) => emit('batch.state', state),
  });

  const maker = createMaker({
    engine,
    launch: services.launchEngine,
    options: engineOptions,
    onState: (state) => emit('synthesis.state', state),
  });

  const sourcesOf = (input: string, overlays: string | null) => ({
    input: files.path(input, 'folder'),
    overlays: overlays === null ? null : files.path(overlays, 'folder'),
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

  const openedPhoto = (photoId: string): OpenedPhoto => {
    const photo = photos.get(photoId);
    if (photo === undefined) throw new EmulsionError('UNKNOWN_PHOTO');
    return photo;
  };

  /** What was changed by hand, with the mask that is asked for in the place of that of the repair step. */
  const maskAlone = (photoId: string, of: MaskOwner): EngineEdit => {
    const edit = edits.edit(photoId) ?? NO_EDIT;
    return of === 'style' ? { ...edit, mask: edit.styleMask ?? [] } : edit;
  };

  /** What was uploaded or pasted is gone with this run of the program. */
  const isPassing = (path: string): boolean => path.startsWith(scratch);

  /** Where a file goes that is handed over: by the save dialog, or to the downloads. Throws CANCELLED. */
  const targetFor = async (stem: string, extension: string, format: SaveFormat, beside = '') => {
    if (services.pickSave === null) return { folder: exports, stem };
    const chosen = await services.pickSave(join(beside, `${stem}.${extension}`), format);
    if (chosen === null) throw new EmulsionError('CANCELLED');
    return { folder: dirname(chosen), stem: basename(chosen, extname(chosen)) };
  };
  const handOver = ({ path, bytes }: { path: string; bytes: number }, type: string): Written => {
    const name = basename(path);
    if (dirname(path) !== exports) return { name, place: dirname(path), bytes, download: null };
    const download = randomUUID();
    downloads.set(download, { path, name, type });
    return { name, place: null, bytes, download };
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
      machine: { cores: availableParallelism(), memory: Math.round(totalmem() / 1024 ** 2) },
    }),
    'settings.get': () => settings.get(),
    'settings.set': async (change) => {
      const before = settings.get();
      const after = await settings.set(change);
      const concernsEngine = (['provider', 'threads', 'memory'] as const).some((name) => before[name] !== after[name]);
      if (concernsEngine) engine.configure(engineOptions());
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
        const [photo, sha256] = await Promise.all([
          engine.request('open', { photoId, path, name: basename(path) }, control),
          hashFile(path),
        ]);
        const { name, width, height, bytes } = photo;
        photos.set(photoId, { subject: { name, sha256, width, height, bytes }, path });
        return { ...photo, sha256 };
      }),
    'photos.close': async ({ photoId }) => {
      openedPhoto(photoId);
      photos.delete(photoId);
      await edits.close(photoId);
      await engine.request('close', { photoId });
      return {};
    },
    'photos.analyse': ({ photoId, jobId }) => {
      openedPhoto(photoId);
      return job(jobId, (control) => engine.request('analyse', { photoId }, control));
    },
    'photos.render': ({ photoId, recipe, size, everywhere, jobId }) => {
      openedPhoto(photoId);
      const drawn = edits.edit(photoId);
      const edit = drawn && everywhere ? { ...drawn, styleMask: [] } : drawn;
      return job(jobId, async (control) => ({
        ...(await engine.request('render', { photoId, recipe, size, edit }, control)),
        size,
      }));
    },
    'photos.histogram': ({ photoId, revision }) => {
      openedPhoto(photoId);
      return engine.request('histogram', { photoId, revision });
    },
    'photos.export': ({ photoId, recipe, jobId, format, quality, keepMetadata, orientation, folder }) => {
      const { name } = openedPhoto(photoId).subject;
      const edit = edits.edit(photoId);
      return job(jobId, async (control) => {
        const stem = `${basename(name, extname(name))}-restored`;
        const target =
          folder === null
            ? await targetFor(stem, EXPORT_EXTENSIONS[format], format)
            : { folder: files.path(folder, 'folder'), stem };
        const written = await engine.request(
          'export',
          { photoId, recipe, edit, format, quality, keepMetadata, orientation, target },
          control,
        );
        return { ...handOver(written, `image/${format}`), reports: written.reports };
      });
    },
    'edits.load': async ({ photoId, others }) => {
      const { subject, path } = openedPhoto(photoId);
      const loaded = await edits.open(photoId, subject, isPassing(path) ? null : path, others);
      const found = loaded.heldBy === null && !isPassing(path) ? await findBeside(path, subject) : null;
      if (found === null || !(await files.mayOffer(found.path))) return loaded;
      const name = basename(found.path);
      if ('error' in found) return { ...loaded, beside: { name, error: found.error.toFailure() } };
      if (!edits.isNews(photoId, found.document)) return loaded;
      const [{ token }] = (await files.offer([found.path])) as [FileEntry];
      return { ...loaded, beside: { token, name, savedAt: found.document.savedAt } };
    },
    'edits.write': async ({ photoId, ...delta }) => {
      openedPhoto(photoId);
      await edits.write(photoId, delta);
      return {};
    },
    'edits.recent': async () => {
      const entries: Response<'edits.recent'>['entries'] = [];
      for (const { path, editedAt } of await edits.recent()) {
        if (!(await files.mayOffer(path))) continue;
        const [entry] = await files.offer([path]).catch(() => []);
        if (entry?.kind === 'photo') entries.push({ ...entry, editedAt });
        if (entries.length === RECENT_SHOWN) break;
      }
      return { entries };
    },
    'edits.find': async ({ token }) => {
      const path = files.path(token, 'edit');
      const { photo } = await readEditFile(path);
      const recent = (await edits.recent()).filter(({ sha256 }) => sha256 === photo.sha256);
      const found = await findPhoto(
        path,
        photo,
        recent.map((each) => each.path),
      );
      const [file] = found !== null && (await files.mayOffer(found)) ? await files.offer([found]) : [];
      const { name, sha256, width, height } = photo;
      return { photo: { name, sha256, width, height }, file: file ?? null };
    },
    'edits.take': async ({ photoId, token }) => {
      openedPhoto(photoId);
      const file = await readEditFile(files.path(token, 'edit'));
      return { ...(await edits.take(photoId, file)), view: file.view };
    },
    'edits.keep': async ({ photoId }) => {
      openedPhoto(photoId);
      await edits.keep(photoId);
      return {};
    },
    'edits.export': async ({ photoId, view }) => {
      const { path } = openedPhoto(photoId);
      const stem = basename(editFileName(path), `.${EDIT_EXTENSION}`);
      const beside = isPassing(path) ? '' : dirname(path);
      const target = await targetFor(stem, EDIT_EXTENSION, 'emulsion', beside);
      const text = await edits.asFile(photoId, view);
      const written = await writePhoto({ ...target, extension: EDIT_EXTENSION }, (part) => writeFile(part, text));
      return handOver(written, 'application/octet-stream');
    },
    'session.load': async () => {
      const answer: Response<'session.load'> = { photos: [], active: null, missing: [] };
      if (!settings.get().reopen) return answer;
      const { photos: before, active } = await session.load();
      for (const [index, { path, name, view, uploaded }] of before.entries()) {
        const isOurs = isPassing(path) || (await files.mayOffer(path));
        const [file] = isOurs ? await files.offer([path]).catch(() => []) : [];
        if (file?.kind === 'photo') {
          if (index === active) answer.active = answer.photos.length;
          answer.photos.push({ file, view });
        } else answer.missing.push({ name, uploaded });
      }
      return answer;
    },
    'session.save': async ({ photos: open, active }) => {
      const kept = open.map(({ token, view }) => {
        const path = files.path(token, 'photo');
        return { path, name: basename(path), view, uploaded: isPassing(path) };
      });
      await session.save({ photos: kept, active });
      return {};
    },
    'masks.export': ({ photoId, recipe, of, jobId }) => {
      const { name } = openedPhoto(photoId).subject;
      const edit = maskAlone(photoId, of);
      return job(jobId, async (control) => {
        const target = await targetFor(`${basename(name, extname(name))}-mask`, 'png', 'png');
        return handOver(await engine.request('exportMask', { photoId, recipe, edit, target }, control), 'image/png');
      });
    },
    'masks.import': ({ photoId, token, jobId }) => {
      openedPhoto(photoId);
      return job(jobId, async (control) => {
        const path = files.path(token, 'photo');
        return { id: await edits.keepBitmap(photoId, await engine.request('readMask', { photoId, path }, control)) };
      });
    },
    'masks.copy': ({ from, recipe, of, to, jobId }) => {
      const [one, other] = [openedPhoto(from).subject, openedPhoto(to).subject];
      if (one.width !== other.width || one.height !== other.height) throw new EmulsionError('MASK_SIZE');
      return job(jobId, async (control) => {
        const edit = maskAlone(from, of);
        const target = { folder: await mkdtemp(join(scratch, 'mask-')), stem: 'mask' };
        const { path } = await engine.request('exportMask', { photoId: from, recipe, edit, target }, control);
        return { id: await edits.keepBitmap(to, await engine.request('readMask', { photoId: to, path }, control)) };
      });
    },
    'jobs.cancel': ({ jobId }) => {
      // A job that has just ended is no error: the page could not know.
      jobs.get(jobId)?.abort();
      return {};
    },
    'recipes.list': () => recipes.list(),
    'recipes.save': async ({ id, name, recipe }) => ({ recipe: await recipes.save(id, name, recipe) }),
    'recipes.remove': async ({ id }) => {
      await recipes.remove(id);
      return {};
    },
    'recipes.export': async ({ id }) => {
      const recipe = await recipes.find(id);
      const target = await targetFor(recipe.name, 'json', 'json');
      const text = `${JSON.stringify(recipe, null, 2)}\n`;
      const written = await writePhoto({ ...target, extension: 'json' }, (path) => writeFile(path, text));
      return handOver(written, 'application/json');
    },
    'recipes.import': async ({ token }) => ({ recipe: await recipes.take(files.path(token, 'photo')) }),
    'styles.list': async () => {
      const { by, presets } = await engine.request('styles', null);
      return { presets, own: await styles.list(by) };
    },
    'styles.add': ({ token, jobId }) =>
      job(jobId, async (control) => {
        const path = files.path(token, 'photo');
        return styles.keep(basename(path, extname(path)), await engine.request('readStyle', { path }, control));
      }),
    'styles.remove': async ({ id }) => {
      await styles.remove(id);
      return {};
    },
    'batch.plan': ({ input, output, below, settings, jobId }) =>
      job(jobId, ({ signal }) =>
        planBatch(files.path(input, 'folder'), placeIn(files.path(output, 'folder'), below), settings, signal),
      ),
    'batch.start': ({ input, output, below, settings }) =>
      batches.start(files.path(input, 'folder'), placeIn(files.path(output, 'folder'), below), settings),
    'batch.continue': ({ id }) => batches.goOn(id),
    'batch.state': async () => ({ state: batches.state(), known: await batches.known() }),
    'batch.control': async ({ id, action }) => {
      const batch = batches.find(id);
      const isOver = !batches.busy();
      if (action === 'retryFailed') {
        if (!(await batch.retryFailed())) {
          await batch.ended;
          return batches.goOn(id, true);
        }
      } else if (action === 'resume' && isOver) return batches.goOn(id);
      else batch[action]();
      return batch.state();
    },
    'batch.rows': ({ id, filter, from, count }) => batches.find(id).rows(filter, from, count),
    'batch.report': async ({ id }) => {
      const { path } = await writeReport(batches.find(id));
      const place = dirname(path);
      if (services.openFile !== null) {
        await services.openFile(path);
        return { place, page: null };
      }
      const token = randomUUID();
      reports.set(token, place);
      return { place, page: `${token}/${basename(path)}` };
    },
    'batch.forget': async ({ id }) => {
      await batches.forget(id);
      return {};
    },
    'synthesis.preview': ({ input, overlays, settings, index, jobId }) =>
      job(jobId, (control) => maker.preview({ ...sourcesOf(input, overlays), settings }, index, control)),
    'synthesis.start': async ({ input, overlays, output, below, settings, pairs }) => {
      const sources = sourcesOf(input, overlays);
      const folder = output === null ? dirname(sources.input) : files.path(output, 'folder');
      if (!(await files.mayOffer(folder))) throw new EmulsionError('NOT_ALLOWED');
      return maker.start({ ...sources, output: placeIn(folder, below), settings, pairs });
    },
    'synthesis.state': () => ({ state: maker.state() }),
    'synthesis.cancel': () => {
      maker.cancel();
      return {};
    },
    'generators.list': async () => ({ generators: await engine.request('generators', null) }),
    'engine.status': () => engine.status(),
    'engine.restart': () => {
      engine.restart();
      return engine.status();
    },
  };

  return {
    uploads,
    busy: () => jobs.size > 0 || batches.busy() || maker.busy(),
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
    picture: async (query, signal) => {
      if ('pairId' in query) return maker.picture(query);
      if ('batchId' in query) {
        const pair = await batches.find(query.batchId).thumbnails(query.index);
        if (pair === null) throw new EmulsionError('UNKNOWN_PHOTO');
        return { type: 'image/jpeg', bytes: pair[query.side] };
      }
      openedPhoto(query.photoId);
      if (query.layer === 'bitmap') {
        const bytes = edits.bitmap(query.photoId, query.bitmap ?? '');
        return { type: 'application/octet-stream', bytes };
      }
      return engine.request('picture', query, { signal });
    },
    offer: (paths) => files.offer(paths),
    download(token) {
      const file = downloads.get(token);
      if (file === undefined) throw new EmulsionError('NOT_ALLOWED');
      return file;
    },
    reportFile(token, name) {
      const folder = reports.get(token);
      const type = reportType(name);
      if (folder === undefined || type === null) throw new EmulsionError('NOT_ALLOWED');
      return { path: join(folder, name), type };
    },
    async close() {
      await batches.close();
      await maker.close();
      await edits.closeAll();
      for (const controller of jobs.values()) controller.abort();
      await engine.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

type JobControl = NonNullable<Parameters<ReturnType<typeof createEngine>['request']>[2]>;
