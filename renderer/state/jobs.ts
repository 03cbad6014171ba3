import type { FileEntry } from '../../contract/app';
import type { Bridge, CallName, Request, Response } from '../../contract/calls';
import type { Result } from '../../contract/errors';
import { failure } from '../../contract/errors';
import type { Job, JobKind, OpenPhoto } from './model';
import { createPaces } from './pace';
import type { Stores } from './stores';

interface Dependencies {
  find(photoKey: string): OpenPhoto | null;
  newId(): string;
}

/** Calls to the main side. Long ones are shown as jobs. */
export function createJobs(bridge: Bridge, { jobs, app }: Pick<Stores, 'jobs' | 'app'>, { find, newId }: Dependencies) {
  const paces = createPaces();
  /** Running uploads by job. */
  const uploads = new Map<string, AbortController>();

  async function call<N extends CallName>(name: N, request: Request<N>): Promise<Result<Response<N>>> {
    try {
      return await bridge.call(name, request);
    } catch (error) {
      return failure('INTERNAL', 'The call failed.', String(error));
    }
  }

  function end(id: string): void {
    jobs.setState((state) => ({ jobs: state.jobs.filter((job) => job.id !== id) }));
  }

  return {
    call,

    /** Makes a call that can be cancelled and shows it as a job. */
    async asJob<T>(
      kind: JobKind,
      photoKey: string | null,
      work: (jobId: string) => Promise<Result<T>>,
      started?: (jobId: string) => void,
      /** What it works on, if that is no photo. */
      about = '',
    ): Promise<Result<T>> {
      const id = newId();
      const { photo = null, name = about } = (photoKey === null ? null : find(photoKey)) ?? {};
      const megapixels = photo === null ? null : (photo.width * photo.height) / 1e6;
      const now = performance.now();
      const times = { startedAt: now, reportedAt: now, expected: paces.expected(kind, megapixels) };
      jobs.setState((state) => ({
        jobs: [
          ...state.jobs,
          { id, kind, photoKey, name, bytes: null, progress: null, part: null, cancelling: false, ...times },
        ],
      }));
      started?.(id);
      const result = await work(id);
      if (result.ok) paces.learn(kind, megapixels, (performance.now() - now) / 1000);
      end(id);
      return result;
    },

    cancel(id: string): void {
      jobs.setState((state) => ({
        jobs: state.jobs.map((job) => (job.id === id ? { ...job, cancelling: true } : job)),
      }));
      const upload = uploads.get(id);
      if (upload === undefined) void call('jobs.cancel', { jobId: id });
      else upload.abort();
    },

    /** Hands files to the main side. An upload is shown as a job from its first progress on. */
    async offer(files: readonly File[]): Promise<Result<FileEntry[]>> {
      if (app.getState().info?.uploadUrl == null) return bridge.offer(files);
      const id = newId();
      const controller = new AbortController();
      uploads.set(id, controller);
      const startedAt = performance.now();
      const name = files.length === 1 ? (files[0]?.name ?? '') : '';
      const onProgress = (bytes: { sent: number; total: number }) => {
        const done = bytes.total === 0 ? 0 : Math.min(1, bytes.sent / bytes.total);
        const progress = { jobId: id, stage: 'opening', step: null, done, secondsLeft: null } as const;
        jobs.setState((state) => {
          const known = state.jobs.find((job) => job.id === id);
          const job: Job = {
            ...(known ?? {
              id,
              kind: 'upload',
              photoKey: null,
              name,
              part: null,
              cancelling: false,
              startedAt,
              expected: null,
            }),
            bytes,
            progress,
            reportedAt: performance.now(),
          };
          return { jobs: [...state.jobs.filter((other) => other !== known), job] };
        });
      };
      const result = await bridge.offer(files, { onProgress, signal: controller.signal });
      uploads.delete(id);
      end(id);
      return result;
    },
  };
}

export type Jobs = ReturnType<typeof createJobs>;
