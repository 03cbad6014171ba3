import type { RenderSize, StepReport } from '../../contract/photo';
import { Pyramid } from '../photos/pyramid';
import type { LocalRepairs } from '../restoration/local';
import type { Raster } from '../restoration/raster';
import type { Painted, PaintOptions } from '../restoration/steps/style/style';

/** A computed picture of a photo. `key` says from which steps with which settings it came. */
export interface Kept {
  photoId: string;
  size: RenderSize;
  key: string;
  revision: number;
  pyramid: Pyramid;
  /** Share of pixels inside the repair mask. */
  masked: number;
  /** Of the steps that were run, in order. */
  reports: StepReport[];
  /** What was repaired by hand on this very raster ... */
  repairs?: LocalRepairs;
  /** ... and the revisions that it had before: whoever still looks at one sees the newest. */
  former?: number[];
}

/**
 * The renderings that are kept, over all photos, within a budget of memory: what was not looked at for longest goes
 * first. The newest always stays, however large it is.
 */
export class Renderings {
  #budget: number;
  /** Starts at a new number with every process, so that a picture's URL never means two pictures. */
  #revision = Date.now();
  /** Oldest first. */
  #kept: Kept[] = [];

  /** @param budget bytes */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** Gives another budget in bytes, which holds at once. */
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

  /** Makes room for a picture that is about to be computed, so that the two never lie in memory together needlessly. */
  reserve(bytes: number): void {
    while (this.#kept.length > 0 && this.bytes + bytes > this.#budget) this.#kept.shift();
  }

  /** True where a picture fits without another having to go. */
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

  /** Forgets everything of a photo. */
  drop(photoId: string): void {
    this.#kept = this.#kept.filter((each) => each.photoId !== photoId);
  }

  #use(wanted: (each: Kept) => boolean): Kept | null {
    const index = this.#kept.findIndex(wanted);
    if (index < 0) return null;
    const [found] = this.#kept.splice(index, 1);
    this.#kept.push(found!);
    return found!;
  }
}

/** A dozen megabytes: a painting is a megapixel, whatever the size of its photo. */
const PAINTINGS_AT_MOST = 4;

/** What was painted of one photo last, so that how it is laid over the photo can be changed without painting it again. */
export class Paintings {
  readonly #kept = new Map<string, Painted>();

  /** Those of one picture of the photo, which the key stands for. */
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
