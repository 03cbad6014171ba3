// Small helpers that the other scripts share.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program in the repository with our output streams. Returns its exit code. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (error !== undefined) console.error(`${program}: ${error.message}`);
  return status ?? 1;
}

/** The script of a program that an installed package ships. */
export function scriptOf(name, binary) {
  const manifest = join(root, 'node_modules', name, 'package.json');
  const { bin } = createRequire(import.meta.url)(manifest);
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[binary]);
}

/** Runs the program that an installed package ships, without a shell and on every platform. */
export function runPackage(name, binary, args, options) {
  return run(process.execPath, [scriptOf(name, binary), ...args], options);
}

export const isRootOnDebian =
  process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** Installs Debian packages. Call it only if {@link isRootOnDebian}. */
export function installDebian(...packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  if (run('apt-get', install, { env, stdio: 'ignore' }) === 0) return true;
  return run('apt-get', ['update', '-qq'], quiet) === 0 && run('apt-get', install, quiet) === 0;
}
