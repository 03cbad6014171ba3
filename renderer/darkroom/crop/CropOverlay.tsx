import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Corner, Corners } from '../../../document/quad';
import { useActions, useView } from '../../state/context';
import { type Cropping, cropCorners, pageViewKey } from '../../state/crop';
import { isMirrored, type Point, rectInPane, toPane, toPhoto, type View } from '../geometry';
import { CORNER_NAMES, HANDLE_NAMES, HANDLES, type HandleName, thirdsOf } from './frame';

/** Pixels of the page by which an arrow key moves something, and with Shift. */
const STEP = 1;
const LONG_STEP = 10;

const ARROWS: Partial<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** What a drag moves, and where the pointer was. */
type Drag =
  | { kind: 'move'; last: Point }
  | { kind: 'turn'; from: number; angle: number }
  | { kind: 'handle'; name: HandleName; offset: Point };

/** The crop over its page: what is cut off is dimmed, and handles, the frame itself and its surroundings can be dragged. */
export function CropOverlay({ cropping, view }: { cropping: Cropping; view: View }) {
  const { t } = useTranslation();
  const { cropTool, view: viewActions } = useActions();
  const pane = useView((state) => state.pane);
  const drag = useRef<Drag | null>(null);
  const area = useRef<HTMLDivElement>(null);
  const { mode, frame, page, isMoving, isApplying, isPicking } = cropping;
  const corners = cropCorners(cropping);
  const inPane = ([x, y]: Corner): Point => toPane(view, pane, { x, y });
  const outline = corners.map(inPane);
  const middle = inPane([mean(corners, 0), mean(corners, 1)]);
  const places = placesOf(corners, mode);

  const at = (event: PointerEvent): Point => {
    const box = area.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const onPage = (point: Point) => toPhoto(view, pane, point);
  const direction = (point: Point) => Math.atan2(point.y - middle.y, point.x - middle.x);

  function begin(event: PointerEvent, what: Drag): void {
    event.stopPropagation();
    area.current!.setPointerCapture(event.pointerId);
    drag.current = what;
    cropTool.begin();
  }

  function onPointerDown(event: PointerEvent): void {
    // The middle button moves the page.
    if (event.button !== 0 || isApplying) return;
    const point = at(event);
    if (isPicking) {
      const { x, y } = onPage(point);
      void cropTool.film.pickBase([x, y]);
      return;
    }
    if (isInside(point, outline)) begin(event, { kind: 'move', last: onPage(point) });
    else if (mode === 'frame') begin(event, { kind: 'turn', from: direction(point), angle: frame.angle });
  }

  function onPointerMove(event: PointerEvent): void {
    const what = drag.current;
    if (what === null) return;
    event.stopPropagation();
    const point = at(event);
    if (what.kind === 'handle') {
      cropTool.drag(what.name, onPage({ x: point.x - what.offset.x, y: point.y - what.offset.y }));
    } else if (what.kind === 'move') {
      const to = onPage(point);
      cropTool.move({ x: to.x - what.last.x, y: to.y - what.last.y });
      drag.current = { kind: 'move', last: to };
    } else {
      const turned = ((direction(point) - what.from) * 180) / Math.PI;
      cropTool.turn(what.angle + (isMirrored(view.orientation) ? -turned : turned));
    }
  }

  function onPointerEnd(): void {
    if (drag.current === null) return;
    drag.current = null;
    cropTool.end();
  }

  /** A distance on the page for an arrow key, in the direction that it has on the screen. */
  function stepOf(event: KeyboardEvent): Point | null {
    const arrow = ARROWS[event.key];
    if (arrow === undefined || event.altKey || event.ctrlKey || event.metaKey) return null;
    event.preventDefault();
    const [from, to] = [onPage({ x: 0, y: 0 }), onPage(arrow)];
    const length = (event.shiftKey ? LONG_STEP : STEP) * view.scale;
    return { x: (to.x - from.x) * length, y: (to.y - from.y) * length };
  }

  /** Enter applies the crop also while a handle has the focus. */
  function onEnter(event: KeyboardEvent): boolean {
    if (event.key !== 'Enter') return false;
    event.preventDefault();
    void cropTool.apply();
    return true;
  }

  const whole = rectInPane(view, pane, { x: 0, y: 0, width: page.width, height: page.height });
  const path = `M${whole.x} ${whole.y}h${whole.width}v${whole.height}h${-whole.width}Z M${outline.map(({ x, y }) => `${x} ${y}`).join('L')}Z`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: handles over a picture are no form.
    <div
      ref={area}
      role="group"
      aria-label={t('crop.options')}
      data-testid="crop-overlay"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onDoubleClick={(event) => event.stopPropagation()}
      className={`absolute inset-0 touch-none overflow-clip ${isPicking ? 'cursor-crosshair' : mode === 'frame' ? 'cursor-grab' : ''}`}
    >
      <svg aria-hidden="true" className="pointer-events-none absolute inset-0 size-full">
        <path
          data-testid="crop-dimmed"
          d={path}
          fill="#000000"
          fillOpacity={isMoving ? 0.5 : 0.65}
          fillRule="evenodd"
        />
        {isMoving &&
          thirdsOf(corners).map(([from, to]) => {
            const [a, b] = [inPane(from), inPane(to)];
            const line = { x1: a.x, y1: a.y, x2: b.x, y2: b.y };
            return (
              <g key={`${line.x1} ${line.y1} ${line.x2}`} data-testid="crop-third">
                <line {...line} stroke="#000000" strokeOpacity={0.35} strokeWidth={3} />
                <line {...line} stroke="#ffffff" strokeOpacity={0.8} strokeWidth={1} />
              </g>
            );
          })}
        <polygon
          points={outline.map(({ x, y }) => `${x},${y}`).join(' ')}
          fill="none"
          stroke="#000000"
          strokeOpacity={0.5}
          strokeWidth={3}
        />
        <polygon
          points={outline.map(({ x, y }) => `${x},${y}`).join(' ')}
          fill="transparent"
          stroke="#ffffff"
          strokeWidth={1.5}
          className={`pointer-events-auto ${isPicking ? 'cursor-crosshair' : 'cursor-move'}`}
        />
      </svg>
      <button
        type="button"
        aria-label={t('crop.frame')}
        aria-description={t('crop.byKeys')}
        data-testid="crop-frame"
        disabled={isApplying}
        onKeyDown={(event) => {
          const step = stepOf(event);
          if (step !== null) cropTool.move(step);
          else onEnter(event);
        }}
        style={boxOf(outline)}
        className="pointer-events-none absolute rounded-sm outline-offset-2"
      />
      {places.map(([name, place]) => {
        const { x, y } = inPane(place);
        const label = t(`crop.handles.${nameOnScreen({ x: x - middle.x, y: y - middle.y }, name)}`);
        const isCorner = CORNER_NAMES.some((corner) => corner === name);
        return (
          <button
            key={name}
            type="button"
            aria-label={label}
            aria-description={t('crop.byKeys')}
            data-testid={`crop-handle-${name}`}
            disabled={isApplying}
            // One that lies beside the pane comes into view.
            onFocus={() => {
              const isSeen = x >= 0 && y >= 0 && x <= pane.width && y <= pane.height;
              if (!isSeen) viewActions.lookAt(pageViewKey(cropping.key), page, { x: place[0], y: place[1] });
            }}
            onPointerDown={(event) => {
              if (event.button !== 0 || isApplying) return;
              const point = at(event);
              begin(event, { kind: 'handle', name, offset: { x: point.x - x, y: point.y - y } });
            }}
            onKeyDown={(event) => {
              const step = stepOf(event);
              if (step !== null) cropTool.drag(name, { x: place[0] + step.x, y: place[1] + step.y });
              else onEnter(event);
            }}
            style={{
              left: x - 12,
              top: y - 12,
              cursor: mode === 'corners' ? 'move' : cursorFor({ x: x - middle.x, y: y - middle.y }),
            }}
            className="absolute flex size-6 items-center justify-center rounded-full"
          >
            <span
              className={`border border-black/60 bg-white shadow-[0_0_2px_rgb(0_0_0/0.6)] ${isCorner ? 'size-3 rounded-full' : 'size-2 rounded-[2px]'}`}
            />
          </button>
        );
      })}
    </div>
  );
}

const mean = (corners: Corners, axis: 0 | 1) => corners.reduce((sum, corner) => sum + corner[axis], 0) / 4;

/** The handles of an area and where they are on the page. In perspective it has those of its corners alone. */
function placesOf(corners: Corners, mode: Cropping['mode']): [HandleName, Corner][] {
  const names = mode === 'frame' ? HANDLE_NAMES : CORNER_NAMES;
  return names.map((name) => {
    const [alongX, alongY] = HANDLES[name];
    const those = corners.filter((_, i) => {
      const [sideX, sideY] = HANDLES[CORNER_NAMES[i]!];
      return (alongX === 0 || sideX === alongX) && (alongY === 0 || sideY === alongY);
    });
    const part = (axis: 0 | 1) => those.reduce((sum, corner) => sum + corner[axis], 0) / those.length;
    return [name, [part(0), part(1)]];
  });
}

/** Clockwise on the screen from the right, by eighths of a turn. */
const ROUND: readonly HandleName[] = [
  'right',
  'bottomRight',
  'bottom',
  'bottomLeft',
  'left',
  'topLeft',
  'top',
  'topRight',
];

/** What a handle is called where it lies on the screen; a page may be turned. */
function nameOnScreen({ x, y }: Point, name: HandleName): HandleName {
  const isCorner = CORNER_NAMES.some((corner) => corner === name);
  if (isCorner) return y < 0 ? (x < 0 ? 'topLeft' : 'topRight') : x < 0 ? 'bottomLeft' : 'bottomRight';
  return Math.abs(x) > Math.abs(y) ? (x < 0 ? 'left' : 'right') : y < 0 ? 'top' : 'bottom';
}

const CURSORS: Partial<Record<HandleName, string>> = {
  right: 'ew-resize',
  left: 'ew-resize',
  top: 'ns-resize',
  bottom: 'ns-resize',
  topLeft: 'nwse-resize',
  bottomRight: 'nwse-resize',
  topRight: 'nesw-resize',
  bottomLeft: 'nesw-resize',
};

function cursorFor({ x, y }: Point): string {
  const eighth = Math.round((Math.atan2(y, x) / (2 * Math.PI)) * 8 + 8) % 8;
  return CURSORS[ROUND[eighth]!]!;
}

/** Whether a point lies in a convex outline. */
function isInside({ x, y }: Point, outline: readonly Point[]): boolean {
  const sides = outline.map((from, i) => {
    const to = outline[(i + 1) % outline.length]!;
    return (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x);
  });
  return sides.every((side) => side >= 0) || sides.every((side) => side <= 0);
}

/** The upright box inside an outline's surroundings that stands for it, for the focus. */
function boxOf(outline: readonly Point[]) {
  const [xs, ys] = [outline.map(({ x }) => x), outline.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}
