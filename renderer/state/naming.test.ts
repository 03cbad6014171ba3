import { describe, expect, test } from 'vitest';
import { type Named, patternFault, repeatedNames, resultNames, resultStems } from './naming';

const photo = (name: string, taken: string | null = null): Named => ({ name, taken, format: 'jpeg' });

describe('names of results', () => {
  test('hold the name, the number and the date of each photo', () => {
    const photos = [photo('lake.at.dawn.JPG', '2019-07-14'), photo('scan.tif (2)'), photo('.hidden')];
    expect(resultStems('{date} {name} {number}', photos, 'undated')).toEqual([
      '2019-07-14 lake.at.dawn 01',
      'undated scan-p2 02',
      'undated .hidden 03',
    ]);
    expect(resultNames('{name}', [{ ...photo('a.gif'), format: 'tiff' }], '')).toEqual(['a.tif']);
    const many = Array.from({ length: 120 }, (_, i) => photo(`${i}.jpg`));
    expect(resultStems('{number}', many, '')[8]).toBe('009');
  });

  test('that no system takes, or with unknown parts, are refused', () => {
    const faults = ['', ' ', 'a/b', 'a:b', '{folder}', '{name}.', 'x'.repeat(121), '{name}', '{number} {date}'];
    expect(faults.map(patternFault)).toEqual([
      'empty',
      'empty',
      'characters',
      'characters',
      'tokenUnknown',
      'characters',
      'tooLong',
      null,
      null,
    ]);
  });

  test('that are the same on some system are counted', () => {
    expect(repeatedNames(['a.jpg', 'b.jpg', 'A.JPG', 'c.jpg'])).toBe(2);
    expect(repeatedNames(['a.jpg', 'a.png'])).toBe(0);
  });
});
