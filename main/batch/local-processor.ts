import type { EngineOptions, LaunchEngine } from '../engine/protocol';
import { isRemote } from '../storage/remote';
import { restorePhoto } from './photo';
import { Pool } from './pool';
import { restoreRemotePhoto } from './remote-photo';
import { findOnPage } from './split';
import type { PhotoProcessor } from './types';

/** Computes photos with engines on this computer. `wanted`: photos at the same time; 0: by cores and memory. */
export function localProcessor(launch: LaunchEngine, options: EngineOptions, wanted: number): PhotoProcessor {
  const pool = new Pool(launch, options, wanted);
  return {
    shape: pool.shape,
    get provider() {
      return pool.provider;
    },
    limit: (working) => pool.limit(working),
    async process(task, control) {
      const answer = await pool.use((engine) =>
        isRemote(task.found.path) || isRemote(task.folder)
          ? restoreRemotePhoto(engine, task, control)
          : restorePhoto(engine, task, control),
      );
      if (answer.outcome !== 'kept') pool.learn(answer.peak);
      return answer;
    },
    prints: (task, control) => pool.use((engine) => findOnPage(engine, task, control)),
    close: () => pool.close(),
  };
}
