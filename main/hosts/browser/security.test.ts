import { describe, expect, it } from 'vitest';
import {
  type Asked,
  createEntrance,
  type Gate,
  isOwnOrigin,
  judge,
  judgeSocket,
  readCookie,
  sameSecret,
  securityHeaders,
  TOKEN_LIFE,
} from './security';

const PORT = 4711;
const HOST = `127.0.0.1:${PORT}`;
const PLACE = '/secret-segment';
const inSession: Gate = { port: PORT, place: PLACE, isSession: () => true };
const noSession: Gate = { ...inSession, isSession: () => false };
const pages = new Set(['/', '/assets/page.js']);

/** A request below the secret segment, unless it is for the entrance or for a target that is no path. */
const get = (url: string, change: Partial<Asked> = {}): Asked => ({
  method: 'GET',
  url: /^\/(?!\/|\?)/.test(url) ? PLACE + url : url,
  host: HOST,
  origin: undefined,
  cookie: undefined,
  fetchSite: 'same-origin',
  contentType: undefined,
  ...change,
});
const post = (url: string, change: Partial<Asked> = {}): Asked =>
  get(url, { method: 'POST', origin: `http://${HOST}`, contentType: 'application/octet-stream', ...change });

describe('requests within a session', () => {
  it.each<[string, Asked, object]>([
    ['the page', get('/'), { kind: 'page', path: '/' }],
    ['the page opened by hand', get('/', { fetchSite: 'none' }), { kind: 'page', path: '/' }],
    ['an asset', get('/assets/page.js'), { kind: 'page', path: '/assets/page.js' }],
    ['by the other loopback name', get('/', { host: `localhost:${PORT}` }), { kind: 'page', path: '/' }],
    ['a picture', get('/picture/a/result?x=0'), { kind: 'picture' }],
    ['a download', get('/download/abc_-1'), { kind: 'download', token: 'abc_-1' }],
    ['a page of a report', get('/download/abc/page-2.html'), { kind: 'report', token: 'abc', name: 'page-2.html' }],
    ['an upload', post('/upload'), { kind: 'upload' }],
  ])('passes %s', (_title, asked, decision) => {
    expect(judge(asked, inSession, pages)).toEqual(decision);
  });

  it.each<[string, Asked, number]>([
    ['no Host', get('/', { host: undefined }), 403],
    ['a rebound name', get('/', { host: `evil.example:${PORT}` }), 403],
    ['another port', get('/', { host: '127.0.0.1:80' }), 403],
    ['no port', get('/', { host: '127.0.0.1' }), 403],
    ['a name that only begins like ours', get('/', { host: `127.0.0.1:${PORT}.evil.example` }), 403],
    ['IPv6 loopback, where we do not listen', get('/', { host: `[::1]:${PORT}` }), 403],
    ['another site', get('/', { fetchSite: 'cross-site' }), 403],
    ['another port of this computer', get('/picture/a/result', { fetchSite: 'same-site' }), 403],
    ['an absolute target', get('http://evil.example/'), 400],
    ['a target without a scheme', get('//evil.example/'), 400],
    ['no target', get(''), 400],
    ['dots', get('/../package.json'), 404],
    ['encoded dots', get('/%2e%2e/package.json'), 404],
    ['backslashes', get('/..\\package.json'), 404],
    ['dots below assets', get('/assets/../../package.json'), 404],
    ['a NUL', get('/assets/page.js\0.html'), 404],
    ['an unknown file', get('/favicon.ico'), 404],
    ['the socket without an upgrade', get('/socket'), 404],
    ['a download that is no token', get('/download/../../etc/passwd'), 404],
    ['a download without one', get('/download/'), 404],
    ['a report that climbs', get('/download/abc/..'), 404],
    ['a report that climbs farther', get('/download/abc/../../passwd'), 404],
    ['a report of an encoded name', get('/download/abc/%2e%2e%2fpasswd.txt'), 404],
    ['a report of no name', get('/download/abc/'), 404],
    ['an upload by GET', get('/upload'), 404],
    ['a preflight', get('/upload', { method: 'OPTIONS', origin: `http://${HOST}` }), 405],
    ['DELETE', get('/', { method: 'DELETE' }), 405],
    ['HEAD', get('/', { method: 'HEAD' }), 405],
    ['TRACE', get('/', { method: 'TRACE' }), 405],
    ['a POST elsewhere', post('/'), 404],
    ['a POST without an origin', post('/upload', { origin: undefined }), 403],
    ['a POST from a site', post('/upload', { origin: 'https://evil.example' }), 403],
    ['a POST from an opaque origin', post('/upload', { origin: 'null' }), 403],
    ['a POST from the other loopback name', post('/upload', { origin: `http://localhost:${PORT}` }), 403],
    ['a POST from another port', post('/upload', { origin: 'http://127.0.0.1:8080' }), 403],
    ['a POST marked cross-site', post('/upload', { fetchSite: 'cross-site' }), 403],
    ['a form', post('/upload', { contentType: 'multipart/form-data; boundary=x' }), 415],
    ['plain text', post('/upload', { contentType: 'text/plain' }), 415],
    ['no type', post('/upload', { contentType: undefined }), 415],
  ])('refuses %s', (_title, asked, status) => {
    expect(judge(asked, inSession, pages)).toMatchObject({ kind: 'refuse', status });
  });
});

describe('requests without a session', () => {
  it('may only try to enter', () => {
    expect(judge(get('/?token=abc'), noSession, pages)).toEqual({ kind: 'enter', token: 'abc' });
    expect(judge(get('/?token=', { fetchSite: 'cross-site' }), noSession, pages)).toEqual({
      kind: 'enter',
      token: '',
    });
  });

  it.each([
    get('/'),
    get('/?x=1&token=abc'),
    get('/assets/page.js'),
    get('/assets/page.js?token=abc'),
    get('/picture/a/result'),
    get('/download/abc'),
    get('/nowhere'),
    post('/upload'),
    post('/?token=abc'),
  ])('are refused: $method $url', (asked) => {
    expect(judge(asked, noSession, pages)).toMatchObject({ kind: 'refuse', status: 403 });
  });
});

describe('the socket', () => {
  const upgrade = (change: Partial<Asked> = {}) => get('/socket', { origin: `http://${HOST}`, ...change });

  it('opens for our page in its session', () => {
    expect(judgeSocket(upgrade(), inSession)).toBeNull();
    const local = `localhost:${PORT}`;
    expect(judgeSocket(upgrade({ host: local, origin: `http://${local}` }), inSession)).toBeNull();
  });

  it.each<[string, Partial<Asked>]>([
    ['another path', { url: '/socket?x' }],
    ['another method', { method: 'POST' }],
    ['a rebound name', { host: `evil.example:${PORT}`, origin: `http://evil.example:${PORT}` }],
    ['no origin', { origin: undefined }],
    ['another site', { origin: 'https://evil.example' }],
    ['our host by another scheme', { origin: `https://${HOST}` }],
    ['another port', { origin: 'http://127.0.0.1:3000' }],
  ])('is refused for %s', (_title, change) => {
    expect(judgeSocket(upgrade(change), inSession)).not.toBeNull();
  });

  it('is refused without a session', () => {
    expect(judgeSocket(upgrade(), noSession)).toBe('no session');
  });
});

describe('the entrance', () => {
  const cookieOf = (header: string | null) => header?.split(';')[0];

  it('exchanges its token once', () => {
    const entrance = createEntrance(PORT, PLACE);
    expect(entrance.used).toBe(false);
    expect(entrance.exchange('wrong')).toBeNull();
    expect(entrance.exchange('')).toBeNull();
    expect(entrance.exchange(`${entrance.token}x`)).toBeNull();
    const header = entrance.exchange(entrance.token);
    expect(header).toMatch(/^emulsion-4711=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/secret-segment\/$/);
    expect(entrance.used).toBe(true);
    expect(entrance.exchange(entrance.token)).toBeNull();
    expect(entrance.isSession(cookieOf(header))).toBe(true);
  });

  it('expires after a while', () => {
    let time = 1000;
    const entrance = createEntrance(PORT, PLACE, () => time);
    time += TOKEN_LIFE;
    expect(entrance.exchange(entrance.token)).toBeNull();
    const other = createEntrance(PORT, PLACE, () => time);
    time += TOKEN_LIFE - 1;
    expect(other.exchange(other.token)).not.toBeNull();
  });

  it('accepts its own session only', () => {
    const entrance = createEntrance(PORT, PLACE);
    expect(entrance.isSession(undefined)).toBe(false);
    const cookie = cookieOf(entrance.exchange(entrance.token))!;
    const value = cookie.split('=')[1];
    for (const other of [
      undefined,
      '',
      'emulsion-4711=',
      `emulsion-4712=${value}`,
      `x${cookie}`,
      `${cookie}x`,
      `${cookie}; ${cookie}`,
      `emulsion-4711=${entrance.token}`,
      cookieOf(createEntrance(PORT, PLACE).exchange('x')) ?? 'none',
    ]) {
      expect(entrance.isSession(other)).toBe(false);
    }
    expect(entrance.isSession(`theme=dark; ${cookie}; other=1`)).toBe(true);
  });

  it('never gives the same secrets twice', () => {
    expect(createEntrance(PORT, PLACE).token).not.toBe(createEntrance(PORT, PLACE).token);
  });
});

it('compares secrets of any length', () => {
  expect(sameSecret('abc', 'abc')).toBe(true);
  expect(sameSecret('abc', 'abd')).toBe(false);
  expect(sameSecret('abc', '')).toBe(false);
});

it('reads a cookie only if it is unambiguous', () => {
  expect(readCookie('a=1; b=2', 'b')).toBe('2');
  expect(readCookie('b=2; b=3', 'b')).toBeUndefined();
  expect(readCookie('bb=2', 'b')).toBeUndefined();
  expect(readCookie(undefined, 'b')).toBeUndefined();
});

it('accepts an origin only if it equals the requested host', () => {
  expect(isOwnOrigin(`http://${HOST}`, HOST, PORT)).toBe(true);
  expect(isOwnOrigin('http://evil.example', 'evil.example', PORT)).toBe(false);
  expect(isOwnOrigin(undefined, undefined, PORT)).toBe(false);
});

it('forbids everything by default in the content security policy', () => {
  const policy = securityHeaders(PORT)['content-security-policy']!;
  const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1)] as const));
  expect(rules.get('default-src')).toEqual(["'none'"]);
  expect(rules.get('script-src')).toEqual(["'self'"]);
  for (const name of ['frame-ancestors', 'base-uri', 'form-action']) expect(rules.get(name)).toEqual(["'none'"]);
  for (const source of rules.get('connect-src')!)
    expect(source).toMatch(/^('self'|ws:\/\/(127\.0\.0\.1|localhost):4711)$/);
  expect(policy).not.toMatch(/\*|https?:|unsafe-/);
});
