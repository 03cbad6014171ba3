import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { contentPolicy } from '../content-policy';

/*
 * Who may ask the loopback page for what. Pure decisions, apart from the randomness of the secrets; everything that
 * no rule allows is refused.
 *
 * The dangers: other web sites in the same browser (they can send requests to loopback and rebind a name of theirs
 * to it), other pages on other ports of this computer (the browser counts them as the same site), other programs
 * of the same computer (they can connect, but know neither token nor session).
 */

/** How long the address that is printed at the start can be used, in milliseconds. */
export const TOKEN_LIFE = 15 * 60_000;

/** What a request says of itself. */
export interface Asked {
  method: string;
  /** Path and query as they came. */
  url: string;
  host: string | undefined;
  origin: string | undefined;
  cookie: string | undefined;
  /** `Sec-Fetch-Site`. */
  fetchSite: string | undefined;
  contentType: string | undefined;
}

export type Decision =
  | { kind: 'enter'; token: string }
  | { kind: 'home' }
  | { kind: 'page'; path: string }
  | { kind: 'picture' }
  | { kind: 'upload' }
  | { kind: 'download'; token: string }
  | { kind: 'report'; token: string; name: string }
  | { kind: 'refuse'; status: 400 | 403 | 404 | 405 | 415; reason: string };

const refuse = (status: 400 | 403 | 404 | 405 | 415, reason: string): Decision => ({ kind: 'refuse', status, reason });

/** Judges an ordinary request. `isSession` knows the cookie of the session, `pages` the paths of the page. */
export function judge(
  asked: Asked,
  port: number,
  isSession: (cookie: string | undefined) => boolean,
  pages: { has(path: string): boolean },
): Decision {
  // SECURITY: a name rebound to 127.0.0.1 still sends its own Host, so only the two loopback names pass.
  if (!isOwnHost(asked.host, port)) return refuse(403, 'not a host of this program');
  // SECURITY: only origin-form targets; `//host/path` and absolute URLs are never resolved.
  if (!/^\/(?!\/)/.test(asked.url)) return refuse(400, 'not a path');
  const [path = '', query = ''] = asked.url.split('?', 2);
  const session = isSession(asked.cookie);

  if (asked.method === 'GET') {
    if (path === '/' && query.startsWith('token=')) {
      // SECURITY: a token is used up by entering. Whoever is in already is let through without spending anything.
      return session ? { kind: 'home' } : { kind: 'enter', token: query.slice('token='.length) };
    }
    // SECURITY: nothing but the entrance is served without the session's cookie, the page included.
    if (!session) return refuse(403, 'no session');
    // SECURITY: a page on another port of this computer is "same-site", and its requests carry our cookie; the
    // browser's own word on where a request comes from is what tells them apart.
    if (!isOwnFetch(asked.fetchSite)) return refuse(403, 'asked for by another site');
    if (path.startsWith('/picture/')) return { kind: 'picture' };
    if (path.startsWith('/download/')) {
      const [token = '', name, ...rest] = path.slice('/download/'.length).split('/');
      if (name !== undefined) {
        const isName = rest.length === 0 && /^[a-z0-9-]{1,40}\.[a-z]{1,5}$/.test(name);
        return isName && /^[A-Za-z0-9_-]{1,64}$/.test(token)
          ? { kind: 'report', token, name }
          : refuse(404, 'no such report');
      }
      return /^[A-Za-z0-9_-]{1,64}$/.test(token) ? { kind: 'download', token } : refuse(404, 'no such download');
    }
    // SECURITY: files are looked up in a table made at the start, never on the disk, so no path can climb out.
    return pages.has(path) ? { kind: 'page', path } : refuse(404, 'no such page');
  }

  if (asked.method === 'POST') {
    // SECURITY: a browser always names the origin of a POST; only our own page may send one.
    if (!isOwnOrigin(asked.origin, asked.host, port)) return refuse(403, 'another origin');
    if (!session) return refuse(403, 'no session');
    if (!isOwnFetch(asked.fetchSite)) return refuse(403, 'asked for by another site');
    if (path !== '/upload') return refuse(404, 'no such place');
    // SECURITY: a type that no plain form can send, so that a cross-site POST would need a preflight, which fails.
    if (asked.contentType !== 'application/octet-stream') return refuse(415, 'not bytes');
    return { kind: 'upload' };
  }

  // SECURITY: every other method, OPTIONS (preflights) included, is refused.
  return refuse(405, 'method not allowed');
}

/** Judges an upgrade to a WebSocket: null where it may go ahead, else why not. */
export function judgeSocket(
  asked: Asked,
  port: number,
  isSession: (cookie: string | undefined) => boolean,
): string | null {
  if (asked.method !== 'GET' || asked.url !== '/socket') return 'no such socket';
  if (!isOwnHost(asked.host, port)) return 'not a host of this program';
  // SECURITY: the same-origin policy does not cover WebSockets; without this check any site could open one.
  if (!isOwnOrigin(asked.origin, asked.host, port)) return 'another origin';
  if (!isSession(asked.cookie)) return 'no session';
  return null;
}

export function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** The origin must be the very one that the request was sent to, not just any loopback name. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined, port: number): boolean {
  return isOwnHost(host, port) && origin === `http://${host}`;
}

/** Old browsers do not send `Sec-Fetch-Site`; they are held off by Cross-Origin-Resource-Policy alone. */
function isOwnFetch(site: string | undefined): boolean {
  return site === undefined || site === 'same-origin' || site === 'none';
}

/** The way in: a token that works once and for a while, and the session that it is exchanged for. */
export interface Entrance {
  readonly token: string;
  /** The `Set-Cookie` value of the session, or null where the token is wrong, used or too old. */
  exchange(token: string): string | null;
  /** Whether a `Cookie` header holds the session. */
  isSession(cookie: string | undefined): boolean;
  /** Whether somebody has come in. */
  readonly used: boolean;
}

export function createEntrance(port: number, now: () => number = Date.now): Entrance {
  const token = randomBytes(32).toString('base64url');
  const session = randomBytes(32).toString('base64url');
  // SECURITY: cookies are shared between the ports of a host, so the port is part of the name.
  const name = `emulsion-${port}`;
  const born = now();
  let used = false;
  return {
    token,
    get used() {
      return used;
    },
    exchange(given) {
      // SECURITY: compared first and always in full, so that time tells nothing of the token or of its use.
      const right = sameSecret(given, token);
      if (!right || used || now() - born >= TOKEN_LIFE) return null;
      used = true;
      // SECURITY: out of reach of scripts, never sent along from other sites, gone when the browser is closed.
      return `${name}=${session}; HttpOnly; SameSite=Strict; Path=/`;
    },
    // SECURITY: before the exchange there is no session to be guessed.
    isSession: (cookie) => used && sameSecret(readCookie(cookie, name) ?? '', session),
  };
}

/** Compares in a time that does not depend on where the difference is, nor on the lengths. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** A cookie's value; undefined where it is absent or, which no browser does for ours, given twice. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** Sent with every answer. */
export function securityHeaders(port: number): Record<string, string> {
  const sockets = `ws://127.0.0.1:${port} ws://localhost:${port}`;
  return {
    'content-security-policy': contentPolicy({ connections: sockets }),
    'x-content-type-options': 'nosniff',
    // SECURITY: the start address, token included, is never told to anybody.
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'permissions-policy': PERMISSIONS.map((name) => `${name}=()`).join(', '),
    'x-frame-options': 'DENY',
  };
}

/** What a page could ask of a computer, all of it off. The clipboard is read by the paste event, which needs none. */
const PERMISSIONS = [
  'accelerometer',
  'browsing-topics',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
];
