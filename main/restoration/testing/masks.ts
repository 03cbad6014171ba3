import type { Mask } from '../mask';
import type { Rect } from '../raster';

/** The mask of a set of pixels. */
export function maskOf(
  { width, height }: { width: number; height: number },
  isMasked: (x: number, y: number) => boolean,
): Mask {
  const values = Uint8Array.from({ length: width * height }, (_, i) =>
    isMasked(i % width, Math.floor(i / width)) ? 255 : 0,
  );
  const read = (rect: Rect, out: Uint8Array) => {
    for (let y = 0, target = 0; y < rect.height; y++) {
      for (let x = 0; x < rect.width; x++) out[target++] = values[(rect.y + y) * width + rect.x + x]!;
    }
  };
  const any = (rect: Rect) => {
    const out = new Uint8Array(rect.width * rect.height);
    read(rect, out);
    return out.some((value) => value > 0);
  };
  return { width, height, read, any, coverage: () => values.filter((value) => value > 0).length / values.length };
}

/** Whether a pixel lies in one of these rectangles. */
export const inRects =
  (...rects: readonly Rect[]) =>
  (x: number, y: number): boolean =>
    rects.some((r) => x >= r.x && y >= r.y && x < r.x + r.width && y < r.y + r.height);
