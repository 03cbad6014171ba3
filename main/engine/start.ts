/*
 * The entry of the engine's process. Which onnxruntime is loaded has to be decided before the engine's own modules import it.
 */
import { log } from '../log/log';
import { checkRuntime } from './pack';
import { RUNTIME_VARIABLE, reftakeRuntime, takeRuntime } from './runtime';

const folder = process.env[RUNTIME_VARIABLE];
if (folder) {
  try {
    await checkRuntime(folder);
    takeRuntime(folder);
  } catch (error) {
    // The list of providers shows it. The CPU, and what the package contains, work without.
    reftakeRuntime(error instanceof Error ? error.message : String(error));
    log.warn('The added libraries of providers are not used', error);
  }
}
await import('./worker');
