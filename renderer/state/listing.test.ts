import { expect, test } from 'vitest';
import type { EditAction } from '../../contract/edit';
import { freshLog, stateOf } from '../../document/edit';
import { cleanAnalysis, fakeAnalysis, fakePhoto, PROPOSAL } from '../testing/fakeBridge';
import { arranged, badgesOf, createListingStore, type Listing, ratingOf } from './listing';
import type { OpenPhoto } from './model';

const all = createListingStore().getState();

function entry(name: string, actions: EditAction[] = [], change: Partial<OpenPhoto> = {}): OpenPhoto {
  const log = { ...freshLog(PROPOSAL), actions, at: actions.length };
  return {
    key: name,
    name,
    phase: 'ready',
    photo: fakePhoto({ facts: [] }),
    analysis: fakeAnalysis(),
    log,
    edit: stateOf(log),
    rated: null,
    render: 'done',
    exportedFor: null,
    exportFailure: null,
    ...change,
  } as OpenPhoto;
}
const turned: EditAction = { name: 'turned', orientation: 6 };
const rated = (rating: number): EditAction => ({ name: 'rated', rating });
const taken = (value: string) => ({ photo: fakePhoto({ facts: [{ label: 'facts.taken', value }] }) });
const show = (photos: OpenPhoto[], listing: Partial<Listing>) =>
  arranged(photos, { ...all, ...listing }).map(({ name }) => name);

test('marks say what was done with a photo, and a rating is no edit', () => {
  expect(badgesOf(entry('a'))).toEqual([]);
  expect(badgesOf(entry('a', [rated(3)]))).toEqual([]);
  expect(badgesOf(entry('a', [turned]))).toEqual(['edited']);
  // Undone, it is as it was.
  expect(badgesOf(entry('a', [turned], { log: { ...freshLog(PROPOSAL), actions: [turned], at: 0 } }))).toEqual([]);
  expect(badgesOf(entry('a', [], { analysis: cleanAnalysis() }))).toEqual(['clean']);
  expect(badgesOf(entry('a', [turned], { analysis: cleanAnalysis() }))).toEqual(['edited']);
  expect(badgesOf(entry('a', [], { analysis: null }))).toEqual(['failed']);
  expect(badgesOf(entry('a', [], { analysis: null, phase: 'analysing' }))).toEqual([]);
  expect(badgesOf(entry('a', [], { exportFailure: { code: 'DISK_FULL', message: '' } }))).toEqual(['failed']);
  const exported = entry('a', [turned]);
  exported.exportedFor = exported.edit;
  expect(badgesOf(exported)).toEqual(['edited', 'exported']);
  // Changed since, except for its rating.
  expect(badgesOf({ ...exported, edit: { ...exported.edit!, rating: 4 } })).toContain('exported');
  expect(badgesOf({ ...exported, edit: { ...exported.edit!, orientation: 1 } })).not.toContain('exported');
});

test('stars come from the window, else from the file', () => {
  expect(ratingOf(entry('a'))).toBe(0);
  const photo = fakePhoto({ rating: 4 });
  expect(ratingOf(entry('a', [], { photo }))).toBe(4);
  expect(ratingOf(entry('a', [rated(0)], { photo }))).toBe(0);
  expect(ratingOf(entry('a', [], { photo, edit: null, log: null, rated: 2 }))).toBe(2);
});

test('photos are sorted both ways, with numbers by value and undated ones at the end', () => {
  const photos = [entry('10.jpg', [rated(1)]), entry('9.jpg', [], taken('2001-07-30')), entry('b.jpg', [rated(5)])];
  photos.push(entry('a.jpg', [turned], taken('1999-01-01')));
  expect(show(photos, {})).toEqual(['10.jpg', '9.jpg', 'b.jpg', 'a.jpg']);
  expect(show(photos, { descending: true })).toEqual(['a.jpg', 'b.jpg', '9.jpg', '10.jpg']);
  expect(show(photos, { sort: 'name' })).toEqual(['9.jpg', '10.jpg', 'a.jpg', 'b.jpg']);
  expect(show(photos, { sort: 'taken' })).toEqual(['a.jpg', '9.jpg', '10.jpg', 'b.jpg']);
  expect(show(photos, { sort: 'taken', descending: true })).toEqual(['9.jpg', 'a.jpg', '10.jpg', 'b.jpg']);
  expect(show(photos, { sort: 'rating', descending: true })).toEqual(['b.jpg', '10.jpg', '9.jpg', 'a.jpg']);
  expect(show(photos, { sort: 'state' })[0]).toBe('a.jpg');
});

test('photos are filtered by mark, stars and name together', () => {
  const photos = [entry('Lake.jpg', [turned, rated(4)]), entry('lake 2.jpg', [rated(5)]), entry('hill.jpg', [turned])];
  expect(show(photos, { badge: 'edited' })).toEqual(['Lake.jpg', 'hill.jpg']);
  expect(show(photos, { text: ' LAKE ' })).toEqual(['Lake.jpg', 'lake 2.jpg']);
  expect(show(photos, { stars: 5 })).toEqual(['lake 2.jpg']);
  expect(show(photos, { badge: 'edited', stars: 4, text: 'lake' })).toEqual(['Lake.jpg']);
});
