import { intersection, type Rect, union } from './geometry';

/** A thinner brush could pass between the centres of the pixels. In pixels. */
const LEAST_RADIUS = 0.75;

/** A stroke of the brush or the eraser. Lengths are in pixels of the full-size photo. */
export interface Stroke {
  mode: 'paint' | 'erase';
  /** Diameter at full pressure. */
  size: number;
  /** Share of the radius that is fully covered, 0..1. */
  hardness: number;
  /** x, y and pressure (0..1) of each point in turn. */
  points: readonly number[];
}

/**
 * Draws a stroke into a mask. The tip is a disc whose radius follows the pressure. A pixel gets the greatest coverage of its
 * centre. A stroke can be drawn in pieces, into pieces of the picture, with the same result: painting keeps the greater
 * value, erasing the smaller.
 */
export class StrokePainter {
  /** The area that the stroke can change. */
  readonly bounds: Rect;
  private readonly boxes: Rect[];

  constructor(private readonly stroke: Stroke) {
    this.boxes = Array.from({ length: this.segments }, (_, i) => this.box(i));
    this.bounds = this.boxes.reduce<Rect | null>((all, box) => union(all, box), null)!;
  }

  /** One for each point: the disc at the first point, then the way from each point to the next. */
  get segments(): number {
    return this.stroke.points.length / 3;
  }

  /** The area that the segments from `first` on can change. */
  boundsFrom(first: number): Rect | null {
    return this.boxes.slice(first).reduce<Rect | null>((all, box) => union(all, box), null);
  }

  private radius(point: number): number {
    return Math.max(LEAST_RADIUS, (this.stroke.size / 2) * this.stroke.points[3 * point + 2]!);
  }

  private box(segment: number): Rect {
    const { points } = this.stroke;
    const start = Math.max(0, segment - 1);
    const radius = Math.max(this.radius(start), this.radius(segment));
    const x = Math.floor(Math.min(points[3 * start]!, points[3 * segment]!) - radius);
    const y = Math.floor(Math.min(points[3 * start + 1]!, points[3 * segment + 1]!) - radius);
    return {
      x,
      y,
      width: Math.ceil(Math.max(points[3 * start]!, points[3 * segment]!) + radius) - x,
      height: Math.ceil(Math.max(points[3 * start + 1]!, points[3 * segment + 1]!) + radius) - y,
    };
  }

  /** Draws the segments from `first` on into `values`, the mask inside `rect`. */
  draw(rect: Rect, values: Uint8Array, first = 0): void {
    for (let i = first; i < this.boxes.length; i++) {
      const area = intersection(rect, this.boxes[i]!);
      if (area) this.drawSegment(i, area, rect, values);
    }
  }

  private drawSegment(segment: number, area: Rect, rect: Rect, values: Uint8Array): void {
    const { points, hardness, mode } = this.stroke;
    const start = Math.max(0, segment - 1);
    const ax = points[3 * start]!;
    const ay = points[3 * start + 1]!;
    const dx = points[3 * segment]! - ax;
    const dy = points[3 * segment + 1]! - ay;
    const from = this.radius(start);
    const more = this.radius(segment) - from;
    const widest = Math.max(from, from + more);
    const square = dx * dx + dy * dy;
    const paints = mode === 'paint';
    const finished = paints ? 255 : 0;
    for (let y = area.y; y < area.y + area.height; y++) {
      const py = y + 0.5 - ay;
      // Only the part of the segment near this row can reach it.
      let left = area.x;
      let right = area.x + area.width;
      if (dy !== 0) {
        const one = (py - widest) / dy;
        const other = (py + widest) / dy;
        const low = Math.max(0, Math.min(one, other));
        const high = Math.min(1, Math.max(one, other));
        if (low > high) continue;
        const near = Math.min(low * dx, high * dx) + ax - widest;
        const far = Math.max(low * dx, high * dx) + ax + widest;
        left = Math.max(left, Math.floor(near) - 1);
        right = Math.min(right, Math.ceil(far) + 1);
      }
      let index = (y - rect.y) * rect.width + left - rect.x;
      for (let x = left; x < right; x++, index++) {
        const before = values[index]!;
        if (before === finished) continue;
        const px = x + 0.5 - ax;
        const along = square === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / square));
        const ex = px - along * dx;
        const ey = py - along * dy;
        const distance = ex * ex + ey * ey;
        const radius = from + along * more;
        if (distance >= radius * radius) continue;
        const hard = radius * hardness;
        const cover =
          distance <= hard * hard ? 255 : Math.round((255 * (radius - Math.sqrt(distance))) / (radius - hard));
        if (paints) {
          if (cover > before) values[index] = cover;
        } else if (255 - cover < before) {
          values[index] = 255 - cover;
        }
      }
    }
  }
}
