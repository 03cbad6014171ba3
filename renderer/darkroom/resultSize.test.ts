import { expect, test } from 'vitest';
import { RECIPE_FORMAT, type Recipe, Step } from '../../contract/recipe';
import { sizesOf } from './resultSize';

const PHOTO = { width: 932, height: 860 };
const enlarging = (settings: object, enabled = true): Recipe => ({
  ...{ format: RECIPE_FORMAT, id: 'mine', name: 'Mine', gate: 'always' },
  steps: [Step.parse({ kind: 'upscale', enabled, settings })],
});
const none = { recipe: null, crop: null, orientation: 1 } as const;

test('without an enlargement the result has the size of the photo', () => {
  expect(sizesOf(PHOTO, none)).toEqual({ photo: PHOTO, result: PHOTO });
  expect(sizesOf(PHOTO, { ...none, recipe: enlarging({ scale: 4 }, false) }).result).toEqual(PHOTO);
});

test('an enlargement by a factor or to a print, and a crop in it', () => {
  expect(sizesOf(PHOTO, { ...none, recipe: enlarging({ scale: 4 }) }).result).toEqual({ width: 3728, height: 3440 });
  const print = enlarging({ target: { unit: 'print', longer: 30, dpi: 300 } });
  expect(sizesOf(PHOTO, { ...none, recipe: print }).result).toEqual({ width: 3543, height: 3269 });
  const crop = { x: 100, y: 100, width: 400, height: 300 };
  expect(sizesOf(PHOTO, { ...none, recipe: enlarging({ scale: 2 }), crop }).result).toEqual({
    width: 800,
    height: 600,
  });
});

test('a turn turns both sizes', () => {
  const sizes = sizesOf(PHOTO, { ...none, recipe: enlarging({ scale: 2 }), orientation: 6 });
  expect(sizes).toEqual({ photo: { width: 860, height: 932 }, result: { width: 1720, height: 1864 } });
});
