import { say } from '../../text/message';
import { EmulsionError } from '../errors';
import type { InspectedFile } from '../generators/inspect/inspected';
import type { LaunchEngine } from './protocol';
import { memoryBudget } from './resident';
import { createEngine, type EngineLimits, type RequestControl } from './supervisor';

const GIGABYTE = 2 ** 30;

/** Looks at ONNX files in a process of its own, which nothing that a file does can take further than itself. */
export interface Inspector {
  /** Throws GENERATOR_REFUSED with the reason, CANCELLED, or the errors of reading the file. */
  inspect(path: string, control?: RequestControl): Promise<InspectedFile>;
  close(): Promise<void>;
}

const REASONS = {
  ENGINE_CRASHED: 'models.refused.crashes',
  ENGINE_FAILED: 'models.refused.crashes',
  ENGINE_HUNG: 'models.refused.endless',
  MEMORY_LIMIT: 'models.refused.memory',
  OUT_OF_MEMORY: 'models.refused.memory',
} as const;

/** @param threads 0: as many as there are cores */
export function createInspector(launch: LaunchEngine, threads = 0, limits: Partial<EngineLimits> = {}): Inspector {
  const engine = createEngine({
    launch,
    options: { models: '', provider: 'cpu', threads },
    onStatus: () => {},
    limits: { memory: Math.min(memoryBudget(), 12 * GIGABYTE), backoff: 0.05, ...limits },
  });
  return {
    async inspect(path, control) {
      if (engine.status().state === 'failed') engine.restart();
      try {
        return await engine.request('inspect', { path }, control);
      } catch (error) {
        const key = error instanceof EmulsionError && REASONS[error.code as keyof typeof REASONS];
        if (!key) throw error;
        throw new EmulsionError('GENERATOR_REFUSED', {
          reason: say(key),
          detail: (error as EmulsionError).detail,
          cause: error,
        });
      }
    },
    close: () => engine.close(),
  };
}

/** Looks at one file. */
export async function inspectModel(
  launch: LaunchEngine,
  path: string,
  control?: RequestControl,
): Promise<InspectedFile> {
  const inspector = createInspector(launch);
  try {
    return await inspector.inspect(path, control);
  } finally {
    await inspector.close();
  }
}
