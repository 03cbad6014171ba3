import type { TargetSize, UpscaleSettings } from '../contract/recipe';

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Longer edge in pixels that a target asks for. */
export function longerEdge(target: TargetSize): number {
  return target.unit === 'pixels' ? target.longer : Math.max(1, Math.round((target.longer / 2.54) * target.dpi));
}

/**
 * The size of a picture after enlargement, and by how many times it gets wider. A target never makes a picture smaller:
 * `times` is then 1.
 */
export function enlargedSize(
  { scale, target }: Pick<UpscaleSettings, 'scale' | 'target'>,
  { width, height }: Size,
): Size & { times: number } {
  const times = target ? longerEdge(target) / Math.max(width, height) : scale;
  return times <= 1
    ? { width, height, times: 1 }
    : { width: Math.round(width * times), height: Math.round(height * times), times };
}
