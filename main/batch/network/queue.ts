import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { Message } from '../../../contract/basics';
import { BatchSettings } from '../../../contract/batch';
import { Failure } from '../../../contract/errors';
import { StepReport } from '../../../contract/photo';
import { StepKind } from '../../../contract/recipe';
import packageInfo from '../../../package.json' with { type: 'json' };
import { say } from '../../../text/message';
import { EmulsionError } from '../../errors';
import type { Made } from '../photo';

/**
 * What a batch and its workers on other machines say to each other through a queue (BullMQ on Redis). All of it comes
 * from the network and is checked on both sides.
 */
export const QUEUE = 'emulsion';
/** Photos of one version are restored by workers of that version: recipes and generators belong together. */
export const VERSION = packageInfo.version;

const Sum = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
const Path = z.string().min(1).max(4096);
/** The name of a file in a folder, which leads nowhere else. */
const FileName = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !/[\\/\0]/.test(name) && name !== '.' && name !== '..');

/** One photo that waits for a worker. Paths are those of the machine that runs the batch. */
export const QueueJob = z.strictObject({
  version: z.string().max(40),
  batch: z.string().min(1).max(100),
  /** Stands for what is done to each photo. */
  work: z.string().max(100),
  /** Path below the folder of the originals. */
  name: Path,
  input: Path,
  output: Path,
  path: Path,
  folder: Path,
  bytes: count,
  modified: z.number(),
  settings: BatchSettings,
  /** Files in the folder that this batch has written and that are not to be replaced, or left in place of this photo. */
  own: z.array(FileName).max(1000),
});
export type QueueJob = z.infer<typeof QueueJob>;

const Picture = z.base64().max(1 << 20);
/** A photo that has been computed; `file` is its name in the folder of the job. */
export const QueueMade = z.strictObject({
  outcome: z.enum(['restored', 'unchanged']),
  original: z.strictObject({ bytes: count, modified: z.number(), sha256: Sum }),
  written: z.strictObject({ file: FileName, sha256: Sum, bytes: count, width: count, height: count }),
  reports: z.array(StepReport).max(100),
  notes: z.array(Message).max(100),
  thumbnails: z.strictObject({ before: Picture, after: Picture }).nullable(),
  seconds: z.number().nonnegative(),
  peak: z.number().nonnegative(),
});
export type QueueMade = z.infer<typeof QueueMade>;

export const QueueResult = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('made'), made: QueueMade }),
  z.strictObject({ type: z.literal('kept'), file: FileName }),
  /** Failures travel as results, so that their codes arrive. */
  z.strictObject({ type: z.literal('failed'), failure: Failure, worker: z.string().max(200) }),
]);
export type QueueResult = z.infer<typeof QueueResult>;

export const QueueProgress = z.strictObject({ done: z.number().min(0).max(1), step: StepKind.nullable() });
export type QueueProgress = z.infer<typeof QueueProgress>;

/** @param file the name of the written file in its folder */
export function toWire({ written, thumbnails, ...made }: Made, file: string): QueueMade {
  const { path: _, ...rest } = written;
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    ...made,
    written: { ...rest, file },
    thumbnails: thumbnails && { before: text(thumbnails.before), after: text(thumbnails.after) },
  };
}

/** @param path where the written file lies, seen from here */
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
 * The name of a job: the same for the same photo of the same batch, so that a batch that is started anew finds what
 * is still at work, or was done while it was away.
 */
export function jobIdOf({ batch, work, name, bytes, modified, path, folder }: QueueJob): string {
  const what = JSON.stringify([batch, work, name, bytes, modified, path, folder]);
  return `photo-${createHash('sha256').update(what).digest('hex').slice(0, 40)}`;
}

// ------------------------------------------------------------------------------------------- connection

/** Between two tries to connect again, in milliseconds. */
const RETRY = 1000;

/**
 * Connects to the Redis that holds the queue. A connection that is lost later is tried again so many times; what is
 * asked of it waits until then. Throws BAD_REQUEST for an address that is none, QUEUE_UNREACHABLE.
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

/** Without its password. */
function shownUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    throw new EmulsionError('BAD_REQUEST', { reason: say('failures.queueAddress') });
  }
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

/** What a call to the queue failed with, as a code. */
export function toQueueError(cause: unknown): EmulsionError {
  return cause instanceof EmulsionError ? cause : new EmulsionError('QUEUE_UNREACHABLE', { cause });
}

// --------------------------------------------------------------------------------------------- members

/** How often a member says that it is there, and after how long without a word it is taken to be gone, in seconds. */
const BEAT = 5;
const SILENCE = 15;

const Member = z.strictObject({
  role: z.enum(['batch', 'worker']),
  name: z.string().max(200),
  version: z.string().max(40),
  /** Photos at once, and threads for each. */
  jobs: count,
  threads: count,
  /** Tells two of one name apart. */
  key: z.string().max(100),
});
export type Member = z.infer<typeof Member>;

/** By the clock of Redis, as those of the machines may differ. */
const BEAT_SCRIPT = `
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ${SILENCE})
redis.call('ZADD', KEYS[1], now, ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)`;

/** Those who use a queue now, seen from one of them. */
export interface Membership {
  members(): readonly Member[];
  /** Says something else of oneself from now on. */
  update(what: Partial<Pick<Member, 'jobs' | 'threads'>>): Promise<void>;
  leave(): Promise<void>;
}

/** Says that one is there, and goes on doing so. Throws QUEUE_VERSION where a member is of another version. */
export async function join(client: Redis, me: Member, onChange?: () => void): Promise<Membership> {
  const key = `${QUEUE}:members`;
  let mine = me;
  let members: Member[] = [];
  const beat = async (): Promise<void> => {
    const answer = (await client.eval(BEAT_SCRIPT, 1, key, JSON.stringify(mine))) as string[];
    const before = JSON.stringify(members);
    members = answer.flatMap((text) => Member.safeParse(JSON.parse(text)).data ?? []);
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
  const timer = setInterval(() => void beat().catch(() => undefined), BEAT * 1000);
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

/** Intentions of photos that nobody asks for any more are forgotten after so many seconds. */
const KEPT = 30 * 24 * 3600;

/** Only who holds the job's lock may say what it is about to write. */
const INTEND_SCRIPT = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[2], ${KEPT})
return 1`;

const intentionsKey = (jobId: string) => `${QUEUE}:intentions:${jobId}`;

/**
 * Writes down that a photo is about to get its name: whoever takes the job over looks there first. Throws CANCELLED
 * where the job has been given to somebody else in the meantime.
 *
 * @param lock key of the job's lock
 * @param token what the lock holds as long as it is ours
 */
export async function intend(client: Redis, jobId: string, lock: string, token: string, made: QueueMade) {
  const isOurs = await client.eval(INTEND_SCRIPT, 2, lock, intentionsKey(jobId), token, JSON.stringify(made));
  if (isOurs !== 1) throw new EmulsionError('CANCELLED', { detail: 'another worker has taken the photo over' });
}

/** What workers were about to write for a job, the latest first. */
export async function intentionsOf(client: Redis, jobId: string): Promise<QueueMade[]> {
  const lines = await client.lrange(intentionsKey(jobId), 0, -1);
  return lines.reverse().flatMap((line) => QueueMade.safeParse(JSON.parse(line)).data ?? []);
}

export const forgetIntentions = (client: Redis, jobId: string) => client.del(intentionsKey(jobId));

// ------------------------------------------------------------------------------------------------ stops

const stopKey = (jobId: string) => `${QUEUE}:stop:${jobId}`;

/** Has the worker that computes a photo break it off. */
export const askToStop = (client: Redis, jobId: string) => client.set(stopKey(jobId), '1', 'EX', 60);
export const isAskedToStop = async (client: Redis, jobId: string) => (await client.exists(stopKey(jobId))) === 1;
export const takeStopBack = (client: Redis, jobId: string) => client.del(stopKey(jobId));
