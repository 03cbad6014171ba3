import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A file in the server's memory. */
export interface Stored {
  body: Buffer;
  metadata: Record<string, string>;
  time: Date;
}

export interface S3Server {
  /** What a program needs in its environment to use it. */
  env: Record<string, string>;
  /** By `bucket/key`. */
  files: Map<string, Stored>;
  /** How the server behaves; may be changed at any time. */
  behaviour: {
    /** Whether it knows `If-None-Match`; else it says that it does not. */
    conditions: boolean;
    /** The answers to so many further writes are lost on their way. */
    loseAnswers: number;
  };
  /** Refusals of writes to names that were taken. */
  conflicts: () => number;
  close(): Promise<void>;
}

const KEY = 'key-of-the-test';
/** Few, so that every list has several pages. */
const PAGE = 3;

/** A small server of the S3 protocol with one key: lists, reads with ranges, conditional writes. */
export async function startS3(): Promise<S3Server> {
  const files: S3Server['files'] = new Map();
  const behaviour = { conditions: true, loseAnswers: 0 };
  let conflicts = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url!, 'http://localhost');
    const name = decodeURIComponent(url.pathname.slice(1));
    const refuse = (status: number, code: string) => {
      const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
      response.writeHead(status, { 'content-type': 'application/xml' }).end(request.method === 'HEAD' ? '' : body);
    };
    const body = await bodyOf(request);
    if (!request.headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${KEY}/`)) {
      return refuse(403, 'AccessDenied');
    }
    if (url.searchParams.get('list-type') === '2') return list(name.replace(/\/$/, ''), url.searchParams, response);
    const there = files.get(name);
    if (request.method === 'PUT') {
      if (request.headers['if-none-match'] === '*') {
        if (!behaviour.conditions) return refuse(501, 'NotImplemented');
        if (there) {
          conflicts += 1;
          return refuse(412, 'PreconditionFailed');
        }
      }
      const metadata = Object.entries(request.headers).filter(([key]) => key.startsWith('x-amz-meta-'));
      files.set(name, { body, metadata: Object.fromEntries(metadata) as Record<string, string>, time: new Date() });
      if (behaviour.loseAnswers > 0) {
        behaviour.loseAnswers -= 1;
        request.socket.destroy();
        return;
      }
      response.end();
      return;
    }
    if (!there) return refuse(404, 'NoSuchKey');
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const part = range ? there.body.subarray(Number(range[1]), Number(range[2]) + 1) : there.body;
    response.writeHead(range ? 206 : 200, {
      'content-length': String(part.length),
      'last-modified': there.time.toUTCString(),
      ...there.metadata,
    });
    response.end(request.method === 'HEAD' ? undefined : part);
  };

  const list = (bucket: string, query: URLSearchParams, response: ServerResponse): void => {
    const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
    const keys = [...files.keys()].filter((key) => key.startsWith(prefix)).sort();
    const from = Number(query.get('continuation-token') ?? 0);
    const page = keys.slice(from, from + PAGE);
    const next = from + PAGE < keys.length ? String(from + PAGE) : null;
    const contents = page.map((key) => {
      const { body, time } = files.get(key)!;
      const name = key.slice(bucket.length + 1).replace(/&/g, '&amp;');
      return `<Contents><Key>${name}</Key><Size>${body.length}</Size><LastModified>${time.toISOString()}</LastModified></Contents>`;
    });
    const more = next === null ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`;
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${next !== null}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`,
    );
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: KEY,
      AWS_SECRET_ACCESS_KEY: 'secret-of-the-test',
    },
    files,
    behaviour,
    conflicts: () => conflicts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}
