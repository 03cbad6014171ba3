import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The settings folder of programs without Electron. It is the folder that Electron uses, so that all share the
 * settings.
 */
export function userDataFolder(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Emulsion');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Emulsion');
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'Emulsion');
}
