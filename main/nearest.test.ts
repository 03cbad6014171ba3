import { expect, test } from 'vitest';
import { meant, nearest } from './nearest';

const keys = ['sensitivity', 'grow', 'strength', 'keepGrain', 'variant'];

test.each([
  ['sensitivty', 'sensitivity'],
  ['stregnth', 'strength'],
  ['keepgrain', 'keepGrain'],
  ['varient', 'variant'],
  ['gorw', 'grow'],
])('“%s” is corrected to “%s”', (word, known) => {
  expect(nearest(word, keys)).toBe(known);
  expect(meant(word, keys)).toEqual([{ key: 'failures.meant', values: { word: known } }]);
});

test.each(['opacity', 'x', ''])('“%s” is close to no word', (word) => {
  expect(nearest(word, keys)).toBeNull();
  expect(meant(word, keys)).toEqual([]);
});
