import { createStore } from 'zustand/vanilla';
import { isSamePicture } from '../../document/edit';
import { firstDay, plainDate } from '../../document/edtf';
import type { OpenPhoto } from './model';

/** In which order the open photos are shown, which of them, and what is said of each. */

export const SORTS = ['opened', 'name', 'taken', 'rating', 'state'] as const;
export type Sort = (typeof SORTS)[number];

/** What a photo is marked with. `clean`: the analysis found nothing to repair. */
export const BADGES = ['edited', 'exported', 'failed', 'clean'] as const;
export type Badge = (typeof BADGES)[number];

export interface Listing {
  sort: Sort;
  descending: boolean;
  /** Only photos with this mark; null: all. */
  badge: Badge | null;
  /** Only photos with at least so many stars. */
  stars: number;
  /** Only photos whose names hold this text. */
  text: string;
}

export const NO_FILTER = { badge: null, stars: 0, text: '' } as const;

export const createListingStore = () =>
  createStore<Listing>(() => ({ sort: 'opened', descending: false, ...NO_FILTER }));

export const isFiltered = ({ badge, stars, text }: Listing): boolean =>
  badge !== null || stars > 0 || text.trim() !== '';

/** The stars of a photo: those given in the window, else those that its file holds; 0: none. */
export const ratingOf = ({ edit, rated, photo }: OpenPhoto): number => edit?.rating ?? rated ?? photo?.rating ?? 0;

/** Whether something besides its rating and its caption was changed. */
export const isEdited = ({ log }: OpenPhoto): boolean =>
  log?.actions.slice(0, log.at).some(({ name }) => name !== 'rated' && name !== 'captioned') === true;

/** Whether the photo as it is now was exported. */
export function isExported({ edit, exportedFor }: OpenPhoto): boolean {
  if (edit === null || exportedFor === null) return false;
  return (
    isSamePicture(edit, exportedFor) && edit.orientation === exportedFor.orientation && edit.crop === exportedFor.crop
  );
}

/** What went wrong last with a photo and was not put right. */
export const hasFailed = ({ phase, analysis, render, exportFailure }: OpenPhoto): boolean =>
  exportFailure !== null || render === 'failed' || (phase === 'ready' && analysis === null);

export function badgesOf(entry: OpenPhoto): Badge[] {
  const isClean = entry.analysis?.nothingToDo === true && !isEdited(entry);
  const has: Record<Badge, boolean> = {
    edited: isEdited(entry),
    exported: isExported(entry),
    failed: hasFailed(entry),
    clean: isClean,
  };
  return BADGES.filter((badge) => has[badge]);
}

/** By state: what needs a person first, what is finished last. */
function stateRank(entry: OpenPhoto): number {
  if (hasFailed(entry)) return 0;
  if (isExported(entry)) return 4;
  if (isEdited(entry)) return 1;
  return entry.analysis?.nothingToDo === true ? 3 : 2;
}

const exifDate = ({ photo }: OpenPhoto) => photo?.facts.find(({ label }) => label === 'facts.taken')?.value ?? null;
/** The date that a person has given, as EDTF; empty: none, and the one of the file is wrong. Undefined: nobody has. */
const givenDate = ({ edit }: OpenPhoto) => edit?.caption.date;

/** When a photo was taken, to sort by: the first day on which that may have been, and the time where it is known. */
function takenText(entry: OpenPhoto): string | null {
  const said = givenDate(entry);
  if (said !== undefined) return firstDay(said);
  return exifDate(entry) ?? firstDay(entry.photo?.caption.date ?? '');
}

/** The date that a photo was taken, for file names: `2019-07-14`, `1925-06` or `1925`; null if nobody says. */
export function takenOn(entry: OpenPhoto): string | null {
  const plain = plainDate(givenDate(entry) ?? entry.photo?.caption.date ?? '');
  if (plain) {
    const parts = [plain.month, plain.day].flatMap((part) =>
      part === undefined ? [] : [String(part).padStart(2, '0')],
    );
    return [String(plain.year).padStart(4, '0'), ...parts].join('-');
  }
  return givenDate(entry) === undefined ? (/^\d{4}-\d\d-\d\d/.exec(exifDate(entry) ?? '')?.[0] ?? null) : null;
}
const names = new Intl.Collator(undefined, { numeric: true });

const COMPARE: Record<Exclude<Sort, 'opened'>, (a: OpenPhoto, b: OpenPhoto) => number> = {
  name: (a, b) => names.compare(a.name, b.name),
  taken: (a, b) => (takenText(a) ?? '').localeCompare(takenText(b) ?? ''),
  rating: (a, b) => ratingOf(a) - ratingOf(b),
  state: (a, b) => stateRank(a) - stateRank(b),
};

/** The photos that are shown, in their order. Photos without a date come last; equal ones stay as they were opened. */
export function arranged(photos: readonly OpenPhoto[], { sort, descending, badge, stars, text }: Listing): OpenPhoto[] {
  const wanted = text.trim().toLocaleLowerCase();
  const shown = photos.filter(
    (entry) =>
      (badge === null || badgesOf(entry).includes(badge)) &&
      ratingOf(entry) >= stars &&
      (wanted === '' || entry.name.toLocaleLowerCase().includes(wanted)),
  );
  if (sort === 'opened') return descending ? shown.reverse() : shown;
  const compare = COMPARE[sort];
  const sorted = shown.sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
  if (sort !== 'taken') return sorted;
  return [...sorted.filter((each) => takenText(each) !== null), ...sorted.filter((each) => takenText(each) === null)];
}
