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
