import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { useActions, useApp, useView } from '../state/context';
import { type CompareMode, viewOf } from '../state/view';
import { Button } from '../ui/Button';
import type { Drawn } from './drawing';
import { rectInPane, type Size } from './geometry';
import { NAVIGATOR_WIDTH, Navigator } from './Navigator';
import { PhotoCanvas, retryPictures } from './PhotoCanvas';
import { SplitHandle } from './SplitHandle';
import { GainTag, Tag, TagRow } from './Tags';
import type { Source } from './tiling';
import { useGestures } from './useGestures';
import { differenceOf } from './useSides';
import { useSpace } from './useSpace';

interface CompareViewProps {
  /** The key of the view, see `viewOf`. */
  viewKey: string;
  name: string;
  photo: Size;
  mode: CompareMode;
  /** The photo as it was. It stands in for a picture that is not there yet. */
  original: Source;
  before: Source | null;
  after: Source | null;
  /** Whether there is a result, perhaps another one than is to be shown. */
  hasResult: boolean;
  /** The names of both. */
  beforeTag: ReactNode;
  afterTag: ReactNode;
  /** Over the photo, in the pane of the picture before where there are two. */
  overlay: ReactNode;
  /** Over the photo, in each pane. */
  frame: ReactNode;
  /** Space that is taken along the top, in CSS pixels. */
  clear?: number;
  /** Which rendering is shown, for tests. */
  revision: number | undefined;
  /** A picture could not be loaded. Returns true where something is done about it. */
  onRefused(source: Source, reason: unknown): boolean;
  /** Gives the view a context menu. */
  withMenu?(viewer: ReactNode): ReactNode;
  /** Over everything. */
  children?: ReactNode;
}

/** Two pictures of a photo to be compared: its view, the split between them, their names and the navigator. */
export function CompareView(props: CompareViewProps) {
  const { viewKey, name, photo, mode, original, beforeTag, afterTag, frame, onRefused, clear = 8 } = props;
  const { t } = useTranslation();
  const { view: actions } = useActions();
  const ref = useRef<HTMLDivElement>(null);
  const view = useView(useShallow((state) => viewOf(state, viewKey, photo)));
  const pane = useView((state) => state.pane);
  const split = useView((state) => state.split);
  const peek = useView((state) => state.peek);
  const gain = useView((state) => state.gain);
  const clipping = useView((state) => state.clippingShown);
  const zoomedIn = useView((state) => state.views[viewKey] !== undefined);
  const [failed, setFailed] = useState(false);
  // Pictures that failed while the engine was down are loaded again when it is back.
  const engine = useApp((state) => state.engine?.state);
  useEffect(() => {
    if (engine !== 'ready') return;
    setFailed(false);
    retryPictures();
  }, [engine]);
  const isSide = mode === 'side' && props.hasResult;
  usePaneSize(ref, isSide);
  const gestures = useGestures(ref, viewKey, photo);
  useSpace(ref);
  const space = useView((state) => state.space);
  const overlay = (
    // While Space is held, the pointer moves the photo through every tool.
    <div className={`absolute inset-0 ${space === 'up' ? '' : 'pointer-events-none'}`}>{props.overlay}</div>
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
  const tagLeft = left + 8;
  // As wide as the photo, or as the pane where the photo is narrow. The navigator has the opposite corner.
  const noteRight = right - left < NOTE_WIDTH ? 8 : pane.width - right + 8;
  const noteAt = {
    right: noteRight,
    maxWidth: Math.max(0, pane.width - noteRight - (zoomedIn ? NAVIGATOR_WIDTH : noteRight)),
  };

  const onFailed = (source: Source, reason: unknown) => {
    if (!onRefused(source, reason)) setFailed(true);
  };
  const former = props.before ?? original;
  const latter = peek ? original : (props.after ?? original);
  const instead = original;
  const shown = peek || props.after === null ? 'original' : mode;
  const difference = shown === 'difference' ? differenceOf(props.after, props.before, gain) : null;
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
  const viewer = (
    // biome-ignore lint/a11y/useSemanticElements: a viewer is not a form; it takes the focus so that keys can move it.
    <div
      ref={ref}
      role="group"
      aria-label={t('viewer.label', { name })}
      data-testid="viewer"
      data-mode={mode}
      data-revision={props.revision}
      data-view={`${view.x} ${view.y} ${view.scale}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys pan the photo.
      tabIndex={0}
      // A photo that is shown whole has nowhere to go.
      onKeyDown={(event) => zoomedIn && panByKey(event, (dx, dy) => actions.pan(viewKey, photo, dx, dy))}
      {...gestures}
      style={{ cursor: space === 'up' ? undefined : space === 'held' ? 'grab' : 'grabbing' }}
      className="group/viewer relative h-full min-w-0 grow touch-none overflow-hidden outline-none"
    >
      {isSide ? (
        <>
          <Pane left={0} width={pane.width}>
            {canvas([{ source: peek ? original : former, instead, clip: null }])}
            {overlay}
            {frame}
            <TagRow style={{ left: 8, top: clear }}>{beforeTag}</TagRow>
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
      {/* The focus ring is drawn above the photo, which would cover an outline. */}
      <span className="pointer-events-none absolute inset-0 z-10 outline-offset-[-1px] outline-text group-focus-visible/viewer:outline-1" />
      {props.children}
      {zoomedIn && <Navigator viewKey={viewKey} photo={photo} view={view} source={props.after ?? original} />}
    </div>
  );
  return props.withMenu?.(viewer) ?? viewer;
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
    // A window that moves to another screen can change its resolution alone.
    let resolution: MediaQueryList | null = null;
    const watch = () => {
      resolution?.removeEventListener('change', onResolution);
      resolution = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
      resolution.addEventListener('change', onResolution);
    };
    const onResolution = () => {
      measure();
      watch();
    };
    watch();
    return () => {
      observer.disconnect();
      resolution?.removeEventListener('change', onResolution);
    };
  }, [ref, halved, setPane]);
}
