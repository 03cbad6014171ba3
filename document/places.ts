import { AT_THRESHOLD, acceptAt, STEPS_PER_LOGIT } from './evidence';
import type { Rect, Size } from './geometry';
import { type MaskDocument, type MaskSource, sensitivityOf } from './mask';

/**
 * The places that a mask repairs: its connected pieces. They are found at the resolution of the detector, so that specks
 * that nearly touch are one place. The page and the engine run the same code, so they count the same places.
 */

/** A crease, scratch or hair; a stain, dust or flake; a torn corner, hole or tape; dust that an infrared picture shows. */
export const PLACE_KINDS = ['line', 'area', 'loss', 'infrared'] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

/** One connected piece of a mask. Its box is in pixels of the full-size photo. */
export interface Place extends Rect {
  /** The number of pixels of the full-size photo that a repair replaces, wholly or in part. */
  readonly pixels: number;
  /** What it mostly is; null: nothing was detected here, it was painted by hand. */
  readonly kind: PlaceKind | null;
  /** How certain the detector is at its most certain pixel, 0..1; null where nothing was detected. */
  readonly certainty: number | null;
  /** The cell of its most certain pixel, in pixels of the full-size photo. */
  readonly core: Rect;
  /** The row, first and end column of each run of its cells, in the grid of the search. */
  readonly runs: readonly Run[];
  readonly grid: Size;
}

export type Run = readonly [row: number, from: number, end: number];

/** Cells of the grid without a detector. */
const MOST_CELLS = 6_000_000;
/** About as many pixels of the photo are read at a time, along each axis. Most blocks are empty and cost nothing. */
const BLOCK = 128;
const ROWS = 64;

/** The first pixel of a cell: that whose centre is the first to lie in it. Agrees with how an outline is filled. */
const startOf = (cell: number, cells: number, pixels: number) => Math.max(0, Math.ceil((cell * pixels) / cells - 0.5));

/** The pixels of the photo that belong to cells of a grid. */
export function pixelsOf(cells: Rect, grid: Size, photo: Size): Rect {
  const x = startOf(cells.x, grid.width, photo.width);
  const y = startOf(cells.y, grid.height, photo.height);
  return {
    x,
    y,
    width: startOf(cells.x + cells.width, grid.width, photo.width) - x,
    height: startOf(cells.y + cells.height, grid.height, photo.height) - y,
  };
}

/** The grid in which pixels count as connected. */
function gridOf({ evidence, width, height }: MaskSource): Size {
  if (evidence !== null) return { width: Math.min(width, evidence.width), height: Math.min(height, evidence.height) };
  const scale = Math.min(1, Math.sqrt(MOST_CELLS / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

/** A run of cells while the search goes on. */
interface Found {
  row: number;
  from: number;
  end: number;
  pixels: number;
  /** Another run of the same place, or itself. */
  parent: number;
  /** Its most certain cell; without evidence, the middle. */
  best: number;
  certainty: number;
  votes: [number, number, number, number];
}

/**
 * Finds the places of a mask. Works in small steps, so that the page stays fluid and a job of the engine can be
 * cancelled.
 */
export class PlaceSearch {
  private readonly grid: Size;
  private readonly found: Found[] = [];
  /** The runs of the row above begin at this index. */
  private above = { from: 0, row: -2 };
  /** The next cells to read. */
  private row = 0;
  private column = 0;
  private readonly counts: Uint32Array;
  private readonly level: number;
  private readonly accepted: Uint8Array | null;
  private result: readonly Place[] | null = null;

  constructor(
    private readonly mask: MaskDocument,
    private readonly source: MaskSource,
    ops: Parameters<typeof sensitivityOf>[0],
  ) {
    this.grid = gridOf(source);
    const { evidence } = source;
    const accepted = evidence && acceptAt(evidence, sensitivityOf(ops, source.settings));
    this.accepted = accepted && evidence?.width === this.grid.width ? accepted.plane : null;
    this.level = accepted?.level ?? 0;
    this.counts = new Uint32Array(this.grid.width * Math.max(1, Math.ceil((ROWS * this.grid.height) / mask.height)));
  }

  /** Searches until `deadline` (in the time of `performance.now`). The places, the largest first; null: not finished. */
  step(deadline = Number.POSITIVE_INFINITY): readonly Place[] | null {
    while (this.row < this.grid.height) {
      this.readBlock();
      if (performance.now() > deadline) return null;
    }
    this.result ??= this.gather();
    return this.result;
  }

  /** Reads a block of cells. At the end of the rows, continues the places of the row above. */
  private readBlock(): void {
    const { grid, mask, counts, column } = this;
    const rows = Math.min(grid.height - this.row, counts.length / grid.width);
    if (column === 0) counts.fill(0);
    const width = Math.min(grid.width - column, Math.max(1, Math.floor((BLOCK * grid.width) / mask.width)));
    const cells = { x: column, y: this.row, width, height: rows };
    this.countPixels(cells, pixelsOf(cells, grid, mask));
    this.column += width;
    if (this.column < grid.width) return;
    this.column = 0;
    for (let y = 0; y < rows; y++, this.row++) this.connect(counts.subarray(y * grid.width, (y + 1) * grid.width));
  }

  private countPixels(cells: Rect, block: Rect): void {
    const { grid, mask, counts } = this;
    if (mask.constant(block) === 0) return;
    const values = new Uint8Array(block.width * block.height);
    mask.read(block, values);
    const cellAt = new Uint32Array(block.width);
    for (let cell = cells.x; cell < cells.x + cells.width; cell++) {
      cellAt.fill(cell, startOf(cell, grid.width, mask.width) - block.x);
    }
    for (let cell = 0; cell < cells.height; cell++) {
      const top = startOf(cells.y + cell, grid.height, mask.height) - block.y;
      const bottom = startOf(cells.y + cell + 1, grid.height, mask.height) - block.y;
      const target = cell * grid.width;
      for (let i = top * block.width, x = 0; i < bottom * block.width; i++) {
        if (values[i] !== 0) counts[target + cellAt[x]!]! += 1;
        if (++x === block.width) x = 0;
      }
    }
  }

  /** Adds the runs of a row of cells, each connected with those above that it touches, also by a corner. */
  private connect(counts: Uint32Array): void {
    const { found, row } = this;
    const first = found.length;
    let upper = this.above.row === row - 1 ? this.above.from : first;
    for (let x = 0; x < counts.length; x++) {
      if (counts[x] === 0) continue;
      const run = this.readRun(counts, x);
      const index = found.push(run) - 1;
      run.parent = index;
      x = run.end;
      while (upper < first && found[upper]!.end < run.from) upper++;
      for (let other = upper; other < first && found[other]!.from <= run.end; other++) {
        const [one, two] = [this.rootOf(other), this.rootOf(index)];
        found[Math.max(one, two)]!.parent = Math.min(one, two);
      }
    }
    this.above = { from: first, row };
  }

  private readRun(counts: Uint32Array, from: number): Found {
    const { accepted, level, row, grid } = this;
    const { plane = null, kinds } = this.source.evidence ?? {};
    const run: Found = { row, from, end: from, pixels: 0, parent: 0, best: 0, certainty: 0, votes: [0, 0, 0, 0] };
    for (; run.end < counts.length && counts[run.end] !== 0; run.end++) {
      run.pixels += counts[run.end]!;
      const index = row * grid.width + run.end;
      if (accepted === null || accepted[index]! < level) continue;
      if (plane![index]! > run.certainty) {
        run.certainty = plane![index]!;
        run.best = run.end;
      }
      if (kinds) run.votes[kinds[index] as 0 | 1 | 2 | 3] += 1;
    }
    if (run.certainty === 0) run.best = Math.floor((run.from + run.end) / 2);
    return run;
  }

  private rootOf(index: number): number {
    const { found } = this;
    let root = index;
    while (found[root]!.parent !== root) root = found[root]!.parent;
    for (let at = index; at !== root; ) {
      const next = found[at]!.parent;
      found[at]!.parent = root;
      at = next;
    }
    return root;
  }

  private gather(): Place[] {
    const places = new Map<number, Found[]>();
    for (const [index, run] of this.found.entries()) {
      const root = this.rootOf(index);
      const runs = places.get(root);
      if (runs) runs.push(run);
      else places.set(root, [run]);
    }
    const all = [...places.values()].map((runs) => this.placeOf(runs));
    // The order is the same everywhere, also between places of one size.
    return all.sort((a, b) => b.pixels - a.pixels || a.y - b.y || a.x - b.x);
  }

  private placeOf(runs: readonly Found[]): Place {
    const { grid, mask } = this;
    const isDetected = runs.some(({ certainty }) => certainty > 0);
    const weight = (run: Found) => (isDetected ? run.certainty : run.pixels);
    let [left, right, pixels] = [grid.width, 0, 0];
    let core = runs[0]!;
    const votes = [0, 0, 0, 0];
    for (const run of runs) {
      left = Math.min(left, run.from);
      right = Math.max(right, run.end);
      pixels += run.pixels;
      if (weight(run) > weight(core)) core = run;
      for (let kind = 0; kind < votes.length; kind++) votes[kind]! += run.votes[kind]!;
    }
    const most = Math.max(...votes);
    const top = runs[0]!.row;
    const cells = { x: left, y: top, width: right - left, height: runs.at(-1)!.row + 1 - top };
    return {
      ...pixelsOf(cells, grid, mask),
      pixels,
      kind: most > 0 ? PLACE_KINDS[votes.indexOf(most)]! : null,
      certainty: isDetected ? 1 / (1 + Math.exp(-(core.certainty - AT_THRESHOLD) / STEPS_PER_LOGIT)) : null,
      core: pixelsOf({ x: core.best, y: core.row, width: 1, height: 1 }, grid, mask),
      runs: runs.map(({ row, from, end }) => [row, from, end]),
      grid,
    };
  }
}

/** Milliseconds of a search between two chances to cancel it. */
const SEARCH_MS = 50;

/** Searches to the end, for callers off the page. `breathe` is called now and then, and throws to cancel. */
export async function findPlaces(
  ...[mask, source, ops, breathe]: [...ConstructorParameters<typeof PlaceSearch>, breathe: () => Promise<void>]
): Promise<readonly Place[]> {
  const search = new PlaceSearch(mask, source, ops);
  for (;;) {
    const places = search.step(performance.now() + SEARCH_MS);
    if (places !== null) return places;
    await breathe();
  }
}
