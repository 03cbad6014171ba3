import { expect, it } from 'vitest';
import { readField } from './caption';

it.each([
  ['title=Three sisters', { title: 'Three sisters' }],
  ['people= Ana ; Rosa;', { people: ['Ana', 'Rosa'] }],
  ['people=', { people: [] }],
  ['description=a=b', { description: 'a=b' }],
  ['date=about 1925', { date: '1925~' }],
  ['date=192X', { date: '192X' }],
  ['date=14/06/1925', { date: '1925-06-14' }],
  ['date=', { date: '' }],
])('%s', (text, caption) => expect(readField(text, true)).toEqual(caption));

it.each(['title', 'titel=x', 'date=yesterday', `title=${'x'.repeat(301)}`, '=x'])('%s is refused', (text) => {
  expect(() => readField(text, true)).toThrow();
});
