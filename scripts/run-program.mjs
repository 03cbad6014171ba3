// Runs a program for another one that waits for it, so that Ctrl-C reaches it once.
import { spawn } from 'node:child_process';

/**
 * Runs a program to its end and passes on what asks this program to end.
 *
 * A terminal sends Ctrl-C to every process, npm sends it once more, and Electron takes a second one as the order to die at
 * once, without putting anything in order. So the program gets a process group of its own, and only the first signal. After it,
 * this program listens to no further one.
 *
 * @param {string} program
 * @param {string[]} parameters
 * @param {object} options
 * @param {import('node:child_process').StdioOptions} [options.stdio]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @param {number} [options.patience] Ends the program after so many milliseconds.
 * @param {(text: string) => void} [options.onErrors] With a pipe for standard error.
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, isInterrupted: boolean, isLate: boolean }>}
 */
export function runProgram(program, parameters, { stdio = 'inherit', env, cwd, patience, onErrors }) {
  return new Promise((resolve, reject) => {
    // On Windows, a process group of its own would get a console window of its own.
    const child = spawn(program, parameters, { stdio, env, cwd, detached: process.platform !== 'win32' });
    if (onErrors) child.stderr?.setEncoding('utf8').on('data', onErrors);
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    let isInterrupted = false;
    let isLate = false;
    const pass = /** @param {NodeJS.Signals} signal */ (signal) => {
      if (isInterrupted) return;
      isInterrupted = true;
      child.kill(signal);
    };
    for (const signal of signals) process.on(signal, pass);
    const timer =
      patience === undefined
        ? undefined
        : setTimeout(() => {
            isLate = true;
            child.kill('SIGKILL');
          }, patience);
    const done = () => {
      clearTimeout(timer);
      // The second signal of an interruption may still come. It must not end this program before it has put things in order.
      if (isInterrupted) return;
      for (const signal of signals) process.off(signal, pass);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code, signal) => {
      done();
      resolve({ code, signal, isInterrupted, isLate });
    });
  });
}
