import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { firstDay, isEdtf, parseEdtf, plainDate, readDate } from './edtf';

test('dates of EDTF are read, and nothing else', () => {
  const right = ['1925', '1925-06', '1925-06-14', '1925~', '1925?', '1925-06%', '192X', '19XX', '1920/1925', '../1930'];
  for (const text of [...right, '1930/..', '1920~/1925-02', '1924-02-29', '192X~'])
    expect(isEdtf(text), text).toBe(true);
  const wrong = ['', '25', '1925-13', '1925-02-29', '1925-6', '1925/1920', '../..', '1/2/3', '192X-06', 'X', '1925~~'];
  for (const text of [...wrong, ' 1925', '1925\n']) expect(isEdtf(text), text).toBe(false);
});

describe('what people write', () => {
  it.each([
    ['about 1925', '1925~'],
    ['c. 1925', '1925~'],
    ['ca 1925', '1925~'],
    ['Cerca de 1925', '1925~'],
    ['por volta de junho de 1925', '1925-06~'],
    ['1920s', '192X'],
    ["the 1920's", '192X'],
    ['anos 1920', '192X'],
    ['década de 1920', '192X'],
    ['1920', '1920'],
    ['June 1925', '1925-06'],
    ['14 June 1925', '1925-06-14'],
    ['June 14, 1925', '1925-06-14'],
    ['14 de junho de 1925', '1925-06-14'],
    ['1º de maio de 1931', '1931-05-01'],
    ['1920-1925', '1920/1925'],
    ['1920 – 1925', '1920/1925'],
    ['before 1930', '../1930'],
    ['antes de 1930', '../1930'],
    ['after June 1930', '1930-06/..'],
    ['desde 1930', '1930/..'],
    ['31 February 1925', null],
    ['yesterday', null],
    ['1925 or so', null],
    ['45', null],
  ])('%s', (written, edtf) => expect(readDate(written, true)).toBe(edtf));

  it('days and months are in the order of the language', () => {
    expect(readDate('03/04/1925', true)).toBe('1925-04-03');
    expect(readDate('03/04/1925', false)).toBe('1925-03-04');
    expect(readDate('14/06/1925', false)).toBeNull();
  });

  it('gives a date or nothing, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.boolean(), (text, dayFirst) => {
        const edtf = readDate(text, dayFirst);
        expect(edtf === null || parseEdtf(edtf) !== null).toBe(true);
      }),
    );
  });
});

test('a plain date says no more than is known, and photos sort by the first day', () => {
  expect(plainDate('1925~')).toEqual({ year: 1925 });
  expect(plainDate('1925-06-14')).toEqual({ year: 1925, month: 6, day: 14 });
  for (const text of ['192X', '1920/1925', '../1930']) expect(plainDate(text)).toBeNull();
  const sorted = ['19XX', '192X', '1925~', '1925-06', '1926/..'];
  expect([...sorted].sort((a, b) => firstDay(a)!.localeCompare(firstDay(b)!))).toEqual(sorted);
  expect(firstDay('../1930')).toBe('1930-12-31');
});
