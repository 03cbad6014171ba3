// The test, as the program's modules see it. The channel of the process belongs to the stand-in alone: a program of
// Electron has no `process.send`.
import { openChannel } from './channel.mjs';

/** What the test may ask of the modules, which add to it. @type {Record<string, (body: any) => unknown>} */
export const answers = {};

const send = process.send.bind(process);
const channel = openChannel(
  { send: (message) => send(message), listen: (listener) => process.on('message', listener) },
  answers,
);
// A test that was stopped leaves no program behind.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
Object.defineProperty(process, 'send', { value: undefined });

export const { ask, tell } = channel;

/** How the test has set up the computer. @type {import('../computer').Computer} */
export const computer = JSON.parse(process.env.STAND_IN_COMPUTER ?? '{}');
delete process.env.STAND_IN_COMPUTER;
