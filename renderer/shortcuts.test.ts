import { expect, test } from 'vitest';
import { shortcutFor } from './shortcuts';

const plain = { command: false, shift: false };

test('plain keys look, keys with Ctrl act', () => {
  expect(shortcutFor({ ...plain, key: '0' })).toBe('zoomFit');
  expect(shortcutFor({ ...plain, key: 'o' })).toBe('mode-original');
  expect(shortcutFor({ ...plain, key: 'o', command: true })).toBe('open');
  expect(shortcutFor({ key: 'Z', command: true, shift: true })).toBe('redo');
  expect(shortcutFor({ key: 'z', command: true, shift: false })).toBe('undo');
  expect(shortcutFor({ key: '?', command: false, shift: true })).toBe('keys');
});

test('what is nobody’s is left to the browser', () => {
  expect(shortcutFor({ ...plain, key: 'r', command: true })).toBeNull();
  expect(shortcutFor({ ...plain, key: 'Tab' })).toBeNull();
  expect(shortcutFor({ ...plain, key: '1', command: true })).toBeNull();
});
