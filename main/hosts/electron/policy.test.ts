import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import {
  areDroppedPaths,
  isOwnPage,
  mayCall,
  mayHave,
  mayNavigate,
  mayRequest,
  PAGE_HEADERS,
  photosOf,
} from './policy';

test('only our page may write to the clipboard, and nothing else is allowed', () => {
  expect(mayHave('clipboard-sanitized-write', 'app://emulsion/')).toBe(true);
  expect(mayHave('clipboard-sanitized-write', 'app://emulsion')).toBe(true);
  expect(mayHave('clipboard-sanitized-write', 'app://emulsion.example.org/')).toBe(false);
  expect(mayHave('clipboard-read', 'app://emulsion/')).toBe(false);
});

describe('requests', () => {
  it.each([
    'app://emulsion/',
    'app://emulsion/assets/page.js',
    'photo://picture/a/result?revision=0',
    'blob:app://emulsion/2e1c',
    'data:image/png;base64,AA',
  ])('may go to %s', (url) => {
    expect(mayRequest(url, false)).toBe(true);
  });

  it.each([
    'http://127.0.0.1:8080/',
    'https://example.org/',
    'ws://localhost/',
    'wss://example.org/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'app://emulsion.example.org/',
    'app://emulsion@example.org/',
    'app://emulsion',
    'app://other/',
    'photo://elsewhere/a',
    'photo://picture.example.org/a',
    'blob:https://example.org/1',
    'chrome://settings/',
    'javascript:alert(1)',
    'devtools://devtools/bundled/inspector.html',
    '',
  ])('may not go to %s', (url) => {
    expect(mayRequest(url, false)).toBe(false);
  });

  it('of the developer tools are allowed during development, others are still refused', () => {
    expect(mayRequest('devtools://devtools/bundled/inspector.html', true)).toBe(true);
    expect(mayRequest('https://example.org/', true)).toBe(false);
  });
});

it.each([
  ['app://emulsion/', true],
  ['app://emulsion/assets/page.js', false],
  ['app://emulsion/?x', false],
  ['photo://picture/a/result', false],
  ['https://example.org/', false],
  ['file:///home/me/photo.jpg', false],
  ['data:text/html,x', false],
  ['about:blank', false],
])('navigation to %s: %s', (url, allowed) => {
  expect(mayNavigate(url)).toBe(allowed);
});

it.each([
  [{ isOwnWindow: true, isMainFrame: true, url: 'app://emulsion/' }, true],
  [{ isOwnWindow: false, isMainFrame: true, url: 'app://emulsion/' }, false],
  [{ isOwnWindow: true, isMainFrame: false, url: 'app://emulsion/' }, false],
  [{ isOwnWindow: true, isMainFrame: true, url: 'https://example.org/' }, false],
  [{ isOwnWindow: true, isMainFrame: true, url: 'app://emulsion.example.org/' }, false],
  [{ isOwnWindow: true, isMainFrame: true, url: '' }, false],
])('a call from %j is accepted: %s', (sender, heard) => {
  expect(mayCall(sender)).toBe(heard);
});

it.each<[unknown, boolean]>([
  [['/photos/a.jpg', '/photos/two\nlines.jpg'], true],
  [[], true],
  [['a.jpg'], false],
  [['../a.jpg'], false],
  [['/photos/a\0.jpg'], false],
  [[1], false],
  ['/photos/a.jpg', false],
  [null, false],
  [{ length: 1, 0: '/a' }, false],
  [Array.from({ length: 10_001 }, () => '/a'), false],
])('dropped paths %j', (paths, accepted) => {
  expect(areDroppedPaths(paths)).toBe(accepted);
});

it('takes photos from a command line, and no options', () => {
  expect(photosOf(['--flag', 'a.jpg', '', '-x', '../b c.tif'], '/home/me')).toEqual([
    resolve('/home/me/a.jpg'),
    resolve('/home/b c.tif'),
  ]);
});

it('takes file URLs for files, and leaves out what is not on this computer', () => {
  const path = resolve('/home/me/à noite 50%.jpg');
  expect(photosOf([pathToFileURL(path).href, 'file://%zz', 'FILE://nas/share/a.jpg'], '/home/me')).toEqual(
    process.platform === 'win32' ? [path, '\\\\nas\\share\\a.jpg'] : [path],
  );
});

it('recognises its page by the whole origin', () => {
  expect(isOwnPage('app://emulsion/')).toBe(true);
  expect(isOwnPage('app://emulsionx/')).toBe(false);
});

it('forbids everything by default in the content security policy', () => {
  const policy = PAGE_HEADERS['content-security-policy']!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/\*|https?:|ws:|unsafe-|file:/);
});
