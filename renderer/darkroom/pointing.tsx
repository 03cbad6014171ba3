import type { Point } from './geometry';

/** What the tools that draw on the photo share, by pointer and by keys. */

/** How far an arrow key moves the crosshair, in pane pixels; ten times as far with Shift. */
export const KEY_STEP = 8;
export const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Rounds to sixteenths of a pixel: precise enough, and short in the file. */
export const rounded = ({ x, y }: Point): Point => ({ x: Math.round(x * 16) / 16, y: Math.round(y * 16) / 16 });

/** The crosshair that keys move, within an SVG of the pane. `radius`: of the brush, in pane pixels. */
export function Crosshair({ place, radius }: { place: Point; radius?: number }) {
  return (
    <g data-testid="crosshair" transform={`translate(${place.x} ${place.y})`}>
      {(['#000000', '#ffffff'] as const).map((colour) => (
        <path
          key={colour}
          d="M-10 0H-3M3 0H10M0 -10V-3M0 3V10"
          stroke={colour}
          strokeWidth={colour === '#000000' ? 3 : 1}
        />
      ))}
      {radius !== undefined && <circle r={radius} fill="none" stroke="#ffffff" strokeWidth={1} />}
    </g>
  );
}
