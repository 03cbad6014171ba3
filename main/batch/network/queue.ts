import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { Message } from '../../../contract/basics';
import { BatchSettings } from '../../../contract/batch';
import { Failure } from '../../../contract/errors';
import { StepReport } from '../../../contract/photo';
import { StepKind } from '../../../contract/recipe';
import { Scan } from '../../../contract/scan';
import packageInfo from '../../../package.json' with { type: 'json' };
import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import { fromJson } from '../../json';
import { logged } from '../../log/log';
import type { Made } from '../photo';

/**
 * The messages between a batch and its workers on other machines, through a queue (BullMQ on Redis). They all come from
 * the network, so both sides check them.
 */
export const QUEUE = 'emulsion';
/** Photos are restored by workers of the same version, because recipes and generators belong to a version. */
export const VERSION = packageInfo.version;

const Sum = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
const Path = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'));
/** The name of a file in a folder. It cannot lead to another folder. */
const FileName = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !/[\\/\0]/.test(name) && name !== '.' && name !== '..');

/** One photo that waits for a worker. Paths are those of the machine that runs the batch. */
export const QueueJob = z.strictObject({
  version: z.string().max(40),
  batch: z.string().min(1).max(100),
  /** Identifies what is done to each photo. */
  work: z.string().max(100),
  /** Path below the folder of the originals. */
  name: Path,
  input: Path,
  output: Path,
  path: Path,
  folder: Path,
  bytes: count,
  modified: z.number(),
  /** Which of the file's photos, from 1; absent: the first. */
  page: z.number().int().min(1).max(9999).optional(),
  settings: BatchSettings,
  /**
   * Files in the folder that this batch has written. They must not be replaced, and this photo is not skipped because
   * of them.
   */
  own: z.array(FileName).max(1000),
});
export type QueueJob = z.infer<typeof QueueJob>;

const Picture = z.base64().max(1 << 20);
/** A computed photo; `file` is its name in the folder of the job. */
export const QueueMade = z.strictObject({
  outcome: z.enum(['restored', 'unchanged']),
  original: z.strictObject({ bytes: count, modified: z.number(), sha256: Sum }),
  written: z.strictObject({ file: FileName, sha256: Sum, bytes: count, width: count, height: count }),
  reports: z.array(StepReport).max(100),
  notes: z.array(Message).max(100),
  thumbnails: z.strictObject({ before: Picture, after: Picture }).nullable(),
  scan: Scan.optional(),
  seconds: z.number().nonnegative(),
  peak: z.number().nonnegative(),
});
export type QueueMade = z.infer<typeof QueueMade>;

export const QueueResult = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('made'), made: QueueMade }),
  z.strictObject({ type: z.literal('kept'), file: FileName }),
  /** Failures travel as results, so that their codes are kept. */
  z.strictObject({ type: z.literal('failed'), failure: Failure, worker: z.string().max(200) }),
]);
export type QueueResult = z.infer<typeof QueueResult>;

export const QueueProgress = z.strictObject({ done: z.number().min(0).max(1), step: StepKind.nullable() });
export type QueueProgress = z.infer<typeof QueueProgress>;

/** @param file name of the written file in its folder */
export function toWire({ written, thumbnails, ...made }: Made, file: string): QueueMade {
  const { path: _, ...rest } = written;
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    ...made,
    written: { ...rest, file },
    thumbnails: thumbnails && { before: text(thumbnails.before), after: text(thumbnails.after) },
  };
}

/** @param path path of the written file on this machine */
export function fromWire({ written, thumbnails, ...made }: QueueMade, path: string): Made {
  const { file: _, ...rest } = written;
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  return {
    ...made,
    written: { ...rest, path },
    thumbnails: thumbnails && { before: bytes(thumbnails.before), after: bytes(thumbnails.after) },
  };
}

/**
 * The id of a job. It is the same for the same photo of the same batch, so that a restarted batch finds jobs that are
 * still in progress or were finished meanwhile.
 */
export function jobIdOf({ batch, work, name, bytes, modified, path, folder }: QueueJob): string {
  const what = JSON.stringify([batch, work, name, bytes, modified, path, folder]);
  return `photo-${createHash('sha256').update(what).digest('hex').slice(0, 40)}`;
}

// ------------------------------------------------------------------------------------------- connection

/** Milliseconds between two attempts to connect. */
const RETRY = 1000;

/**
 * Connects to the Redis that holds the queue. If the connection is lost later, it is tried again `tries` times, and
 * pending requests wait. Throws BAD_REQUEST for an invalid address, QUEUE_UNREACHABLE.
 *
 * @param url `redis://[user:password@]host[:port][/db]`, or `rediss://` with TLS
 */
export async function connect(url: string, tries = Number.POSITIVE_INFINITY): Promise<Redis> {
  const shown = shownUrl(url);
  const { Redis } = await import('ioredis');
  let isConnected = false;
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 10_000,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isConnected && times <= tries ? RETRY : null),
  });
  let cause: unknown;
  client.on('error', (error) => {
    cause = error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    const why = cause ?? error;
    const isLockedOut = /NOAUTH|WRONGPASS|NOPERM/.test(String(why));
    const reason = say(isLockedOut ? 'failures.queueRefuses' : 'failures.queueAway', { url: shown });
    throw new EmulsionError('QUEUE_UNREACHABLE', { reason, cause: why });
  }
  isConnected = true;
  return client;
}

/** The URL without its password. */
function shownUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('failures.queueAddress') });
  }
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

/** Converts a failed call to the queue to a coded error. */
export function toQueueError(cause: unknown): EmulsionError {
  return cause instanceof EmulsionError ? cause : new EmulsionError('QUEUE_UNREACHABLE', { cause });
}

// --------------------------------------------------------------------------------------------- members

/** Seconds between two signs of life of a member, and seconds without one after which it counts as gone. */
const BEAT = 5;
const SILENCE = 15;

/** No computer does more at the same time. A member that claims it is passed over. */
const MOST_JOBS = 10_000;

const Member = z.strictObject({
  role: z.enum(['batch', 'worker']),
  name: z.string().max(200),
  version: z.string().max(40),
  /** Photos at the same time, and threads for each. */
  jobs: count.max(MOST_JOBS),
  threads: count.max(MOST_JOBS),
  /** Distinguishes members of the same name. */
  key: z.string().max(100),
});
export type Member = z.infer<typeof Member>;

/** Uses the clock of Redis, as those of the machines may differ. */
const BEAT_SCRIPT = `
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ${SILENCE})
redis.call('ZADD', KEYS[1], now, ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)`;

/** Membership of the queue: the current members, as seen by one of them. */
export interface Membership {
  members(): readonly Member[];
  /** Changes what the others see of this member. */
  update(what: Partial<Pick<Member, 'jobs' | 'threads'>>): Promise<void>;
  leave(): Promise<void>;
}

/** Joins the queue and keeps sending signs of life. Throws QUEUE_VERSION if a member has another version. */
export async function join(client: Redis, me: Member, onChange?: () => void): Promise<Membership> {
  const key = `${QUEUE}:members`;
  let mine = me;
  let members: Member[] = [];
  const beat = async (): Promise<void> => {
    const answer = (await client.eval(BEAT_SCRIPT, 1, key, JSON.stringify(mine))) as string[];
    const before = JSON.stringify(members);
    // SECURITY: what other programs have written there is passed over.
    members = answer.flatMap((text) => Member.safeParse(fromJson(text)).data ?? []);
    if (JSON.stringify(members) !== before) onChange?.();
  };
  const leave = () => client.zrem(key, JSON.stringify(mine));
  await beat();
  const other = members.find(({ version }) => version !== me.version);
  if (other) {
    await leave();
    throw new EmulsionError('QUEUE_VERSION', {
      reason: say('failures.queueVersion', { mine: me.version, name: other.name, other: other.version }),
    });
  }
  const timer = setInterval(() => void beat().catch(logged('The queue did not take a sign of life')), BEAT * 1000);
  timer.unref();
  return {
    members: () => members,
    async update(what) {
      await leave();
      mine = { ...mine, ...what };
      await beat();
    },
    async leave() {
      clearInterval(timer);
      await leave();
    },
  };
}

// ------------------------------------------------------------------------------------------ intentions

/** Seconds after which the intentions of abandoned photos are deleted. */
const KEPT = 30 * 24 * 3600;
/** A photo has one intention for each worker that was lost on it and for each name that was taken. */
const MOST_INTENTIONS = 1000;

/** Only the holder of the job's lock may record an intention. */
const INTEND_SCRIPT = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[2], ${KEPT})
return 1`;

const intentionsKey = (jobId: string) => `${QUEUE}:intentions:${jobId}`;

/**
 * Records that a photo is about to get its name, so that a worker that takes over the job can look there first. Throws
 * CANCELLED if the job has been given to another worker meanwhile.
 *
 * @param lock key of the job's lock
 * @param token value of the lock while this worker holds it
 */
export async function intend(client: Redis, jobId: string, lock: string, token: string, made: QueueMade) {
  const isOurs = await client.eval(INTEND_SCRIPT, 2, lock, intentionsKey(jobId), token, JSON.stringify(made));
  if (isOurs !== 1) throw new EmulsionError('CANCELLED', { detail: 'another worker has taken the photo over' });
}

/** Files that workers were about to write for a job, the latest first. */
export async function intentionsOf(client: Redis, jobId: string): Promise<QueueMade[]> {
  const lines = await client.lrange(intentionsKey(jobId), -MOST_INTENTIONS, -1);
  return lines.reverse().flatMap((line) => QueueMade.safeParse(fromJson(line)).data ?? []);
}

export const forgetIntentions = (client: Redis, jobId: string) => client.del(intentionsKey(jobId));

// ------------------------------------------------------------------------------------------------ stops

const stopKey = (jobId: string) => `${QUEUE}:stop:${jobId}`;

/** Tells the worker of a photo to abort it. */
export const askToStop = (client: Redis, jobId: string) => client.set(stopKey(jobId), '1', 'EX', 60);
export const isAskedToStop = async (client: Redis, jobId: string) => (await client.exists(stopKey(jobId))) === 1;
export const takeStopBack = (client: Redis, jobId: string) => client.del(stopKey(jobId));
