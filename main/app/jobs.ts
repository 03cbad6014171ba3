import type { EventPayload } from '../../contract/calls';
import { say } from '../../text/message';
import type { createEngine } from '../engine/supervisor';
import { EmulsionError } from '../errors';

/** How the engine is told to stop, and tells how far it is. */
export type JobControl = NonNullable<Parameters<ReturnType<typeof createEngine>['request']>[2]>;

/** What the page waits for and may cancel, by the id that it has chosen. */
export interface Jobs {
  /** Throws BAD_REQUEST where a job of that id is running. */
  run<T>(jobId: string, work: (control: JobControl) => Promise<T>): Promise<T>;
  /** A job that has just ended is no error: the page could not know. */
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
