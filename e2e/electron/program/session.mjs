// The session of the window, and the schemes that the program answers itself.
import { EventEmitter } from 'node:events';
import { app } from './app.mjs';
import { answers } from './driver.mjs';
import { preventable, strict } from './strict.mjs';

const requests = { before: null };
const permissions = { request: null, check: null, device: null };
const events = new EventEmitter();

const defaultSession = strict(
  'session.defaultSession',
  Object.assign(events, {
    webRequest: strict('WebRequest', {
      onBeforeRequest(...parameters) {
        requests.before = parameters.at(-1);
      },
    }),
    setPermissionRequestHandler(handler) {
      permissions.request = handler;
    },
    setPermissionCheckHandler(handler) {
      permissions.check = handler;
    },
    setDevicePermissionHandler(handler) {
      permissions.device = handler;
    },
    setSpellCheckerEnabled() {},
  }),
  { events: ['will-download'] },
);

export const session = new Proxy(strict('session', { defaultSession }), {
  get(object, key) {
    if (!app.isReady()) throw new Error('Session can only be received when app is ready');
    return object[key];
  },
});

/** Schemes with their privileges. @type {Map<string, object>} */
const privileged = new Map();
/** @type {Map<string, (request: Request) => Response | Promise<Response>>} */
const handlers = new Map();

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes) {
    if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    for (const { scheme, privileges } of schemes) privileged.set(scheme, privileges);
  },
  handle(scheme, handler) {
    if (!app.isReady()) throw new Error('protocol cannot be used before app is ready');
    if (handlers.has(scheme)) throw new Error(`The scheme ${scheme} has been registered`);
    handlers.set(scheme, handler);
  },
  isProtocolHandled: (scheme) => handlers.has(scheme),
});

/** A request of the page: refused by the session, or answered by the handler of its scheme. */
answers.request = async ({ url, method, headers }) => {
  const { before } = requests;
  const verdict = before === null ? {} : await new Promise((resolve) => before({ url, method }, resolve));
  if (verdict.cancel) return { error: 'blockedbyclient' };
  const scheme = new URL(url).protocol.slice(0, -1);
  const handler = handlers.get(scheme);
  if (handler === undefined) return { error: privileged.has(scheme) ? 'failed' : 'namenotresolved' };
  const response = await handler(new Request(url, { method, headers }));
  if (response.type === 'error') return { error: 'failed' };
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: new Uint8Array(await response.arrayBuffer()),
  };
};

/** The page wants to save a file. */
answers.download = () => {
  const event = preventable();
  events.emit('will-download', event);
  return event.defaultPrevented;
};

/** The page asks for a permission. */
answers.permission = (permission) => {
  const isChecked = permissions.check === null || permissions.check(null, permission, 'app://emulsion/');
  if (!isChecked) return false;
  return (
    permissions.request === null ||
    new Promise((resolve) => permissions.request(null, permission, resolve, { requestingUrl: 'app://emulsion/' }))
  );
};
