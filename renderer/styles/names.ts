import type { StyleInfo } from '../../contract/app';
import type { Response } from '../../contract/calls';
import type { StyleChoice } from '../state/recipes';

/** The preset that a choice means; null where it is a picture of one's own, or not known (yet). */
export function presetOf(choice: StyleChoice, styles: Response<'styles.list'> | null): StyleInfo | null {
  if (choice.code !== undefined) return null;
  return styles?.presets.find(({ id }) => id === choice.style) ?? null;
}

/** What a style is called: by its work, or by the name of one's own picture. */
export function styleName(choice: StyleChoice, styles: Response<'styles.list'> | null): string {
  return presetOf(choice, styles)?.work ?? choice.style;
}
