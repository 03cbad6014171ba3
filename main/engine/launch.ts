import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineEnvironment } from './environment';
import type { FromEngine, LaunchEngine } from './protocol';

const STDERR_BYTES = 4096;

/**
 * Starts the engine as a forked Node process that ends with this one.
 *
 * @param entry the built engine; by default the `engine.js` that was built together with this file
 */
export function forkEngine(entry: string = builtEngine()): LaunchEngine {
  return (runtime) => {
    const child = fork(entry, [], {
      // Sends pictures as binary data instead of JSON.
      serialization: 'advanced',
      env: engineEnvironment(runtime),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A debugger's port cannot be shared with the parent.
      execArgv: process.execArgv.filter((argument) => !argument.startsWith('--inspect')),
    });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_BYTES);
    });
    const kill = () => {
      child.kill('SIGKILL');
    };
    process.once('exit', kill);

    let ended = false;
    const exitListeners: Parameters<ReturnType<LaunchEngine>['onExit']>[0][] = [];
    const end = (code: number | null, signal: string | null) => {
      if (ended) return;
      ended = true;
      process.removeListener('exit', kill);
      for (const listener of exitListeners) listener(code, signal, stderr);
    };
    // `close` comes after the last of stderr; `error` comes instead if the process could not be started.
    child.once('close', end);
    child.once('error', (error) => {
      stderr += String(error);
      if (child.pid === undefined) end(null, null);
    });
    return {
      pid: child.pid,
      // `onExit` reports that the process has ended, so a failed send needs no report.
      send: (message) => void child.send(message, () => {}),
      onMessage: (listener) => void child.on('message', (message) => listener(message as FromEngine)),
      onExit: (listener) => void exitListeners.push(listener),
      kill,
    };
  };
}

/** `out/main/engine.js`, found from `out/main` or from its `chunks`. */
function builtEngine(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = [join(here, 'engine.js'), join(here, '..', 'engine.js')];
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}
