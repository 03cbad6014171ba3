import { fromLinear, toLinear } from '../../colour';

/**
 * Linear light that a black surface seems to have in a scan of a print. Density is measured above it, which keeps
 * curves finite at black and avoids amplifying noise in the shadows.
 */
export const FLARE = 0.008;

/** Density above flare of an sRGB component: 0 at white, about 2.1 at black. */
export function densityOf(component: number): number {
  return -Math.log10((toLinear(component) + FLARE) / (1 + FLARE));
}

export const FULL_BLACK = densityOf(0);

/** The sRGB component of a density; 0 for a density beyond black. */
export function componentOf(density: number): number {
  return fromLinear(Math.max(0, 10 ** -density * (1 + FLARE) - FLARE));
}
