import { LoaderCircle } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { Photo } from '../../contract/photo';
import { ORIGINAL } from '../../contract/pictures';
import { useActions, useApp, useJobs, useReview, useTools, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { viewOf } from '../state/view';
import { JobProgress } from '../status/JobProgress';
import { Button } from '../ui/Button';
import { CropShade } from './CropShade';
import type { Drawn } from './drawing';
import { GreyPicker } from './GreyPicker';
import { rectInPane } from './geometry';
import { PictureRefused } from './loadPicture';
import { MaskLayer } from './mask/MaskLayer';
import { ToolStrip } from './mask/ToolStrip';
import { NAVIGATOR_WIDTH, Navigator } from './Navigator';
import { PhotoCanvas, retryPictures } from './PhotoCanvas';
import { PlaceFrame } from './review/PlaceFrame';
import { ReviewBar } from './review/ReviewBar';
import { useReviewed } from './review/useReviewed';
import { SplitHandle } from './SplitHandle';
import { GainTag, SideTag, Tag, TagRow } from './Tags';
import type { Source } from './tiling';
import { useGestures } from './useGestures';
import { differenceOf, useSides } from './useSides';
import { Variants } from './Variants';
import { ViewerMenu } from './ViewerMenu';

/** The active photo, from the moment its file is chosen. */
export function Viewer({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const mode = useView((state) => state.mode);
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
  if (mode === 'variants' && entry.recipe !== null) return <Variants entry={entry} photo={entry.photo} />;
  return <PhotoViewer entry={entry} photo={entry.photo} />;
}

function PhotoViewer({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  const { t } = useTranslation();
  const { view: actions, renew } = useActions();
  const ref = useRef<HTMLDivElement>(null);
  const view = useView(useShallow((state) => viewOf(state, entry.key, photo)));
  const mode = useView((state) => state.mode);
  const pane = useView((state) => state.pane);
  const split = useView((state) => state.split);
  const peek = useView((state) => state.peek);
  const gain = useView((state) => state.gain);
  const clipping = useView((state) => state.clippingShown);
  const zoomedIn = useView((state) => state.views[entry.key] !== undefined);
  const [failed, setFailed] = useState(false);
  // Pictures that failed while the engine was down are loaded again when it is back.
  const engine = useApp((state) => state.engine?.state);
  useEffect(() => {
    if (engine !== 'ready') return;
    setFailed(false);
    retryPictures();
  }, [engine]);
  const isSide = mode === 'side' && entry.rendering !== null;
  usePaneSize(ref, isSide);
  const gestures = useGestures(ref, entry.key, photo);
  // The options of the active tool are along the top, the tools along the left.
  const isPainting = useTools((state) => state.tool !== null);
  const isReviewing = useReview((state) => state.key === entry.key);
  const reviewed = useReviewed(entry);
  const clear = isPainting || isReviewing ? 60 : 8;
  const aside = isPainting ? 62 : 8;

  const { before, after, options } = useSides(entry, photo, view);
  const original: Source = { photoId: photo.id, photo, layer: 'original', revision: ORIGINAL, size: photo };
  const overlay = (
    <>
      <MaskLayer entry={entry} photo={photo} view={view} />
      <GreyPicker entry={entry} photo={photo} view={view} />
    </>
  );
  const crop = entry.edit?.crop;
  const frame = (
    <>
      {crop && <CropShade crop={crop} photo={photo} view={view} />}
      {reviewed !== null && <PlaceFrame {...reviewed} view={view} />}
    </>
  );

  if (failed) {
    return (
      <div className="flex h-full flex-col items-center justify-center gap-3">
        <p>{t('viewer.pictureFailed')}</p>
        <Button
          onClick={() => {
            setFailed(false);
            retryPictures();
          }}
        >
          {t('common.retry')}
        </Button>
      </div>
    );
  }

  const place = rectInPane(view, pane, { x: 0, y: 0, width: photo.width, height: photo.height });
  const left = Math.max(0, place.x);
  const right = Math.min(pane.width, place.x + place.width);
  const top = Math.max(0, place.y);
  const bottom = Math.min(pane.height, place.y + place.height);
  const boundary = Math.round(left + split * (right - left));
  const tagTop = Math.max(top + 8, clear);
  const tagLeft = Math.max(left + 8, aside);
  // As wide as the photo, or as the pane where the photo is narrow. The navigator has the opposite corner.
  const noteRight = right - left < NOTE_WIDTH ? 8 : pane.width - right + 8;
  const noteAt = {
    right: noteRight,
    maxWidth: Math.max(0, pane.width - noteRight - (zoomedIn ? NAVIGATOR_WIDTH : noteRight)),
  };

  const onFailed = (source: Source, reason: unknown) => {
    if (source.revision !== 0 && reason instanceof PictureRefused && reason.isGone) renew(entry.key, source.revision);
    else setFailed(true);
  };
  // The original stands in for a picture that is not there yet.
  const former = before.source ?? original;
  const latter = peek ? original : (after.source ?? original);
  const instead = original;
  const shown = peek || after.source === null ? 'original' : mode;
  const difference = shown === 'difference' ? differenceOf(after.source, before.source, gain) : null;
  // Each half only loads the tiles it shows.
  const halves: Drawn[] = [
    { source: former, instead, clip: { x: 0, y: 0, width: boundary, height: pane.height } },
    { source: latter, instead, clip: { x: boundary, y: 0, width: pane.width - boundary, height: pane.height } },
  ];
  const seen: Drawn[] =
    shown === 'split'
      ? halves
      : difference !== null
        ? [{ source: difference, clip: null }]
        : [{ source: shown === 'original' ? original : latter, instead, clip: null }];
  const canvas = (pictures: readonly Drawn[]) => (
    <PhotoCanvas pictures={withClipping(pictures, clipping)} view={view} onFailed={onFailed} />
  );
  const beforeTag = <SideTag place="before" shown={before} options={options} />;
  const afterTag = <SideTag place="after" shown={after} options={options} />;
  const viewer = (
    // biome-ignore lint/a11y/useSemanticElements: a viewer is not a form; it takes the focus so that keys can move it.
    <div
      ref={ref}
      role="group"
      aria-label={t('viewer.label', { name: entry.name })}
      data-testid="viewer"
      data-mode={mode}
      data-revision={entry.rendering?.revision}
      data-view={`${view.x} ${view.y} ${view.scale}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys pan the photo.
      tabIndex={0}
      onKeyDown={(event) => panByKey(event, (dx, dy) => actions.pan(entry.key, photo, dx, dy))}
      {...gestures}
      className="group/viewer relative h-full touch-none overflow-hidden outline-none"
    >
      {isSide ? (
        <>
          <Pane left={0} width={pane.width}>
            {canvas([{ source: peek ? original : former, instead, clip: null }])}
            {overlay}
            {frame}
            <TagRow style={{ left: aside, top: clear }}>{beforeTag}</TagRow>
          </Pane>
          <Pane left={pane.width + 1} width={pane.width}>
            {canvas([{ source: latter, instead, clip: null }])}
            {frame}
            <TagRow style={{ right: 8, top: clear }}>{afterTag}</TagRow>
          </Pane>
          <div className="absolute inset-y-0 w-px bg-line" style={{ left: pane.width }} />
        </>
      ) : (
        <>
          <div className="absolute inset-0 isolate">
            {canvas(seen)}
            {overlay}
            {frame}
          </div>
          {shown === 'split' && (
            <>
              <SplitHandle left={left} right={right} top={top} bottom={bottom} />
              <TagRow hidden={boundary - left < 96} style={{ left: left + 8, top: tagTop }}>
                {beforeTag}
              </TagRow>
              <TagRow hidden={right - boundary < 96} style={{ right: pane.width - right + 8, top: tagTop }}>
                {afterTag}
              </TagRow>
            </>
          )}
          {shown === 'result' && <TagRow style={{ left: tagLeft, top: tagTop }}>{afterTag}</TagRow>}
          {shown === 'difference' && (
            <TagRow style={{ left: tagLeft, top: tagTop }}>
              {beforeTag}
              {afterTag}
              <GainTag />
            </TagRow>
          )}
          {shown === 'difference' && (
            <TagRow style={{ ...noteAt, bottom: pane.height - bottom + 8 }}>
              <Tag testId="difference-note">{t('compare.differenceNote', { gain })}</Tag>
            </TagRow>
          )}
        </>
      )}
      {/* The focus ring is drawn above the photo, which would cover an outline, and without a colour beside it. */}
      <span className="pointer-events-none absolute inset-0 z-10 outline-offset-[-1px] outline-text group-focus-visible/viewer:outline-1" />
      <ToolStrip entry={entry} photo={photo} />
      {isReviewing && <ReviewBar photoKey={entry.key} photo={photo} shown={reviewed} />}
      {zoomedIn && <Navigator entry={entry} photo={photo} view={view} source={after.source ?? original} />}
    </div>
  );
  return <ViewerMenu trigger={viewer} />;
}

/** Adds the clipping overlay above each picture. */
function withClipping(pictures: readonly Drawn[], shown: boolean): Drawn[] {
  if (!shown) return [...pictures];
  return pictures.flatMap((drawn) =>
    drawn.source.layer === 'difference'
      ? [drawn]
      : [drawn, { source: { ...drawn.source, layer: 'clipping' as const }, clip: drawn.clip }],
  );
}

/** Enough for a sentence on two lines. */
const NOTE_WIDTH = 280;

function Pane({ left, width, children }: { left: number; width: number; children: ReactNode }) {
  return (
    <div className="absolute inset-y-0 overflow-hidden" style={{ left, width }}>
      {children}
    </div>
  );
}

const PAN_STEP = 48;

function panByKey(event: KeyboardEvent, pan: (dx: number, dy: number) => void): void {
  if (event.target !== event.currentTarget) return;
  const step = PAN_STEP * (event.shiftKey ? 10 : 1);
  if (event.key === 'ArrowLeft') pan(step, 0);
  else if (event.key === 'ArrowRight') pan(-step, 0);
  else if (event.key === 'ArrowUp') pan(0, step);
  else if (event.key === 'ArrowDown') pan(0, -step);
  else return;
  event.preventDefault();
}

/** Keeps the size of the pane in the store. */
function usePaneSize(ref: RefObject<HTMLDivElement | null>, halved: boolean): void {
  const { setPane } = useActions().view;
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () => {
      const { width, height } = element.getBoundingClientRect();
      setPane(
        { width: Math.max(1, halved ? Math.floor((width - 1) / 2) : width), height: Math.max(1, height) },
        devicePixelRatio,
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, halved, setPane]);
}
