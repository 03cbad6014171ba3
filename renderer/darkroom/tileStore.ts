/** A decoded picture that can be let go (an ImageBitmap). */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

export interface TileStoreOptions<B extends Bitmap> {
  load(url: string, signal: AbortSignal): Promise<B>;
  /** Bytes of decoded pixels to keep; only what is wanted at this moment may exceed it. */
  budget: number;
  /** How many are loaded at once. */
  parallel: number;
}

/**
 * The decoded tiles of all viewers of the page. Each says what it wants, the most urgent first; what nobody wants any
 * more is not loaded on, and what was not drawn for longest is let go when the budget is spent.
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

  /** What a viewer wants from now on, instead of what it wanted before; nothing: it is gone. */
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

  /** The tile, if it has come. It counts as used. */
  get(url: string): B | null {
    const bitmap = this.#loaded.get(url);
    if (bitmap === undefined) return null;
    this.#loaded.delete(url);
    this.#loaded.set(url, bitmap);
    return bitmap;
  }

  /** Why a tile did not come; undefined where it has not failed. It is not tried again until {@link retry}. */
  failure(url: string): unknown {
    return this.#failures.get(url);
  }

  /** Tries again what has failed. */
  retry(): void {
    this.#failures.clear();
    this.#loadNext();
  }

  /** Calls back whenever a tile has come or failed; returns the function that unsubscribes. */
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
    // Aborted in the meantime, and perhaps asked for anew: this one is nobody's.
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
