import { LoaderCircle } from 'lucide-react';
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { ORIGINAL, type Photo } from '../../preload/contract';
import { useActions, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { stepOf } from '../state/recipes';
import { viewOf } from '../state/view';
import { Button } from '../ui/Button';
import type { Drawn } from './drawing';
import { type Rect, rectInPane } from './geometry';
import { PictureRefused } from './loadPicture';
import { MaskOverlay } from './MaskOverlay';
import { Navigator } from './Navigator';
import { PhotoCanvas, retryPictures } from './PhotoCanvas';
import { SplitHandle } from './SplitHandle';
import type { Source } from './tiling';
import { useGestures } from './useGestures';
import { useSettled } from './useSettled';

/** The photo that is looked at, from the moment its file is chosen. */
export function Viewer({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  if (entry.photo === null) {
    return (
      <div data-testid="viewer-opening" className="flex h-full items-center justify-center gap-2">
        <LoaderCircle size={16} strokeWidth={1.5} className="animate-spin" />
        <span className="max-w-80 truncate">{t('viewer.opening', { name: entry.name })}</span>
      </div>
    );
  }
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
  const clipping = useView((state) => state.clippingShown);
  const maskWanted = useView((state) => state.maskShown || state.maskPeek);
  const zoomedIn = useView((state) => state.views[entry.key] !== undefined);
  const [failed, setFailed] = useState(false);
  usePaneSize(ref, mode === 'side' && entry.rendering !== null);
  const gestures = useGestures(ref, entry.key, photo);

  const about = { photoId: photo.id, photo };
  const original: Source = { ...about, layer: 'original', revision: 0, size: photo };
  const { rendering } = entry;
  const result: Source | null =
    rendering === null ? null : { ...about, layer: 'result', revision: rendering.revision, size: rendering };
  const repair = entry.recipe === null ? null : stepOf(entry.recipe, 'repair');
  const repairSettings = useSettled(repair?.settings ?? null, 80);
  const mask: Source | null =
    maskWanted && repairSettings !== null
      ? { ...about, layer: 'mask', revision: 0, size: photo, ...repairSettings }
      : null;
  const overlay = mask !== null && <MaskOverlay source={mask} view={view} />;

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

  const pictures: Drawn[] = [];
  const after: Rect = { x: boundary, y: 0, width: pane.width - boundary, height: pane.height };
  if (result === null || peek || mode === 'original') pictures.push({ source: original, clip: null });
  else if (mode === 'split') {
    // Each side loads its own half alone.
    pictures.push({ source: original, clip: { x: 0, y: 0, width: boundary, height: pane.height } });
    pictures.push({ source: result, clip: after });
  } else if (mode === 'difference') {
    pictures.push({ source: { ...result, layer: 'difference', against: ORIGINAL, gain: GAIN }, clip: null });
  } else pictures.push({ source: result, clip: null });
  const onFailed = (source: Source, reason: unknown) => {
    if (source.revision !== 0 && reason instanceof PictureRefused && reason.isGone) renew(entry.key, source.revision);
    else setFailed(true);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a viewer is not a form; it takes the focus so that keys can move it.
    <div
      ref={ref}
      role="group"
      aria-label={t('viewer.label', { name: entry.name })}
      data-testid="viewer"
      data-mode={mode}
      data-revision={entry.rendering?.revision}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys pan the photo.
      tabIndex={0}
      onKeyDown={(event) => panByKey(event, (dx, dy) => actions.pan(entry.key, photo, dx, dy))}
      {...gestures}
      className="relative h-full touch-none overflow-hidden outline-offset-[-2px]"
    >
      {mode === 'side' && result !== null ? (
        <>
          <Pane left={0} width={pane.width} label={t('compare.before')}>
            <PhotoCanvas
              pictures={withClipping([{ source: original, clip: null }], clipping)}
              view={view}
              onFailed={onFailed}
            />
            {overlay}
          </Pane>
          <Pane left={pane.width + 1} width={pane.width} label={t('compare.after')} labelRight>
            <PhotoCanvas
              pictures={withClipping([{ source: result, clip: null }], clipping)}
              view={view}
              onFailed={onFailed}
            />
          </Pane>
          <div className="absolute inset-y-0 w-px bg-line" style={{ left: pane.width }} />
        </>
      ) : (
        <>
          <div className="absolute inset-0 isolate">
            <PhotoCanvas pictures={withClipping(pictures, clipping)} view={view} onFailed={onFailed} />
            {overlay}
          </div>
          {result !== null && mode === 'split' && !peek && (
            <>
              <SplitHandle left={left} right={right} top={top} bottom={bottom} at={boundary} />
              <Tag hidden={boundary - left < 80} style={{ left: left + 8, top: top + 8 }}>
                {t('compare.before')}
              </Tag>
              <Tag hidden={right - boundary < 80} style={{ right: pane.width - right + 8, top: top + 8 }}>
                {t('compare.after')}
              </Tag>
            </>
          )}
          {result !== null && mode === 'difference' && !peek && (
            <Tag style={{ left: left + 8, top: top + 8 }}>{t('compare.differenceNote')}</Tag>
          )}
        </>
      )}
      {zoomedIn && <Navigator entry={entry} photo={photo} view={view} source={result ?? original} />}
    </div>
  );
}

/** Every picture with the marks of its cut-off tones above it. */
function withClipping(pictures: readonly Drawn[], shown: boolean): Drawn[] {
  if (!shown) return [...pictures];
  return pictures.flatMap((drawn) =>
    drawn.source.layer === 'difference'
      ? [drawn]
      : [drawn, { ...drawn, source: { ...drawn.source, layer: 'clipping' as const } }],
  );
}

/** What a repair changes is often faint. */
const GAIN = 4;

interface PaneProps {
  left: number;
  width: number;
  label: string;
  labelRight?: boolean;
  children: ReactNode;
}

function Pane({ left, width, label, labelRight = false, children }: PaneProps) {
  return (
    <div className="absolute inset-y-0 overflow-hidden" style={{ left, width }}>
      {children}
      <Tag style={labelRight ? { right: 8, top: 8 } : { left: 8, top: 8 }}>{label}</Tag>
    </div>
  );
}

function Tag({ style, hidden = false, children }: { style: CSSProperties; hidden?: boolean; children: ReactNode }) {
  if (hidden) return null;
  return (
    <span className="pointer-events-none absolute rounded-md bg-panel px-2 py-0.5 text-xs text-text" style={style}>
      {children}
    </span>
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

/** Keeps the stores informed of the size of the area that shows one picture. */
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
