import { describe, expect, it } from 'vitest';
import { splitArguments, whyNoFetch, whyNoWindow } from './start.mjs';

describe('npm start', () => {
  it.each([
    [[], undefined, []],
    [['photo.jpg', '--port', '80'], undefined, ['photo.jpg', '--port', '80']],
    [['--host', 'browser', 'photo.jpg'], 'browser', ['photo.jpg']],
    [['photo.jpg', '--host=electron'], 'electron', ['photo.jpg']],
    [['--host'], '', []],
  ])('splits %j', (parameters, host, rest) => {
    expect(splitArguments(parameters)).toEqual({ host, rest });
  });

  it.each([
    ['linux', {}, 1000, 'there is no display'],
    ['linux', { DISPLAY: '' }, 1000, 'there is no display'],
    ['linux', { DISPLAY: ':0' }, 0, 'it does not run as root with its sandbox on'],
    ['linux', { DISPLAY: ':0' }, 1000, undefined],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 1000, undefined],
    ['darwin', {}, 501, undefined],
    ['win32', {}, undefined, undefined],
  ])('on %s with %j as %s: %s', (platform, env, uid, why) => {
    expect(whyNoWindow({ platform, env, uid })).toBe(why);
  });

  it.each([
    ['20.19.0', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.0.0', true],
  ])('fetches Electron with Node %s: %s', (version, can) => {
    expect(whyNoFetch(version) === undefined).toBe(can);
  });
});
