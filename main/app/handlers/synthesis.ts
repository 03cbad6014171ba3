import { dirname } from 'node:path';
import { placeIn } from '../../batch/batches';
import { EmulsionError } from '../../errors';
import type { AppContext, HandlersOf } from '../context';

/** Calls about training pairs. */
export function synthesisHandlers({ files, jobs, maker }: AppContext): HandlersOf<'synthesis'> {
  const sourcesOf = (input: string, overlays: string | null) => ({
    input: files.path(input, 'folder'),
    overlays: overlays === null ? null : files.path(overlays, 'folder'),
  });

  return {
    'synthesis.preview': ({ input, overlays, settings, index, jobId }) =>
      jobs.run(jobId, (control) => maker.preview({ ...sourcesOf(input, overlays), settings }, index, control)),
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
  };
}
