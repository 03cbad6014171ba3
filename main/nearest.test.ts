import { expect, test } from 'vitest';
import { hint, nearest } from './nearest';

const keys = ['sensitivity', 'grow', 'strength', 'keepGrain', 'variant'];

test.each([
  ['sensitivty', 'sensitivity'],
  ['stregnth', 'strength'],
  ['keepgrain', 'keepGrain'],
  ['varient', 'variant'],
  ['gorw', 'grow'],
])('“%s” was meant to be “%s”', (word, meant) => {
  expect(nearest(word, keys)).toBe(meant);
  expect(hint(word, keys)).toBe(` (did you mean “${meant}”?)`);
});

test.each(['opacity', 'x', ''])('“%s” is near to nothing', (word) => {
  expect(nearest(word, keys)).toBeNull();
  expect(hint(word, keys)).toBe('');
});
