import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where programs without Electron keep the settings: the very folder that Electron uses, so that they are shared. */
export function userDataFolder(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Emulsion');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Emulsion');
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'Emulsion');
}
