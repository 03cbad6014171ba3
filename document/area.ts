import { intersection, type Rect } from './geometry';

/**
 * A closed outline, filled by the non-zero winding rule, so that a lasso that crosses itself has no holes. A pixel is
 * inside if its centre is.
 */
export class AreaFiller {
  readonly bounds: Rect;

  /** @param points x and y of each corner in turn, in pixels of the full-size photo */
  constructor(private readonly points: readonly number[]) {
    let left = Number.POSITIVE_INFINITY;
    let top = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    let bottom = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < points.length; i += 2) {
      left = Math.min(left, points[i]!);
      right = Math.max(right, points[i]!);
      top = Math.min(top, points[i + 1]!);
      bottom = Math.max(bottom, points[i + 1]!);
    }
    const x = Math.floor(left);
    const y = Math.floor(top);
    this.bounds = { x, y, width: Math.max(1, Math.ceil(right) - x), height: Math.max(1, Math.ceil(bottom) - y) };
  }

  /** Writes `value` into the pixels of `rect` that lie inside. */
  fill(rect: Rect, values: Uint8Array, value: number): void {
    const area = intersection(rect, this.bounds);
    if (!area) return;
    const { points } = this;
    const crossings: { x: number; turn: number }[] = [];
    for (let y = area.y; y < area.y + area.height; y++) {
      const centre = y + 0.5;
      crossings.length = 0;
      for (let i = 0; i < points.length; i += 2) {
        const j = (i + 2) % points.length;
        const ay = points[i + 1]!;
        const by = points[j + 1]!;
        if (ay <= centre === by <= centre) continue;
        const x = points[i]! + ((centre - ay) * (points[j]! - points[i]!)) / (by - ay);
        crossings.push({ x, turn: ay <= centre ? 1 : -1 });
      }
      crossings.sort((one, other) => one.x - other.x);
      let winding = 0;
      for (let i = 0; i + 1 < crossings.length; i++) {
        winding += crossings[i]!.turn;
        if (winding === 0) continue;
        const from = Math.max(area.x, Math.ceil(crossings[i]!.x - 0.5));
        const to = Math.min(area.x + area.width, Math.ceil(crossings[i + 1]!.x - 0.5));
        const start = (y - rect.y) * rect.width - rect.x;
        if (to > from) values.fill(value, start + from, start + to);
      }
    }
  }
}
