import type { Job, JobKind } from './model';

/** Seconds after which what is done says something about what is left ... */
const SECONDS_TO_JUDGE = 1;
/** ... and the share of the job that must be done. */
const SHARE_TO_JUDGE = 0.05;

/** How long jobs take, learnt from those before them in this window. */
export function createPaces() {
  /** Seconds for each megapixel; photos that are not open yet are taken to be alike. */
  const known = new Map<JobKind, number>();
  return {
    /** Seconds that a job will take; null where there was none of its kind. */
    expected(kind: JobKind, megapixels: number | null): number | null {
      const pace = known.get(kind);
      return pace === undefined ? null : pace * (megapixels ?? 1);
    },
    learn(kind: JobKind, megapixels: number | null, seconds: number): void {
      const pace = seconds / (megapixels ?? 1);
      // Half of what it was, so that one odd job is soon forgotten.
      known.set(kind, ((known.get(kind) ?? pace) + pace) / 2);
    },
  };
}

/** Seconds after which a time that has passed, while the job goes on, was plainly wrong. */
const OVERDUE = 2;

/**
 * Seconds that a job has still to go at the moment `now` (in milliseconds, as `performance.now()` counts them): by its
 * tiles, else by the share of it that is done, else by the jobs before it. Null where nothing is known, or what was known
 * has proved wrong.
 */
export function secondsLeft(job: Job, now: number): number | null {
  const { startedAt, reportedAt, progress, expected } = job;
  if (job.cancelling) return null;
  const rest = (left: number) => (left < -OVERDUE ? null : Math.max(0, left));
  if (progress?.secondsLeft != null) return rest(progress.secondsLeft - (now - reportedAt) / 1000);
  const elapsed = (now - startedAt) / 1000;
  const done = progress?.done ?? 0;
  if (done >= SHARE_TO_JUDGE && elapsed >= SECONDS_TO_JUDGE) {
    const atReport = (reportedAt - startedAt) / 1000;
    return rest(atReport / done - elapsed);
  }
  return expected === null || elapsed >= expected ? null : expected - elapsed;
}
