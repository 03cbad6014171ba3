// The entry of the stand-in: `node --import hook.mjs start.mjs <arguments>` runs the built program as Electron would.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import packageInfo from '../../../package.json' with { type: 'json' };
import { ROOT } from '../../../scripts/build.mjs';
import { answers, computer, tell } from './driver.mjs';

// A packaged program is not told the folder of the app, and has no `defaultApp`.
process.argv = [process.argv[0], ...(computer.packaged ? [] : [ROOT]), ...process.argv.slice(2)];
if (!computer.packaged) Object.defineProperty(process, 'defaultApp', { value: true });

// Without a listener of the program, Electron shows this dialog and goes on.
process.on('uncaughtException', (error) => {
  if (process.listenerCount('uncaughtException') > 1) return;
  console.error(error);
  tell('errorBox', { title: 'A JavaScript error occurred in the main process', content: String(error.stack) });
});

/** An error in the middle of nowhere. @param {string} text */
answers.throw = (text) =>
  void setImmediate(() => {
    throw new Error(text);
  });

const { becomeReady } = await import('./app.mjs');
await import(pathToFileURL(join(ROOT, packageInfo.main)).href);
becomeReady();
