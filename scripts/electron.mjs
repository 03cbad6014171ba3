// Finds Electron's program, fetches it if it is missing, and says why it cannot run here.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './build.mjs';
import { runProgram } from './run-program.mjs';

/** The npm package, which fetches the program. */
const PACKAGE = join(ROOT, 'node_modules', 'electron');
/** The oldest Node version that can run Electron's download script. */
const FETCH_NEEDS = [22, 12];
/** Time limit for fetching Electron (about 120 MB). Milliseconds. */
const PATIENCE = 10 * 60_000;
/** Where the program is in its folder, by platform. */
const NAMES = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/**
 * Why Electron cannot show a window here; undefined if it can.
 *
 * @param {{ platform: string, env: Record<string, string | undefined>, uid: number | undefined }} machine
 * @returns {string | undefined}
 */
export function whyNoWindow({ platform, env, uid }) {
  if (platform !== 'linux') return undefined;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display';
  // SECURITY: Electron would run as root only without its sandbox, which Emulsion never gives up.
  if (uid === 0) return 'it does not run as root with its sandbox on';
  return undefined;
}

/** Why Electron cannot be fetched with this Node. @param {string} version @returns {string | undefined} */
export function whyNoFetch(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > FETCH_NEEDS[0] || (major === FETCH_NEEDS[0] && minor >= FETCH_NEEDS[1]);
  return isEnough ? undefined : `fetching it needs Node ${FETCH_NEEDS.join('.')} or newer, and this is ${version}`;
}

/**
 * Why Electron's sandbox cannot work on this Linux, with what to do about it; undefined if it can. The sandbox needs user
 * namespaces, which Ubuntu 24.04 and some others forbid to ordinary programs, or its helper with the rights of root.
 *
 * @param {string} program
 * @param {{ platform: string, allowsNamespaces: () => boolean }} [machine]
 * @returns {string | undefined}
 */
export function whyNoSandbox(program, machine = { platform: process.platform, allowsNamespaces }) {
  if (machine.platform !== 'linux' || machine.allowsNamespaces()) return undefined;
  const helper = join(dirname(program), 'chrome-sandbox');
  const stats = statSync(helper, { throwIfNoEntry: false });
  if (stats?.uid === 0 && (stats.mode & 0o4111) === 0o4111) return undefined;
  return [
    'this system does not allow its sandbox, because programs may not make user namespaces.',
    'To allow it, run these two commands once, and start again:',
    `  sudo chown root '${helper}'`,
    `  sudo chmod 4755 '${helper}'`,
  ].join('\n');
}

/** As Electron would do it: a namespace of its own, with itself as root in it. */
function allowsNamespaces() {
  return spawnSync('unshare', ['--user', '--map-root-user', 'true'], { stdio: 'ignore' }).status === 0;
}

/**
 * The path of Electron's program; undefined if it was not fetched, or not to its end.
 *
 * @param {string} [folder] The npm package.
 * @returns {string | undefined}
 */
export function electronProgram(folder = PACKAGE) {
  const own = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const name = NAMES[process.platform] ?? 'electron';
  const program = join(own ?? join(folder, 'dist'), name);
  if (own === undefined) {
    // The package writes `path.txt` when everything is extracted.
    if (textOf(join(folder, 'path.txt')) === undefined) return undefined;
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (textOf(join(folder, 'dist', 'version'))?.replace(/^v/, '') !== version) return undefined;
  }
  return existsSync(program) ? program : undefined;
}

/** @param {string} path */
const textOf = (path) => (existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined);

/**
 * Fetches Electron. What a failed or interrupted download has left is removed.
 *
 * @param {string} [folder] The npm package.
 * @param {number} [patience] Milliseconds.
 * @returns {Promise<{ program: string } | { why: string, isInterrupted: boolean }>}
 */
export async function fetchElectron(folder = PACKAGE, patience = PATIENCE) {
  const discard = () => {
    for (const name of ['dist', 'path.txt']) rmSync(join(folder, name), { recursive: true, force: true });
  };
  discard();
  const temporary = mkdtempSync(join(tmpdir(), 'emulsion-electron-'));
  try {
    const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
    let errors = '';
    const { code, isInterrupted, isLate } = await runProgram(process.execPath, [join(folder, 'install.js')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env,
      patience,
      onErrors: (text) => {
        errors += text;
      },
    });
    const program = code === 0 ? electronProgram(folder) : undefined;
    if (program !== undefined) return { program };
    discard();
    const minutes = Math.round(patience / 60_000);
    return { why: isLate ? `it did not arrive within ${minutes} minutes` : whyNotFetched(errors), isInterrupted };
  } finally {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** @param {string} errors What the download script said. */
function whyNotFetched(errors) {
  const [first = 'it gave no reason'] = errors.split('\n').filter((line) => line.trim() !== '');
  return `it could not be fetched (${first.trim()})`;
}
