import type { AppContext, HandlersOf } from '../context';

/** Calls about generators: those that are there, and files that a person wants to add. */
export function generatorsHandlers({ engine, files, jobs, library, photos }: AppContext): HandlersOf<'generators'> {
  return {
    'generators.list': async () => ({ generators: await engine.request('generators', null) }),
    'generators.inspect': ({ token, beside, jobId }) =>
      jobs.run(jobId, (control) =>
        library.inspect(
          files.path(token, 'model'),
          beside.map((each) => files.path(each, 'weights')),
          control,
        ),
      ),
    'generators.answer': ({ id, answers }) => library.answer(id, answers),
    'generators.try': ({ subject, photoId, jobId }) => {
      const { width, height } = photos.get(photoId).subject;
      return jobs.run(jobId, (control) => library.try(subject, { id: photoId, width, height }, control));
    },
    'generators.add': ({ id, answers, name }) => library.add(id, answers, name),
    'generators.discard': async ({ id }) => {
      await library.discard(id);
      return {};
    },
    'generators.rename': async ({ id, name }) => {
      await library.rename(id, name);
      return {};
    },
    'generators.remove': async ({ id }) => {
      await library.remove(id);
      return {};
    },
    'generators.benchmark': ({ id, jobId }) => jobs.run(jobId, (control) => library.benchmark(id, control)),
  };
}
