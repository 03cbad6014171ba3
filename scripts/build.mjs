// Builds the app if needed. Used by `npm start`, by the command line and by the tests.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Everything that the build reads. Folders are walked; removing a file changes the time of its folder. */
export const SOURCES = [
  'contract',
  'document',
  'main',
  'preload',
  'renderer',
  'text',
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
];

/**
 * Makes sure that `out/` exists and is not older than its sources. If two programs start at the same time, the second waits
 * for the first one's build. Throws with the build's output if the build fails.
 *
 * @param {object} [options]
 * @param {string} [options.root] The checkout.
 * @param {(root: string) => Promise<void>} [options.build] Builds, or throws.
 * @param {() => void} [options.onBuild] Called before a build begins.
 * @returns {Promise<boolean>} Whether something was built.
 */
export async function ensureBuilt({ root = ROOT, build = runBuild, onBuild = announce } = {}) {
  if (isFresh(root)) return false;
  const release = await lock(join(root, 'out', '.building'));
  try {
    // The previous holder of the lock may have built already.
    if (isFresh(root)) return false;
    onBuild();
    // A source that changes during the build must count as newer.
    const begun = new Date();
    await build(root);
    const stamp = stampOf(root);
    writeFileSync(stamp, '');
    utimesSync(stamp, begun, begun);
    return true;
  } finally {
    release();
  }
}

/** @param {string} root */
export function isFresh(root) {
  const built = timeOf(stampOf(root));
  return built !== undefined && SOURCES.every((source) => newest(join(root, source)) <= built);
}

/** Written last, so that an interrupted build does not count. @param {string} root */
const stampOf = (root) => join(root, 'out', '.built');

/** The latest change of a file, or of a folder and everything below it, in milliseconds. @param {string} path @returns {number} */
function newest(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  let time = stats.mtimeMs;
  if (stats.isDirectory()) {
    for (const entry of readdirSync(path)) time = Math.max(time, newest(join(path, entry)));
  }
  return time;
}

/** @param {string} path */
const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/**
 * Takes a lock file. It holds the process id of its owner, so that the lock of a killed program can be taken over.
 *
 * @param {string} path
 * @returns {Promise<() => void>} Releases the lock.
 */
async function lock(path) {
  mkdirSync(join(path, '..'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned(path)) {
      // Renaming succeeds for only one of several waiting programs.
      try {
        renameSync(path, `${path}-${process.pid}`);
        rmSync(`${path}-${process.pid}`, { force: true });
      } catch (error) {
        if (error.code !== 'ENOENT') throw error;
      }
    } else {
      await sleep(100);
    }
  }
}

/** @param {string} path */
function isAbandoned(path) {
  let owner;
  try {
    owner = Number(readFileSync(path, 'utf8'));
  } catch {
    // The lock was released meanwhile.
    return false;
  }
  // The owner has created the file but not written to it yet. That takes far less than five seconds.
  if (!(owner > 0)) return Date.now() - (timeOf(path) ?? Date.now()) > 5000;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** @param {string} root @returns {Promise<void>} */
async function runBuild(root) {
  const program = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const child = spawn(process.execPath, [program, 'build'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`Emulsion could not be built:\n${output}`);
}

/** Only on a terminal, and never on standard output, which another program may read. */
function announce() {
  if (process.stderr.isTTY) console.error('Building Emulsion ...');
}
