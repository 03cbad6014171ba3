/** The main side refused a picture. */
export class PictureRefused extends Error {
  constructor(readonly status: number) {
    super(`A picture was refused with ${status}.`);
  }

  /** The rendering was dropped and has to be computed again. */
  get isGone(): boolean {
    return this.status === 404;
  }
}

let onDropped: ((ask: number) => void) | null = null;
/** Numbers the requests: the same picture may be dropped and asked for again. */
let asks = 0;

/** Sets who is told of a picture that is no longer waited for. Electron does not tell its program itself. */
export function tellDropped(listener: (ask: number) => void): void {
  onDropped = listener;
}

/**
 * Loads and decodes a picture off the main thread. It bypasses the browser's cache, which would write photos to disk a
 * second time.
 */
export async function loadPicture(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  asks += 1;
  const ask = asks;
  signal.addEventListener('abort', () => onDropped?.(ask), { once: true });
  const response = await fetch(onDropped === null ? url : `${url}&ask=${ask}`, { signal, cache: 'no-store' });
  if (!response.ok) throw new PictureRefused(response.status);
  const bitmap = await createImageBitmap(await response.blob());
  if (!signal.aborted) return bitmap;
  bitmap.close();
  throw signal.reason;
}
