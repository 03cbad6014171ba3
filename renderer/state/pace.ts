import type { Job, JobKind } from './model';

/** The time left is only estimated after this many seconds ... */
const SECONDS_TO_JUDGE = 1;
/** ... and when this share of the job is done. */
const SHARE_TO_JUDGE = 0.05;

/** How long jobs take, learned from earlier jobs in this window. */
export function createPaces() {
  /** Seconds per megapixel. Photos that are not open yet are assumed to be alike. */
  const known = new Map<JobKind, number>();
  return {
    /** Expected seconds of a job; null where there was none of its kind. */
    expected(kind: JobKind, megapixels: number | null): number | null {
      const pace = known.get(kind);
      return pace === undefined ? null : pace * (megapixels ?? 1);
    },
    learn(kind: JobKind, megapixels: number | null, seconds: number): void {
      const pace = seconds / (megapixels ?? 1);
      // The average with the former value, so that one unusual job is soon forgotten.
      known.set(kind, ((known.get(kind) ?? pace) + pace) / 2);
    },
  };
}

/** An estimate that is exceeded by this many seconds was wrong. */
const OVERDUE = 2;

/**
 * Seconds left of a job at the moment `now` (in milliseconds of `performance.now()`): by its tiles, else by the share
 * that is done, else by earlier jobs. Null where nothing is known, or the estimate was wrong.
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
