import { maxValue, type Raster } from '../raster';
import { random } from './random';

/** Damage drawn on a photograph, with its true mask. */

/** A damaged copy of a raster of any kind, and its mask: 255 on damage, in rows without padding. */
export interface DamagedScene {
  raster: Raster;
  mask: Uint8Array;
}

/**
 * Draws creases, scratches, flakes and dust on a copy of a raster. Sizes grow with the picture's height. Pixels outside
 * the mask keep their bits.
 */
export function damageScene(clean: Raster, seed: number): DamagedScene {
  const { width, height, channels, depth } = clean;
  const raster: Raster = { width, height, channels, depth, data: clean.data.slice() };
  const mask = new Uint8Array(width * height);
  const next = random(seed + 1000);
  const unit = Math.max(1, height / 600);
  const max = maxValue(clean);

  // Creases across the print, some with a branch.
  const creases = 3 + Math.floor(next() * 2);
  for (let i = 0; i < creases; i++) {
    const angle = next() * Math.PI;
    crease(
      width * (0.2 + 0.6 * next()),
      height * (0.2 + 0.6 * next()),
      angle,
      height * (0.5 + 0.5 * next()),
      (1.6 + 1.6 * next()) * unit,
      1,
    );
  }
  // Fine scratches, nearly straight.
  for (let i = 0; i < 5; i++) {
    const angle = Math.PI / 2 + (next() - 0.5) * 0.5;
    wander(next() * width, next() * height, angle, height * (0.15 + 0.35 * next()), 0.02, () => 0.55 * unit, 0.94);
  }
  // Flakes: a cluster of discs with a ragged outline.
  for (let i = 0; i < 6; i++) {
    const cx = next() * width;
    const cy = next() * height;
    const size = (2 + 5 * next()) * unit;
    for (let k = 0; k < 7; k++)
      disc(cx + (next() - 0.5) * 2 * size, cy + (next() - 0.5) * 2 * size, size * (0.4 + 0.5 * next()), 0.95);
  }
  // Dust.
  for (let i = 0; i < 40; i++)
    disc(next() * width, next() * height, (0.7 + 1.1 * next()) * unit, next() < 0.75 ? 0.96 : 0.06);
  return { raster, mask };

  function crease(x: number, y: number, angle: number, length: number, radius: number, branches: number): void {
    const end = wander(x, y, angle, length / 2, 0.22, (t) => radius * (0.55 + 0.45 * next()) * (1 - 0.5 * t), 0.95);
    wander(x, y, angle + Math.PI, length / 2, 0.22, (t) => radius * (0.55 + 0.45 * next()) * (1 - 0.5 * t), 0.95);
    if (branches > 0)
      crease(end.x, end.y, angle + (next() < 0.5 ? -0.9 : 0.9), length * 0.35, radius * 0.6, branches - 1);
  }

  /** A polyline that turns slightly at every step. Returns its middle point. */
  function wander(
    x: number,
    y: number,
    angle: number,
    length: number,
    wobble: number,
    radius: (t: number) => number,
    tone: number,
  ): { x: number; y: number } {
    const step = 6 * unit;
    const steps = Math.max(2, Math.round(length / step));
    let halfway = { x, y };
    for (let i = 0; i < steps; i++) {
      const heading = angle + wobble * (next() * 2 - 1) * 2;
      angle += wobble * 0.35 * (next() * 2 - 1);
      const toX = x + step * Math.cos(heading);
      const toY = y + step * Math.sin(heading);
      capsule(x, y, toX, toY, radius(i / steps), tone);
      x = toX;
      y = toY;
      if (i === steps >> 1) halfway = { x, y };
    }
    return halfway;
  }

  function disc(x: number, y: number, radius: number, tone: number): void {
    capsule(x, y, x, y, radius, tone);
  }

  /** All points within `radius` of a segment, with an edge one pixel soft. */
  function capsule(x0: number, y0: number, x1: number, y1: number, radius: number, tone: number): void {
    const reach = radius + 1;
    const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
    const right = Math.min(width - 1, Math.ceil(Math.max(x0, x1) + reach));
    const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
    const bottom = Math.min(height - 1, Math.ceil(Math.max(y0, y1) + reach));
    const dx = x1 - x0;
    const dy = y1 - y0;
    const square = dx * dx + dy * dy;
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const t = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / square));
        const opacity = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(x - x0 - t * dx, y - y0 - t * dy)));
        if (opacity < 0.08) continue;
        const pixel = y * width + x;
        mask[pixel] = 255;
        for (let c = 0; c < channels; c++) {
          const at = pixel * channels + c;
          raster.data[at] = Math.round(raster.data[at]! * (1 - opacity) + tone * max * (1 - 0.03 * c) * opacity);
        }
      }
    }
  }
}
