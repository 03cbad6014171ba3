import { useId } from 'react';
import { useApp } from '../state/context';
import type { View } from './geometry';
import { Picture } from './Picture';
import type { Source } from './tiling';

/**
 * The damage that was found, in the user's colour. A filter takes the mask from the picture's brightness and opacity
 * (white on black serves as well as white on nothing), which needs no reading of pixels and so works across origins.
 */
export function MaskOverlay({ source, view }: { source: Source; view: View }) {
  const id = useId();
  const colour = useApp((state) => state.settings.maskColour);
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const matrix = `0 0 0 0 ${red}  0 0 0 0 ${green}  0 0 0 0 ${blue}  0.34 0.33 0.33 1 -1`;
  return (
    <div data-testid="mask-overlay" className="pointer-events-none absolute inset-0 opacity-70">
      <svg width="0" height="0" aria-hidden="true" className="absolute">
        <filter id={id} colorInterpolationFilters="sRGB" x="0" y="0" width="100%" height="100%">
          <feColorMatrix type="matrix" values={matrix} />
        </filter>
      </svg>
      <div className="absolute inset-0 overflow-hidden" style={{ filter: `url("#${id}")` }}>
        <Picture source={source} view={view} />
      </div>
    </div>
  );
}
