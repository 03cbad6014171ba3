// Small helpers that the other scripts share.
import { spawn, spawnSync } from 'node:child_process';
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

/**
 * Runs a program in the repository beside others, with our output streams, or, if it is `quiet`, with none: what it prints is
 * then returned with its exit code, so that two programs do not speak at the same time.
 *
 * @returns {Promise<{ status: number, output: string }>}
 */
export function runBeside(program, args, { quiet = false, ...options } = {}) {
  return new Promise((resolve) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(program, args, { cwd: root, stdio, ...options });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => resolve({ status: 1, output: `${output}${program}: ${error.message}\n` }));
    child.once('close', (status) => resolve({ status: status ?? 1, output }));
  });
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
