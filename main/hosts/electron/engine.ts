import { utilityProcess } from 'electron';
import { ENGINE_ENVIRONMENT } from '../../engine/environment';
import type { FromEngine, LaunchEngine } from '../../engine/protocol';

/** How much of what the engine writes to its standard error is kept for the report of a crash, in characters. */
const STDERR_LENGTH = 4096;

/**
 * Launches the engine as a utility process: with the fuse RunAsNode off, Electron's program cannot be forked as Node.
 *
 * @param entry the built engine
 */
export function utilityEngine(entry: string): LaunchEngine {
  return () => {
    const child = utilityProcess.fork(entry, [], {
      serviceName: 'Emulsion engine',
      env: { ...process.env, ...ENGINE_ENVIRONMENT },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr = (stderr + String(chunk)).slice(-STDERR_LENGTH);
    });
    return {
      get pid() {
        return child.pid;
      },
      send: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', (message: FromEngine) => listener(message)),
      onExit: (listener) => void child.once('exit', (code) => listener(code, null, stderr)),
      kill() {
        // `child.kill` asks politely, which a process in the middle of a computation does not hear. Before the
        // process has begun, and after its end, there is no id.
        if (child.pid === undefined) child.kill();
        else process.kill(child.pid, 'SIGKILL');
      },
    };
  };
}
