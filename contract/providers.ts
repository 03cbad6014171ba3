import { z } from 'zod';
import { Provider } from './app';
import { count, Message } from './basics';

/** What computes: the providers of onnxruntime on this computer, their devices, and libraries that a person has added. */

/**
 * `ready`: it has just computed a tiny net rightly. `notBuilt`: onnxruntime is built without it here. `noLibraries`: it
 * needs libraries that were not added. `noDevice`: no graphics card with a driver that it can use. `failed`: it could not compute. `differs`: what it computed was wrong. `crashed`: it stopped the
 * process that tried it.
 */
export const PROVIDER_STATES = [
  'ready',
  'notBuilt',
  'noLibraries',
  'noDevice',
  'failed',
  'differs',
  'crashed',
] as const;

export const RememberedNet = z.object({
  generator: z.string(),
  /** Device and driver on which it was so; empty if they could not be told. */
  device: z.string(),
  driver: z.string(),
  /** `right`: as the CPU computes it. */
  outcome: z.enum(['right', 'wrong', 'crashed']),
  /** The largest difference from the CPU as a share of the range, and the times for the test tile; null for a crash. */
  worst: z.number().nullable(),
  seconds: z.number().nullable(),
  secondsOnCpu: z.number().nullable(),
  at: z.string(),
  /** Whether that device and driver are here now. */
  holds: z.boolean(),
});
export type RememberedNet = z.infer<typeof RememberedNet>;

export const ProviderInfo = z.object({
  provider: Provider,
  state: z.enum(PROVIDER_STATES),
  /** For developers; empty if there is nothing to say. */
  detail: z.string(),
  /** Names of the graphics devices that it can compute on, in the order of their numbers. */
  devices: z.array(z.object({ name: z.string(), driver: z.string() })),
  /** Whether one of them can be chosen. Otherwise it chooses by itself. */
  choosesDevice: z.boolean(),
  remembered: z.array(RememberedNet),
});
export type ProviderInfo = z.infer<typeof ProviderInfo>;

/** Libraries of providers that a person has added. */
export const PackInfo = z.object({
  /** Version of onnxruntime that they belong to. */
  runtime: z.string(),
  /** Name of the folder or archive. */
  from: z.string(),
  added: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: count, sha256: z.string() })),
  /** Why they are not loaded; null if they are. */
  fault: Message.nullable(),
});
export type PackInfo = z.infer<typeof PackInfo>;

export const Providers = z.object({
  /** Version of onnxruntime. */
  runtime: z.string(),
  providers: z.array(ProviderInfo),
  pack: PackInfo.nullable(),
});
export type Providers = z.infer<typeof Providers>;
