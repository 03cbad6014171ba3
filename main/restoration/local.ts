import type { Blend, LocalRepair } from '../../contract/edit';
import { intersection } from '../../document/geometry';
import { compileMask, FrameMask, maskBounds } from '../../document/mask';
import type { Raster, Rect } from './raster';
import { requireNamed } from './run';
import { copyFromSource } from './steps/repair/from-source';
import { inpaint } from './steps/repair/inpaint';
import { takeRedOut } from './steps/repair/red-eye';
import type { PassReport, StepTools, Wanted } from './tools';

/** Pixels of a rectangle, as samples of the raster. */
interface Patch {
  rect: Rect;
  data: Raster['data'];
}

/** How a place was repaired: by a generator, from a source, or as a red eye. */
export type LocalWork = { by: 'generator'; pass: PassReport } | { by: Blend | 'redEye' };

/** A local repair that was applied to a raster, with the pixels before and after. */
interface Applied {
  key: string;
  before: Patch[];
  after: Patch[];
  /** Null: there was nothing to do. */
  work: LocalWork | null;
}

/** Samples to keep of switched-off repairs, so that they can be switched on again without computing. */
const KEPT_SAMPLES = 12_000_000;

/**
 * The local repairs on one raster. They come after the steps of the recipe, each on the result of the previous ones.
 * They can be removed and applied again, and only real changes are computed.
 */
export class LocalRepairs {
  private readonly applied: Applied[] = [];
  /** Removed repairs, by themselves and all repairs before them. */
  private readonly spare = new Map<string, Applied>();

  /** @param full size of the full photo, which the repairs' lengths refer to */
  constructor(
    private readonly raster: Raster,
    private readonly full: { readonly width: number; readonly height: number },
  ) {}

  /** How the applied repairs were made. */
  get works(): LocalWork[] {
    return this.applied.flatMap(({ work }) => work ?? []);
  }

  /**
   * Makes the raster hold exactly the enabled repairs, in their order, filled by one generator. Returns whether anything
   * changed. Throws GENERATOR_MISSING with a reason if that is named and not here, and the errors of `inpaint`; the raster
   * then holds the repairs before the failed one.
   */
  async show(repairs: readonly LocalRepair[], tools: StepTools, by: Wanted = {}): Promise<boolean> {
    const wanted = repairs.filter(({ enabled }) => enabled);
    if (by.id !== undefined && wanted.some((each) => !each.source && !each.redEye))
      requireNamed(by.id, 'inpaint', 'repair', tools);
    const keys: string[] = [];
    for (const { mask, filling, source, redEye } of wanted) {
      keys.push(`${keys.at(-1) ?? JSON.stringify(by)}\n${JSON.stringify({ filling, source, redEye, mask })}`);
    }
    let kept = 0;
    while (kept < this.applied.length && this.applied[kept]!.key === keys[kept]) kept++;
    let changed = false;
    while (this.applied.length > kept) {
      const last = this.applied.pop()!;
      for (const patch of last.before.toReversed()) paste(this.raster, patch);
      this.spare.set(last.key, last);
      changed = true;
    }
    this.forget();
    for (const [i, repair] of wanted.entries()) {
      if (i < kept) continue;
      const known = this.spare.get(keys[i]!);
      if (known) {
        for (const patch of known.after) paste(this.raster, patch);
        this.spare.delete(known.key);
        this.applied.push(known);
      } else {
        this.applied.push(await this.compute(keys[i]!, repair, tools, by));
      }
      changed = true;
    }
    return changed;
  }

  /** Removes the applied repairs from a copy of the raster. */
  takeOff(copy: Raster): void {
    for (const { before } of this.applied.toReversed()) for (const patch of before.toReversed()) paste(copy, patch);
  }

  private async compute(key: string, repair: LocalRepair, tools: StepTools, wanted: Wanted): Promise<Applied> {
    const { raster, full } = this;
    const document = compileMask(repair.mask, {
      ...full,
      evidence: null,
      settings: { sensitivity: 0, grow: 0 },
      bitmaps: new Map(),
    });
    const bounds = maskBounds(document);
    const applied: Applied = { key, before: [], after: [], work: null };
    if (bounds === null) return applied;
    const mask = new FrameMask(document, raster);
    const region = intersection(mask.frameRect(bounds), { x: 0, y: 0, width: raster.width, height: raster.height });
    // Erased as a whole.
    if (region === null || !mask.any(region)) return applied;
    const before = (rect: Rect) => void applied.before.push(this.copy(rect));
    try {
      applied.work = await this.work(repair, mask, { region, before }, tools, wanted);
    } catch (error) {
      for (const patch of applied.before.toReversed()) paste(raster, patch);
      throw error;
    }
    applied.after = applied.before.map(({ rect }) => this.copy(rect));
    return applied;
  }

  private async work(
    { filling, source, redEye }: LocalRepair,
    mask: FrameMask,
    { region, before }: { region: Rect; before: (rect: Rect) => void },
    tools: StepTools,
    wanted: Wanted,
  ): Promise<LocalWork | null> {
    const { raster, full } = this;
    if (redEye) {
      before(region);
      return takeRedOut(raster, mask, region) ? { by: 'redEye' } : null;
    }
    if (source) {
      const { blend } = source;
      // On a smaller or larger picture the source is a whole number of its own pixels away.
      const dx = Math.round((source.dx * raster.width) / full.width);
      const dy = Math.round((source.dy * raster.height) / full.height);
      return (await copyFromSource(raster, mask, { blend, dx, dy, region, before }, tools)) ? { by: blend } : null;
    }
    const pass = await inpaint(raster, mask, tools, {
      wanted,
      region,
      full: full.width,
      chosen: filling === undefined ? [] : [{ filling, bounds: region, has: () => true }],
      before,
    });
    return { by: 'generator', pass };
  }

  private forget(): void {
    let samples = [...this.spare.values()].reduce((sum, each) => sum + samplesOf(each), 0);
    for (const [key, each] of this.spare) {
      if (samples <= KEPT_SAMPLES) return;
      samples -= samplesOf(each);
      this.spare.delete(key);
    }
  }

  private copy(rect: Rect): Patch {
    const { data, width, channels } = this.raster;
    const length = rect.width * channels;
    const copy = data.slice(0, length * rect.height);
    for (let y = 0; y < rect.height; y++) {
      const from = ((rect.y + y) * width + rect.x) * channels;
      copy.set(data.subarray(from, from + length), y * length);
    }
    return { rect: { ...rect }, data: copy };
  }
}

function paste(raster: Raster, { rect, data: from }: Patch): void {
  const { width, channels, data } = raster;
  const length = rect.width * channels;
  for (let y = 0; y < rect.height; y++) {
    data.set(from.subarray(y * length, (y + 1) * length), ((rect.y + y) * width + rect.x) * channels);
  }
}

function samplesOf({ before, after }: Applied): number {
  return [...before, ...after].reduce((sum, patch) => sum + patch.data.length, 0);
}
