import { basename, dirname } from 'node:path';
import { createTranslations } from '../../../text';
import { placeIn } from '../../batch/batches';
import { planBatch } from '../../batch/plan';
import { writeReport } from '../../batch/report';
import type { AppContext, HandlersOf } from '../context';

/** Calls about batches. */
export function batchHandlers({ batches, files, jobs, outgoing, services }: AppContext): HandlersOf<'batch'> {
  return {
    'batch.plan': ({ input, output, below, settings, jobId }) =>
      jobs.run(jobId, ({ signal }) =>
        planBatch(files.path(input, 'folder'), placeIn(files.path(output, 'folder'), below), settings, {
          signal,
          within: services.root ?? undefined,
        }),
      ),
    'batch.start': ({ input, output, below, settings }) => {
      const root = files.path(output, 'folder');
      return batches.start(files.path(input, 'folder'), placeIn(root, below), settings, root);
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
