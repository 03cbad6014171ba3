import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import type { Found, ScanOptions, Unreadable } from '../../storage/found';
import { isBelow, type RemoteStorage } from '../../storage/remote';
import { isOfSystem, leftOut, matcher, sorted } from '../../storage/scan';

/** Files of up to this many bytes are sent from memory, so that a broken upload can be repeated. */
const IN_MEMORY = 64 * 2 ** 20;
/** How often to retry while another writer is writing to the same name, and the milliseconds in between. */
const BUSY_TRIES = 5;
const BUSY = 200;

/**
 * S3 storage. Address, region and credentials are taken from the environment (`AWS_ENDPOINT_URL`, `AWS_REGION`,
 * `AWS_ACCESS_KEY_ID` ...) or from the configuration files of the AWS tools.
 */
export function openS3(env: NodeJS.ProcessEnv = process.env): RemoteStorage {
  // The warning about later versions of the library is of no use to users.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const hasOwnEndpoint = Boolean(env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL);
  const client = new S3Client({
    // Other servers use paths for buckets, have no regions, and may not know the newer checksums.
    forcePathStyle: hasOwnEndpoint,
    ...(hasOwnEndpoint && !env.AWS_REGION ? { region: 'us-east-1' } : {}),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // SECURITY: a server that accepts a connection and then says nothing is not waited for.
    requestHandler: {
      connectionTimeout: SILENCE,
      socketTimeout: SILENCE,
      requestTimeout: SILENCE,
      throwOnRequestTimeout: true,
    },
  });
  // SECURITY: the library reads lists and errors whole, however long they are. Contents of files are limited by who reads
  // them.
  client.middlewareStack.add(
    (next, context) => async (parameters) => {
      const result = await next(parameters);
      const response = result.response as { body?: unknown; statusCode?: number } | undefined;
      const isContent = context.commandName === 'GetObjectCommand' && (response?.statusCode ?? 500) < 300;
      if (response?.body instanceof Readable && !isContent) response.body = limited(response.body);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'limitAnswers' },
  );
  return new S3Storage(client);
}

class S3Storage implements RemoteStorage {
  readonly #client: S3Client;
  /** False once a server has refused conditional writes. Every write then checks first whether the name is free. */
  #knowsConditions = true;

  constructor(client: S3Client) {
    this.#client = client;
  }

  async isEmpty(folder: string): Promise<boolean> {
    for await (const objects of this.#list(folder, 1)) return objects.length === 0;
    return true;
  }

  async *#list(folder: string, pageSize = 1000) {
    const { bucket, key } = bucketOf(folder);
    const where = { Bucket: bucket, Prefix: key === '' ? undefined : `${key}/` };
    try {
      for (let token: string | undefined; ; ) {
        const page = await this.#client.send(
          new ListObjectsV2Command({ ...where, MaxKeys: pageSize, ContinuationToken: token }),
        );
        yield page.Contents ?? [];
        const next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
        if (next === undefined) return;
        // SECURITY: a server that answers with the same page again and again would never be done with.
        if (next === token) throw new EmulsionError('STORAGE_UNREACHABLE', { detail: 'the list does not end' });
        token = next;
      }
    } catch (error) {
      throw toStorageError(error, folder);
    }
  }

  async *scan(folder: string, options: ScanOptions): AsyncGenerator<Found | Unreadable> {
    const { order = 'name' } = options;
    const all: Found[] = [];
    for await (const each of this.#walk(folder, options)) {
      if (order === 'name' || 'error' in each) yield each;
      else all.push(each);
    }
    if (order !== 'name') yield* sorted(all, order);
  }

  async *#walk(folder: string, options: ScanOptions): AsyncGenerator<Found | Unreadable> {
    const { except, signal } = options;
    const isWanted = matcher(options);
    const { bucket, key: prefix } = bucketOf(folder);
    /** Folders of systems that have been told of. */
    const told = new Set<string>();
    for await (const objects of this.#list(folder)) {
      for (const { Key: key = '', Size: bytes, LastModified: time } of objects) {
        if (signal?.aborted) return;
        const path = `s3://${bucket}/${key}`;
        // SECURITY: a server may name what was not asked for. It is told of under its whole name, and not read.
        const isAsked = prefix === '' || key.startsWith(`${prefix}/`);
        const name = prefix === '' || !isAsked ? key : key.slice(prefix.length + 1);
        const parts = name.split('/');
        // Skips the markers that some programs write for folders.
        if (name === '' || name.endsWith('/')) continue;
        if (except.some((each) => isBelow(each, path)) || !isWanted(name)) continue;
        const depth = parts.slice(0, -1).findIndex(isOfSystem);
        if (depth >= 0) {
          const of = parts.slice(0, depth + 1).join('/');
          if (!told.has(of)) yield leftOut(of);
          told.add(of);
          continue;
        }
        if (!isAsked || parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0]/.test(part))) {
          // SECURITY: such a name would lead out of the folder of the restored photos.
          const error = new EmulsionError('FILE_UNREADABLE', { reason: say('failures.impossibleName') });
          yield { name, error };
        } else if (!parts.some((part) => part.startsWith('.'))) {
          yield { name, path, bytes: sizeOf(bytes), modified: timeOf(time) };
        }
      }
    }
  }

  async #head(path: string) {
    const { bucket, key } = bucketOf(path);
    try {
      return await this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw toStorageError(error, path);
    }
  }

  async stat(path: string) {
    const there = await this.#head(path);
    return there && { bytes: sizeOf(there.ContentLength), modified: timeOf(there.LastModified) };
  }

  async hash(path: string): Promise<string | null> {
    return (await this.#head(path))?.Metadata?.sha256 ?? null;
  }

  async head(path: string, bytes: number): Promise<Uint8Array> {
    const { bucket, key } = bucketOf(path);
    try {
      const range = `bytes=0-${bytes - 1}`;
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: range }));
      return Body === undefined ? new Uint8Array() : await firstBytes(Body as Readable, bytes);
    } catch (error) {
      // A range request fails for an empty file.
      if (statusOf(error) === 416) return new Uint8Array();
      throw toStorageError(error, path);
    }
  }

  async fetch(path: string, to: string, signal?: AbortSignal): Promise<void> {
    const { bucket, key } = bucketOf(path);
    try {
      const there = await this.#head(path);
      if (there === null) throw new EmulsionError('FILE_MISSING');
      const get = new GetObjectCommand({ Bucket: bucket, Key: key });
      const { Body } = await this.#client.send(get, { abortSignal: signal });
      const most = sizeOf(there.ContentLength);
      await pipeline(Body as Readable, upTo(most), createWriteStream(to, { flags: 'wx', mode: 0o600 }), { signal });
    } catch (error) {
      if (signal?.aborted) throw new EmulsionError('CANCELLED');
      throw toStorageError(error, path);
    }
  }

  async put(from: string, path: string, { sha256, replace }: { sha256: string | null; replace: boolean }) {
    const { bucket, key } = bucketOf(path);
    const { size } = await stat(from);
    /** If the response to a first attempt is lost, this mark distinguishes our file from another one. */
    const mark = randomUUID();
    for (let attempt = 0; ; attempt++) {
      const isConditional = !replace && this.#knowsConditions;
      if (!replace && !isConditional && (await this.#head(path)) !== null) throw new EmulsionError('NAME_TAKEN');
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: size <= IN_MEMORY ? await readFile(from) : createReadStream(from),
        ContentLength: size,
        IfNoneMatch: isConditional ? '*' : undefined,
        Metadata: { mark, ...(sha256 === null ? {} : { sha256 }) },
      });
      try {
        await this.#client.send(put);
        return;
      } catch (error) {
        const status = statusOf(error);
        if (status === 412) {
          if ((await this.#head(path))?.Metadata?.mark === mark) return;
          throw new EmulsionError('NAME_TAKEN');
        }
        if (status === 501 && isConditional) this.#knowsConditions = false;
        else if (status === 409 && attempt < BUSY_TRIES) await sleep(BUSY);
        else throw toStorageError(error, path);
      }
    }
  }
}

/** Milliseconds without a byte from the server. */
const SILENCE = 15_000;
/** The longest answer besides a file's content, in bytes. A page of 1000 names is shorter. */
const LONGEST_ANSWER = 8 * 2 ** 20;

function limited(answer: Readable): Readable {
  const limit = upTo(LONGEST_ANSWER);
  // Whoever reads `limit` gets the error from it.
  void pipeline(answer, limit).catch(() => undefined);
  return limit;
}

/** Passes on as many bytes as there should be; more are an error. */
function upTo(most: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed > most) done(new EmulsionError('STORAGE_UNREACHABLE', { detail: `more than ${most} bytes` }));
      else done(null, chunk);
    },
  });
}

async function firstBytes(body: Readable, most: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    // Leaving the loop ends the transfer.
    if (length >= most) break;
  }
  return new Uint8Array(Buffer.concat(chunks).subarray(0, most));
}

/** SECURITY: figures of a server may be anything. */
const sizeOf = (bytes: number | undefined) => (Number.isSafeInteger(bytes) && bytes! >= 0 ? bytes! : 0);
const timeOf = (time: Date | undefined) => (time && Number.isFinite(time.getTime()) ? time.getTime() : 0);

/** `s3://bucket/a/b`: the bucket, and the rest without a slash at its end. */
function bucketOf(path: string): { bucket: string; key: string } {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  if (bucket === undefined)
    throw new EmulsionError('BAD_REQUEST', { reason: say('failures.storageAddress', { path }) });
  return { bucket, key };
}

const statusOf = (error: unknown) => (error as Partial<S3ServiceException>).$metadata?.httpStatusCode;

function toStorageError(cause: unknown, path: string): EmulsionError {
  if (cause instanceof EmulsionError) return cause;
  const { name, message } = cause as Error;
  const detail = `${name}: ${message}`;
  if (name === 'NoSuchBucket') {
    return new EmulsionError('FOLDER_MISSING', { reason: say('failures.noBucket', { path }), detail, cause });
  }
  if (statusOf(cause) === 404) return new EmulsionError('FILE_MISSING', { detail, cause });
  // The file is in archive storage and takes hours to restore.
  if (name === 'InvalidObjectState') return new EmulsionError('FILE_UNREADABLE', { detail, cause });
  if (name === 'CredentialsProviderError') {
    return new EmulsionError('STORAGE_UNREACHABLE', {
      reason: say('failures.noKey'),
      detail,
      cause,
    });
  }
  return new EmulsionError('STORAGE_UNREACHABLE', {
    reason: say('failures.storageAway', { path }),
    detail,
    cause,
  });
}
