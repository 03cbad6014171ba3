// `npm start`: builds the app if needed and opens it, in Electron if that is available, else in the browser.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ROOT } from './build.mjs';

const ELECTRON = join(ROOT, 'node_modules', 'electron');
/** The oldest Node version that can run Electron's download script. */
const FETCH_NEEDS = [22, 12];
/** If Electron fails earlier than this, it has not shown a window. Milliseconds. */
const EARLY = 10_000;
/** Time limit for fetching Electron (about 120 MB). Milliseconds. */
const PATIENCE = 10 * 60_000;

/**
 * Separates `--host <electron|browser>` from the arguments for the host.
 *
 * @param {string[]} parameters
 * @returns {{ host: string | undefined, rest: string[] }}
 */
export function splitArguments(parameters) {
  const rest = [...parameters];
  const at = rest.findIndex((text) => text === '--host' || text.startsWith('--host='));
  if (at < 0) return { host: undefined, rest };
  const isJoined = rest[at].startsWith('--host=');
  const [first, second] = rest.splice(at, isJoined ? 1 : 2);
  return { host: isJoined ? first.slice('--host='.length) : (second ?? ''), rest };
}

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

/** The path of Electron's program, undefined if it has not been fetched. @returns {string | undefined} */
export function electronProgram() {
  const note = join(ELECTRON, 'path.txt');
  const name = existsSync(note) ? readFileSync(note, 'utf8') : 'electron';
  const program = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(ELECTRON, 'dist'), name);
  return existsSync(program) ? program : undefined;
}

/**
 * Runs a program to its end and forwards signals that ask this program to end.
 *
 * @param {string} program
 * @param {string[]} parameters
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, isInterrupted: boolean }>}
 */
function run(program, parameters, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: 'inherit', ...options });
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    let isInterrupted = false;
    const pass = /** @param {NodeJS.Signals} signal */ (signal) => {
      isInterrupted = true;
      child.kill(signal);
    };
    for (const signal of signals) process.on(signal, pass);
    const done = () => {
      for (const signal of signals) process.off(signal, pass);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      done();
      resolve({ code, signal, isInterrupted });
    });
  });
}

/** Finds or fetches Electron. @returns {Promise<{ program: string } | { why: string }>} */
async function findElectron() {
  const why = whyNoWindow({ platform: process.platform, env: process.env, uid: process.getuid?.() });
  if (why !== undefined) return { why };
  let program = electronProgram();
  if (program !== undefined) return { program };
  const whyNot = whyNoFetch(process.versions.node);
  if (whyNot !== undefined) return { why: whyNot };
  console.error('Fetching Electron, once (about 120 MB) ...');
  await run(process.execPath, [join(ELECTRON, 'install.js')], { stdio: 'ignore', timeout: PATIENCE });
  program = electronProgram();
  return program === undefined ? { why: 'it could not be fetched' } : { program };
}

/** @param {string[]} parameters @returns {Promise<number>} The exit code. */
async function start(parameters) {
  const { host, rest } = splitArguments(parameters);
  if (host !== undefined && host !== 'electron' && host !== 'browser') {
    console.error('--host must be electron or browser.');
    return 2;
  }
  await ensureBuilt();
  // npm runs scripts in the folder of the package, but file names are relative to the folder that npm was called in.
  const cwd = process.env.INIT_CWD ?? process.cwd();

  if (host !== 'browser') {
    const found = await findElectron();
    let why = 'why' in found ? found.why : undefined;
    if ('program' in found) {
      const begun = Date.now();
      const { code, signal, isInterrupted } = await run(found.program, [ROOT, ...rest], { cwd });
      const isEarly = Date.now() - begun < EARLY && !isInterrupted;
      if (code === 0 || host === 'electron' || !isEarly) return exitCode(code, signal);
      why = `it stopped at once (${signal ?? `exit code ${code}`})`;
    }
    if (host === 'electron') {
      console.error(`Electron cannot be used: ${why}.`);
      return 1;
    }
    console.error(`Electron cannot be used: ${why}. Opening Emulsion in the browser instead.`);
  }
  const { code, signal } = await run(process.execPath, [join(ROOT, 'out', 'main', 'browser.js'), ...rest], { cwd });
  return exitCode(code, signal);
}

/** @param {number | null} code @param {NodeJS.Signals | null} signal */
function exitCode(code, signal) {
  return code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = await start(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
