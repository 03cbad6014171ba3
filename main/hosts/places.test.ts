import { join } from 'node:path';
import { expect, it } from 'vitest';
import { userDataFolder } from './places';

it.each<[NodeJS.Platform, NodeJS.ProcessEnv, string]>([
  ['linux', {}, join('/home/me', '.config', 'Emulsion')],
  ['linux', { XDG_CONFIG_HOME: '/elsewhere' }, join('/elsewhere', 'Emulsion')],
  ['linux', { XDG_CONFIG_HOME: '' }, join('/home/me', '.config', 'Emulsion')],
  ['darwin', {}, join('/home/me', 'Library', 'Application Support', 'Emulsion')],
  ['win32', { APPDATA: '/roaming' }, join('/roaming', 'Emulsion')],
  ['win32', {}, join('/home/me', 'AppData', 'Roaming', 'Emulsion')],
])('on %s with %j the settings are in %s', (platform, env, folder) => {
  expect(userDataFolder(platform, env, '/home/me')).toBe(folder);
});
