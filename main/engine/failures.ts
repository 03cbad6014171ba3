import { EmulsionError, toEmulsionError } from '../errors';

/** Whether memory ran out: in V8's own buffers, in onnxruntime, or in libvips. */
export function isAllocationFailure(error: unknown): boolean {
  if (error instanceof EmulsionError) return error.code === 'OUT_OF_MEMORY';
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && /array buffer allocation|invalid typed array length/i.test(text)) return true;
  return /bad_alloc|bad allocation|failed to allocate memory|out of memory|cannot allocate memory/i.test(text);
}

/** What a failing decoder, net or file system means, as a coded error. The one place where messages are read. */
export function toEngineError(error: unknown): EmulsionError {
  if (error instanceof EmulsionError) return error;
  if (isAllocationFailure(error)) return new EmulsionError('OUT_OF_MEMORY', { cause: error });
  const text = error instanceof Error ? error.message : String(error);
  if (/pixel limit|Input image exceeds/i.test(text)) return new EmulsionError('PHOTO_TOO_LARGE', { cause: error });
  if (/unsupported image format|Input (buffer|file) (has corrupt header|contains unsupported)/i.test(text)) {
    return new EmulsionError('NOT_A_PHOTO', { cause: error });
  }
  if (/No space left on device/i.test(text)) return new EmulsionError('DISK_FULL', { cause: error });
  return toEmulsionError(error);
}
