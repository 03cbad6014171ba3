import { expect, test } from 'vitest';
import { paperFor } from './papers';

test('a paper lies down for a picture that does, and must be large enough', () => {
  expect(paperFor('a4', { width: 15, height: 10 })).toEqual({ width: 29.7, height: 21 });
  expect(paperFor('small', { width: 10, height: 15 })).toEqual({ width: 10, height: 15 });
  expect(paperFor('small', { width: 15.2, height: 10 })).toBeNull();
  expect(paperFor('letter', { width: 20, height: 28 })).toBeNull();
});
