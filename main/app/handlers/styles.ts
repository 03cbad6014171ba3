import { basename, extname } from 'node:path';
import { keepExample } from '../../userdata/examples';
import type { AppContext, HandlersOf } from '../context';

/** Calls about styles: those that ship with the app and those of the user. */
export function stylesHandlers({ engine, examples, files, jobs, styles }: AppContext): HandlersOf<'styles'> {
  return {
    'styles.list': async () => {
      const { by, presets } = await engine.request('styles', null);
      return { presets, own: await styles.list(by) };
    },
    'styles.add': ({ token, jobId }) =>
      jobs.run(jobId, async (control) => {
        const path = files.path(token, 'photo');
        return styles.keep(basename(path, extname(path)), await engine.request('readStyle', { path }, control));
      }),
    'styles.example': ({ token, jobId }) =>
      jobs.run(jobId, (control) =>
        keepExample(examples, files.path(token, 'photo'), (path) => engine.request('readExample', { path }, control)),
      ),
    'styles.remove': async ({ id }) => {
      await styles.remove(id);
      return {};
    },
  };
}
