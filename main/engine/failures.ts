import type { Message } from '../../contract/basics';
import { say } from '../../text/message';
import { EmulsionError, toEmulsionError } from '../errors';

/** Whether memory ran out: in V8's buffers, in onnxruntime, or in libvips. */
export function isAllocationFailure(error: unknown): boolean {
  if (error instanceof EmulsionError) return error.code === 'OUT_OF_MEMORY';
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && /array buffer allocation|invalid typed array length/i.test(text)) return true;
  return /bad_alloc|bad allocation|failed to allocate memory|out of memory|cannot allocate memory/i.test(text);
}

/** Converts any error thrown in the engine to a coded error. Errors of decoders and writers already have a code. */
export function toEngineError(error: unknown): EmulsionError {
  if (error instanceof EmulsionError) return error;
  return isAllocationFailure(error) ? new EmulsionError('OUT_OF_MEMORY', { cause: error }) : toEmulsionError(error);
}

/**
 * The reason why an engine could not even start, if that can be seen in what it has said: on a fresh Windows the Visual C++
 * runtime is missing (system errors 126 and 1114, in the language of Windows). Packages bring it, a checkout does not.
 */
export function missingLibrary(stderr: string, platform: NodeJS.Platform = process.platform): Message | undefined {
  const isBinding = stderr.includes('ERR_DLOPEN_FAILED') && stderr.includes('onnxruntime_binding.node');
  return platform === 'win32' && isBinding ? say('failures.visualCpp') : undefined;
}
