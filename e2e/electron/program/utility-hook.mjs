// Given to Node by `--import`: makes its process look like one of Electron's utility processes before its module is loaded.
import { EventEmitter } from 'node:events';
import { isMainThread } from 'node:worker_threads';
import { deserialise, serialise } from './serialiser.mjs';
import { strict } from './strict.mjs';
import { versions } from './versions.mjs';

Object.defineProperty(process, 'versions', { value: versions });
Object.defineProperty(process, 'type', { value: 'utility' });

// The threads of a process load this too, and have no port to the program.
if (isMainThread) openPort();

function openPort() {
  const send = process.send.bind(process);
  const port = new EventEmitter();
  /** Messages that came before anybody listened: Electron keeps them. @type {unknown[]} */
  let early = [];
  const parentPort = Object.assign(port, {
    /** @param {unknown} message */
    postMessage(message) {
      // Nobody is there to read it once the program has ended.
      if (process.connected) send(serialise(message), undefined, undefined, () => {});
    },
  });
  port.on('newListener', (event) => {
    if (event !== 'message') return;
    const those = early;
    early = [];
    setImmediate(() => {
      for (const data of those) port.emit('message', { data, ports: [] });
    });
  });
  process.on('message', (bytes) => {
    const data = deserialise(bytes);
    if (port.listenerCount('message') === 0) early.push(data);
    else port.emit('message', { data, ports: [] });
  });
  // As in Electron, a utility process does not outlive its program.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

  Object.defineProperty(process, 'parentPort', {
    value: strict('process.parentPort', parentPort, { events: ['message'] }),
  });
  Object.defineProperty(process, 'send', { value: undefined });
}
