// `utilityProcess`: a forked Node whose messages go through Electron's serialiser.
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { app } from './app.mjs';
import { answers } from './driver.mjs';
import { deserialise, serialise } from './serialiser.mjs';
import { onlyKnown, strict } from './strict.mjs';

const HOOK = fileURLToPath(new URL('./utility-hook.mjs', import.meta.url));

const checkFork = onlyKnown('utilityProcess.fork', ['serviceName', 'env', 'stdio', 'cwd', 'execArgv']);

export const utilityProcess = strict('utilityProcess', {
  /** @param {string} path @param {string[]} parameters @param {Electron.ForkOptions} options */
  fork(path, parameters = [], options = {}) {
    if (!app.isReady()) throw new Error('utilityProcess cannot be created before app is ready.');
    checkFork(options);
    const { env = process.env, stdio = 'inherit', cwd, execArgv = [] } = options;
    const [, out, err] = typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio;
    const child = fork(path, parameters, {
      env,
      cwd,
      execArgv: ['--import', HOOK, ...execArgv],
      stdio: ['ignore', out, err, 'ipc'],
      serialization: 'advanced',
    });
    const events = new EventEmitter();
    answers.utilityError = (type) => {
      events.emit('error', type, 'v8::internal::Heap', '{}');
      child.kill('SIGKILL');
    };
    let pid;
    // Electron knows the process only when it has been launched, which takes a while.
    child.once('spawn', () =>
      setImmediate(() => {
        pid = child.pid;
        events.emit('spawn');
      }),
    );
    child.on('message', (bytes) => events.emit('message', deserialise(bytes)));
    child.on('error', () => {
      // A message to a process that has just ended; 'exit' follows.
    });
    child.once('close', (code, signal) => {
      events.emit('exit', code ?? (signal === 'SIGTERM' ? 15 : 9));
      pid = undefined;
    });
    return strict(
      'UtilityProcess',
      Object.defineProperties(events, {
        pid: { get: () => pid },
        stdout: { value: child.stdout },
        stderr: { value: child.stderr },
        postMessage: {
          configurable: true,
          /** @param {unknown} message */
          value(message) {
            const bytes = serialise(message);
            if (child.connected) child.send(bytes, () => {});
          },
        },
        // Before the process has been launched, this does nothing.
        kill: { configurable: true, value: () => pid !== undefined && child.kill('SIGTERM') },
      }),
      { events: ['spawn', 'message', 'exit', 'error'] },
    );
  },
});
