import type { Job, JobKind, JobsState } from '../state/model';

/** What the user waits for most comes first. */
const ORDER: readonly JobKind[] = ['export', 'mask', 'upload', 'open', 'analyse', 'preview', 'compare', 'full'];

/** The job to show where there is room for one: one that moves, else the most awaited. */
export function foremostJob({ jobs }: JobsState): Job | null {
  const sorted = [...jobs].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  return sorted.find((job) => job.progress !== null) ?? sorted[0] ?? null;
}
