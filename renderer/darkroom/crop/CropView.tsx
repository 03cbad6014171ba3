import { useEffect } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { ORIGINAL } from '../../../contract/pictures';
import { useActions, useView } from '../../state/context';
import { type Cropping, pageViewKey } from '../../state/crop';
import type { OpenPhoto } from '../../state/model';
import { orientationOf, viewOf } from '../../state/view';
import { CompareView } from '../CompareView';
import type { Source } from '../tiling';
import { CropBar } from './CropBar';
import { CropOverlay } from './CropOverlay';
import { NegativeBar } from './NegativeBar';

/** The whole page of a photo with the crop over it. */
export function CropView({ entry, cropping }: { entry: OpenPhoto; cropping: Cropping }) {
  const { view: actions } = useActions();
  const { page, preview } = cropping;
  // The film base is picked on the film as it was scanned.
  const shown = cropping.isPicking ? page : (preview?.photo ?? page);
  const key = pageViewKey(entry.key);
  const view = useView(useShallow((state) => viewOf(state, key, page)));
  // The photo can be turned meanwhile, and its page with it.
  const orientation = useView((state) => orientationOf(state, entry.key));
  useEffect(() => actions.setOrientation(key, orientation), [actions, key, orientation]);
  const original: Source = { photoId: shown.id, photo: shown, layer: 'original', revision: ORIGINAL, size: page };
  return (
    <div className="flex h-full flex-col">
      <CropBar cropping={cropping} view={view} />
      {cropping.negative !== null && <NegativeBar cropping={cropping} negative={cropping.negative} />}
      <div className="flex min-h-0 grow">
        <CompareView
          viewKey={key}
          name={entry.name}
          photo={page}
          mode="original"
          original={original}
          before={null}
          after={null}
          hasResult={false}
          beforeTag={null}
          afterTag={null}
          overlay={<CropOverlay cropping={cropping} view={view} />}
          frame={null}
          revision={undefined}
          onRefused={() => false}
        />
      </div>
    </div>
  );
}
