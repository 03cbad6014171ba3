// `npm start`: builds the app if needed and opens it, in Electron if that is available, else in the browser.
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ROOT } from './build.mjs';
import { electronProgram, fetchElectron, whyNoFetch, whyNoSandbox, whyNoWindow } from './electron.mjs';
import { runProgram } from './run-program.mjs';

export { electronProgram, whyNoWindow };

/** If Electron fails earlier than this, it has not shown a window. Milliseconds. */
const EARLY = 10_000;

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
 * Finds or fetches Electron.
 *
 * @returns {Promise<{ program: string } | { why: string, isInterrupted?: boolean }>}
 */
async function findElectron() {
  const why = whyNoWindow({ platform: process.platform, env: process.env, uid: process.getuid?.() });
  if (why !== undefined) return { why };
  const program = electronProgram();
  if (program !== undefined) return { program };
  const whyNot = whyNoFetch(process.versions.node);
  if (whyNot !== undefined) return { why: whyNot };
  console.error('Fetching Electron, once (about 120 MB) ...');
  return fetchElectron();
}

/**
 * Shows the window. The reason if Electron has stopped before it can have shown one, else the exit code.
 *
 * @param {string} program
 * @param {string[]} parameters
 * @param {{ cwd?: string, machine?: Parameters<typeof whyNoSandbox>[1] }} [options]
 * @returns {Promise<{ why: string } | { code: number }>}
 */
export async function showWindow(program, parameters, { cwd, machine } = {}) {
  const begun = Date.now();
  const { code, signal, isInterrupted } = await runProgram(program, parameters, { cwd });
  const isEarly = Date.now() - begun < EARLY && !isInterrupted;
  if (code === 0 || !isEarly) return { code: exitCode(code, signal) };
  return { why: whyNoSandbox(program, machine) ?? `it stopped at once (${signal ?? `exit code ${code}`}).` };
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
    const shown = 'program' in found ? await showWindow(found.program, [ROOT, ...rest], { cwd }) : found;
    if ('code' in shown) return shown.code;
    if ('isInterrupted' in shown && shown.isInterrupted) return exitCode(null, 'SIGINT');
    console.error(`Electron cannot be used: ${shown.why.replace(/(?<![.'])$/, '.')}`);
    if (host === 'electron') return 1;
    console.error('Opening Emulsion in the browser instead.');
  }
  const { code, signal } = await runProgram(process.execPath, [join(ROOT, 'out', 'main', 'browser.js'), ...rest], {
    cwd,
  });
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
