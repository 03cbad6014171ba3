import type { CallName, Request, Response } from '../../contract/calls';
import type { Result } from '../../contract/errors';

interface Dependencies {
  call<N extends CallName>(name: N, request: Request<N>): Promise<Result<Response<N>>>;
  newId(): string;
}

export interface Turn {
  /** False once the job was cancelled or replaced: its answers no longer count. */
  isCurrent(): boolean;
  /** An id for the next call; cancelling the job cancels the last one that was handed out. */
  nextJobId(): string;
}

/** One job that starts after a pause. Starting it again cancels what was waiting or running. */
export function createDelayedJob({ call, newId }: Dependencies) {
  let current: { timer: ReturnType<typeof setTimeout> | null; jobId: string | null } | null = null;

  function cancel(): void {
    if (current === null) return;
    if (current.timer !== null) clearTimeout(current.timer);
    if (current.jobId !== null) void call('jobs.cancel', { jobId: current.jobId });
    current = null;
  }

  return {
    cancel,
    /** Runs `work` after `delay` milliseconds. */
    start(delay: number, work: (turn: Turn) => Promise<void>): void {
      cancel();
      const own: NonNullable<typeof current> = { timer: null, jobId: null };
      current = own;
      own.timer = setTimeout(async () => {
        own.timer = null;
        await work({
          isCurrent: () => current === own,
          nextJobId: () => {
            own.jobId = newId();
            return own.jobId;
          },
        });
        if (current === own) current = null;
      }, delay);
    },
  };
}
