import type { FileEntry } from '../contract/app';
import type { Bridge, CallName, ConnectionState, Response, Transfer } from '../contract/calls';
import { parseRequest, parseResponse } from '../contract/calls';
import type { Result } from '../contract/errors';
import { failure } from '../contract/errors';
import { createListeners, HostFrame, MAX_UPLOAD_BYTES, NAME_HEADER, parseOffer } from './wire';

/** The part of a WebSocket that the client needs. Tests use the `ws` package instead of the browser's. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
}

export interface SocketOptions {
  /** Address of the page, `http://127.0.0.1:<port>/<segment>/`. */
  base: string;
  open: (url: string) => Socket;
  /** Sends a file and returns the host's answer. Rejects if the host cannot be reached, or after the signal. */
  post: (url: URL, file: File, headers: Record<string, string>, transfer: Transfer) => Promise<unknown>;
  /** Milliseconds before the first attempt to reconnect; doubles with each failure up to `slowest`. */
  retry: number;
  slowest: number;
}

export interface SocketBridge extends Bridge {
  onConnection(listener: (state: ConnectionState) => void): () => void;
  /** Closes the connection and does not reconnect. */
  close(): void;
}

const lost = () =>
  failure(
    'CONNECTION_LOST',
    'The connection to Emulsion was lost. If its window in the terminal was closed, start it again; your originals are untouched.',
  );

/**
 * The client of the browser host: calls and events over one WebSocket to the page's own origin, files by POST.
 * Reconnects automatically. Never throws and never rejects: every failure is a Result.
 */
export function connectSocket(options: Partial<SocketOptions> = {}): SocketBridge {
  const {
    base = globalThis.location?.href,
    open = (url: string) => new WebSocket(url) as Socket,
    post = postByRequest,
    retry = 250,
    slowest = 8000,
  } = options;

  const listeners = createListeners();
  const watchers = new Set<(state: ConnectionState) => void>();
  const pending = new Map<number, (answer: unknown) => void>();
  /** Calls made before the first connection is open. */
  let unsent: string[] = [];
  let state: ConnectionState = 'connecting';
  let socket: Socket | null = null;
  let closed = false;
  let nextId = 0;
  let wait = retry;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const become = (next: ConnectionState) => {
    if (next === state) return;
    state = next;
    for (const watcher of [...watchers]) watcher(state);
  };

  const receive = (data: unknown) => {
    const frame = HostFrame.safeParse(fromJson(data));
    if (!frame.success) return;
    if ('event' in frame.data) {
      listeners.emit(frame.data.event, frame.data.payload);
    } else if (frame.data.id !== null) {
      const answer = pending.get(frame.data.id);
      pending.delete(frame.data.id);
      answer?.(frame.data.result);
    }
  };

  const drop = () => {
    socket = null;
    unsent = [];
    become('lost');
    const answers = [...pending.values()];
    pending.clear();
    for (const answer of answers) answer(lost());
    if (closed) return;
    timer = setTimeout(connect, wait);
    wait = Math.min(wait * 2, slowest);
  };

  function connect() {
    const fresh = open(new URL('socket', base).href.replace(/^http/, 'ws'));
    socket = fresh;
    fresh.onopen = () => {
      wait = retry;
      for (const text of unsent) fresh.send(text);
      unsent = [];
      become('open');
    };
    fresh.onmessage = (event) => receive(event.data);
    // An error is always followed by a close event, which handles it.
    fresh.onerror = () => {};
    fresh.onclose = () => {
      if (socket === fresh) drop();
    };
  }
  connect();

  const call: Bridge['call'] = async <N extends CallName>(name: N, request: unknown): Promise<Result<Response<N>>> => {
    const parsed = parseRequest(name, request);
    if (!parsed.ok) return parsed;
    if (state === 'lost') return lost();
    const id = nextId++;
    const text = JSON.stringify({ id, name, request: parsed.value.request });
    const answer = await new Promise<unknown>((resolve) => {
      pending.set(id, resolve);
      if (state === 'open') socket?.send(text);
      else unsent.push(text);
    });
    return parseResponse(name, answer);
  };

  const upload = async (url: string, file: File, transfer: Transfer): Promise<Result<FileEntry[]>> => {
    if (file.size > MAX_UPLOAD_BYTES) {
      return failure('PHOTO_TOO_LARGE', `“${file.name}” is larger than 2 GB, which is the most Emulsion opens.`);
    }
    try {
      const headers = { 'content-type': 'application/octet-stream', [NAME_HEADER]: encodeName(file.name) };
      return parseOffer(await post(new URL(url, base), file, headers, transfer));
    } catch (error) {
      if (transfer.signal.aborted) return failure('CANCELLED', 'Cancelled. Nothing was opened.');
      const { error: reason } = lost();
      return failure(reason.code, reason.message, String(error));
    }
  };

  return {
    call,
    on: listeners.on,
    async offer(files, transfer = { onProgress() {}, signal: new AbortController().signal }) {
      const info = await call('app.info', {});
      if (!info.ok) return info;
      if (info.value.uploadUrl === null) return failure('INTERNAL', 'This host takes no uploads.');
      const entries: FileEntry[] = [];
      const total = files.reduce((sum, file) => sum + file.size, 0);
      let before = 0;
      for (const file of files) {
        const sent = await upload(info.value.uploadUrl, file, {
          signal: transfer.signal,
          onProgress: (bytes) => transfer.onProgress({ sent: before + bytes.sent, total }),
        });
        if (!sent.ok) return sent;
        before += file.size;
        entries.push(...sent.value);
      }
      return { ok: true, value: entries };
    },
    onConnection(listener) {
      const entry = (next: ConnectionState) => listener(next);
      watchers.add(entry);
      entry(state);
      return () => {
        watchers.delete(entry);
      };
    },
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}

/** Uses XMLHttpRequest, because `fetch` reports no upload progress. */
function postByRequest(
  url: URL,
  file: File,
  headers: Record<string, string>,
  { onProgress, signal }: Transfer,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onProgress({ sent: loaded, total: file.size });
    request.onload = () => resolve(fromJson(request.responseText));
    request.onerror = () => reject(new Error('the upload broke off'));
    request.onabort = () => reject(new Error('the upload was cancelled'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    if (signal.aborted) request.abort();
    else request.send(file);
  });
}

/** Percent-encodes a file name; a lone surrogate (possible on Windows) would make `encodeURIComponent` throw. */
function encodeName(name: string): string {
  return encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\uFFFD'));
}

function fromJson(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    // The caller drops what is no message.
    return undefined;
  }
}
