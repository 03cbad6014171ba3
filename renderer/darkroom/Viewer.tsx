import { LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { Photo } from '../../contract/photo';
import { ORIGINAL } from '../../contract/pictures';
import { useActions, useCrop, useJobs, useReview, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { viewOf } from '../state/view';
import { JobProgress } from '../status/JobProgress';
import { CompareView } from './CompareView';
import { CropShade } from './CropShade';
import { CropView } from './crop/CropView';
import { GreyPicker } from './GreyPicker';
import { HintBar } from './hints/HintBar';
import { HintLayer } from './hints/HintLayer';
import { PictureRefused } from './loadPicture';
import { MaskLayer } from './mask/MaskLayer';
import { ToolOptions } from './mask/ToolOptions';
import { ToolStrip } from './mask/ToolStrip';
import { PlaceFrame } from './review/PlaceFrame';
import { ReviewBar } from './review/ReviewBar';
import { useReviewed } from './review/useReviewed';
import { SideTag } from './Tags';
import type { Source } from './tiling';
import { useSides } from './useSides';
import { Variants } from './Variants';
import { ViewerMenu } from './ViewerMenu';

/** The active photo, from the moment its file is chosen. */
export function Viewer({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const mode = useView((state) => state.mode);
  const cropping = useCrop((state) => (state.cropping?.key === entry.key ? state.cropping : null));
  const job = useJobs(
    ({ jobs }) => jobs.find(({ photoKey, kind }) => kind === 'open' && photoKey === entry.key) ?? null,
  );
  if (entry.photo === null) {
    const text = t('viewer.opening', { name: entry.name });
    return (
      <div data-testid="viewer-opening" className="flex h-full flex-col items-center justify-center gap-3">
        <span className="flex max-w-80 items-center gap-2">
          <LoaderCircle size={16} strokeWidth={1.5} className="shrink-0 animate-spin" />
          <span className="truncate">{text}</span>
        </span>
        <span className="flex h-4 items-center gap-3 text-xs">
          {job !== null && <JobProgress job={job} text={text} />}
        </span>
      </div>
    );
  }
  if (cropping !== null) return <CropView entry={entry} cropping={cropping} />;
  if (mode === 'variants' && entry.recipe !== null) return <Variants entry={entry} photo={entry.photo} />;
  return <PhotoViewer entry={entry} photo={entry.photo} />;
}

function PhotoViewer({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  const { renew } = useActions();
  const view = useView(useShallow((state) => viewOf(state, entry.key, photo)));
  const mode = useView((state) => state.mode);
  const isReviewing = useReview((state) => state.key === entry.key);
  const reviewed = useReviewed(entry);
  const { before, after, options } = useSides(entry, photo, view);
  const original: Source = { photoId: photo.id, photo, layer: 'original', revision: ORIGINAL, size: photo };
  const crop = entry.edit?.crop;
  const viewer = (
    <CompareView
      viewKey={entry.key}
      name={entry.name}
      photo={photo}
      mode={mode}
      original={original}
      before={before.source}
      after={after.source}
      hasResult={entry.rendering !== null}
      beforeTag={<SideTag place="before" shown={before} options={options} />}
      afterTag={<SideTag place="after" shown={after} options={options} />}
      overlay={
        <>
          <MaskLayer entry={entry} photo={photo} view={view} />
          <HintLayer entry={entry} photo={photo} view={view} />
          <GreyPicker entry={entry} photo={photo} view={view} />
        </>
      }
      frame={
        <>
          {crop && <CropShade crop={crop} photo={photo} view={view} />}
          {reviewed !== null && <PlaceFrame {...reviewed} view={view} />}
        </>
      }
      withMenu={(viewer) => <ViewerMenu trigger={viewer} />}
      clear={isReviewing ? 60 : 8}
      revision={entry.rendering?.revision}
      onRefused={(source, reason) => {
        const isGone = source.revision !== ORIGINAL && reason instanceof PictureRefused && reason.isGone;
        if (isGone) renew(entry.key, source.revision);
        return isGone;
      }}
    >
      {isReviewing && <ReviewBar photoKey={entry.key} photo={photo} shown={reviewed} />}
    </CompareView>
  );
  // The tools have their own places beside the photo and never cover it.
  return (
    <div className="flex h-full flex-col">
      <ToolOptions entry={entry} photo={photo} />
      <HintBar entry={entry} photo={photo} />
      <div className="flex min-h-0 grow">
        <ToolStrip />
        {viewer}
      </div>
    </div>
  );
}
