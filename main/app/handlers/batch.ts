import { basename, dirname, join, parse, relative, sep } from 'node:path';
import type { BatchSettings } from '../../../contract/batch';
import { createTranslations } from '../../../text';
import { placeIn } from '../../batch/batches';
import { planBatch } from '../../batch/plan';
import { writeReport } from '../../batch/report';
import { EmulsionError } from '../../errors';
import { isPathBelow } from '../../storage/remote';
import type { AppContext, HandlersOf } from '../context';

/** Calls about batches. */
export function batchHandlers({
  batches,
  files,
  isTemporary,
  jobs,
  outgoing,
  services,
}: AppContext): HandlersOf<'batch'> {
  /** The settings of a batch with these files of its folder; with none, as they are. */
  const only = (folder: string, tokens: readonly string[], settings: BatchSettings): BatchSettings => ({
    ...settings,
    only: tokens.map((token) => {
      const name = relative(folder, files.path(token, 'photo')).split(sep).join('/');
      if (!isPathBelow(name)) throw new EmulsionError('NOT_ALLOWED');
      return name;
    }),
  });

  return {
    'batch.gather': async ({ tokens }) => {
      const chosen = new Map(tokens.map((token) => [files.path(token, 'photo'), token]));
      const lasting = [...chosen.keys()].filter((path) => !isTemporary(path));
      const together = onOneDrive(lasting);
      const left = chosen.size - together.length;
      if (together.length === 0) return { folder: null, files: [], left };
      const folder = commonFolder(together);
      if (!(await files.mayOffer(folder))) throw new EmulsionError('NOT_ALLOWED');
      const [entry] = await files.offer([folder]);
      return { folder: entry!, files: together.map((path) => chosen.get(path)!), left };
    },
    'batch.plan': ({ input, output, below, files: chosen, settings, jobId }) => {
      const from = files.path(input, 'folder');
      return jobs.run(jobId, ({ signal }) =>
        planBatch(from, placeIn(files.path(output, 'folder'), below), only(from, chosen, settings), {
          signal,
          within: services.root ?? undefined,
        }),
      );
    },
    'batch.start': ({ input, output, below, files: chosen, settings }) => {
      const [from, root] = [files.path(input, 'folder'), files.path(output, 'folder')];
      return batches.start(from, placeIn(root, below), only(from, chosen, settings), root);
    },
    'batch.continue': ({ id }) => batches.resume(id),
    'batch.state': async () => ({ state: batches.state(), known: await batches.known() }),
    'batch.control': async ({ id, action }) => {
      const batch = batches.find(id);
      const isOver = !batches.busy();
      if (action === 'retryFailed') {
        if (!(await batch.retryFailed())) {
          await batch.ended;
          return batches.resume(id, true);
        }
      } else if (action === 'resume' && isOver) return batches.resume(id);
      else batch[action]();
      return batch.state();
    },
    'batch.rows': ({ id, filter, from, count }) => batches.find(id).rows(filter, from, count),
    'batch.report': async ({ id, language }) => {
      const { path } = await writeReport(batches.find(id), createTranslations(language));
      const place = dirname(path);
      if (services.openFile !== null) {
        await services.openFile(path);
        return { place, page: null };
      }
      return { place, page: `${outgoing.offerReport(place)}/${basename(path)}` };
    },
    'batch.forget': async ({ id }) => {
      await batches.forget(id);
      return {};
    },
  };
}

/** Of files on several drives, those on the one that has the most. A batch works below one folder. */
function onOneDrive(paths: readonly string[]): string[] {
  const drives = new Map<string, string[]>();
  for (const path of paths) {
    const { root } = parse(path);
    drives.set(root, [...(drives.get(root) ?? []), path]);
  }
  return [...drives.values()].reduce<string[]>((most, each) => (each.length > most.length ? each : most), []);
}

/** The innermost folder that holds all of these files. */
function commonFolder([first, ...others]: readonly string[]): string {
  const { root } = parse(first!);
  const partsOf = (path: string) => dirname(path).slice(root.length).split(sep).filter(Boolean);
  let common = partsOf(first!);
  for (const path of others) {
    const parts = partsOf(path);
    const differs = common.findIndex((part, i) => part !== parts[i]);
    if (differs >= 0) common = common.slice(0, differs);
  }
  return join(root, ...common);
}
