import { useEffect, useState } from 'react';
import type { Photo } from '../../../contract/photo';
import { pictureUrl } from '../../../contract/pictures';
import { useApp } from '../../state/context';
import type { OpenPhoto } from '../../state/model';
import { pixelsOf } from '../pickColour';
import { paletteOf } from './palette';

/** Longer side of the picture that the palette is taken from, in pixels. */
const SIDE = 96;

/** The colours of a photo's result, as it was when it first had some; empty before. They stay while places get other colours. */
export function usePalette(entry: OpenPhoto, photo: Photo): readonly string[] {
  const base = useApp((state) => state.info?.pictureBase ?? null);
  const [palette, setPalette] = useState<readonly string[]>([]);
  const revision = entry.rendering?.revision ?? null;
  const isMissing = palette.length === 0;
  const { id, width, height } = photo;
  useEffect(() => {
    if (base === null || revision === null || !isMissing) return;
    let isLatest = true;
    const share = Math.min(1, SIDE / Math.max(width, height));
    const url = pictureUrl(base, {
      photoId: id,
      layer: 'result',
      revision,
      x: 0,
      y: 0,
      w: width,
      h: height,
      width: Math.max(1, Math.round(width * share)),
      height: Math.max(1, Math.round(height * share)),
      lossless: 1,
    });
    pixelsOf(url).then(
      (pixels) => isLatest && setPalette(paletteOf(pixels)),
      // The rendering was replaced by a newer one, which is asked for in turn.
      () => {},
    );
    return () => {
      isLatest = false;
    };
  }, [base, revision, isMissing, id, width, height]);
  return palette;
}
