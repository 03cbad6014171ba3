import type { StyleInfo } from '../../contract/app';
import type { Response } from '../../contract/calls';
import type { StyleChoice } from '../state/recipes';

/** The preset of a choice; null for the user's own picture, or while the styles are not loaded. */
export function presetOf(choice: StyleChoice, styles: Response<'styles.list'> | null): StyleInfo | null {
  if (choice.code !== undefined) return null;
  return styles?.presets.find(({ id }) => id === choice.style) ?? null;
}

/** The name of a style: of its painting, or of the user's own picture. */
export function styleName(choice: StyleChoice, styles: Response<'styles.list'> | null): string {
  return presetOf(choice, styles)?.work ?? choice.style;
}
