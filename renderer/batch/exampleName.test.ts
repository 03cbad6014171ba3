import { expect, test } from 'vitest';
import { exampleName } from './exampleName';

const given = {
  original: '1931/lake.house.JPG',
  folder: 'scans',
  recipe: 'Enlarge',
  format: null,
  date: new Date(2026, 10, 3),
};

test('names a photo by the pattern, with the extension of the written format', () => {
  expect(exampleName('{name}-restored', given)).toBe('lake.house.JPG → lake.house-restored.jpg');
  expect(exampleName('{folder} {date} {name} {recipe}', { ...given, format: 'tiff' })).toBe(
    'lake.house.JPG → 1931 2026-11-03 lake.house Enlarge.tif',
  );
  expect(exampleName('{folder}-{name}', { ...given, original: 'lake.png' })).toBe('lake.png → scans-lake.png');
});
