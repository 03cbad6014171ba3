import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { StyleInfo } from '../../contract/app';
import type { Response } from '../../contract/calls';
import { languageOf } from '../../text';
import { translated } from '../../text/card';
import { useApp } from '../state/context';
import type { StyleChoice } from '../state/recipes';

/** The styles with their texts in the language of the window; null while they are not loaded. */
export function useStyles(): Response<'styles.list'> | null {
  const { i18n } = useTranslation();
  const styles = useApp((state) => state.styles);
  const language = languageOf(i18n);
  return useMemo(
    () => styles && { ...styles, presets: styles.presets.map((preset) => translated(preset, language)) },
    [styles, language],
  );
}

/** The preset of a choice; null for the user's own picture, or while the styles are not loaded. */
export function presetOf(choice: StyleChoice, styles: Response<'styles.list'> | null): StyleInfo | null {
  if (choice.code !== undefined) return null;
  return styles?.presets.find(({ id }) => id === choice.style) ?? null;
}

/** The name of a style: of its painting, or of the user's own picture. */
export function styleName(choice: StyleChoice, styles: Response<'styles.list'> | null): string {
  return presetOf(choice, styles)?.work ?? choice.style;
}
