/** A decoded picture that can be released (an ImageBitmap). */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

export interface TileStoreOptions<B extends Bitmap> {
  load(url: string, signal: AbortSignal): Promise<B>;
  /** How many bytes of decoded pixels to keep. Only tiles in use may exceed it. */
  budget: number;
  parallel: number;
}

/**
 * The decoded tiles of all viewers. Each viewer lists the tiles it wants, most urgent first. Loads that nobody wants
 * any more are aborted, and the least recently drawn tiles are released when the budget is exceeded.
 */
export class TileStore<B extends Bitmap> {
  readonly #options: TileStoreOptions<B>;
  /** Least recently used first. */
  readonly #loaded = new Map<string, B>();
  readonly #loading = new Map<string, AbortController>();
  readonly #failures = new Map<string, unknown>();
  readonly #wanted = new Map<unknown, readonly string[]>();
  readonly #listeners = new Set<() => void>();
  #bytes = 0;

  constructor(options: TileStoreOptions<B>) {
    this.#options = options;
  }

  /** Bytes of decoded pixels. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Replaces the list of tiles that a viewer wants. An empty list: the viewer is gone. */
  want(owner: unknown, urls: readonly string[]): void {
    if (urls.length === 0) this.#wanted.delete(owner);
    else this.#wanted.set(owner, urls);
    const all = new Set([...this.#wanted.values()].flat());
    for (const [url, controller] of this.#loading) {
      if (all.has(url)) continue;
      this.#loading.delete(url);
      controller.abort();
    }
    for (const url of this.#failures.keys()) if (!all.has(url)) this.#failures.delete(url);
    this.#evict(all);
    this.#loadNext();
  }

  /** The tile, if it is loaded. Marks it as used. */
  get(url: string): B | null {
    const bitmap = this.#loaded.get(url);
    if (bitmap === undefined) return null;
    this.#loaded.delete(url);
    this.#loaded.set(url, bitmap);
    return bitmap;
  }

  /** Why a tile failed to load; undefined where it did not fail. It is not loaded again until {@link retry}. */
  failure(url: string): unknown {
    return this.#failures.get(url);
  }

  /** Loads failed tiles again. */
  retry(): void {
    this.#failures.clear();
    this.#loadNext();
  }

  /** Calls back when a tile was loaded or has failed. Returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #loadNext(): void {
    const lists = [...this.#wanted.values()];
    const longest = Math.max(0, ...lists.map((list) => list.length));
    for (let rank = 0; rank < longest; rank++) {
      for (const list of lists) {
        if (this.#loading.size >= this.#options.parallel) return;
        const url = list[rank];
        if (url === undefined || this.#loaded.has(url) || this.#loading.has(url) || this.#failures.has(url)) continue;
        void this.#load(url);
      }
    }
  }

  async #load(url: string): Promise<void> {
    const controller = new AbortController();
    this.#loading.set(url, controller);
    let bitmap: B | null = null;
    let reason: unknown;
    try {
      bitmap = await this.#options.load(url, controller.signal);
    } catch (error) {
      reason = error;
    }
    // It was aborted meanwhile and perhaps requested again, so nobody needs this one.
    if (this.#loading.get(url) !== controller) {
      bitmap?.close();
      return;
    }
    this.#loading.delete(url);
    if (bitmap === null) this.#failures.set(url, reason);
    else {
      this.#loaded.set(url, bitmap);
      this.#bytes += sizeOf(bitmap);
      this.#evict(new Set([...this.#wanted.values()].flat()));
    }
    this.#loadNext();
    for (const listener of [...this.#listeners]) listener();
  }

  #evict(wanted: ReadonlySet<string>): void {
    for (const [url, bitmap] of this.#loaded) {
      if (this.#bytes <= this.#options.budget) return;
      if (wanted.has(url)) continue;
      this.#loaded.delete(url);
      this.#bytes -= sizeOf(bitmap);
      bitmap.close();
    }
  }
}

const sizeOf = ({ width, height }: Bitmap) => width * height * 4;
