import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { contentPolicy } from '../content-policy';

/*
 * Decides which requests the server on the loopback address answers. Pure decisions, except for the randomness of the
 * secrets. Everything that no rule allows is refused.
 *
 * The threats: other web sites in the same browser (they can send requests to loopback and rebind one of their names to
 * it), other pages on other ports of this computer (the browser treats them as the same site), and other programs on
 * the same computer (they can connect, but know neither token nor session), among them servers that the browser visits.
 */

/** How long the address printed at the start can be used, in milliseconds. */
export const TOKEN_LIFE = 15 * 60_000;

/** The parts of a request that the decision uses. */
export interface Asked {
  method: string;
  /** Path and query as they arrived. */
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
  | { kind: 'page'; path: string }
  | { kind: 'picture' }
  | { kind: 'upload' }
  | { kind: 'download'; token: string }
  | { kind: 'report'; token: string; name: string }
  | { kind: 'refuse'; status: 400 | 403 | 404 | 405 | 415; reason: string };

const refuse = (status: 400 | 403 | 404 | 405 | 415, reason: string): Decision => ({ kind: 'refuse', status, reason });

/** What requests are judged by. */
export interface Gate {
  port: number;
  /** The first segment of every path but the entrance, like `/k3Jq...`. */
  place: string;
  /** Recognises the session's cookie. */
  isSession(cookie: string | undefined): boolean;
}

/** Judges an ordinary request. `pages` holds the paths of the page. */
export function judge(asked: Asked, { port, place, isSession }: Gate, pages: { has(path: string): boolean }): Decision {
  // SECURITY: a name rebound to 127.0.0.1 still sends its own Host, so only the two loopback names pass.
  if (!isOwnHost(asked.host, port)) return refuse(403, 'not a host of this program');
  // SECURITY: accepts only origin-form targets; `//host/path` and absolute URLs are never resolved.
  if (!/^\/(?!\/)/.test(asked.url)) return refuse(400, 'not a path');
  const [full = '', query = ''] = asked.url.split('?', 2);
  if (asked.method === 'GET' && full === '/' && query.startsWith('token=')) {
    return { kind: 'enter', token: query.slice('token='.length) };
  }
  // SECURITY: without the session's cookie, only the entrance is served, and not even the page.
  const path = pathBelow(place, full);
  const session = path !== null && isSession(asked.cookie);

  if (asked.method === 'GET') {
    if (!session) return refuse(403, 'no session');
    // SECURITY: a page on another port of this computer is "same-site", and its requests carry our cookie. Only the
    // browser's statement about the origin of a request tells them apart.
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
    // SECURITY: files are looked up in a table made at the start, never on the disk, so no path can leave the folder.
    return pages.has(path) ? { kind: 'page', path } : refuse(404, 'no such page');
  }

  if (asked.method === 'POST') {
    // SECURITY: a browser always sends the origin of a POST; only our own page may send one.
    if (!isOwnOrigin(asked.origin, asked.host, port)) return refuse(403, 'another origin');
    if (!session) return refuse(403, 'no session');
    if (!isOwnFetch(asked.fetchSite)) return refuse(403, 'asked for by another site');
    if (path !== '/upload') return refuse(404, 'no such place');
    // SECURITY: no plain form can send this type, so a cross-site POST would need a preflight, which fails.
    if (asked.contentType !== 'application/octet-stream') return refuse(415, 'not bytes');
    return { kind: 'upload' };
  }

  // SECURITY: refuses every other method, including OPTIONS (preflights).
  return refuse(405, 'method not allowed');
}

/** Judges an upgrade to a WebSocket. Returns null if it may proceed, otherwise the reason for refusing it. */
export function judgeSocket(asked: Asked, { port, place, isSession }: Gate): string | null {
  if (asked.method !== 'GET' || pathBelow(place, asked.url) !== '/socket') return 'no such socket';
  if (!isOwnHost(asked.host, port)) return 'not a host of this program';
  // SECURITY: the same-origin policy does not cover WebSockets. Without this check any site could open one.
  if (!isOwnOrigin(asked.origin, asked.host, port)) return 'another origin';
  if (!isSession(asked.cookie)) return 'no session';
  return null;
}

/** The rest of a path below the secret first segment; null for any other path. */
function pathBelow(place: string, path: string): string | null {
  const end = path.indexOf('/', 1);
  return end > 0 && sameSecret(path.slice(0, end), place) ? path.slice(end) : null;
}

export function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** The origin must equal the host that the request was sent to. Another loopback name is not enough. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined, port: number): boolean {
  return isOwnHost(host, port) && origin === `http://${host}`;
}

/** Old browsers do not send `Sec-Fetch-Site`. Only Cross-Origin-Resource-Policy holds them off. */
function isOwnFetch(site: string | undefined): boolean {
  return site === undefined || site === 'same-origin' || site === 'none';
}

/** The way in: a token that works once and for a limited time, and the session that it is exchanged for. */
export interface Entrance {
  readonly token: string;
  /** The `Set-Cookie` value of the session, or null if the token is wrong, used or too old. */
  exchange(token: string): string | null;
  /** Whether a `Cookie` header holds the session. */
  isSession(cookie: string | undefined): boolean;
  /** Whether the token has been used. */
  readonly used: boolean;
}

/**
 * A first segment for all paths of a session. SECURITY: cookies belong to a host and not to a port, so the browser would
 * send the session's cookie to every other server on 127.0.0.1. It sends it only below this segment, which nobody else
 * knows.
 */
export const createPlace = (): string => `/${randomBytes(16).toString('base64url')}`;

export function createEntrance(port: number, place: string, now: () => number = Date.now): Entrance {
  const token = randomBytes(32).toString('base64url');
  const session = randomBytes(32).toString('base64url');
  // SECURITY: the ports of a host share their cookies, so the port is part of the name.
  const name = `emulsion-${port}`;
  const born = now();
  let used = false;
  return {
    token,
    get used() {
      return used;
    },
    exchange(given) {
      // SECURITY: compared first and always in full, so that timing reveals nothing about the token or its use.
      const right = sameSecret(given, token);
      if (!right || used || now() - born >= TOKEN_LIFE) return null;
      used = true;
      // SECURITY: scripts cannot read the cookie, other sites never send it, and it is gone when the browser is closed.
      return `${name}=${session}; HttpOnly; SameSite=Strict; Path=${place}/`;
    },
    // SECURITY: before the exchange no session exists that could be guessed.
    isSession: (cookie) => used && sameSecret(readCookie(cookie, name) ?? '', session),
  };
}

/** Compares two secrets in a time that depends neither on the position of the first difference nor on the lengths. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** A cookie's value; undefined if it is absent or given twice, which no browser does for our cookie. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** Sent with every response. */
export function securityHeaders(port: number): Record<string, string> {
  const sockets = `ws://127.0.0.1:${port} ws://localhost:${port}`;
  return {
    'content-security-policy': contentPolicy({ connections: sockets }),
    'x-content-type-options': 'nosniff',
    // SECURITY: the start address, which contains the token, is never sent to other sites.
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'permissions-policy': PERMISSIONS.map((name) => `${name}=()`).join(', '),
    'x-frame-options': 'DENY',
  };
}

/**
 * Browser features that a page could ask for, all switched off. Pasting reads the clipboard through the paste event,
 * which needs no permission.
 */
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
