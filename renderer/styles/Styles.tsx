import { LoaderCircle, Palette } from 'lucide-react';
import { type DragEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useApp } from '../state/context';
import { generatorOf, takesExample } from '../state/library';
import type { OpenPhoto } from '../state/model';
import { needOf, stepOf } from '../state/recipes';
import { Icon } from '../ui/Icon';
import { Gallery } from './Gallery';
import { useStyles } from './names';
import { OwnStyle } from './OwnStyle';
import { StyleCard } from './StyleCard';

/** Styles to paint the photo in, each shown on the photo itself. */
export function Styles({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const { load, take } = useActions().styles;
  const [isOver, setOver] = useState(false);
  const styles = useStyles();
  const generators = useApp((state) => state.generators);
  const { photo, recipe, analysis } = entry;
  useEffect(() => void load(), [load]);

  if (entry.phase === 'ready' && analysis === null) {
    return <p className="text-secondary">{t('restore.unmeasured')}</p>;
  }
  if (photo === null || recipe === null || analysis === null || styles === null) {
    return (
      <p className="flex items-center gap-2 text-secondary">
        <Icon of={LoaderCircle} className="shrink-0 animate-spin" />
        {t('styles.waiting')}
      </p>
    );
  }
  if (needOf(analysis, 'style')?.available !== true) {
    return (
      <div className="flex flex-col items-center px-4 pt-16 text-center">
        <Palette size={24} strokeWidth={1} aria-hidden="true" className="text-secondary" />
        <h2 className="mt-3 font-medium">{t('styles.missing')}</h2>
        <p className="mt-1 text-balance text-secondary">{t('styles.missingText')}</p>
      </div>
    );
  }
  const isCopied = takesExample(generators, generatorOf(stepOf(recipe, 'style'), 'generator'));
  const onDrop = (event: DragEvent) => {
    setOver(false);
    // The button for the picture to be copied takes what is dropped on it.
    if (event.target instanceof Element && event.target.closest('[data-drop="example"]') !== null) return;
    const [file] = event.dataTransfer.files;
    if (file !== undefined) void take(entry.key, file, isCopied);
  };
  return (
    <section
      aria-label={t('panel.style')}
      data-testid="styles"
      data-drop="style"
      onDragOver={(event) => setOver(event.dataTransfer.types.includes('Files'))}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={onDrop}
      className="min-h-full space-y-3"
    >
      <StyleCard entry={entry} recipe={recipe} styles={styles} />
      {!isCopied && <OwnStyle photoKey={entry.key} isOver={isOver} />}
      <Gallery entry={entry} photo={photo} recipe={recipe} styles={styles} />
    </section>
  );
}
