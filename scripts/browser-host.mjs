// Starts the built browser host, for stories and measurements.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BROWSER_HOST = fileURLToPath(new URL('../out/main/browser.js', import.meta.url));

/**
 * Returns the process and the address of its page once it listens. Rejects if it ends before that.
 * @param {readonly string[]} args Arguments for the host, besides `--no-open`.
 */
export async function startBrowserHost(args) {
  const child = spawn(process.execPath, [BROWSER_HOST, '--no-open', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {string} */
  const address = await new Promise((found, lost) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
      const match = /http:\/\/\S+/.exec(text);
      if (match !== null) found(match[0]);
    });
    child.on('close', () => lost(new Error('The browser host ended before it listened.')));
  });
  return { child, address };
}
