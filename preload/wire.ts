import { z } from 'zod';
import { FileEntry } from '../contract/app';
import { EVENTS, type EventName, type EventPayload } from '../contract/calls';
import { Failure, failure, type Result } from '../contract/errors';

/**
 * The messages between a client and its host: the frames of the socket, the channels of Electron, and the checks that both
 * clients share.
 */

/** Largest message over the socket, in bytes. Pictures and files are sent by HTTP. */
export const MAX_MESSAGE_BYTES = 1_000_000;

/** Largest upload in bytes, well above a 200-megapixel photo of 16 bits with alpha. */
export const MAX_UPLOAD_BYTES = 2_000_000_000;

/** Header that carries an upload's file name, percent-encoded. */
export const NAME_HEADER = 'x-emulsion-name';

/** Page to host. `id` names the call in the answer. */
export const CallFrame = z.strictObject({
  id: z.number().int().nonnegative(),
  name: z.string().max(64),
  request: z.unknown(),
});
export type CallFrame = z.infer<typeof CallFrame>;

/** Host to page: the answer to a call (`id` null if the call could not be read), or an event. */
export const HostFrame = z.union([
  z.object({ id: z.number().int().nonnegative().nullable(), result: z.unknown() }),
  z.object({ event: z.string(), payload: z.unknown() }),
]);
export type HostFrame = z.infer<typeof HostFrame>;

/** The channels that Emulsion uses in Electron. */
export const CHANNELS = {
  call: 'emulsion:call',
  event: 'emulsion:event',
  /** Absolute paths of dropped files. */
  offer: 'emulsion:offer',
  /** Name and bytes of a pasted picture. */
  upload: 'emulsion:upload',
} as const;

const OfferAnswer = z.union([
  z.object({ ok: z.literal(true), value: z.array(FileEntry) }),
  z.object({ ok: z.literal(false), error: Failure }),
]);

/** Checks the answer to files that were offered. */
export function parseOffer(answer: unknown): Result<FileEntry[]> {
  const parsed = OfferAnswer.safeParse(answer);
  if (!parsed.success) return failure('INTERNAL', 'The answer is malformed.', z.prettifyError(parsed.error));
  return parsed.data;
}

/** The listeners of one client. */
export interface Listeners {
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void;
  /** Delivers an event. Returns false and drops the event if it does not match the contract. */
  emit(name: unknown, payload: unknown): boolean;
}

export function createListeners(): Listeners {
  const listeners = new Map<string, Set<(payload: never) => void>>();
  /** Photos offered before the page listened (named on the command line, or opened by the system). */
  let offeredEarly: EventPayload<'files.offered'>[] = [];
  return {
    on(name, listener) {
      const those = listeners.get(name) ?? new Set();
      listeners.set(name, those);
      // A new wrapper each time, so that one function can subscribe twice and each subscription ends separately.
      const entry = (payload: never) => listener(payload);
      those.add(entry);
      if (name === 'files.offered') {
        const early = offeredEarly;
        offeredEarly = [];
        for (const payload of early) entry(payload as never);
      }
      return () => {
        those.delete(entry);
      };
    },
    emit(name, payload) {
      if (typeof name !== 'string' || !Object.hasOwn(EVENTS, name)) return false;
      const parsed = EVENTS[name as EventName].safeParse(payload);
      if (!parsed.success) return false;
      const those = listeners.get(name);
      if (name === 'files.offered' && (those === undefined || those.size === 0)) {
        offeredEarly.push(parsed.data as EventPayload<'files.offered'>);
        return true;
      }
      for (const listener of [...(those ?? [])]) listener(parsed.data as never);
      return true;
    },
  };
}
