import { createStore } from 'zustand/vanilla';
import type { FileEntry, GeneratorInfo } from '../../contract/app';
import type { Failure } from '../../contract/errors';
import type { Benchmark, Inspection, Trial } from '../../contract/generators';
import type { Recipe, Step } from '../../contract/recipe';
import type { Jobs } from './jobs';
import type { Notice } from './model';
import type { Stores } from './stores';

/** A trial on the open photo: running, done or failed. */
export interface TrialState {
  /** The running job; null if there is none. */
  jobId: string | null;
  trial: Trial | null;
  failure: Failure | null;
}

export interface LibraryState {
  /** Files that were looked at and wait to be added, the one in the dialog first. */
  inspections: readonly Inspection[];
  /** What a person has answered about the first, by field. */
  answers: Readonly<Record<string, string>>;
  /** The first, tried on the open photo with these answers. */
  candidate: TrialState;
  /** True while the first is being added. */
  adding: boolean;
  /** Why the first was not added. */
  failure: Failure | null;
  /** Trials and benchmarks of generators, by their ids. */
  trials: Readonly<Record<string, TrialState>>;
  benchmarks: Readonly<Record<string, Benchmark>>;
}

const NOT_TRIED: TrialState = { jobId: null, trial: null, failure: null };
const NOTHING_ASKED = { answers: {}, candidate: NOT_TRIED, adding: false, failure: null } as const;

export const createLibraryStore = () =>
  createStore<LibraryState>(() => ({ inspections: [], ...NOTHING_ASKED, trials: {}, benchmarks: {} }));

type Setting = NonNullable<GeneratorInfo['setting']>;
const SETTINGS: readonly Setting[] = ['generator', 'detector', 'finder'];

/** The id that a step names; null if it uses the one that ships, or uses none. */
export const generatorOf = (step: Step | null, setting: Setting): string | null =>
  (step?.settings as Partial<Record<Setting, string>> | undefined)?.[setting] ?? null;

/** The names of the recipes that name a generator. */
export const recipesWith = (recipes: readonly Recipe[], id: string): string[] =>
  recipes
    .filter(({ steps }) => steps.some((step) => SETTINGS.some((setting) => generatorOf(step, setting) === id)))
    .map(({ name }) => name);

/** The generators that a kind of step can name: those that were added, once there is one. */
export const choicesFor = (
  generators: readonly GeneratorInfo[] | null,
  kind: Step['kind'],
  named: Setting,
): readonly GeneratorInfo[] =>
  (generators ?? []).filter(
    ({ step, setting, isUsed, origin }) => step === kind && setting === named && isUsed && origin === 'imported',
  );

/** Whether a generator copies the style of a picture that a person chooses. */
export const takesExample = (generators: readonly GeneratorInfo[] | null, id: string | null): boolean =>
  id !== null && generators?.some((each) => each.id === id && each.takesExample) === true;

/** Whether the generator that gives a recipe's photo colours follows those of places. True before it is known. */
export function followsHints(generators: readonly GeneratorInfo[] | null, recipe: Recipe | null): boolean {
  if (generators === null) return true;
  const named = generatorOf(recipe && (recipe.steps.find(({ kind }) => kind === 'colorise') ?? null), 'generator');
  const used = generators.find(({ id, step, origin }) =>
    named === null ? step === 'colorise' && origin === 'shipped' : id === named,
  );
  return used?.takesHints === true;
}

/** The recipe without its style while that waits for the picture to be copied, so that the rest is computed. */
export function withoutWaiting(recipe: Recipe, generators: readonly GeneratorInfo[] | null): Recipe {
  const isWaiting = (step: Step) =>
    step.kind === 'style' &&
    step.settings.example === undefined &&
    takesExample(generators, generatorOf(step, 'generator'));
  if (!recipe.steps.some(isWaiting)) return recipe;
  return { ...recipe, steps: recipe.steps.map((step) => (isWaiting(step) ? { ...step, enabled: false } : step)) };
}

interface Dependencies extends Pick<Jobs, 'call' | 'asJob' | 'cancel'> {
  /** The id of the open photo; null if there is none. */
  photoId(): string | null;
  tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): void;
  loadGenerators(): Promise<void>;
}

/** Adding, trying, renaming and removing generators. */
export function createLibraryActions(
  { library }: Pick<Stores, 'library'>,
  { call, asJob, cancel, photoId, tell, loadGenerators }: Dependencies,
) {
  const first = () => library.getState().inspections[0] ?? null;

  /** Looks at a file. What can be added waits in the dialog; for everything else there is a notice with the reason. */
  async function take(
    { token, name }: Pick<FileEntry, 'token' | 'name'>,
    weights: readonly Pick<FileEntry, 'token'>[] = [],
  ): Promise<void> {
    const beside = weights.map((each) => each.token);
    const look = (jobId: string) => call('generators.inspect', { token, beside, jobId });
    const result = await asJob('inspect', null, look, undefined, name);
    if (result.ok) {
      library.setState((state) => ({ inspections: [...state.inspections, result.value] }));
      if (first() === result.value) void tryCandidate();
    } else if (result.error.code !== 'CANCELLED')
      tell({ tone: 'error', text: 'modelRefused', params: { name }, failure: result.error, stays: true });
  }

  /** Tries the file in the dialog on the open photo, with the answers so far. An earlier trial is cancelled. */
  async function tryCandidate(): Promise<void> {
    const { candidate, answers } = library.getState();
    if (candidate.jobId !== null) cancel(candidate.jobId);
    const inspection = first();
    const photo = photoId();
    if (inspection === null || !inspection.canTry || photo === null) {
      library.setState({ candidate: NOT_TRIED });
      return;
    }
    let own = '';
    const result = await asJob(
      'try',
      null,
      (jobId) =>
        call('generators.try', {
          subject: { inspection: inspection.id, answers: { ...answers } },
          photoId: photo,
          jobId,
        }),
      (jobId) => {
        own = jobId;
        library.setState({ candidate: { ...candidate, jobId, failure: null } });
      },
      inspection.name,
    );
    if (library.getState().candidate.jobId !== own) return;
    library.setState({
      candidate: {
        jobId: null,
        trial: result.ok ? result.value : null,
        failure: result.ok || result.error.code === 'CANCELLED' ? null : result.error,
      },
    });
  }

  /** The next file that waits gets the dialog. */
  function next(): void {
    const { candidate } = library.getState();
    if (candidate.jobId !== null) cancel(candidate.jobId);
    library.setState((state) => ({ inspections: state.inspections.slice(1), ...NOTHING_ASKED }));
    if (first() !== null) void tryCandidate();
  }

  return {
    take,
    tryCandidate,

    async answer(field: string, value: string): Promise<void> {
      const inspection = first();
      if (inspection === null) return;
      const answers = { ...library.getState().answers, [field]: value };
      library.setState({ answers, failure: null });
      const result = await call('generators.answer', { id: inspection.id, answers });
      if (first()?.id !== inspection.id || library.getState().answers !== answers) return;
      if (!result.ok) {
        library.setState({ failure: result.error });
        return;
      }
      library.setState((state) => ({ inspections: [result.value, ...state.inspections.slice(1)] }));
      await tryCandidate();
    },

    async add(name: string): Promise<void> {
      const inspection = first();
      if (inspection === null) return;
      library.setState({ adding: true, failure: null });
      const { answers } = library.getState();
      const result = await call('generators.add', { id: inspection.id, answers: { ...answers }, name });
      if (!result.ok) {
        library.setState({ adding: false, failure: result.error });
        return;
      }
      tell({ tone: 'done', text: 'modelAdded', params: { name: result.value.name } });
      next();
      await loadGenerators();
    },

    discard(): void {
      const inspection = first();
      if (inspection === null) return;
      next();
      void call('generators.discard', { id: inspection.id });
    },

    /** Tries a generator on the open photo. */
    async try({ id, name }: Pick<GeneratorInfo, 'id' | 'name'>): Promise<void> {
      const photo = photoId();
      if (photo === null) return;
      const show = (trial: TrialState) => library.setState((state) => ({ trials: { ...state.trials, [id]: trial } }));
      const result = await asJob(
        'try',
        null,
        (jobId) => call('generators.try', { subject: { id }, photoId: photo, jobId }),
        (jobId) => show({ ...NOT_TRIED, jobId }),
        name,
      );
      const isFailed = !result.ok && result.error.code !== 'CANCELLED';
      show({ jobId: null, trial: result.ok ? result.value : null, failure: isFailed ? result.error : null });
    },

    async benchmark({ id, name }: Pick<GeneratorInfo, 'id' | 'name'>): Promise<void> {
      const measure = (jobId: string) => call('generators.benchmark', { id, jobId });
      const result = await asJob('benchmark', null, measure, undefined, name);
      if (result.ok) library.setState((state) => ({ benchmarks: { ...state.benchmarks, [id]: result.value } }));
      else if (result.error.code !== 'CANCELLED')
        tell({ tone: 'error', text: 'trialFailed', params: { name }, failure: result.error });
    },

    async rename({ id, name }: Pick<GeneratorInfo, 'id' | 'name'>, to: string): Promise<void> {
      const result = await call('generators.rename', { id, name: to });
      if (!result.ok) tell({ tone: 'error', text: 'modelRenamed', params: { name }, failure: result.error });
      await loadGenerators();
    },

    async remove({ id, name }: Pick<GeneratorInfo, 'id' | 'name'>): Promise<void> {
      const result = await call('generators.remove', { id });
      if (result.ok) tell({ tone: 'done', text: 'modelRemoved', params: { name } });
      else tell({ tone: 'error', text: 'modelNotRemoved', params: { name }, failure: result.error });
      await loadGenerators();
    },
  };
}

export type LibraryActions = ReturnType<typeof createLibraryActions>;
