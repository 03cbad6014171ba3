// Run like a program: tells its parent all that the stand-in offers to a program, a preload script and a utility process.
import { fileURLToPath } from 'node:url';
import { world } from '../world.mjs';
import { offered } from './strict.mjs';

if (process.type === 'utility') process.parentPort.postMessage(offered);
else {
  const send = process.send.bind(process);
  const electron = await import('./electron.mjs');
  const { becomeReady } = await import('./app.mjs');
  becomeReady();
  // What exists only once it is made.
  new electron.BrowserWindow();
  new electron.Notification({});
  const utility = electron.utilityProcess.fork(fileURLToPath(import.meta.url));
  utility.once('message', (ofUtility) => {
    const { members, events } = ofUtility;
    Object.assign(offered.members, members, ofPreload());
    Object.assign(offered.events, events);
    send({ modules: Object.keys(electron), ...offered }, () => process.exit());
  });
}

/** The modules of the preload script, with their members. @returns {Record<string, string[]>} */
function ofPreload() {
  const page = { addEventListener() {} };
  const globals = { window: Object.assign(page, { top: page }), location: { protocol: 'app:' }, navigator: {} };
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { value });
  let modules = {};
  world(
    (require) => {
      modules = require('electron');
    },
    { binding: 'binding', receiver: 'receiver' },
  );
  return Object.fromEntries(Object.entries(modules).map(([name, module]) => [name, Object.keys(module)]));
}
