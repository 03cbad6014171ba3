import type { EventPayload } from '../../contract/calls';
import { say } from '../../text/message';
import type { createEngine } from '../engine/supervisor';
import { EmulsionError } from '../errors';

/** Tells the engine to stop, and receives its progress. */
export type JobControl = NonNullable<Parameters<ReturnType<typeof createEngine>['request']>[2]>;

/** Jobs that the page waits for and may cancel, by the ids that the page has chosen. */
export interface Jobs {
  /** Throws BAD_REQUEST if a job with that id is running. */
  run<T>(jobId: string, work: (control: JobControl) => Promise<T>): Promise<T>;
  /** Cancels a job. Unknown ids are no error: the page cannot know that a job has just ended. */
  cancel(jobId: string): void;
  cancelAll(): void;
  busy(): boolean;
}

export function createJobs(onProgress: (progress: EventPayload<'job.progress'>) => void): Jobs {
  const running = new Map<string, AbortController>();
  return {
    async run(jobId, work) {
      if (running.has(jobId)) {
        throw new EmulsionError('BAD_REQUEST', { reason: say('failures.jobTaken') });
      }
      const controller = new AbortController();
      running.set(jobId, controller);
      try {
        return await work({
          signal: controller.signal,
          onProgress: (progress) => onProgress({ jobId, ...progress }),
        });
      } finally {
        running.delete(jobId);
      }
    },
    cancel: (jobId) => running.get(jobId)?.abort(),
    cancelAll() {
      for (const controller of running.values()) controller.abort();
    },
    busy: () => running.size > 0,
  };
}
