import { lstat, mkdir, rm } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { type AppInfo, Settings } from '../../../contract/app';
import packageInfo from '../../../package.json' with { type: 'json' };
import { say } from '../../../text/message';
import { checkProviders } from '../../engine/provider-check';
import { Verdicts } from '../../engine/verdicts';
import { EmulsionError } from '../../errors';
import { clearData } from '../../userdata/clear';
import type { AppContext, HandlersOf } from '../context';

/** Calls about the program: settings, choosing files, jobs and the engine. */
export function appHandlers({
  batches,
  edits,
  engine,
  engineOptions,
  files,
  jobs,
  maker,
  outgoing,
  photos,
  scratch,
  services,
  settings,
}: AppContext): HandlersOf<'app' | 'settings' | 'files' | 'jobs' | 'engine'> {
  return {
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
    'app.clear': async () => {
      if (batches.busy() || maker.busy()) throw new EmulsionError('BATCH_RUNNING');
      jobs.cancelAll();
      // Closing saves the edits, so this comes first.
      await edits.closeAll();
      photos.clear();
      // Without its process, nothing of a photo is left in memory either.
      engine.restart();
      for (const { id } of await batches.known()) await batches.forget(id);
      await settings.set(Settings.parse({}));
      await clearData(services.userData);
      const uploads = join(scratch, 'uploads');
      await rm(uploads, { recursive: true, force: true });
      await mkdir(uploads);
      services.desktop?.forget();
      return {};
    },
    'settings.get': () => settings.get(),
    'settings.set': async (change) => {
      const before = settings.get();
      const after = await settings.set(change);
      const concernsEngine = (['provider', 'device', 'threads', 'memory'] as const).some(
        (name) => before[name] !== after[name],
      );
      if (concernsEngine) engine.configure(engineOptions());
      return after;
    },
    'files.pick': async ({ kind }) => {
      if (services.pick === null) {
        throw new EmulsionError('BAD_REQUEST', { reason: say('failures.noDialogs') });
      }
      return { files: await files.offer(await services.pick(kind)) };
    },
    'files.list': ({ folder }) => files.list(folder),
    'files.taken': async ({ folder, names }) => {
      const place = files.path(folder, 'folder');
      const isThere = (name: string) =>
        lstat(join(place, basename(name))).then(
          () => true,
          // A name that cannot be looked up is none of a file that is there.
          () => false,
        );
      const there = await Promise.all(names.map(isThere));
      return { names: names.filter((_, i) => there[i]) };
    },
    'files.startDrag': ({ token }) => {
      if (services.startDrag === null) {
        throw new EmulsionError('BAD_REQUEST', { detail: 'This host drags no files out of its window.' });
      }
      services.startDrag(outgoing.written(token));
      return {};
    },
    'files.showInFolder': ({ token }) => {
      if (services.showInFolder === null) {
        throw new EmulsionError('BAD_REQUEST', { reason: say('failures.noDialogs') });
      }
      services.showInFolder(outgoing.written(token));
      return {};
    },
    'jobs.cancel': ({ jobId }) => {
      jobs.cancel(jobId);
      return {};
    },
    'engine.status': () => engine.status(),
    'engine.restart': () => {
      engine.restart();
      return engine.status();
    },
    'engine.providers': () => checkProviders(services.launchEngine, engineOptions()),
    'engine.forget': async () => {
      await new Verdicts(engineOptions().providers).forget();
      // What it has loaded is loaded again, and may then be elsewhere.
      engine.configure(engineOptions());
      return {};
    },
  };
}
