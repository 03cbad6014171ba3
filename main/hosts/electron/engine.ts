import { utilityProcess } from 'electron';
import { engineEnvironment } from '../../engine/environment';
import type { FromEngine, LaunchEngine } from '../../engine/protocol';

/** Characters of the engine's error output that are kept for a crash report. */
const STDERR_LENGTH = 4096;

/**
 * Launches the engine as a utility process, because Electron's program cannot be forked as Node when the fuse RunAsNode
 * is off.
 *
 * @param entry the built engine
 */
export function utilityEngine(entry: string): LaunchEngine {
  return (runtime) => {
    const child = utilityProcess.fork(entry, [], {
      serviceName: 'Emulsion engine',
      env: engineEnvironment(runtime),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    let isKilled = false;
    const kill = () => {
      isKilled = true;
      // Until the process has started, and after it has ended, there is no id.
      if (child.pid === undefined) return;
      try {
        // `child.kill` sends a polite signal, which a process does not handle in the middle of a computation.
        process.kill(child.pid, 'SIGKILL');
      } catch {
        // It has just ended by itself; 'exit' follows.
      }
    };
    child.once('spawn', () => {
      if (isKilled) kill();
    });
    // An error of V8 ends the process; 'exit' follows. Without a listener, it would be an error of the app as well.
    child.on('error', (type, location) => {
      stderr = `${stderr}\n${type} ${location}`.slice(-STDERR_LENGTH);
    });
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
      kill,
    };
  };
}
