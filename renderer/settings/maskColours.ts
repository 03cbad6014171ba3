/** Colours that hardly occur in old photos. */
export const MASK_COLOURS = {
  magenta: '#ff00c8',
  cyan: '#00e5ff',
  green: '#2bff00',
  yellow: '#fff000',
  red: '#ff2a1f',
} as const;

export const MASK_COLOUR_NAMES = Object.keys(MASK_COLOURS) as (keyof typeof MASK_COLOURS)[];
