import { expect, test } from 'vitest';
import { folderFault, lastPart } from './folderPage';

test('the name of a new folder is not empty, not a path, and not too long', () => {
  expect(['Restored', ' ', '../up', '..', 'x'.repeat(101)].map(folderFault)).toEqual([
    null,
    'empty',
    'folders',
    'folders',
    'tooLong',
  ]);
});

test('the last part of a path is found on any system', () => {
  expect(['/home/anna/scans/', 'C:\\Photos\\Lake', '/'].map(lastPart)).toEqual(['scans', 'Lake', '/']);
});
