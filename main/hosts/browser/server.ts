import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { ZodError } from 'zod';
import type { FileEntry } from '../../../contract/app';
import { type ErrorCode, failure, type Result } from '../../../contract/errors';
import { parsePictureUrl } from '../../../contract/pictures';
import { CallFrame, type HostFrame, MAX_MESSAGE_BYTES, MAX_UPLOAD_BYTES, NAME_HEADER } from '../../../preload/wire';
import type { App } from '../../app';
import { EmulsionError, toFailure } from '../../errors';
import { safeFileName } from '../file-names';
import type { Page } from '../page';
import { type Asked, createEntrance, type Decision, judge, judgeSocket, securityHeaders, TOKEN_LIFE } from './security';
import { receiveUpload, sendDownload, sendReport } from './transfers';

export const PICTURE_BASE = '/picture';
export const UPLOAD_URL = '/upload';
export const DOWNLOAD_BASE = '/download';

export interface ServerOptions {
  app: App;
  page: Page;
  /** The first segment of every path, from `createPlace`. */
  place: string;
  /** 0: any free port. */
  port: number;
  /** Milliseconds without a page after which `idle` settles; 0: never. */
  idleAfter: number;
  /** Handed to the first page that connects. */
  offered?: FileEntry[];
  /** Largest upload in bytes; smaller in tests. */
  uploadLimit?: number;
}

export interface Server {
  /** Address that opens the page. It works only once. */
  readonly url: string;
  readonly port: number;
  /** Settles when the address has been used. */
  readonly entered: Promise<void>;
  /** Settles when no page is open and no job is running, or when nobody has used the address while it was valid. */
  readonly idle: Promise<void>;
  close(): Promise<void>;
}

/** Calls that write a file somewhere, and are therefore finished even without a page. */
const OUTLIVES_ITS_PAGE = new Set(['photos.export']);

/** Serves the page, its pictures and its calls on 127.0.0.1. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { app, page, place, idleAfter, uploadLimit = MAX_UPLOAD_BYTES } = options;
  const http = createServer({ requestTimeout: 10 * 60_000 });
  // SECURITY: listens on loopback only, so nothing on the network can connect.
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = http.address() as AddressInfo;
  const entrance = createEntrance(port, place);
  const gate = { port, place, isSession: entrance.isSession };
  const headers = Object.entries(securityHeaders(port));
  // SECURITY: a message can be no larger than the contract needs. A larger one ends its connection.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  let entered: () => void = () => {};
  const wasEntered = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const idleness = watchIdleness({ idleAfter, isUsed: () => entrance.used, isBusy: () => app.busy() });
  let offered = options.offered ?? [];

  http.on('request', (request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    const decision = judge(asked(request), gate, page);
    // Requests of strangers do not keep the program alive.
    if (decision.kind !== 'refuse' && decision.kind !== 'enter') {
      idleness.begin();
      response.once('close', idleness.end);
    }
    answer(decision, request, response).catch((error: unknown) => fail(response, toFailure(error)));
  });

  async function answer(decision: Decision, request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (decision.kind) {
      case 'enter': {
        const cookie = entrance.exchange(decision.token);
        if (cookie === null) {
          say(response, 403, 'This address has been used already or is too old. Start Emulsion again for a new one.');
          return;
        }
        entered();
        idleness.touch();
        sendHome(request, response, `${place}/`, cookie);
        return;
      }
      case 'page': {
        const file = page.get(decision.path)!;
        response
          .writeHead(200, {
            'content-type': file.type,
            'content-length': file.bytes.length,
            'cache-control': file.hashed ? 'private, max-age=31536000, immutable' : 'no-store',
          })
          .end(file.bytes);
        return;
      }
      case 'picture': {
        // Cancels a picture that has been scrolled away.
        const gone = new AbortController();
        response.once('close', () => gone.abort());
        const picture = await app.picture(readPictureUrl((request.url ?? '').slice(place.length)), gone.signal);
        response
          .writeHead(200, {
            'content-type': picture.type,
            'content-length': picture.bytes.length,
            // The URL holds the revision, so a URL stands for one picture for as long as this program runs.
            'cache-control': 'private, max-age=31536000, immutable',
          })
          .end(picture.bytes);
        return;
      }
      case 'upload': {
        const path = await receiveUpload(request, app.uploads, uploadName(request), uploadLimit);
        json(response, 200, { ok: true, value: await app.offer([path]) });
        return;
      }
      case 'download':
        await sendDownload(response, app.download(decision.token));
        return;
      case 'report':
        await sendReport(response, app.reportFile(decision.token, decision.name));
        return;
      case 'refuse':
        say(response, decision.status, 'Refused.');
    }
  }

  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Without a listener, a connection reset by the other end would end this program.
    stream.on('error', () => stream.destroy());
    const reason = judgeSocket(asked(request), gate);
    if (reason !== null) {
      stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => connected(socket));
  });

  function connected(socket: WebSocket): void {
    idleness.begin();
    const send = (frame: HostFrame) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
    };
    const running = new Map<number, { name: string; jobId: unknown }>();
    const unsubscribe = app.subscribe((event, payload) => send({ event, payload }));
    if (offered.length > 0) {
      send({ event: 'files.offered', payload: { files: offered } });
      offered = [];
    }
    socket.on('message', async (data, isBinary) => {
      const frame = isBinary ? undefined : CallFrame.safeParse(fromJson(String(data)));
      if (!frame?.success) {
        send({ id: null, result: failure('BAD_REQUEST', 'The message is malformed.') });
        return;
      }
      const { id, name, request } = frame.data;
      running.set(id, { name, jobId: (request as { jobId?: unknown } | null | undefined)?.jobId });
      // SECURITY: `handle` checks name and request against the contract before anything else happens.
      const result = await app.handle(name, request);
      running.delete(id);
      send({ id, result });
    });
    // A refused message (too large, malformed) is followed by the close, so the error needs no handling.
    socket.on('error', () => {});
    socket.on('close', () => {
      unsubscribe();
      for (const { name, jobId } of running.values()) {
        if (typeof jobId === 'string' && !OUTLIVES_ITS_PAGE.has(name)) void app.handle('jobs.cancel', { jobId });
      }
      idleness.end();
    });
  }

  return {
    url: `http://127.0.0.1:${port}/?token=${entrance.token}`,
    port,
    entered: wasEntered,
    idle: idleness.reached,
    async close() {
      idleness.stop();
      for (const socket of sockets.clients) socket.terminate();
      const ended = new Promise((resolve) => http.close(resolve));
      http.closeAllConnections();
      await ended;
    },
  };
}

function asked(request: IncomingMessage): Asked {
  const { host, origin, cookie } = request.headers;
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    host,
    origin,
    cookie,
    fetchSite: request.headers['sec-fetch-site']?.toString(),
    contentType: request.headers['content-type'],
  };
}

/**
 * Leads a browser to the page with its new cookie. SECURITY: the cookie is not sent where another site has led to, not even
 * by a redirect. The file that opens the browser counts as another site, so there the answer is a page that leads on.
 */
function sendHome(request: IncomingMessage, response: ServerResponse, home: string, cookie: string): void {
  const headers = { 'set-cookie': cookie, 'cache-control': 'no-store' };
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'none' || site === 'same-origin') {
    response.writeHead(303, { ...headers, location: home }).end();
    return;
  }
  response
    .writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' })
    .end(`<!doctype html><meta http-equiv="refresh" content="0;url=${home}"><title>Emulsion</title>`);
}

function readPictureUrl(url: string) {
  try {
    return parsePictureUrl(PICTURE_BASE, url);
  } catch (error) {
    throw error instanceof ZodError ? new EmulsionError('BAD_REQUEST', { cause: error }) : error;
  }
}

function uploadName(request: IncomingMessage): string {
  const header = request.headers[NAME_HEADER];
  try {
    if (typeof header === 'string' && header !== '') return safeFileName(decodeURIComponent(header));
  } catch {
    // Malformed percent-encoding is refused below.
  }
  throw new EmulsionError('BAD_REQUEST', { detail: 'the name of the upload is missing or malformed' });
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  BAD_REQUEST: 400,
  FILE_EMPTY: 400,
  NOT_ALLOWED: 403,
  UNKNOWN_PHOTO: 404,
  FILE_MISSING: 404,
  PHOTO_TOO_LARGE: 413,
  DISK_FULL: 507,
};

function fail(response: ServerResponse, error: ReturnType<typeof toFailure>): void {
  if (response.headersSent) {
    // Part of the response is already sent. Closing the connection tells the browser that it is incomplete.
    response.destroy();
    return;
  }
  // The rest of a refused upload is not read.
  response.setHeader('connection', 'close');
  json(response, STATUS[error.code] ?? 500, { ok: false, error });
}

function json(response: ServerResponse, status: number, body: Result<unknown>): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function say(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(`${sentence}\n`);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The message is answered as malformed.
    return undefined;
  }
}

/** Settles when nobody has come while the address was valid, or when there was no activity for a while afterwards. */
function watchIdleness(options: { idleAfter: number; isUsed: () => boolean; isBusy: () => boolean }) {
  const { idleAfter, isUsed, isBusy } = options;
  let active = 0;
  let settle: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const rest = (milliseconds: number): NodeJS.Timeout =>
    setTimeout(() => {
      if (active > 0 || isBusy()) timer = rest(idleAfter);
      else settle();
    }, milliseconds);
  let timer = idleAfter === 0 ? undefined : rest(TOKEN_LIFE);
  return {
    reached,
    begin() {
      active += 1;
    },
    /** Begins the wait anew, as after a request. */
    touch() {
      active += 1;
      this.end();
    },
    end() {
      active -= 1;
      if (active > 0 || idleAfter === 0 || !isUsed()) return;
      clearTimeout(timer);
      timer = rest(idleAfter);
    },
    stop: () => clearTimeout(timer),
  };
}
