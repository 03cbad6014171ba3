import { readdir, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { FileEntry } from '../../../contract/app';
import { CALL_NAMES, type ConnectionState, parseRequest } from '../../../contract/calls';
import type { Result } from '../../../contract/errors';
import { pictureUrl } from '../../../contract/pictures';
import { connectSocket, type Socket, type SocketBridge } from '../../../preload/socket';
import { MAX_MESSAGE_BYTES, NAME_HEADER } from '../../../preload/wire';
import { createFakeApp, type FakeApp } from '../fixtures/app';
import type { Page } from '../page';
import { type Server, startServer } from './server';

const text = (content: string) => new TextEncoder().encode(content);
const page: Page = new Map([
  ['/', { type: 'text/html; charset=utf-8', bytes: text('<!doctype html>'), hashed: false }],
  ['/assets/page-abc.js', { type: 'text/javascript; charset=utf-8', bytes: text('1'), hashed: true }],
]);
const PICTURE = { photoId: 'p1', layer: 'result', revision: 3, x: 0, y: 0, w: 8, h: 8, width: 8, height: 8 } as const;
const PLACE = '/secret-segment';
const INFO = {
  version: '1.2.3',
  host: 'browser',
  platform: 'linux',
  pictureBase: `${PLACE}/picture`,
  uploadUrl: `${PLACE}/upload`,
  downloadBase: `${PLACE}/download`,
  nativeDialogs: false,
  machine: { cores: 2, memory: 8192 },
};

let app: FakeApp;
let server: Server;
const bridges: SocketBridge[] = [];
/** Every connection that a client has tried. */
const connections: WebSocket[] = [];

async function start(options: Partial<Parameters<typeof startServer>[0]> = {}): Promise<void> {
  server = await startServer({ app, page, place: PLACE, port: 0, idleAfter: 0, ...options });
}

beforeEach(async () => {
  app = await createFakeApp();
  await start();
});

afterEach(async () => {
  for (const bridge of bridges.splice(0)) bridge.close();
  await server.close();
  await app.close();
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request as it stands: `fetch` would set Host, Origin and the path itself. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array; bare?: boolean } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const full = path.startsWith('/?token=') || options.bare ? path : PLACE + path;
    const request = httpRequest(
      { host: '127.0.0.1', port: server.port, path: full, method: options.method ?? 'GET', headers: options.headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

const origin = () => `http://127.0.0.1:${server.port}`;

/** Goes in by the printed address and answers the session's cookie. */
async function enter(): Promise<string> {
  const { pathname, search } = new URL(server.url);
  const answer = await ask(pathname + search);
  expect(answer.status).toBe(303);
  expect(answer.headers.location).toBe(`${PLACE}/`);
  return answer.headers['set-cookie']![0]!.split(';')[0]!;
}

function connect(cookie: string): SocketBridge {
  const bridge = connectSocket({
    base: `${origin()}${PLACE}/`,
    open: (url) => {
      const socket = new WebSocket(url, { headers: { cookie, origin: origin() } });
      connections.push(socket);
      return socket as Socket;
    },
    // Node has no XMLHttpRequest.
    async post(url, body, headers, { signal, onProgress }) {
      const response = await fetch(url, {
        method: 'POST',
        body,
        signal,
        headers: { ...headers, cookie, origin: origin() },
      });
      onProgress({ sent: body.size, total: body.size });
      return response.json();
    },
    retry: 5,
    slowest: 20,
  });
  bridges.push(bridge);
  return bridge;
}

function becomes(bridge: SocketBridge, wanted: ConnectionState): Promise<void> {
  return new Promise((resolve) => bridge.onConnection((state) => state === wanted && resolve()));
}

/** Opens a socket without the client's own checks. */
function rawSocket(headers: Record<string, string>, path = '/socket') {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${PLACE}${path}`, { headers });
  const opened = new Promise<boolean>((resolve) => {
    socket.once('open', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const next = () =>
    new Promise<unknown>((resolve) => socket.once('message', (data) => resolve(JSON.parse(`${data}`))));
  return { socket, opened, closed, next };
}

describe('authentication', () => {
  it('refuses every request without a session, also with a wrong token', async () => {
    for (const path of [
      '/',
      '/assets/page-abc.js',
      pictureUrl('/picture', PICTURE),
      '/download/abc',
      '/?token=wrong',
    ]) {
      const answer = await ask(path);
      expect(answer.status).toBe(403);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    }
  });

  it('accepts the token once', async () => {
    const cookie = await enter();
    const { pathname, search } = new URL(server.url);
    expect((await ask(pathname + search)).status).toBe(403);
    const again = await ask(pathname + search, { headers: { cookie } });
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  it('keeps the token valid after a wrong token or a wrong host', async () => {
    const { pathname, search } = new URL(server.url);
    await ask('/?token=wrong');
    expect((await ask(pathname + search, { headers: { host: 'evil.example' } })).status).toBe(403);
    await enter();
  });
});

describe('the secret segment', () => {
  it('is part of the cookie, so that other servers on this computer do not get it', async () => {
    const { pathname, search } = new URL(server.url);
    const answer = await ask(pathname + search);
    const [cookie] = answer.headers['set-cookie']!;
    expect(cookie).toContain(`Path=${PLACE}/`);
    expect(cookie).toContain('SameSite=Strict');
  });

  it('is needed for everything, also with the cookie', async () => {
    const headers = { cookie: await enter() };
    for (const path of [
      '/',
      '/assets/page-abc.js',
      '/download/abc',
      pictureUrl('/picture', PICTURE),
      '/secret-segmen/',
    ]) {
      expect((await ask(path, { headers, bare: true })).status).toBe(403);
    }
  });

  it('is reached by a page and not by a redirect where another site leads to the entrance', async () => {
    const { pathname, search } = new URL(server.url);
    const answer = await ask(pathname + search, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(answer.status).toBe(200);
    expect(answer.body).toContain(`content="0;url=${PLACE}/"`);
  });
});

describe('the page', () => {
  it('is served with strict headers', async () => {
    const cookie = await enter();
    const home = await ask('/', { headers: { cookie } });
    expect(home).toMatchObject({ status: 200, body: '<!doctype html>' });
    expect(home.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    const asset = await ask('/assets/page-abc.js', { headers: { cookie } });
    expect(asset.headers['cache-control']).toContain('immutable');
  });

  it.each(['/../package.json', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2fpackage.json', '/index.html'])(
    'has no %s',
    async (path) => {
      const cookie = await enter();
      expect((await ask(path, { headers: { cookie } })).status).toBe(404);
    },
  );

  it('is not served to another host, site or port', async () => {
    const cookie = await enter();
    expect((await ask('/', { headers: { cookie, host: `evil.example:${server.port}` } })).status).toBe(403);
    expect((await ask('/', { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect((await ask('/', { headers: { cookie, 'sec-fetch-site': 'same-site' } })).status).toBe(403);
  });

  it('listens only on 127.0.0.1', async () => {
    await expect(fetch(`http://[::1]:${server.port}/`)).rejects.toThrow();
  });
});

describe('pictures', () => {
  it('are served by URL and may be cached', async () => {
    const cookie = await enter();
    const answer = await ask(pictureUrl('/picture', PICTURE), { headers: { cookie } });
    expect(answer).toMatchObject({ status: 200, body: 'p1 result 3' });
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'private, max-age=31536000, immutable',
    });
  });

  it.each([
    '/picture/p1/result',
    '/picture/p1/secret?revision=0&x=0&y=0&w=1&h=1&width=1&height=1',
    '/picture/p%2F1/result?revision=0&x=0&y=0&w=1&h=1&width=1&height=1',
    pictureUrl('/picture', { ...PICTURE, width: 5000 }),
    pictureUrl('/picture', { ...PICTURE, x: -1 }),
    pictureUrl('/picture', { ...PICTURE, w: Number.NaN }),
  ])('malformed, are a typed failure: %s', async (path) => {
    const cookie = await enter();
    const answer = await ask(path, { headers: { cookie } });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
  });

  it('of a closed photo are a typed failure that is not cached', async () => {
    const cookie = await enter();
    const answer = await ask(pictureUrl('/picture', { ...PICTURE, photoId: 'gone' }), { headers: { cookie } });
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body)).toMatchObject({ ok: false, error: { code: 'UNKNOWN_PHOTO' } });
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});

describe('uploads', () => {
  const headers = (cookie: string, name: string) => ({
    cookie,
    origin: origin(),
    'content-type': 'application/octet-stream',
    [NAME_HEADER]: encodeURIComponent(name),
  });

  it.each([
    ['família 👨‍👩‍👧.png', 'família 👨‍👩‍👧.png'],
    ['two\nlines.jpg', 'two lines.jpg'],
    ['../../../escape.jpg', 'escape.jpg'],
    ['CON', '_CON'],
  ])('of %j arrive whole as %j', async (name, expected) => {
    const cookie = await enter();
    const bytes = Buffer.alloc(3_000_000, 'light');
    const answer = await ask('/upload', { method: 'POST', headers: headers(cookie, name), body: bytes });
    expect(answer.status).toBe(200);
    const result = JSON.parse(answer.body) as Result<FileEntry[]>;
    expect(result).toMatchObject({ ok: true, value: [{ name: expected, bytes: bytes.length }] });
    expect(app.offered).toHaveLength(1);
    expect(app.offered[0]!.bytes.equals(bytes)).toBe(true);
    expect(app.offered[0]!.path.startsWith(app.uploads)).toBe(true);
  });

  it('of the same name stay separate', async () => {
    const cookie = await enter();
    for (const body of ['one', 'two']) {
      await ask('/upload', { method: 'POST', headers: headers(cookie, 'a.jpg'), body });
    }
    expect(app.offered.map(({ bytes }) => `${bytes}`)).toEqual(['one', 'two']);
    expect(app.offered[0]!.path).not.toBe(app.offered[1]!.path);
  });

  it.each([
    ['no origin', { origin: '' }, 403],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['no cookie', { cookie: '' }, 403],
    ['a form', { 'content-type': 'text/plain' }, 415],
    ['no name', { [NAME_HEADER]: '' }, 400],
    ['a name that is no percent-encoding', { [NAME_HEADER]: '%E0%A4%A' }, 400],
  ])('with %s are refused', async (_title, change, status) => {
    const cookie = await enter();
    const answer = await ask('/upload', {
      method: 'POST',
      headers: { ...headers(cookie, 'a.jpg'), ...(change as Record<string, string>) },
      body: 'bytes',
    });
    expect(answer.status).toBe(status);
    expect(app.offered).toHaveLength(0);
  });

  it('that are too large or empty leave nothing behind', async () => {
    await server.close();
    await start({ uploadLimit: 1000 });
    const cookie = await enter();
    const send = (extra: Record<string, string>, body: string) =>
      ask('/upload', { method: 'POST', headers: { ...headers(cookie, 'a.jpg'), ...extra }, body });
    const announced = await send({ 'content-length': '1001' }, 'x'.repeat(1001));
    const streamed = await send({ 'transfer-encoding': 'chunked' }, 'x'.repeat(1001));
    for (const answer of [announced, streamed]) {
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.body)).toMatchObject({ ok: false, error: { code: 'PHOTO_TOO_LARGE' } });
    }
    const empty = await send({}, '');
    expect(JSON.parse(empty.body)).toMatchObject({ ok: false, error: { code: 'FILE_EMPTY' } });
    expect(await readdir(app.uploads)).toEqual([]);
    expect(app.offered).toHaveLength(0);
  });

  it('that are interrupted leave nothing behind', async () => {
    const cookie = await enter();
    const request = httpRequest({
      host: '127.0.0.1',
      port: server.port,
      path: `${PLACE}/upload`,
      method: 'POST',
      headers: { ...headers(cookie, 'a.jpg'), 'content-length': '1000000' },
    });
    request.on('error', () => {});
    request.write('the beginning');
    await vi.waitFor(async () => expect(await readdir(app.uploads)).toHaveLength(1), 30_000);
    request.destroy();
    await vi.waitFor(async () => expect(await readdir(app.uploads)).toHaveLength(0), 30_000);
    expect(app.offered).toHaveLength(0);
  });
});

describe('downloads', () => {
  it.each([
    ['família 📷.png', 'família 📷.png'],
    ['two\nlines.jpg', 'two lines.jpg'],
    ['quo"te\u2019s.jpg', 'quo_te\u2019s.jpg'],
    ["100%'.tif", "100%'.tif"],
  ])('of %j arrive whole as %j', async (name, expected) => {
    const cookie = await enter();
    const path = join(app.uploads, 'export');
    const bytes = Buffer.alloc(300_000, name);
    await writeFile(path, bytes);
    app.downloads.set('abc', { path, name, type: 'image/png' });
    const response = await fetch(`${origin()}${PLACE}/download/abc`, { headers: { cookie } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    const [, encoded = ''] = response.headers.get('content-disposition')!.split("filename*=UTF-8''");
    expect(decodeURIComponent(encoded)).toBe(expected);
  });

  it('of unknown or vanished files are typed failures', async () => {
    const cookie = await enter();
    const unknown = await ask('/download/nothing', { headers: { cookie } });
    expect(unknown.status).toBe(403);
    expect(JSON.parse(unknown.body)).toMatchObject({ error: { code: 'NOT_ALLOWED' } });
    app.downloads.set('gone', { path: join(app.uploads, 'gone'), name: 'gone.png', type: 'image/png' });
    const gone = await ask('/download/gone', { headers: { cookie } });
    expect(JSON.parse(gone.body)).toMatchObject({ error: { code: 'FILE_MISSING' } });
  });
});

describe('a report', () => {
  it('is served as a page without scripts, to sessions only', async () => {
    const cookie = await enter();
    await writeFile(join(app.uploads, 'index.html'), '<h1>Restoration</h1>');
    app.reports.set('abc', app.uploads);
    const page = await fetch(`${origin()}${PLACE}/download/abc/index.html`, { headers: { cookie } });
    expect(await page.text()).toBe('<h1>Restoration</h1>');
    expect(page.headers.get('content-disposition')).toBe('inline');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain('sandbox');
    expect(policy).not.toMatch(/allow-scripts|script-src/);
    expect((await ask('/download/none/index.html', { headers: { cookie } })).status).toBe(403);
    expect((await ask('/download/abc/page-2.html', { headers: { cookie } })).status).toBe(404);
    expect((await ask('/download/abc/index.html')).status).toBe(403);
  });
});

describe('the socket', () => {
  it.each<[string, (cookie: string) => Record<string, string>]>([
    ['no cookie', () => ({ origin: origin() })],
    ['a wrong cookie', (cookie) => ({ origin: origin(), cookie: `${cookie}x` })],
    ['no origin', (cookie) => ({ cookie })],
    ['another origin', (cookie) => ({ cookie, origin: 'https://evil.example' })],
    ['another host', (cookie) => ({ cookie, origin: 'http://evil.example', host: 'evil.example' })],
  ])('refuses %s', async (_title, headers) => {
    const cookie = await enter();
    expect(await rawSocket(headers(cookie)).opened).toBe(false);
  });

  it('refuses another path', async () => {
    const cookie = await enter();
    expect(await rawSocket({ cookie, origin: origin() }, '/other').opened).toBe(false);
  });

  it('answers malformed messages with BAD_REQUEST and stays open', async () => {
    const cookie = await enter();
    const { socket, opened, next } = rawSocket({ cookie, origin: origin() });
    await opened;
    for (const nonsense of ['{', '[]', 'null', '{"id":"1","name":"app.info"}', Buffer.from([1, 2, 3])]) {
      const answer = next();
      socket.send(nonsense);
      expect(await answer).toMatchObject({ id: null, result: { ok: false, error: { code: 'BAD_REQUEST' } } });
    }
    const answer = next();
    socket.send(JSON.stringify({ id: 1, name: 'recipes.list', request: {} }));
    expect(await answer).toEqual({ id: 1, result: { ok: true, value: {} } });
    socket.terminate();
  });

  it('closes when a message is too large', async () => {
    const cookie = await enter();
    const { socket, opened, closed } = rawSocket({ cookie, origin: origin() });
    await opened;
    socket.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
    expect(await closed).toBe(1009);
    expect(app.calls).toHaveLength(0);
  });

  it.each(CALL_NAMES)('refuses a malformed %s on both sides', async (name) => {
    const cookie = await enter();
    const { socket, opened, next } = rawSocket({ cookie, origin: origin() });
    await opened;
    const bridge = connect(cookie);
    for (const request of [null, 'text', [], { unheardOf: 1 }]) {
      expect(parseRequest(name, request).ok).toBe(false);
      const answer = next();
      socket.send(JSON.stringify({ id: 7, name, request }));
      expect(await answer).toMatchObject({ id: 7, result: { ok: false, error: { code: 'BAD_REQUEST' } } });
      expect(await bridge.call(name, request as never)).toMatchObject({
        ok: false,
        error: { code: 'BAD_REQUEST' },
      });
    }
    expect(app.calls).toHaveLength(0);
    socket.terminate();
  });

  it('cancels abandoned calls, but not an export', async () => {
    const cookie = await enter();
    const bridge = connect(cookie);
    app.answer = (name) => (name === 'jobs.cancel' ? { ok: true, value: {} } : new Promise(() => {}));
    const recipe = { format: 1 as const, id: 'none', name: 'None', steps: [] };
    void bridge.call('photos.analyse', { photoId: 'p1', jobId: 'job-a' });
    void bridge.call('photos.export', {
      photoId: 'p1',
      recipe,
      jobId: 'job-b',
      format: 'png',
      quality: 90,
      metadata: 'all',
      folder: null,
    });
    await vi.waitFor(() => expect(app.calls).toHaveLength(2), 30_000);
    bridge.close();
    await vi.waitFor(() => expect(app.calls).toHaveLength(3), 30_000);
    expect(app.calls[2]).toEqual({ name: 'jobs.cancel', request: { jobId: 'job-a' } });
  });
});

describe('the client', () => {
  it('calls, and rejects an answer that violates the contract', async () => {
    const bridge = connect(await enter());
    app.answer = () => ({ ok: true, value: { ...INFO, surplus: 1 } });
    expect(await bridge.call('app.info', {})).toEqual({ ok: true, value: INFO });
    app.answer = () => ({ ok: true, value: { version: 1 } });
    expect(await bridge.call('app.info', {})).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    app.answer = () => ({ ok: false, error: { code: 'DISK_FULL', message: 'Full.' } });
    expect(await bridge.call('app.info', {})).toEqual({ ok: false, error: { code: 'DISK_FULL', message: 'Full.' } });
  });

  it('matches answers that arrive out of order', async () => {
    const bridge = connect(await enter());
    const release: (() => void)[] = [];
    app.answer = (name) =>
      new Promise((resolve) => release.push(() => resolve({ ok: false, error: { code: 'INTERNAL', message: name } })));
    const first = bridge.call('recipes.list', {});
    const second = bridge.call('generators.list', {});
    await vi.waitFor(() => expect(release).toHaveLength(2), 30_000);
    release[1]!();
    release[0]!();
    expect([await first, await second]).toMatchObject([
      { error: { message: 'recipes.list' } },
      { error: { message: 'generators.list' } },
    ]);
  });

  it('delivers events to listeners, and only valid ones', async () => {
    const bridge = connect(await enter());
    const seen: unknown[] = [];
    const stop = bridge.on('menu.command', (payload) => seen.push(payload));
    await becomes(bridge, 'open');
    await bridge.call('recipes.list', {});
    app.emit('menu.command', { command: 'erase' });
    app.emit('menu.command', { command: 'open' });
    await bridge.call('recipes.list', {});
    stop();
    app.emit('menu.command', { command: 'export' });
    await bridge.call('recipes.list', {});
    expect(seen).toEqual([{ command: 'open' }]);
  });

  it('hands the photos given at start to the first page, however late it listens', async () => {
    const files: FileEntry[] = [{ token: 't1', name: 'a.jpg', kind: 'photo', bytes: 1 }];
    await server.close();
    await start({ offered: files });
    const cookie = await enter();
    const bridge = connect(cookie);
    await bridge.call('recipes.list', {});
    const seen: unknown[] = [];
    bridge.on('files.offered', (payload) => seen.push(payload));
    expect(seen).toEqual([{ files }]);
    const other = connect(cookie);
    other.on('files.offered', (payload) => seen.push(payload));
    await other.call('recipes.list', {});
    expect(seen).toHaveLength(1);
  });

  it('fails pending calls when the connection is lost, and reconnects', async () => {
    const bridge = connect(await enter());
    app.answer = () => new Promise(() => {});
    const states: ConnectionState[] = [];
    bridge.onConnection((state) => states.push(state));
    const pending = bridge.call('recipes.list', {});
    await vi.waitFor(() => expect(app.calls).toHaveLength(1), 30_000);
    connections.at(-1)!.terminate();
    expect(await pending).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
    expect(await bridge.call('recipes.list', {})).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
    await becomes(bridge, 'open');
    app.answer = () => ({ ok: true, value: INFO });
    expect(await bridge.call('app.info', {})).toMatchObject({ ok: true });
    expect(states).toEqual(['connecting', 'open', 'lost', 'open']);
  });

  it('retries until the program is reachable, and gives up without a session', async () => {
    const bridge = connect(await enter());
    await becomes(bridge, 'open');
    const { port } = server;
    await server.close();
    await becomes(bridge, 'lost');
    const attempts = connections.length;
    await vi.waitFor(() => expect(connections.length).toBeGreaterThan(attempts + 1), 30_000);
    // A new program on the same port knows nothing of the old session.
    await start({ port });
    await enter();
    const later = connections.length;
    await vi.waitFor(() => expect(connections.length).toBeGreaterThan(later + 1), 30_000);
    expect(await bridge.call('app.info', {})).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
  });

  it('uploads offered files', async () => {
    const bridge = connect(await enter());
    app.answer = () => ({ ok: true, value: INFO });
    const told: { sent: number; total: number }[] = [];
    const offered = await bridge.offer(
      [new File(['one'], 'ein Bild 📷.jpg'), new File(['two!'], 'lone \ud800 surrogate.png')],
      { onProgress: (bytes) => void told.push(bytes), signal: new AbortController().signal },
    );
    // Of all files together.
    expect(told).toEqual([
      { sent: 3, total: 7 },
      { sent: 7, total: 7 },
    ]);
    const file = new File(['three'], 'three.jpg');
    expect(await bridge.offer([file], { onProgress() {}, signal: AbortSignal.abort() })).toMatchObject({
      ok: false,
      error: { code: 'CANCELLED' },
    });
    expect(offered).toMatchObject({
      ok: true,
      value: [{ name: 'ein Bild 📷.jpg', bytes: 3 }, { name: 'lone \ufffd surrogate.png' }],
    });
    expect(app.offered.map(({ path }) => basename(path))).toEqual(['ein Bild 📷.jpg', 'lone \ufffd surrogate.png']);
    expect(await bridge.offer([new File([], 'empty.jpg')])).toMatchObject({
      ok: false,
      error: { code: 'FILE_EMPTY' },
    });
  });
});

describe('shutdown', () => {
  it('comes although strangers keep asking', async () => {
    await server.close();
    await start({ idleAfter: 200 });
    await enter();
    let isOver = false;
    const asking = (async () => {
      while (!isOver) await ask('/', { bare: true }).catch(() => undefined);
    })();
    await server.idle;
    isOver = true;
    await asking;
  });

  it('happens when the last page is closed and nothing runs', async () => {
    await server.close();
    await start({ idleAfter: 20 });
    const cookie = await enter();
    const bridge = connect(cookie);
    await becomes(bridge, 'open');
    let isOver = false;
    void server.idle.then(() => {
      isOver = true;
    });
    app.isBusy = true;
    bridge.close();
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(isOver).toBe(false);
    app.isBusy = false;
    await server.idle;
  });
});
