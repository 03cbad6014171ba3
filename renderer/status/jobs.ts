import type { Job, JobKind, JobsState } from '../state/model';

/** Most important to the user first. */
const ORDER: readonly JobKind[] = [
  'exportAll',
  'export',
  'redo',
  'mask',
  'upload',
  'open',
  'analyse',
  'preview',
  'compare',
  'full',
];

/** The job to show where there is room for only one: one with progress, else the most important. */
export function mostImportantJob({ jobs }: JobsState): Job | null {
  const sorted = [...jobs].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  return sorted.find((job) => job.progress !== null) ?? sorted[0] ?? null;
}
