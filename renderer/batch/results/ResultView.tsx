import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { BatchRow } from '../../../contract/batch';
import { ORIGINAL, thumbnailUrl } from '../../../contract/pictures';
import { CompareView } from '../../darkroom/CompareView';
import { rectInPane, type Size } from '../../darkroom/geometry';
import { PictureRefused } from '../../darkroom/loadPicture';
import { Tag } from '../../darkroom/Tags';
import type { Source } from '../../darkroom/tiling';
import { useActions, useApp, useBatch, useView } from '../../state/context';
import { type Look, resultViewKey } from '../../state/results';
import { viewOf } from '../../state/view';

/** A photo of a batch and its result in the viewer of the darkroom. */
export function ResultView({ row, look }: { row: BatchRow; look: Look }) {
  const { t } = useTranslation();
  const { results } = useActions();
  const mode = useView((state) => state.mode);
  const { photoId, width, height, result } = look;
  const photo = { width, height };
  const original: Source = { photoId, photo, layer: 'original', revision: ORIGINAL, size: photo };
  const after: Source | null = result && { ...original, layer: 'result', revision: result.revision, size: result };
  const hasSame = result === null && row.written !== null;
  return (
    <CompareView
      viewKey={resultViewKey(row)}
      name={row.name}
      photo={photo}
      mode={mode === 'variants' ? 'split' : mode}
      original={original}
      before={original}
      after={after}
      hasResult={after !== null}
      beforeTag={<Tag testId="result-before">{t('results.original')}</Tag>}
      afterTag={<Tag testId="result-after">{t('results.result')}</Tag>}
      overlay={null}
      frame={<Repaired row={row} photo={photo} />}
      revision={result?.revision}
      onRefused={(_, reason) => {
        const isGone = reason instanceof PictureRefused && reason.isGone;
        if (isGone) results.renew();
        return isGone;
      }}
    >
      {hasSame && (
        <div className="pointer-events-none absolute top-2 left-2 z-20 flex">
          <Tag testId="result-same">{t('results.unchangedResult')}</Tag>
        </div>
      )}
    </CompareView>
  );
}

/** Marks what was repaired, in the colour of masks. */
function Repaired({ row: { index, masked, version }, photo }: { row: BatchRow; photo: Size }) {
  const base = useApp((state) => state.info?.pictureBase ?? null);
  const colour = useApp((state) => state.settings.maskColour);
  const opacity = useApp((state) => state.settings.maskOpacity);
  const isShown = useView((state) => state.maskShown);
  const pane = useView((state) => state.pane);
  const view = useView(useShallow((state) => viewOf(state, resultViewKey({ index }), photo)));
  const batchId = useBatch((state) => state.batch?.id ?? null);
  if (!masked || !isShown || base === null || batchId === null) return null;
  const { x, y, width, height } = rectInPane(view, pane, { x: 0, y: 0, ...photo });
  const picture = `url("${thumbnailUrl(base, { batchId, index, side: 'mask' }, version)}")`;
  return (
    <div
      data-testid="repaired"
      className="pointer-events-none absolute"
      style={{
        left: x,
        top: y,
        width,
        height,
        background: colour,
        opacity,
        maskImage: picture,
        maskSize: '100% 100%',
      }}
    />
  );
}
