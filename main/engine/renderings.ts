import type { RenderSize, StepReport } from '../../contract/photo';
import { Pyramid } from '../photos/pyramid';
import type { LocalRepairs } from '../restoration/local';
import type { Raster } from '../restoration/raster';
import type { Painted, PaintOptions } from '../restoration/steps/style/style';

/** A computed picture of a photo. `key` identifies the steps and settings that it was made with. */
export interface Kept {
  photoId: string;
  size: RenderSize;
  key: string;
  revision: number;
  pyramid: Pyramid;
  /** Share of pixels inside the repair mask, 0..1. */
  masked: number;
  /** Reports of the steps that ran, in order. */
  reports: StepReport[];
  /** Local repairs on this raster. */
  repairs?: LocalRepairs;
  /** Earlier revisions of this raster. Requests for one of them get the newest. */
  former?: number[];
}

/**
 * Caches the renderings of all photos within a memory budget. The least recently used goes first. The newest always
 * stays, however large it is.
 */
export class Renderings {
  #budget: number;
  /** Starts at a new number in every process, so that a picture's URL never means two pictures. */
  #revision = Date.now();
  /** Oldest first. */
  #kept: Kept[] = [];

  /** @param budget in bytes */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** Changes the budget in bytes, and applies it at once. */
  limit(budget: number): void {
    this.#budget = budget;
    while (this.#kept.length > 1 && this.bytes > budget) this.#kept.shift();
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#kept.reduce((sum, { pyramid }) => sum + pyramid.bytes, 0);
  }

  find(photoId: string, size: RenderSize, key: string): Kept | null {
    return this.#use((each) => each.photoId === photoId && each.size === size && each.key === key);
  }

  byRevision(photoId: string, revision: number): Kept | null {
    return this.#use(
      (each) => each.photoId === photoId && (each.revision === revision || each.former?.includes(revision) === true),
    );
  }

  /** Makes room before a picture is computed, so that memory never holds both without need. */
  reserve(bytes: number): void {
    while (this.#kept.length > 0 && this.bytes + bytes > this.#budget) this.#kept.shift();
  }

  /** Whether a picture fits without removing another one. */
  hasRoom(bytes: number): boolean {
    return this.bytes + bytes <= this.#budget;
  }

  keep(rendering: Omit<Kept, 'revision' | 'pyramid'>, raster: Raster): Kept {
    const pyramid = new Pyramid(raster);
    this.reserve(pyramid.bytes);
    const kept = { ...rendering, pyramid, revision: ++this.#revision };
    this.#kept.push(kept);
    return kept;
  }

  /** Gives a new revision to a rendering whose raster was changed in place. */
  renew(kept: Kept): void {
    kept.former = [...(kept.former ?? []), kept.revision].slice(-16);
    kept.pyramid = new Pyramid(kept.pyramid.raster);
    kept.revision = ++this.#revision;
  }

  /** Deletes all renderings of a photo, or those of one size. */
  drop(photoId: string, size?: RenderSize): void {
    this.#kept = this.#kept.filter((each) => each.photoId !== photoId || (size !== undefined && each.size !== size));
  }

  #use(wanted: (each: Kept) => boolean): Kept | null {
    const index = this.#kept.findIndex(wanted);
    if (index < 0) return null;
    const [found] = this.#kept.splice(index, 1);
    this.#kept.push(found!);
    return found!;
  }
}

/** A dozen megabytes in total: a painting has about a megapixel, whatever the size of its photo. */
const PAINTINGS_AT_MOST = 4;

/** The last paintings of one photo, so that their blending can change without painting again. */
export class Paintings {
  readonly #kept = new Map<string, Painted>();

  /** The paintings of one picture of the photo, which the key identifies. */
  of(picture: string): NonNullable<PaintOptions['paintings']> {
    const name = (key: string) => `${picture} ${key}`;
    return {
      find: (key) => {
        const found = this.#kept.get(name(key));
        if (found) this.#keep(name(key), found);
        return found ?? null;
      },
      keep: (key, painted) => this.#keep(name(key), painted),
    };
  }

  #keep(name: string, painted: Painted): void {
    this.#kept.delete(name);
    this.#kept.set(name, painted);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= PAINTINGS_AT_MOST) break;
      this.#kept.delete(oldest);
    }
  }
}
