import type { EngineStatus, Progress, Settings } from '../../../contract/app';
import type { ConnectionState } from '../../../contract/calls';
import { failure } from '../../../contract/errors';
import type { Providers } from '../../../contract/providers';
import type { CommandId } from '../../../text';
import type { Job, Notice } from '../model';
import { keepSession } from '../session';
import { activePhoto } from '../stores';
import type { Context } from './context';

/** The progress of a job with several photos. The time left of one of them says little about the others. */
function ofAll({ part }: Job, progress: Progress): Progress {
  return part === null ? progress : { ...progress, done: (part.at + progress.done) / part.of, secondsLeft: null };
}

/** Settings, generators, the engine, and events from the main side. */
export function createProgram(context: Context) {
  const { call, patch } = context;
  const { app, jobs, notices, photos } = context.stores;

  async function setSettings(change: Partial<Settings>): Promise<void> {
    const before = app.getState().settings;
    app.setState({ settings: { ...before, ...change } });
    const result = await call('settings.set', change);
    app.setState({ settings: result.ok ? result.value : before });
    if (!result.ok) context.notices.tell({ tone: 'error', text: 'settingsFailed', failure: result.error });
  }

  /** Deletes everything that the app keeps, and begins as at the first start. */
  async function clearEverything(): Promise<void> {
    const result = await call('app.clear', {});
    if (result.ok) location.reload();
    else context.notices.tell({ tone: 'error', text: 'clearFailed', failure: result.error });
  }

  async function loadGenerators(): Promise<void> {
    const result = await call('generators.list', {});
    if (result.ok) app.setState({ generators: result.value.generators });
    else {
      context.notices.tell({
        tone: 'error',
        text: 'generatorsFailed',
        failure: result.error,
        action: { label: 'retry', run: () => void loadGenerators() },
      });
    }
  }

  /** Null if it failed, of which the user is told. */
  async function checkProviders(): Promise<Providers | null> {
    const result = await call('engine.providers', {});
    if (result.ok) return result.value;
    context.notices.tell({ tone: 'error', text: 'providersFailed', failure: result.error });
    return null;
  }

  /** Has nets that differed or crashed on a provider tried again. */
  async function forgetVerdicts(): Promise<void> {
    const result = await call('engine.forget', {});
    if (!result.ok) context.notices.tell({ tone: 'error', text: 'settingsFailed', failure: result.error });
  }

  /** The host program has ended or is back. Only after a reconnection are the photos that it held still there. */
  function connectionChanged(connection: ConnectionState): void {
    app.setState({ connection });
    const old = notices.getState().notices.find((notice) => notice.text === 'connectionLost');
    if (connection === 'open' && old !== undefined) context.notices.dismiss(old.id);
    if (connection !== 'lost') return;
    context.notices.tell({
      tone: 'error',
      text: 'connectionLost',
      failure: { code: 'CONNECTION_LOST', message: 'The page has lost the program behind it.' },
    });
  }

  /** When the engine has given up restarting, the user has to restart it. */
  function engineChanged(engine: EngineStatus): void {
    app.setState({ engine });
    const isTold = (notice: Notice) => notice.text === 'engineFailed';
    if (engine.state === 'ready' || engine.state === 'busy') {
      notices.setState((state) => ({ notices: state.notices.filter((notice) => !isTold(notice)) }));
    } else if (engine.state === 'failed' && !notices.getState().notices.some(isTold)) {
      const { error } = failure('ENGINE_FAILED', 'The engine was not started again.', engine.note ?? undefined);
      context.notices.tell({
        tone: 'error',
        text: 'engineFailed',
        failure: error,
        action: { label: 'retry', run: () => void startEngine() },
      });
    }
  }

  /** Restarts the engine and repeats what failed on the active photo. */
  async function startEngine(): Promise<void> {
    const result = await call('engine.restart', {});
    if (!result.ok) {
      context.notices.tell({ tone: 'error', text: 'engineFailed', failure: result.error });
      return;
    }
    const entry = activePhoto(photos.getState());
    if (entry?.photo == null || entry.phase !== 'ready') return;
    if (entry.analysis === null) void context.opening.analyse(entry.key);
    else if (entry.render === 'failed') context.rendering.schedule(entry.key, 0);
  }

  /**
   * Loads the state of the main side and subscribes to its events. Returns a function that unsubscribes.
   *
   * @param onCommand The menu of the system has given a command.
   */
  async function start(onCommand: (id: CommandId) => void = () => {}): Promise<() => void> {
    const off = [
      context.bridge.on('job.progress', (progress) => {
        jobs.setState((state) => ({
          jobs: state.jobs.map((job) =>
            job.id === progress.jobId ? { ...job, progress: ofAll(job, progress), reportedAt: performance.now() } : job,
          ),
        }));
      }),
      context.bridge.on('engine.status', engineChanged),
      context.bridge.on('photo.evidence', ({ photoId }) => {
        const entry = photos.getState().photos.find((each) => each.photo?.id === photoId);
        if (entry !== undefined) patch(entry.key, { evidence: entry.evidence + 1 });
      }),
      context.bridge.on('batch.state', context.batch.changed),
      context.bridge.on('synthesis.state', context.pairs.changed),
      context.bridge.on('files.offered', ({ files }) => context.opening.openFiles(files)),
      context.bridge.on('menu.command', ({ command }) => onCommand(command)),
      context.bridge.onConnection?.(connectionChanged) ?? (() => {}),
    ];
    const [settings, info, recipes, engine, recent, session] = await Promise.all([
      call('settings.get', {}),
      call('app.info', {}),
      call('recipes.list', {}),
      call('engine.status', {}),
      call('edits.recent', {}),
      call('session.load', {}),
      context.batch.load(),
      context.pairs.load(),
    ]);
    if (settings.ok) {
      app.setState({ settings: settings.value });
      // Photos that were opened already come before the introduction.
      if (!settings.value.introduced && photos.getState().photos.length === 0) context.view.show('tour');
    }
    if (info.ok) app.setState({ info: info.value });
    if (recipes.ok) app.setState({ recipes: recipes.value.recipes, ownRecipes: recipes.value.own });
    if (recent.ok) app.setState({ recent: recent.value.entries });
    if (engine.ok) engineChanged(engine.value);
    const failed = [settings, info, recipes, engine].find((result) => !result.ok);
    if (failed !== undefined && !failed.ok)
      context.notices.tell({ tone: 'error', text: 'startFailed', failure: failed.error });
    void loadGenerators();
    if (session.ok) context.opening.reopen(session.value);
    // Missing photos were just reported. Saving the session without them prevents a second report.
    const isKept = !session.ok || session.value.missing.length === 0;
    off.push(keepSession(context.stores, isKept, (now) => call('session.save', now)));
    return () => {
      for (const end of off) end();
    };
  }

  return { start, setSettings, clearEverything, loadGenerators, checkProviders, forgetVerdicts };
}
